import { InputError } from "../../errors.ts";
import { exp, log1p } from "../../math/elementary.ts";

/**
 * Leaky integrate-and-fire neuron with delta-shaped synapses (Lapicque 1907; in this form Gerstner et al. 2014,
 * "Neuronal Dynamics", eq. 1.5 and 1.6). Between events
 *
 *     dV/dt = -(V - vRest) / tauMem + I
 *
 * has the exact solution of `relax`; a spike that arrives adds its weight to V; at V >= vThreshold the neuron fires.
 */
export interface LifParameters {
  /** Membrane time constant [ms]; Infinity: no leak. */
  readonly tauMem: number;
  /**
   * [mV, or dimensionless; the same unit for every potential and weight]. Infinity: a readout that never fires. Above
   * vRest where the reset is subtractive; with a fixed one a neuron may rest above threshold, and so fires by itself.
   */
  readonly vThreshold: number;
  readonly vRest: number;
  /**
   * `subtract`: a spike takes vThreshold - vRest off the potential; the neuron goes on integrating while refractory
   * and fires at the end of that time if it is still above threshold. Without a refractory period a potential of
   * n thresholds makes a burst of n spikes at one instant.
   * `fixed`: the potential is set to vReset and held there for tauRef; input that arrives meanwhile is lost.
   */
  readonly reset: "subtract" | "fixed";
  readonly vReset: number;
  /** Absolute refractory period [ms]. */
  readonly tauRef: number;
}

/**
 * Fills in defaults and checks every value.
 * @throws InputError that names the parameter, the value and what was expected
 */
export function lif(given: Partial<LifParameters> & { vThreshold: number }): LifParameters {
  const { vRest = 0 } = given;
  const p: LifParameters = { tauMem: 20, reset: "subtract", vReset: vRest, tauRef: 0, ...given, vRest };
  const expect = (ok: boolean, field: keyof LifParameters, expected: string) => {
    const number = field === "reset" || typeof p[field] === "number";
    if (!ok || !number) throw new InputError(`${field}: expected ${expected}, got ${p[field]}`);
  };
  expect(p.tauMem > 0, "tauMem", "a time in ms above 0 (Infinity for no leak)");
  expect(Number.isFinite(p.vRest), "vRest", "a finite number");
  expect(p.reset === "subtract" || p.reset === "fixed", "reset", "'subtract' or 'fixed'");
  if (p.reset === "fixed") expect(p.vThreshold > -Infinity, "vThreshold", "a number; Infinity never fires");
  else {
    const expected = `a number above vRest (${p.vRest}) with a subtractive reset; Infinity never fires`;
    expect(p.vThreshold > p.vRest, "vThreshold", expected);
  }
  expect(p.tauRef >= 0 && p.tauRef < Infinity, "tauRef", "a time in ms, 0 or more");
  if (p.reset === "fixed") {
    expect(
      Number.isFinite(p.vReset) && p.vReset < p.vThreshold,
      "vReset",
      `below vThreshold (${p.vThreshold})`,
    );
  }
  return p;
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
