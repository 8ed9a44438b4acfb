import { exp, log } from "./elementary.ts";
import { Rng } from "./rng.ts";

/** Ends of an interval, in the unit of the values. */
export type Interval = readonly [low: number, high: number];

/** Up to here all resamples are looked at: 5^5 of them. */
const FEW = 5;
const RESAMPLES = 10_000;
const LEVEL = 0.95;

/**
 * The 95 % percentile bootstrap interval of a mean (Efron 1979; Efron and Tibshirani 1993, section 13.3). Up to five values
 * every resample counts, as often as it can be drawn; of more, 10,000 are drawn, always the same. Of paired values hand
 * over the differences.
 *
 * It knows no more than the values do: of three it is the smallest to the largest, which holds the mean of a normal
 * distribution in three of four cases.
 * @returns undefined for fewer than two values
 */
export function bootstrapInterval(values: readonly number[]): Interval | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const means = n <= FEW ? everyMean(values) : drawnMeans(values);
  means.sort();
  const tail = (1 - LEVEL) / 2;
  const at = (share: number) => means[Math.min(means.length - 1, Math.floor(share * means.length))];
  return [at(tail), means[means.length - 1 - Math.floor(tail * means.length)]];
}

function everyMean(values: readonly number[]): Float64Array {
  const n = values.length;
  return Float64Array.from({ length: n ** n }, (_, resample) => {
    let sum = 0;
    for (let k = 0, left = resample; k < n; k++, left = Math.floor(left / n)) sum += values[left % n];
    return sum / n;
  });
}

function drawnMeans(values: readonly number[]): Float64Array {
  const rng = new Rng(values.length, "bootstrap");
  return Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let k = 0; k < values.length; k++) sum += values[Math.floor(rng.uniform() * values.length)];
    return sum / values.length;
  });
}

/**
 * The exact two-sided McNemar test of two classifiers on the same samples (McNemar 1947; the binomial form of Edwards
 * 1948): of the samples that one of them alone decides rightly, each is as likely to be either's.
 * @returns the probability of a split at least as uneven; 1 where the two are right on the same samples
 */
export function mcNemar(first: number, second: number): number {
  const n = first + second;
  // Terms of the tail relative to the largest, so that none of them is too small for a number.
  const k = Math.min(first, second);
  if (2 * k === n) return 1;
  let [term, tail] = [1, 1];
  for (let i = k; i > 0 && term > 0; i--) {
    term *= i / (n - i + 1);
    tail += term;
  }
  let logOfLargest = -n * Math.LN2;
  for (let i = 0; i < k; i++) logOfLargest += log((n - i) / (i + 1));
  return Math.min(1, 2 * tail * exp(logOfLargest));
}

/**
 * Decimal places that a deviation supports: to its first digit, to its second where that is 1 or 2; -2 is hundreds.
 * @param most  of a deviation that is 0 or small
 */
export function places(deviation: number, most: number): number {
  if (!(deviation > 0)) return most;
  const [digits, exponent] = deviation.toExponential(1).split("e");
  return Math.min(most, (digits[0] < "3" ? 1 : 0) - Number(exponent));
}

/** Standard deviation of a share that was counted over so many samples. */
export function shareDeviation(share: number, samples: number): number {
  return Math.sqrt((share * (1 - share)) / samples);
}
