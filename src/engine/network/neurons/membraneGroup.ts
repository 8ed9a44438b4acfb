import { instant } from "../../instant.ts";
import { BURST, type NeuronGroup } from "./neuronGroup.ts";
import type { MembraneParameters } from "./parameters.ts";

/**
 * What all populations of neurons with a membrane share: reset, refractory period, bias. A model adds how its state
 * moves between events and when it crosses the threshold. `v[i]` is the potential of neuron i at its own `last[i]`.
 */
export abstract class MembraneGroup<P extends MembraneParameters = MembraneParameters>
  implements NeuronGroup
{
  readonly parameters: P;
  readonly v: Float64Array;
  readonly last: Float64Array;
  /** Input current over capacitance, the bias included [mV/ms]. */
  readonly current: Float64Array;
  readonly refractoryUntil: Float64Array;

  constructor(size: number, parameters: P) {
    this.parameters = parameters;
    this.v = new Float64Array(size).fill(parameters.vRest);
    this.last = new Float64Array(size);
    this.current = new Float64Array(size).fill(parameters.bias);
    this.refractoryUntil = new Float64Array(size).fill(-Infinity);
  }

  /** Moves the state of neuron i to t. */
  protected abstract advance(i: number, t: number): void;
  abstract receive(i: number, t: number, weight: number, gain?: number): void;
  abstract nextSpike(i: number): number;
  abstract potential(i: number, t: number): number;

  /** Potential at which neuron i fires, at its last event. */
  threshold(_i: number): number {
    return this.parameters.vThreshold;
  }

  /** What a spike of neuron i does besides the reset. */
  protected spiked(_i: number): void {}

  setCurrent(i: number, t: number, current: number): void {
    this.advance(i, t);
    this.current[i] = this.parameters.bias + current;
  }

  setPotential(i: number, t: number, v: number): void {
    this.advance(i, t);
    this.v[i] = v;
  }

  settleCrossing(i: number, t: number): void {
    this.advance(i, t);
    this.v[i] = Math.max(this.v[i], this.threshold(i));
  }

  /**
   * Tests the threshold of neuron i at t, the time of its last event, fires and resets.
   * @returns how many spikes it fired at this instant
   */
  fire(i: number, t: number): number {
    const p = this.parameters;
    if (t < this.refractoryUntil[i] || !(this.v[i] >= this.threshold(i))) return 0;
    let spikes = 0;
    if (p.reset === "fixed") {
      this.v[i] = p.vReset;
      this.spiked(i);
      spikes = 1;
    } else {
      const step = p.vThreshold - p.vRest;
      // A burst beyond any sensible count means diverged weights; the caller reports it.
      do {
        this.v[i] -= step;
        this.spiked(i);
        spikes++;
      } while (p.tauRef === 0 && this.v[i] >= this.threshold(i) && spikes < BURST);
    }
    if (p.tauRef > 0) this.refractoryUntil[i] = instant(t + p.tauRef);
    return spikes;
  }

  /** How much of the time from the last event to t neuron i spends with its potential held at vReset [ms]. */
  protected held(i: number, t: number): number {
    if (this.parameters.reset !== "fixed") return 0;
    return Math.max(0, Math.min(t, this.refractoryUntil[i]) - this.last[i]);
  }
}
