import { InputError } from "../../../errors.ts";
import { expectInteger, expectNumber, expectOnly } from "../expect.ts";
import { table } from "../parameters.ts";
import { Room } from "../room.ts";
import type { Projection } from "./projection.ts";

/**
 * A kernel that slides over a source of neurons in rows, columns and channels, all of whose places share its weights.
 * As in TensorFlow.js, channels come last: neuron (y, x, c) has number (y * width + x) * channels + c, in the source and
 * in the target, and the kernel's weights are [height, width, source channels, filters]; it is not flipped.
 */
export interface ConvolutionSpec {
  readonly kind: "convolution";
  /** Of the source: [height, width, channels]. */
  readonly shape: readonly [number, number, number];
  /**
   * Side of windows of the source, which do not overlap: the neurons of one channel in a window share the synapses of
   * one place that the kernel sees. Rows and columns that do not fill a window have none. 1 by default.
   */
  readonly pool?: number;
  /** [height, width] */
  readonly kernel: readonly [number, number];
  /** Channels of the target. */
  readonly filters: number;
  /** Places that the kernel moves by, of both directions or [down, right]; 1 by default. */
  readonly stride?: number | readonly [number, number];
  /** Places between neighbours of the kernel, likewise; 1 by default. */
  readonly dilation?: number | readonly [number, number];
  /**
   * `valid` (the default): the kernel stays inside; `same`: the target is as large as the source over the stride, with
   * an odd place at the lower and right edge; or how many places it may reach over each edge.
   */
  readonly padding?: "valid" | "same" | number;
}

export const convolutionFields = table({
  kind: {},
  shape: { unit: "1", own: true },
  pool: { unit: "1", own: true },
  kernel: { unit: "1", own: true },
  filters: { unit: "1", own: true },
  stride: { unit: "1", own: true },
  dilation: { unit: "1", own: true },
  padding: { unit: "1", words: ["valid", "same"], own: true },
});

/** Which places of one direction the kernel takes to which: of input y, tap[k] to at[k] for k from start[y] on. */
interface Taps {
  /** Size of the target. */
  readonly out: number;
  readonly start: Uint32Array;
  readonly tap: Uint32Array;
  readonly at: Uint32Array;
}

/** How a checked convolution connects. */
export interface Sliding {
  readonly channels: number;
  readonly filters: number;
  /** [height, width] */
  readonly kernel: readonly [number, number];
  readonly rows: Taps;
  readonly columns: Taps;
}

/** @throws InputError that names the field, its value and what was expected */
export function slide(spec: ConvolutionSpec, pre: number, post: number, room = new Room()): Sliding {
  expectOnly(spec, "a convolution", Object.keys(convolutionFields));
  const { filters, pool = 1, stride = 1, dilation = 1, padding = "valid" } = spec;
  const shape = counts("shape", spec.shape, 3);
  const kernel = counts("kernel", spec.kernel, 2);
  const [height, width, channels] = shape as [number, number, number];
  expectInteger("pool", pool, 1, Math.min(height, width));
  expectNumber("filters", filters, Number.isInteger(filters) && filters >= 1, "an integer of 1 or more");
  if (height * width * channels !== pre) {
    throw new InputError(`shape: expected ${pre} neurons, the size of the source, got ${shape.join(" x ")}`);
  }
  const strides = counts("stride", typeof stride === "number" ? [stride, stride] : stride, 2);
  const dilations = counts("dilation", typeof dilation === "number" ? [dilation, dilation] : dilation, 2);
  const reach = Number.isInteger(padding) && (padding as number) >= 0;
  if (padding !== "valid" && padding !== "same" && !reach) {
    throw new InputError(`padding: expected valid, same or a number of places, got ${String(padding)}`);
  }
  room.take("kernel", kernel[0] * kernel[1] * channels * filters, "weights", 4);
  const spans = [height, width].map((size, k) =>
    spanOf(Math.floor(size / pool), kernel[k], strides[k], dilations[k], padding),
  ) as [Span, Span];
  const [down, across] = spans.map(({ out }) => out) as [number, number];
  if (down * across * filters !== post) {
    throw new InputError(
      `filters: expected a target of ${down} x ${across} x ${filters} neurons, got one of ${post}`,
    );
  }
  const [rows, columns] = [height, width].map((size, k) => pooled(taps(spans[k]), size, pool)) as [
    Taps,
    Taps,
  ];
  return { channels, filters, kernel: [kernel[0], kernel[1]], rows, columns };
}

export function kernelWeights({ kernel, channels, filters }: Sliding): number {
  return kernel[0] * kernel[1] * channels * filters;
}

/** Synapses of a convolution: one kernel, and for each direction which places it connects. */
export class ConvolutionProjection implements Projection {
  readonly pre: number;
  readonly post: number;
  readonly synapses: number;
  /** The kernel, [height, width, source channels, filters]: weights that all places share. */
  readonly heldWeights: Float32Array;
  lent: boolean;
  gain: number;
  readonly minDelay: number;
  readonly shared = true;
  readonly #sliding: Sliding;

