import { exp } from "../../../math/elementary.ts";
import * as layout from "../../kernels/layout.ts";
import { table, time, type Values } from "../parameters.ts";
import { conductanceParameters, gridOnly, perWeight } from "./conductances.ts";
import type { NumericStep } from "./lattice.ts";
import type { NeuronDefinition } from "./neuronModel.ts";
import { membraneParameters } from "./parameters.ts";

const { vThreshold, vRest, vReset, tauRef, bias } = membraneParameters;

/**
 * Leaky integrate-and-fire neuron with exponential synaptic conductances (Brette et al. 2007, J. Comput. Neurosci. 23:349,
 * benchmark 1; NEST's `iaf_cond_exp`). Between events, with C = gLeak tauMem,
 *
 *     dV/dt  = -(V - vRest) / tauMem + (gE (eExc - V) + gI (eInh - V)) / C + I
 *     dgE/dt = -gE / tauExc,    dgI/dt = -gI / tauInh          [nS]
 *
 * An input of positive weight adds it to gE, one of negative weight its magnitude to gI. The potential is held at vReset
 * while refractory and the conductances go on.
 *
 * There is no closed form of V, so that the model runs in the grid mode only: in a step of dt conductances decay exactly
 * and V moves by the classical method of Runge and Kutta. With b dt = dt / tauMem + (gE + gI) dt / C, the error of a step
 * is about (b dt)^5 / 120 of the way to where V settles, below single precision (6e-8) for b dt up to 0.1; b dt beyond 2.7
 * is unstable. Spikes lie on the lattice, up to dt after the crossing, as in all models of this mode. NEST's steps adapt
 * to an error of 1e-3 mV by default. With `integrator: "euler"`, for comparison with tools that step so, the error is
 * (b dt)^2 / 2 of that way, and b dt beyond 2 is unstable.
 */
const parameters = table({
  tauMem: { ...time, default: 20, doc: "time constant of the membrane: its capacitance over gLeak" },
  ...conductanceParameters,
  vThreshold: { ...vThreshold, check: v => v > -Infinity || "a number; Infinity never fires" },
  vRest,
  vReset: {
    ...vReset,
    check: (v, { vThreshold }) => (v > -Infinity && v < vThreshold) || `below vThreshold (${vThreshold})`,
  },
  tauRef,
  bias,
  integrator: {
    words: ["rk4", "euler"],
    default: "rk4",
    doc: "steps of V: Runge and Kutta's, or Euler's",
  },
});

export const lifCondExp: NeuronDefinition<typeof parameters, "lif-cond-exp"> = {
  name: "lif-cond-exp",
  parameters,
  weightUnit: () => "nS",
  create: gridOnly("lif-cond-exp"),
  numeric: step,
};

/** States v above rest, and gE dt / C and gI dt / C. */
function step({ integrator, ...p }: Values<typeof parameters>, dt: number): NumericStep {
  const [toE, toI] = [p.eExc - p.vRest, p.eInh - p.vRest];
  const left = (tau: number, time: number) => exp(-time / tau);
  return {
    parameters: { ...p, reset: "fixed" },
    kernel: integrator === "euler" ? "stepConductancesEuler" : "stepConductances",
    states: [layout.STEP_V, layout.STEP_E, layout.STEP_I],
    perCurrent: dt / 2,
    excitatory: { state: 1, scale: perWeight(p, dt / 2) },
    inhibitory: { state: 2, scale: -perWeight(p, dt / 2) },
    constants: {
      [layout.ODE_LEAK]: dt / p.tauMem / 2,
      [layout.ODE_HALF_E]: left(p.tauExc, dt / 2),
      [layout.ODE_HALF_I]: left(p.tauInh, dt / 2),
      [layout.ODE_FULL_E]: left(p.tauExc, dt),
      [layout.ODE_FULL_I]: left(p.tauInh, dt),
      [layout.ODE_ORIGIN]: toI,
      [layout.ODE_SHIFT]: (-toI * dt) / p.tauMem / 2,
      [layout.ODE_SPAN]: toE - toI,
    },
    current: ([v, e, i]) => (e * (toE - v) + i * (toI - v)) / (dt / 2),
  };
}
