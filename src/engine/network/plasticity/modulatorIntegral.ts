import { exp } from "../../../math/elementary.ts";
import type { Modulator } from "./modulator.ts";

/** Time constants after which the origin is too far back: what rounding takes grows by exp(10) until then. */
const SPAN = 10;

/**
 * The integral of a modulator's product with an exponential that decays from an origin on,
 *
 *     G(t) = integral from the origin to t of U(s) exp(-(s - origin) / tau) ds = A - both U(t) exp(-(t - origin) / tau)
 *
 * with 1 / both = 1 / tau + 1 / tauU, one for each neuron. A changes only where U jumps, by both times the jump's height
 * at exp(-(t - origin) / tau), so that a spike onto the modulator costs the same whatever number of synapses the neuron
 * has: what an eligibility e(t0) exp(-(t - t0) / tau) makes of it is a difference of G, times what e was at the origin.
 */
export class ModulatorIntegral {
  readonly #modulator: Modulator;
  readonly #tau: number;
  readonly #both: number;
  readonly #constant: Float64Array;
  #origin = 0;
  #now = 0;
  #left = 1;

  /** @param tau  [ms]; Infinity: the integral of the modulator itself */
  constructor(modulator: Modulator, tau: number) {
    this.#modulator = modulator;
    this.#tau = tau;
    this.#both = 1 / (1 / tau + 1 / modulator.tau);
    this.#constant = new Float64Array(modulator.size);
    modulator.follow((i, t, amount) => {
      this.#constant[i] += amount * this.#both * this.left(t);
    });
  }

  /** exp(-(t - origin) / tau); t [ms] is not before that of any call so far. */
  left(t: number): number {
    if (t !== this.#now) {
      this.#left = exp(-(t - this.#origin) / this.#tau);
      this.#now = t;
    }
    return this.#left;
  }

  /** G of neuron i now. */
  at(i: number, t: number): number {
    return this.#constant[i] - this.#both * this.#modulator.at(i, t) * this.left(t);
  }

  /** Whether the origin should be moved before anything else happens. */
  isLate(t: number): boolean {
    return t - this.#origin > SPAN * this.#tau;
  }

  /** As `restart`, where the modulator is 0 from t on. */
  rest(t: number): void {
    this.#origin = t;
    this.#now = t;
    this.#left = 1;
    this.#constant.fill(0);
  }

  /** The origin is t from now on, where G is 0. */
  restart(t: number): void {
    this.#origin = t;
    this.#now = t;
    this.#left = 1;
    for (let i = 0; i < this.#constant.length; i++) this.#constant[i] = this.#both * this.#modulator.at(i, t);
  }
}
