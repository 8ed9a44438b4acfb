import { multiply, multiplyRows } from "../math/matrix.ts";
import type { Fan, Layer, Pool } from "./architecture.ts";

/** Plain loops over the synapses of one layer; `fan` is null where every source reaches every target. */

/** out[j] = sum of x[i] times the weight from source i to target j; silent sources cost nothing. Returns `out`. */
export function sumForward(
  fan: Fan | null,
  x: ArrayLike<number>,
  weights: Float32Array,
  out: Float64Array,
): Float64Array {
  if (!fan) return multiplyRows(x, weights, out);
  out.fill(0);
  const { starts, targets, weights: places, length } = fan;
  for (let i = 0; i < x.length; i++) {
    const factor = x[i]!;
    if (factor === 0) continue;
    for (let n = starts[i]!; n < starts[i + 1]!; n++) {
      let [to, from] = [targets[n]!, places[n]!];
      for (const end = to + length; to < end; ) out[to++]! += factor * weights[from++]!;
    }
  }
  return out;
}

/** out[i] = sum of y[j] times the weight from source i to target j. Returns `out`. */
export function sumBackward(
  fan: Fan | null,
  weights: Float32Array,
  y: ArrayLike<number>,
  out: Float64Array,
): Float64Array {
  if (!fan) return multiply(weights, y, out);
  const { starts, targets, weights: places, length } = fan;
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let n = starts[i]!; n < starts[i + 1]!; n++) {
      let [to, from] = [targets[n]!, places[n]!];
      for (const end = to + length; to < end; ) sum += weights[from++]! * y[to++]!;
    }
    out[i] = sum;
  }
  return out;
}

/** changes += x (x) post over all synapses of the layer; returns the number of synapses that were given a change. */
export function addOuter(
  fan: Fan,
  x: ArrayLike<number>,
  post: ArrayLike<number>,
  changes: Float32Array | Float64Array,
): number {
  let synapses = 0;
  for (let i = 0; i < x.length; i++) {
    if (x[i] !== 0) synapses += addRuns(fan, i, x[i]!, post, changes);
  }
  return synapses;
}

/** The same for one source: changes += factor * post over its synapses; returns their number. */
export function addRuns(
  { starts, targets, weights: places, length }: Fan,
  i: number,
  factor: number,
  post: ArrayLike<number>,
  changes: Float32Array | Float64Array,
): number {
  const [first, end] = [starts[i]!, starts[i + 1]!];
  for (let n = first; n < end; n++) {
    const [from, to] = [targets[n]!, places[n]!];
    for (let c = 0; c < length; c++) changes[to + c]! += factor * post[from + c]!;
  }
  return (end - first) * length;
}

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
    for (let i = 0; i < pools.length; i++) if (pools[i]! >= 0) out[pools[i]!]! += values[i]! / (size * size);
    return out;
  }
  const winners = winnersOf(pools, activity, out.length);
  for (let p = 0; p < out.length; p++) out[p] = values[winners[p]!]!;
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
    for (let i = 0; i < pools.length; i++) out[i] = pools[i]! >= 0 ? values[pools[i]!]! / (size * size) : 0;
    return out;
  }
  out.fill(0);
  const winners = winnersOf(pools, activity, values.length);
  for (let p = 0; p < values.length; p++) out[winners[p]!] = values[p]!;
  return out;
}

/** The neuron with the largest activity of each pool, the first of equals. */
function winnersOf(pools: Int32Array, activity: ArrayLike<number>, count: number): Int32Array {
  const winners = new Int32Array(count).fill(-1);
  for (let i = 0; i < pools.length; i++) {
    const p = pools[i]!;
    if (p >= 0 && (winners[p] === -1 || activity[i]! > activity[winners[p]!]!)) winners[p] = i;
  }
  return winners;
}

/** Synapses that leave source i. */
export function synapsesOf({ post }: Layer, fan: Fan | null, i: number): number {
  return fan ? (fan.starts[i + 1]! - fan.starts[i]!) * fan.length : post;
}
