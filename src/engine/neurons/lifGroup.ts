import { type LifParameters, relax, timeToThreshold } from "./lif.ts";
import type { NeuronGroup } from "./neuronGroup.ts";

/**
 * State of a population of LIF neurons for the general, queue-driven simulation. A neuron is touched only when an
 * event reaches it; `v[i]` is its potential at its own `last[i]`.
 */
export class LifGroup implements NeuronGroup {
  readonly parameters: LifParameters;
  readonly v: Float64Array;
  readonly last: Float64Array;
  /** Input current over capacitance [mV/ms]. */
  readonly current: Float64Array;
  readonly refractoryUntil: Float64Array;

  constructor(size: number, parameters: LifParameters) {
    this.parameters = parameters;
    this.v = new Float64Array(size).fill(parameters.vRest);
    this.last = new Float64Array(size);
    this.current = new Float64Array(size);
    this.refractoryUntil = new Float64Array(size).fill(-Infinity);
  }

  /** Potential of neuron i at t [ms], not before its last event; changes nothing. */
  potential(i: number, t: number): number {
    const { parameters: p } = this;
    let from = this.last[i]!;
    if (p.reset === "fixed") from = Math.min(t, Math.max(from, this.refractoryUntil[i]!));
    return relax(p, this.v[i]!, this.current[i]!, t - from);
  }

  /** Adds an input at t [ms]; thresholds are tested later by `fire`, when all inputs of that time are in. */
  receive(i: number, t: number, amount: number): void {
    const v = this.potential(i, t);
    const lost = this.parameters.reset === "fixed" && t < this.refractoryUntil[i]!;
    this.v[i] = lost ? v : v + amount;
    this.last[i] = t;
  }

  /** Changes the constant current of neuron i from t [ms] on. */
  setCurrent(i: number, t: number, current: number): void {
    this.v[i] = this.potential(i, t);
    this.last[i] = t;
    this.current[i] = current;
  }

  /** Puts neuron i exactly on the threshold, where a predicted crossing says it is, free of rounding. */
  settleCrossing(i: number, t: number): void {
    this.v[i] = Math.max(this.potential(i, t), this.parameters.vThreshold);
    this.last[i] = t;
  }

  /**
   * Tests the threshold of neuron i at t, fires and resets.
   * @returns how many spikes it fired at this instant
   */
  fire(i: number, t: number): number {
    const p = this.parameters;
    if (t < this.refractoryUntil[i]!) return 0;
    let v = this.v[i]!;
    if (!(v >= p.vThreshold)) return 0;
    let spikes = 0;
    if (p.reset === "fixed") {
      v = p.vReset;
      spikes = 1;
    } else {
      const step = p.vThreshold - p.vRest;
      // A burst beyond any sensible count means diverged weights; the caller reports it.
      do {
        v -= step;
        spikes++;
      } while (p.tauRef === 0 && v >= p.vThreshold && spikes < 10_000);
    }
    this.v[i] = v;
    this.last[i] = t;
    if (p.tauRef > 0) this.refractoryUntil[i] = t + p.tauRef;
    return spikes;
  }

  /** When neuron i fires next if nothing more reaches it [ms]; Infinity for never. */
  nextSpike(i: number): number {
    const p = this.parameters;
    const from = Math.max(this.last[i]!, this.refractoryUntil[i]!);
    const v = this.potential(i, from);
    return v >= p.vThreshold ? from : from + timeToThreshold(p, v, this.current[i]!);
  }
}
