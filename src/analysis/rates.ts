import { binAt } from "../engine/instant.ts";
import { expectNumber, expectTime } from "../engine/network/expect.ts";
import type { Raster } from "../engine/record/raster.ts";

/** Mean firing rate of a train [Hz] over a window [ms]. */
export function firingRate(train: Float64Array, durationMs: number): number {
  return durationMs > 0 ? (1000 * train.length) / durationMs : 0;
}

/** Firing rate of every population, per neuron [Hz], and its spikes; walks through the spikes once. */
export function populationRates(raster: Raster): { name: string; spikes: number; rateHz: number }[] {
  const counts = raster.populations.map(() => 0);
  for (const p of raster.populationIndex) counts[p]++;
  return raster.populations.map(({ name, size }, p) => ({
    name,
    spikes: counts[p],
    rateHz: size > 0 && raster.durationMs > 0 ? (1000 * counts[p]) / (raster.durationMs * size) : 0,
  }));
}

/** Bins that are counted one by one. */
const MOST_BINS = 2 ** 27;

/**
 * Spikes in bins of a width [ms] from 0; the spike at the very end belongs to the last bin.
 * @throws InputError when the width or the duration is no time, or there are more than 2^27 bins
 */
export function binCounts(train: ArrayLike<number>, binMs: number, durationMs: number): Uint32Array {
  expectTime("binMs", binMs);
  expectNumber("durationMs", durationMs, durationMs >= 0 && durationMs < Infinity, "0 ms or more");
  const count = binsIn(durationMs, binMs);
  expectBins(count);
  const bins = new Uint32Array(count);
  for (let k = 0; k < train.length; k++) {
    const bin = Math.min(bins.length - 1, binAt(train[k], binMs));
    if (bin >= 0) bins[bin]++;
  }
  return bins;
}

function binsIn(durationMs: number, binMs: number): number {
  return Math.max(1, Math.ceil(durationMs / binMs - 1e-9));
}

/** @throws InputError when so many bins are more than one can count in */
export function expectBins(count: number): void {
  expectNumber("bins", count, count <= MOST_BINS, `at most ${MOST_BINS}`);
}

/**
 * Fano factor of the counts of `binCounts`, in a time that follows the spikes and not the bins, most of which may be
 * empty.
 * @param train  ascending
 * @returns NaN without a spike
 */
export function trainFano(train: Float64Array, binMs: number, durationMs: number): number {
  const bins = binsIn(durationMs, binMs);
  const occupied: number[] = [];
  let last = -1;
  for (const t of train) {
    const bin = Math.min(bins - 1, Math.floor(t / binMs));
    if (bin < 0) continue;
    if (bin === last) occupied[occupied.length - 1]++;
    else occupied.push(1);
    last = bin;
  }
  const mean = occupied.reduce((sum, n) => sum + n, 0) / bins;
  const empty = (bins - occupied.length) * mean ** 2;
  return occupied.reduce((sum, n) => sum + (n - mean) ** 2, empty) / bins / mean;
}

/**
 * Fano factor: variance of the spike counts over their mean (Fano 1947, Phys Rev 72:26); 1 for a Poisson process, 0
 * for a clock. The variance is that of the counts themselves, not an estimate of a larger population's.
 * @returns NaN without a spike
 */
export function fanoFactor(counts: ArrayLike<number>): number {
  const list = Array.from(counts);
  const mean = list.reduce((sum, n) => sum + n, 0) / list.length;
  return list.reduce((sum, n) => sum + (n - mean) ** 2, 0) / list.length / mean;
}
