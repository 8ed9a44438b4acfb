import { expectNumber, expectTime } from "../engine/network/expect.ts";
import { expectBins } from "./rates.ts";

/** Interspike intervals of a train [ms]; one fewer than spikes. */
export function intervals(train: Float64Array): Float64Array {
  return Float64Array.from({ length: Math.max(0, train.length - 1) }, (_, k) => train[k + 1] - train[k]);
}

/** Counts of intervals in bins of a width [ms] from 0; intervals beyond the last bin are left out. */
export function intervalHistogram(isis: Float64Array, binMs: number, bins: number): Uint32Array {
  expectTime("binMs", binMs);
  expectNumber("bins", bins, Number.isInteger(bins) && bins > 0, "an integer of 1 or more");
  expectBins(bins);
  const counts = new Uint32Array(bins);
  for (const isi of isis) {
    const bin = Math.floor(isi / binMs);
    if (bin < bins) counts[bin]++;
  }
  return counts;
}

/**
 * Coefficient of variation of the intervals: standard deviation over mean; 1 for a Poisson process, 0 for a clock
 * (Softky & Koch 1993, J Neurosci 13:334).
 * @returns NaN for fewer than two intervals
 */
export function cv(isis: Float64Array): number {
  if (isis.length < 2) return Number.NaN;
  const mean = isis.reduce((sum, x) => sum + x, 0) / isis.length;
  const variance = isis.reduce((sum, x) => sum + (x - mean) ** 2, 0) / isis.length;
  return Math.sqrt(variance) / mean;
}

/**
 * CV2, which slow changes of the rate do not raise: the mean of 2 |b - a| / (b + a) over neighbouring intervals (Holt
 * et al. 1996, J Neurophysiol 75:1806, eq. 1).
 * @returns NaN for fewer than two intervals
 */
export function cv2(isis: Float64Array): number {
  if (isis.length < 2) return Number.NaN;
  let sum = 0;
  for (let k = 1; k < isis.length; k++) {
    const [a, b] = [isis[k - 1], isis[k]];
    // Two spikes at one instant make an interval of 0; two such in a row do not vary.
    if (a + b > 0) sum += (2 * Math.abs(b - a)) / (a + b);
  }
  return sum / (isis.length - 1);
}
