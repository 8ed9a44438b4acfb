import type { Convolution, Layer } from "../architecture.ts";
import { neuronsOf } from "../architecture.ts";

/**
 * The synapses that leave each source, as runs of neighbouring targets with neighbouring weights: source i has the runs
 * starts[i] .. starts[i + 1] - 1, and run n has the synapses of weights places[n] + c onto targets[n] + c for
 * c = 0 .. length - 1. A full connection is one run for each source, a convolution one for each place that its kernel
 * takes a source to.
 */
export interface Runs {
  /** [sources + 1] */
  readonly starts: Int32Array;
  readonly targets: Int32Array;
  readonly places: Int32Array;
  readonly length: number;
  /** Whether several synapses have one weight. */
  readonly shared: boolean;
}

export function runsOf({ conv, sources, post }: Layer): Runs {
  return conv ? slidingRuns(conv) : fullRuns(sources, post);
}

/** Every source onto every target. */
export function fullRuns(sources: number, post: number): Runs {
  return {
    starts: Int32Array.from({ length: sources + 1 }, (_, i) => i),
    targets: new Int32Array(sources),
    places: Int32Array.from({ length: sources }, (_, i) => i * post),
    length: post,
    shared: false,
  };
}

/** One kernel for all places. */
export function slidingRuns({ size, stride, padding, from, to }: Convolution): Runs {
  const starts = new Int32Array(neuronsOf(from) + 1);
  const targets: number[] = [];
  const places: number[] = [];
  const length = to.channels;
  for (let y = 0, i = 0; y < from.height; y++) {
    for (let x = 0; x < from.width; x++) {
      const seenBy: [target: number, place: number][] = [];
      for (let ky = 0; ky < size; ky++) {
        const row = (y + padding - ky) / stride;
        if (!Number.isInteger(row) || row < 0 || row >= to.height) continue;
        for (let kx = 0; kx < size; kx++) {
          const column = (x + padding - kx) / stride;
          if (!Number.isInteger(column) || column < 0 || column >= to.width) continue;
          seenBy.push([(row * to.width + column) * length, ky * size + kx]);
        }
      }
      for (let c = 0; c < from.channels; c++, i++) {
        for (const [target, place] of seenBy) {
          targets.push(target);
          places.push((place * from.channels + c) * length);
        }
        starts[i + 1] = targets.length;
      }
    }
  }
  return { starts, targets: Int32Array.from(targets), places: Int32Array.from(places), length, shared: true };
}

/** Synapses that leave source i. */
export function synapsesOf({ starts, length }: Runs, i: number): number {
  return (starts[i + 1] - starts[i]) * length;
}

/** out[j] = sum of x[i] times the weight from source i to target j; silent sources cost nothing. Returns `out`. */
export function sumForward(
  { starts, targets, places, length }: Runs,
  x: ArrayLike<number>,
  weights: Float32Array,
  out: Float64Array,
): Float64Array {
  out.fill(0);
  for (let i = 0; i < x.length; i++) {
    const factor = x[i];
    if (factor === 0) continue;
    for (let n = starts[i]; n < starts[i + 1]; n++) {
      const [to, from] = [targets[n], places[n]];
      for (let c = 0; c < length; c++) out[to + c] += factor * weights[from + c];
    }
  }
  return out;
}

/** out[i] = sum of y[j] times the weight from source i to target j. Returns `out`. */
export function sumBackward(
  { starts, targets, places, length }: Runs,
  weights: Float32Array,
  y: ArrayLike<number>,
  out: Float64Array,
): Float64Array {
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let n = starts[i]; n < starts[i + 1]; n++) {
      const [to, from] = [targets[n], places[n]];
      for (let c = 0; c < length; c++) sum += weights[from + c] * y[to + c];
    }
    out[i] = sum;
  }
  return out;
}

/** changes += x (x) post over all synapses; silent sources cost nothing. */
export function addOuter(
  runs: Runs,
  x: ArrayLike<number>,
  post: ArrayLike<number>,
  changes: Float32Array | Float64Array,
): void {
  for (let i = 0; i < x.length; i++) if (x[i] !== 0) addRow(runs, i, x[i], post, changes);
}

/** The same for one source: changes += factor * post over its synapses. */
export function addRow(
  { starts, targets, places, length }: Runs,
  i: number,
  factor: number,
  post: ArrayLike<number>,
  changes: Float32Array | Float64Array,
): void {
  for (let n = starts[i], end = starts[i + 1]; n < end; n++) {
    const [from, to] = [targets[n], places[n]];
    for (let c = 0; c < length; c++) changes[to + c] += factor * post[from + c];
  }
}
