import { exp } from "../../../math/elementary.ts";

/** Time constants after which the clock of the exponentials is set back: exp(200) is far from any bound. */
const SPAN = 200;

/**
 * A modulator of the neurons of a population, the third factor of their synapses as an input: dU/dt = -U / tau, and each
 * spike that arrives over a projection onto it adds its weight (as the errors do that reach the dendrites of Neftci et al.
 * 2017, "Event-driven random back-propagation").
 *
 * A number is kept that does not change between events, U exp((t - origin) / tau), so that an instant costs one
 * exponential, whatever number of synapses read it then. `origin` is 0 until exponentials grow large.
 */
export class Modulator {
  readonly size: number;
  readonly tau: number;
  /** [neurons]; times `leftAt` it is the modulator. Others read it alone. */
  readonly kept: Float64Array;
  readonly #followers: ((i: number, t: number, amount: number) => void)[] = [];
  #silent = true;
  #origin = 0;
  /** The present, exp((now - origin) / tau), and one over it. */
  #now = 0;
  #grown = 1;
  #left = 1;

  /** @param tau  [ms] */
  constructor(size: number, tau: number) {
    this.size = size;
    this.tau = tau;
    this.kept = new Float64Array(size);
  }

  /**
   * A spike arrives at neuron i.
   * @param t  [ms], not before that of any call so far; the same of `at` and `read`
   */
  receive(i: number, t: number, amount: number): void {
    this.#go(t);
    this.#silent = false;
    this.kept[i] += amount * this.#grown;
    for (const hear of this.#followers) hear(i, t, amount);
  }

  /**
   * The same for all neurons, in a row of weights from a place on.
   * @returns the sum of what was added: no number where any of it is none
   */
  receiveRow(t: number, weights: Float32Array | Float64Array, from: number, gain: number): number {
    this.#go(t);
    this.#silent = false;
    const [kept, grown] = [this.kept, this.#grown];
    let sum = 0;
    for (let i = 0; i < kept.length; i++) {
      const amount = weights[from + i] * gain;
      sum += amount;
      kept[i] += amount * grown;
    }
    for (const hear of this.#followers)
      for (let i = 0; i < kept.length; i++) hear(i, t, weights[from + i] * gain);
    return sum;
  }

  /** Whoever wants to know. @param hear  is told of whatever is added from now on */
  follow(hear: (i: number, t: number, amount: number) => void): void {
    this.#followers.push(hear);
  }

  /** Is 0 at t [ms], as nothing that has arrived counts any more. */
  rest(t: number): void {
    if (!this.#silent) this.kept.fill(0);
    this.#silent = true;
    this.#origin = t;
    this.#now = t;
    this.#grown = 1;
    this.#left = 1;
  }

  /** Of neuron i at t [ms]. */
  at(i: number, t: number): number {
    this.#go(t);
    return this.kept[i] * this.#left;
  }

  /** Whether it is 0 at every neuron, as nothing has come since it was last brought to rest. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Of how many neurons it is above a limit of 0 or more at t [ms]. */
  above(limit: number, t: number): number {
    if (this.#silent) return 0;
    this.#go(t);
    const [kept, left] = [this.kept, this.#left];
    let count = 0;
    for (let i = 0; i < kept.length; i++) count += kept[i] * left > limit ? 1 : 0;
    return count;
  }

  /** What is left at t [ms] of `kept`. */
  leftAt(t: number): number {
    this.#go(t);
    return this.#left;
  }

  /** All neurons at t [ms]; one number each. */
  read(t: number): Float64Array {
    return Float64Array.from(this.kept, (_, i) => this.at(i, t));
  }

  #go(t: number): void {
    if (t === this.#now) return;
    const since = (t - this.#origin) / this.tau;
    if (since > SPAN) {
      const factor = exp(-since);
      for (let i = 0; i < this.kept.length; i++) this.kept[i] *= factor;
      this.#origin = t;
      this.#grown = 1;
    } else this.#grown = exp(since);
    this.#left = 1 / this.#grown;
    this.#now = t;
  }
}
