import { expectNumber, expectTime } from "../engine/network/expect.ts";
import { expectBins } from "./rates.ts";

/**
 * Cross-correlogram: how often `other` fires at each lag after `train` (Perkel, Gerstein & Moore 1967, Biophys J
 * 7:419). Bins have the width binMs and are centred on multiples of it, from -maxLagMs to maxLagMs; the lower edge of a
 * bin belongs to it. A pair of spikes costs as much as its window holds, not all pairs.
 * @returns counts, [2 * maxLagMs / binMs + 1]
 * @throws InputError when the bin or the lag is no time
 */
export function crossCorrelogram(
  train: Float64Array,
  other: Float64Array,
  binMs: number,
  maxLagMs: number,
): Uint32Array {
  expectTime("binMs", binMs);
  expectNumber("maxLagMs", maxLagMs, maxLagMs >= 0 && maxLagMs < Infinity, "0 ms or more");
  const half = Math.round(maxLagMs / binMs);
  expectBins(2 * half + 1);
  const counts = new Uint32Array(2 * half + 1);
  const reach = (half + 0.5) * binMs;
  let first = 0;
  for (const t of train) {
    while (first < other.length && other[first] - t < -reach) first++;
    for (let k = first; k < other.length && other[k] - t < reach; k++) {
      const bin = Math.floor((other[k] - t) / binMs + 0.5) + half;
      if (bin >= 0 && bin < counts.length) counts[bin]++;
    }
  }
  return counts;
}