  /** @throws InputError for weights or a delay that cannot be */
  constructor(sliding: Sliding, weights: Float32Array, delay: number, gain: number, lent = true) {
    const { rows, columns, channels, filters } = sliding;
    const shape = [...sliding.kernel, channels, filters];
    if (weights.length !== kernelWeights(sliding)) {
      throw new InputError(`weights: expected one number or ${shape.join(" x ")}, got ${weights.length}`);
    }
    const bad = weights.findIndex(w => !Number.isFinite(w));
    if (bad >= 0) throw new InputError(`weights[${bad}]: expected a finite number, got ${weights[bad]}`);
    expectNumber("gain", gain, Number.isFinite(gain), "a finite number");
    expectNumber("delay", delay, delay >= 0 && delay < Infinity, "0 ms or more, one for all synapses");
    this.pre = (rows.start.length - 1) * (columns.start.length - 1) * channels;
    this.post = rows.out * columns.out * filters;
    this.synapses = rows.tap.length * columns.tap.length * channels * filters;
    this.heldWeights = weights;
    this.lent = lent;
    this.gain = gain;
    this.minDelay = delay;
    this.#sliding = sliding;
  }

  get weights(): Float32Array {
    this.lent = true;
    return this.heldWeights;
  }

  get bytes(): number {
    const { rows, columns } = this.#sliding;
    const tables = [rows, columns].flatMap(({ start, tap, at }) => [start, tap, at]);
    return tables.reduce((sum, table) => sum + table.byteLength, this.heldWeights.byteLength);
  }

  rowLength(row: number): number {
    const { rows, columns, filters } = this.#sliding;
    const [y, x] = this.#place(row);
    return (rows.start[y + 1] - rows.start[y]) * (columns.start[x + 1] - columns.start[x]) * filters;
  }

  delayAt(): number {
    return this.minDelay;
  }

  deliver(
    row: number,
    _cursor: number,
    receive: (target: number, weight: number, synapse: number) => void,
  ): number {
    const { rows, columns, channels, filters, kernel } = this.#sliding;
    const weights = this.heldWeights;
    const [y, x] = this.#place(row);
    const c = row % channels;
    for (let k = rows.start[y]; k < rows.start[y + 1]; k++) {
      for (let n = columns.start[x]; n < columns.start[x + 1]; n++) {
        const target = (rows.at[k] * columns.out + columns.at[n]) * filters;
        const s = ((rows.tap[k] * kernel[1] + columns.tap[n]) * channels + c) * filters;
        for (let f = 0; f < filters; f++) receive(target + f, weights[s + f], s + f);
      }
    }
    return this.rowLength(row);
  }

  /** Row and column of a neuron of the source. */
  #place(neuron: number): [number, number] {
    const { channels, columns } = this.#sliding;
    const width = columns.start.length - 1;
    const pixel = Math.floor(neuron / channels);
    return [Math.floor(pixel / width), pixel % width];
  }
}

function counts(field: string, given: unknown, length: number): readonly number[] {
  const list = given as readonly number[] | undefined;
  if (!Array.isArray(list) || list.length !== length || !list.every(n => Number.isInteger(n) && n >= 1)) {
    throw new InputError(`${field}: expected ${length} integers of 1 or more, got ${JSON.stringify(given)}`);
  }
  return list;
}

/** How a kernel lies in one direction: `before` places over the near edge, with `out` steps to the far one. */
interface Span {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly out: number;
}

function spanOf(
  size: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: "valid" | "same" | number,
): Span {
  const reach = (kernel - 1) * dilation + 1;
  const same = Math.ceil(size / stride);
  const before =
    padding === "valid"
      ? 0
      : padding === "same"
        ? Math.floor(Math.max(0, (same - 1) * stride + reach - size) / 2)
        : padding;
  const out = padding === "same" ? same : Math.floor((size + 2 * before - reach) / stride) + 1;
  if (out < 1) {
    throw new InputError(`kernel: expected one that fits into ${size + 2 * before} places, got ${reach}`);
  }
  return { size, kernel, stride, dilation, before, out };
}

/** Output o sees input o * stride + tap * dilation - before, where that is one. */
function taps({ size, kernel, stride, dilation, before, out }: Span): Taps {
  const [start, tap, at] = [new Uint32Array(size + 1), [] as number[], [] as number[]];
  for (let y = 0; y < size; y++) {
    // From the far end of the kernel on, so that targets ascend; no farther than where the first and last output are.
    const far = Math.min(kernel - 1, Math.floor((y + before) / dilation));
    const near = Math.max(0, Math.ceil((y + before - (out - 1) * stride) / dilation));
    for (let k = far; k >= near; k--) {
      const o = (y + before - k * dilation) / stride;
      if (!Number.isInteger(o)) continue;
      tap.push(k);
      at.push(o);
    }
    start[y + 1] = tap.length;
  }
  return { out, start, tap: Uint32Array.from(tap), at: Uint32Array.from(at) };
}

/** The same for a source in windows of `pool` places, each of which connects as one place. */
function pooled({ out, start, tap, at }: Taps, size: number, pool: number): Taps {
  if (pool === 1) return { out, start, tap, at };
  const wide = { start: new Uint32Array(size + 1), tap: [] as number[], at: [] as number[] };
  for (let y = 0; y < size; y++) {
    const place = Math.floor(y / pool);
    for (let k = start[place]; k < (start[place + 1] ?? 0); k++) {
      wide.tap.push(tap[k]);
      wide.at.push(at[k]);
    }
    wide.start[y + 1] = wide.tap.length;
  }
  return { out, start: wide.start, tap: Uint32Array.from(wide.tap), at: Uint32Array.from(wide.at) };
}
