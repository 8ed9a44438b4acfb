import type { Pool } from "./architecture.ts";

/** Mean of each pool, or its entry with the largest activity. @param pools  of `poolsOf` */
export function pool(
  { kind, size }: Pool,
  pools: Int32Array,
  values: ArrayLike<number>,
  activity: ArrayLike<number>,
  out: Float64Array,
): Float64Array {
  out.fill(0);
  if (kind === "average") {
    for (let i = 0; i < pools.length; i++) if (pools[i] >= 0) out[pools[i]] += values[i] / (size * size);
    return out;
  }
  const winners = winnersOf(pools, activity, out.length);
  for (let p = 0; p < out.length; p++) out[p] = values[winners[p]];
  return out;
}

/** The transposed of `pool`: gives what is at a pool to all its neurons, evenly, or to the one with the largest activity. */
export function unpool(
  { kind, size }: Pool,
  pools: Int32Array,
  values: ArrayLike<number>,
  activity: ArrayLike<number>,
  out: Float64Array,
): Float64Array {
  if (kind === "average") {
    for (let i = 0; i < pools.length; i++) out[i] = pools[i] >= 0 ? values[pools[i]] / (size * size) : 0;
    return out;
  }
  out.fill(0);
  const winners = winnersOf(pools, activity, values.length);
  for (let p = 0; p < values.length; p++) out[winners[p]] = values[p];
  return out;
}

/** The neuron with the largest activity of each pool, the first of equals. */
function winnersOf(pools: Int32Array, activity: ArrayLike<number>, count: number): Int32Array {
  const winners = new Int32Array(count).fill(-1);
  for (let i = 0; i < pools.length; i++) {
    const p = pools[i];
    if (p >= 0 && (winners[p] === -1 || activity[i] > activity[winners[p]])) winners[p] = i;
  }
  return winners;
}
