import { shown } from "../../../errors.ts";
import { exp, log1p } from "../../../math/elementary.ts";
import { duration, filled, type Given, type Others, table, timely, type Values } from "../parameters.ts";

/**
 * Leaky integrate-and-fire neuron with delta-shaped synapses (Lapicque 1907; in this form Gerstner et al. 2014,
 * "Neuronal Dynamics", eq. 1.5 and 1.6). Between events
 *
 *     dV/dt = -(V - vRest) / tauMem + I
 *
 * has the exact solution of `relax`; a spike that arrives adds its weight to V; at V >= vThreshold the neuron fires.
 *
 * Resets: `subtract`: a spike takes vThreshold - vRest off the potential; the neuron goes on integrating while refractory
 * and fires at the end of that time if it is still above threshold. Without a refractory period a potential of n
 * thresholds makes a burst of n spikes at one instant.
 * `fixed`: the potential is set to vReset and held there for tauRef; input that arrives meanwhile is lost.
 */
export const lifParameters = table({
  tauMem: {
    unit: "ms",
    default: 20,
    check: t => t === Infinity || timely(t, "a time in ms above 0 (Infinity for no leak)"),
    doc: "time constant of the membrane; Infinity: no leak",
  },
  vThreshold: {
    unit: "mV",
    check: (v, { vRest, reset }) =>
      reset === "fixed"
        ? v > -Infinity || "a number; Infinity never fires"
        : v > vRest ||
          `a number above vRest (${shown(vRest)}) with a subtractive reset; Infinity never fires`,
    doc: "where it fires; Infinity: a readout that never does; with a fixed reset a neuron may rest above it",
  },
  vRest: { unit: "mV", default: 0, doc: "where the potential settles without input" },
  reset: { words: ["subtract", "fixed"], default: "subtract", doc: "what a spike does to the potential" },
  vReset: {
    unit: "mV",
    default: ({ vRest }: Others) => vRest,
    check: (v, { reset, vThreshold }) =>
      reset !== "fixed" || (v > -Infinity && v < vThreshold) || `below vThreshold (${vThreshold})`,
    doc: "where a fixed reset puts the potential; vRest by default",
  },
  tauRef: { ...duration, default: 0, doc: "absolute refractory period" },
});

/** Times in ms, potentials in mV or dimensionless, all in one unit with the weights. */
export type LifParameters = Values<typeof lifParameters>;

/**
 * Fills in defaults and checks every value; fields of other names are passed over.
 * @throws InputError that names the parameter, the value and what was expected
 */
export function lif(given: Given<typeof lifParameters>): LifParameters {
  return filled(given, lifParameters);
}

/**
 * Potential a time dt after it was v, under a constant current.
 * @param current  input current over capacitance, dV/dt without the leak [mV/ms]
 * @param dt       [ms], 0 or more
 */
export function relax(p: LifParameters, v: number, current: number, dt: number): number {
  if (p.tauMem === Infinity) return v + current * dt;
  const vInfinity = p.vRest + current * p.tauMem;
  return vInfinity + (v - vInfinity) * exp(-dt / p.tauMem);
}

/**
 * Time until the potential, v < vThreshold now, reaches threshold under a constant current; Infinity when it never
 * does. The potential is monotonic between events, so there is at most one crossing.
 * @returns [ms]
 */
export function timeToThreshold(p: LifParameters, v: number, current: number): number {
  if (p.tauMem === Infinity) return current > 0 ? (p.vThreshold - v) / current : Infinity;
  const vInfinity = p.vRest + current * p.tauMem;
  if (!(vInfinity > p.vThreshold)) return Infinity;
  return p.tauMem * log1p((p.vThreshold - v) / (vInfinity - p.vThreshold));
}
