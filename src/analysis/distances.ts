import { expectNumber, expectTime } from "../engine/network/expect.ts";
import { exp } from "../math/elementary.ts";

/**
 * Victor-Purpura distance: the least cost of making one train the other by deleting and inserting spikes, at 1 each,
 * and moving them, at `cost` per ms (Victor & Purpura 1996, J Neurophysiol 76:1310). 0 counts the difference of the
 * numbers of spikes; a large cost counts every spike without a partner at the same instant.
 * @param cost  q [1/ms], 0 or more
 */
export function victorPurpura(a: Float64Array, b: Float64Array, cost: number): number {
  expectNumber("cost", cost, cost >= 0, "0 per ms or more");
  // The table of the published algorithm, one row at a time.
  let row = Float64Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = new Float64Array(b.length + 1);
    next[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const moved = row[j - 1] + cost * Math.abs(a[i - 1] - b[j - 1]);
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, moved);
    }
    row = next;
  }
  return row[b.length];
}

/**
 * Van Rossum distance: the L2 distance of the trains filtered with exp(-t / tau), D^2 = (1 / tau) integral of the
 * squared difference (van Rossum 2001, Neural Comput 13:751), by its closed form: a lone spike against none is
 * sqrt(1/2), a spike moved by d has D^2 = 1 - exp(-|d| / tau).
 * @param tau  [ms]
 */
export function vanRossum(a: Float64Array, b: Float64Array, tau: number): number {
  expectTime("tau", tau);
  const squared = (kernelSum(a, a, tau) + kernelSum(b, b, tau)) / 2 - kernelSum(a, b, tau);
  return Math.sqrt(Math.max(0, squared));
}

/** Sum of exp(-|s - t| / tau) over all pairs, in linear time (Houghton & Kreuz 2012, Network 23:48). */
function kernelSum(a: Float64Array, b: Float64Array, tau: number): number {
  return pastSum(a, b, tau, true) + pastSum(b, a, tau, false);
}

/** Pairs whose spike of b lies before that of a, or with it where `ties`. */
function pastSum(a: Float64Array, b: Float64Array, tau: number, ties: boolean): number {
  let [sum, trace, at, k] = [0, 0, 0, 0];
  for (const t of a) {
    while (k < b.length && (b[k] < t || (ties && b[k] === t))) {
      trace = trace * exp((at - b[k]) / tau) + 1;
      at = b[k++];
    }
    sum += trace * exp((at - t) / tau);
  }
  return sum;
}
