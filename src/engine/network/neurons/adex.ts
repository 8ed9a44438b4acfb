import { exp } from "../../../math/elementary.ts";
import * as layout from "../../kernels/layout.ts";
import { duration, table, time, type Values } from "../parameters.ts";
import { conductanceParameters, gridOnly, perWeight } from "./conductances.ts";
import type { NumericStep } from "./lattice.ts";
import type { NeuronDefinition } from "./neuronModel.ts";
import { membraneParameters } from "./parameters.ts";

const { eExc, eInh, gLeak, tauExc, tauInh } = conductanceParameters;
const reversal = (v: number, { synapses }: { synapses?: unknown }) =>
  synapses === "current" || Number.isFinite(v) || "a potential in mV, for synapses that are conductances";

/**
 * Adaptive exponential integrate-and-fire neuron (Brette & Gerstner 2005, J. Neurophysiol. 94:3637; NEST's `aeif_cond_exp`
 * and `aeif_psc_exp`), over the capacitance C = gLeak tauMem:
 *
 *     dV/dt = (vRest - V + deltaT exp((V - vT) / deltaT)) / tauMem - w + S + I
 *     tauW dw/dt = (a / C) (V - vRest) - w
 *
 * At V >= vThreshold, the peak, the neuron fires, V is set to vReset and held there for tauRef, and b is added to w, which
 * goes on. S is (gE (eExc - V) + gI (eInh - V)) / C with `synapses: "conductance"`, weights in nS, or gE + gI with `current`,
 * weights in mV/ms, each decaying with its time constant; a weight's sign says which.
 *
 * There is no closed form, so that the model runs in the grid mode only: conductances and currents decay exactly, V and w
 * move by steps of dt of the classical method of Runge and Kutta, of fourth order below vT. Slopes beyond the peak are those
 * at it, as in NEST. A spike lies on the lattice, up to dt after the crossing, and what was left of its step is lost, so that
 * a train is of first order in dt. NEST's steps adapt to an error of 1e-6 by default, and its spikes lie on its lattice too.
 */
const parameters = table({
  tauMem: { ...time, default: 20, doc: "time constant of the membrane: its capacitance over gLeak" },
  gLeak,
  vRest: membraneParameters.vRest,
  vT: { unit: "mV", doc: "where the exponential rise begins" },
  deltaT: {
    unit: "mV",
    default: 2,
    check: d => (d > 0 && d < Infinity) || "a width in mV above 0",
    doc: "width of the exponential rise",
  },
  vThreshold: {
    unit: "mV",
    default: 0,
    check: (v, { vT, deltaT }) =>
      (v > vT && v <= vT + 80 * deltaT) ||
      `above vT (${vT}), by at most 80 deltaT, where the rise ends any number`,
    doc: "the peak, where it fires",
  },
  vReset: {
    ...membraneParameters.vReset,
    check: (v, { vThreshold }) => (v > -Infinity && v < vThreshold) || `below vThreshold (${vThreshold})`,
  },
  tauRef: { ...duration, default: 0, doc: "absolute refractory period" },
  a: { unit: "nS", default: 0, doc: "how w follows the potential" },
  b: { unit: "mV/ms", default: 0, doc: "what a spike adds to w; a current over capacitance" },
  tauW: { ...time, default: 100, doc: "time constant of w" },
  bias: membraneParameters.bias,
  synapses: {
    words: ["conductance", "current"],
    default: "conductance",
    doc: "what a weight is: a conductance in nS, or a current over capacitance in mV/ms",
  },
  eExc: { ...eExc, default: Number.NaN, check: reversal },
  eInh: { ...eInh, default: Number.NaN, check: reversal },
  tauExc,
  tauInh,
});

export const adex: NeuronDefinition<typeof parameters, "adex"> = {
  name: "adex",
  parameters,
  weightUnit: ({ synapses }) => (synapses === "current" ? "mV/ms" : "nS"),
  create: gridOnly("adex"),
  numeric: step,
};

/** States v above rest, w, and the synaptic currents or conductances, half of what they do in a step. */
function step(p: Values<typeof parameters>, dt: number): NumericStep {
  const half = dt / 2;
  const pulls = p.synapses === "conductance";
  const [toE, toI] = pulls ? [p.eExc - p.vRest, p.eInh - p.vRest] : [1, 1];
  const scale = pulls ? perWeight(p, half) : half;
  const left = (tau: number, time: number) => exp(-time / tau);
  return {
    parameters: { ...p, reset: "fixed" },
    kernel: "stepExponential",
    states: [layout.STEP_V, layout.ODE_U, layout.STEP_E, layout.STEP_I],
    perCurrent: half,
    excitatory: { state: 2, scale },
    inhibitory: { state: 3, scale: pulls ? -scale : scale },
    constants: {
      [layout.ODE_HELD]: p.vReset - p.vRest,
      [layout.ODE_LEAK]: half / p.tauMem,
      [layout.ODE_HALF_E]: left(p.tauExc, half),
      [layout.ODE_HALF_I]: left(p.tauInh, half),
      [layout.ODE_FULL_E]: left(p.tauExc, dt),
      [layout.ODE_FULL_I]: left(p.tauInh, dt),
      [layout.ODE_SPAN]: toE,
      [layout.ODE_ORIGIN]: toI,
      [layout.ODE_PULL]: pulls ? 1 : 0,
      [layout.ODE_PEAK]: p.vThreshold - p.vRest,
      [layout.ODE_HALF]: half,
      [layout.ODE_FOLLOW]: (perWeight(p, half) * p.a) / p.tauW,
      [layout.ODE_DECAY]: half / p.tauW,
      [layout.ODE_SOFT]: p.vT - p.vRest,
      [layout.ODE_STEEP]: 1 / p.deltaT,
      [layout.ODE_RISE]: (p.deltaT * half) / p.tauMem,
    },
    jump: p.b,
    current: ([v, , e, i]) => (pulls ? (e * (toE - v) + i * (toI - v)) / half : (e + i) / half),
  };
}
