import { InputError } from "../../../errors.ts";
import { expectInteger, expectNumber, expectOnly } from "../expect.ts";
import { table } from "../parameters.ts";
import { Room } from "../room.ts";
import { type Sliding, slidingRuns } from "./runs.ts";
import { spanOf, taps } from "./taps.ts";

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
  kind: { doc: "convolution: a kernel that slides over the source" },
  shape: { unit: "1", own: true, doc: "of the source: [height, width, channels]" },
  pool: { unit: "1", own: true, doc: "side of windows of the source that share synapses; 1 by default" },
  kernel: { unit: "1", own: true, doc: "[height, width]" },
  filters: { unit: "1", own: true, doc: "channels of the target" },
  stride: { unit: "1", own: true, doc: "places that it moves by, or [down, right]; 1 by default" },
  dilation: { unit: "1", own: true, doc: "places between its neighbours, likewise; 1 by default" },
  padding: {
    ...{ unit: "1", words: ["valid", "same"], own: true },
    doc: "places over each edge, `same`: as large a target, or `valid`, by default: none",
  },
});

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
  );
  const [down, across] = spans.map(({ out }) => out);
  if (down * across * filters !== post) {
    throw new InputError(
      `filters: expected a target of ${down} x ${across} x ${filters} neurons, got one of ${post}`,
    );
  }
  const [rows, columns] = [taps(spans[0], height, pool), taps(spans[1], width, pool)];
  return slidingRuns(rows, columns, channels, filters, kernel[1]);
}

function counts(field: string, given: unknown, length: number): readonly number[] {
  const list = given as readonly number[] | undefined;
  if (!Array.isArray(list) || list.length !== length || !list.every(n => Number.isInteger(n) && n >= 1)) {
    throw new InputError(`${field}: expected ${length} integers of 1 or more, got ${JSON.stringify(given)}`);
  }
  return list;
}
