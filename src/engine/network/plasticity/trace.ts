import { exp } from "../../../math/elementary.ts";

/**
 * Exponentially decaying spike trace of a population, dr/dt = -r / tau, r += amount at a spike (Song, Miller & Abbott
 * 2000, eq. 2; Morrison et al. 2008, eq. 3). Each neuron's value is kept at the time of its last spike and decays
 * only when read.
 */
export class Trace {
  readonly tau: number;
  readonly #value: Float64Array;
  readonly #last: Float64Array;

  /** @param tau  [ms]; Infinity counts spikes */
  constructor(size: number, tau: number) {
    this.tau = tau;
    this.#value = new Float64Array(size);
    this.#last = new Float64Array(size);
  }

  /** Neuron i fires. @param t  [ms], not before its last spike */
  bump(i: number, t: number, amount = 1): void {
    this.#value[i] = this.at(i, t) + amount;
    this.#last[i] = t;
  }

  /** Forgets the spikes before: only the nearest counts. */
  restart(i: number, t: number): void {
    this.#value[i] = 1;
    this.#last[i] = t;
  }

  /** Forgets all spikes. */
  clear(): void {
    this.#value.fill(0);
  }

  /** Of neuron i at t [ms], not before its last spike. */
  at(i: number, t: number): number {
    const value = this.#value[i];
    return value === 0 ? 0 : value * exp(-(t - this.#last[i]) / this.tau);
  }

  /** All neurons at t [ms]; one number each. */
  read(t: number): Float64Array {
    return Float64Array.from(this.#value, (_, i) => this.at(i, t));
  }
}
