import type { Convolution, Layer } from "../architecture.ts";
import { type Taps, taps } from "./taps.ts";

/**
 * The synapses that leave each source, as runs of neighbouring targets with neighbouring weights: source i has the runs
 * starts[i] .. starts[i + 1] - 1, and run n has the synapses of weights places[n] + c onto targets[n] + c for
 * c = 0 .. length - 1. A full connection is one run for each source, a convolution one for each place that its kernel
 * takes a source to, a list of synapses one for each of them.
 */
export interface Runs {
  /** [sources + 1] */
  readonly starts: Uint32Array;
  readonly targets: Uint32Array | Uint16Array;
  /** null for single synapses in the order of their weights. */
  readonly places: Uint32Array | null;
  readonly length: number;
  /** Whether several synapses have one weight. */
  readonly shared: boolean;
}

/**
 * A kernel that slides over maps, in what it takes along either side: the runs of a line of sources, and for each line
 * where those begin, among targets and weights. Runs n of the line and k of the lines make one of targets[n] + targets[k].
 */
export interface Sliding {
  readonly lines: Runs;
  readonly runs: Runs;
}

export function runsOf({ conv, sources, post }: Layer): Runs {
  return conv ? flat(kernelRuns(conv)) : fullRuns(sources, post);
}

/** Every source onto every target. */
export function fullRuns(sources: number, post: number): Runs {
  return {
    starts: Uint32Array.from({ length: sources + 1 }, (_, i) => i),
    targets: new Uint32Array(sources),
    places: Uint32Array.from({ length: sources }, (_, i) => i * post),
    length: post,
    shared: false,
  };
}

function kernelRuns({ size: kernel, stride, padding: before, from, to }: Convolution): Sliding {
  const along = (size: number, out: number) => taps({ size, kernel, stride, dilation: 1, before, out }, size);
  const [rows, columns] = [along(from.height, to.height), along(from.width, to.width)];
  return slidingRuns(rows, columns, from.channels, to.channels, kernel);
}

/** @param width  of the kernel */
export function slidingRuns(
  rows: Taps,
  columns: Taps,
  channels: number,
  filters: number,
  width: number,
): Sliding {
  const [starts, targets, places] = [[0], [] as number[], [] as number[]];
  for (let x = 0; x + 1 < columns.start.length; x++) {
    for (let c = 0; c < channels; c++) {
      for (let k = columns.start[x]; k < columns.start[x + 1]; k++) {
        targets.push(columns.at[k] * filters);
        places.push((columns.tap[k] * channels + c) * filters);
      }
      starts.push(targets.length);
    }
  }
  const [line, weights] = [columns.out * filters, width * channels * filters];
  const [runs, lines] = [
    {
      starts: Uint32Array.from(starts),
      targets: Uint32Array.from(targets),
      places: Uint32Array.from(places),
    },
    { starts: rows.start, targets: rows.at.map(y => y * line), places: rows.tap.map(k => k * weights) },
  ].map(each => ({ ...each, length: filters, shared: true }));
  return { lines, runs };
}

/** The runs of all sources, written out. */
function flat({ lines, runs }: Sliding): Runs {
  const [starts, targets, places] = [[0], [] as number[], [] as number[]];
  for (let y = 0; y + 1 < lines.starts.length; y++) {
    for (let x = 0; x + 1 < runs.starts.length; x++) {
      for (let k = lines.starts[y]; k < lines.starts[y + 1]; k++) {
        for (let n = runs.starts[x]; n < runs.starts[x + 1]; n++) {
          targets.push(lines.targets[k] + runs.targets[n]);
          places.push(lines.places![k] + runs.places![n]);
        }
      }
      starts.push(targets.length);
    }
  }
  return {
    ...runs,
    starts: Uint32Array.from(starts),
    targets: Uint32Array.from(targets),
    places: Uint32Array.from(places),
  };
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
      const [to, from] = [targets[n], places ? places[n] : n];
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
    // From the last one on, which has the first weights of a kernel: the order is in the last bits of what was trained.
    for (let n = starts[i + 1] - 1; n >= starts[i]; n--) {
      const [to, from] = [targets[n], places ? places[n] : n];
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
    const [from, to] = [targets[n], places ? places[n] : n];
    for (let c = 0; c < length; c++) changes[to + c] += factor * post[from + c];
  }
}
