import { exp, expm1 } from "../../../math/elementary.ts";
import { instant } from "../../instant.ts";
import { expectFinite, expectNumber } from "../expect.ts";

/** Reward events: at each time [ms] dopamine rises by an amount, one for all or one each. */
export interface Rewards {
  readonly times: ArrayLike<number>;
  readonly amount: number | ArrayLike<number>;
}

/**
 * A global concentration d with dd/dt = -d / tau that jumps at rewards, over a constant baseline. It is kept as its
 * values after each reward, so that any past interval can be integrated.
 */
export class Dopamine {
  readonly #tau: number;
  readonly #baseline: number;
  /** Rewards in order of time, and the level, without baseline, just after each. */
  readonly #times: number[] = [];
  readonly #amounts: number[] = [];
  readonly #levels: number[] = [];

  constructor(tau: number, baseline: number) {
    this.#tau = tau;
    this.#baseline = baseline;
  }

  /** @param at  [ms], after every interval that has been asked for */
  reward(at: number, amount: number): void {
    const t = instant(at);
    let k = this.#times.length;
    while (k > 0 && this.#times[k - 1] > t) k--;
    this.#times.splice(k, 0, t);
    this.#amounts.splice(k, 0, amount);
    this.#levels.length = k;
    for (; k < this.#times.length; k++) {
      const before =
        k > 0 ? this.#levels[k - 1] * exp(-(this.#times[k] - this.#times[k - 1]) / this.#tau) : 0;
      this.#levels.push(before + this.#amounts[k]);
    }
  }

  /**
   * Walks through the stretches without a reward from t0 to t1: `add` gets for each the integral of
   * exp(-(t - t0) / tauE) d(t), of one sign where baseline and rewards are.
   */
  integrate(t0: number, t1: number, tauE: number, add: (integral: number) => void): void {
    const times = this.#times;
    let k = countUpTo(times, t0);
    const both = 1 / (1 / tauE + 1 / this.#tau);
    for (let from = t0; from < t1; k++) {
      const to = Math.min(t1, k < times.length ? times[k] : Infinity);
      const left = exp(-(from - t0) / tauE);
      const level = k > 0 ? this.#levels[k - 1] * exp(-(from - times[k - 1]) / this.#tau) : 0;
      const phasic = level === 0 ? 0 : level * both * -expm1(-(to - from) / both);
      const tonic = this.#baseline === 0 ? 0 : this.#baseline * tauE * -expm1(-(to - from) / tauE);
      add(left * (phasic + tonic));
      // What is left of the eligibility no longer moves any weight.
      if (left < 1e-20) return;
      from = to;
    }
  }
}

/** How many of the ascending times are not after t. */
function countUpTo(times: readonly number[], t: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @throws InputError that names the field, its value and what was expected */
export function checkRewards({ times, amount }: Rewards): void {
  for (let k = 0; k < times.length; k++) {
    expectNumber(`rewards.times[${k}]`, times[k], times[k] >= 0 && times[k] < Infinity, "0 ms or later");
    if (typeof amount === "number") expectFinite("rewards.amount", amount);
    else expectFinite(`rewards.amount[${k}]`, amount?.[k]);
  }
}
