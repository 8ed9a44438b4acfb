import { samplesFrom } from "../data/arrays.ts";
import type { Samples } from "../data/dataset.ts";
import { encoderNamed } from "../encoding/index.ts";
import { expectChoice, expectInteger, within } from "../engine/network/expect.ts";
import { table } from "../engine/network/parameters.ts";
import { streamFields } from "../engine/network/stream.ts";
import { InputError, shown } from "../errors.ts";

/** What a description's stream says of its samples: arrays, or a data set by its name. */
export interface StreamedData {
  /** Name of a data set, as `loadDataset` takes it. */
  readonly data: string;
  readonly part: "train" | "validation" | "test";
  /** How many of them, from the first; null for all. */
  readonly samples: number | null;
}

const parts = ["train", "validation", "test"] as const;

/** The fields of a description's stream. */
export const describedStream = table({
  ...streamFields,
  part: { words: parts, doc: "of a data set; train by default" },
  samples: { unit: "1", own: true, doc: "how many of them, from the first; all by default" },
});

/**
 * The data set that the stream of a description names; null where there is none, or has its samples itself.
 * @throws InputError that names the field
 */
export function streamedData(model: unknown): StreamedData | null {
  const { stream } = (model ?? {}) as { stream?: Record<string, unknown> };
  if (typeof stream?.data !== "string") return null;
  const { data, part = "train", samples = null } = stream;
  return within("stream", () => {
    expectChoice("part", part, parts);
    if (samples !== null) expectInteger("samples", samples, 1);
    return { data, part: part as StreamedData["part"], samples: samples as number | null };
  });
}

/**
 * The stream of a description as a network takes it.
 * @param found   the samples of the data set that it names
 */
export function streamSpec(read: Record<string, unknown>, found: Samples | undefined): unknown {
  const { data, part, samples, ...rest } = read;
  if (typeof data === "string") {
    if (found) return { ...rest, data: found };
    throw new InputError(
      `stream.data: expected samples and labels, or the samples of ${shown(data)} as an option of describe, got none`,
    );
  }
  for (const [field, value] of Object.entries({ part, samples }))
    if (value !== undefined)
      throw new InputError(`stream.${field}: expected it with the name of a data set, got ${shown(value)}`);
  return { ...rest, data: samplesFrom(data as Samples, "stream.data") };
}

/** The encoder of a stimulus as a network takes it. @throws InputError where it makes no spikes */
export function encoderSpec(encoder: unknown, path: string): unknown {
  if (typeof encoder !== "string") return encoder;
  return within(path, () => {
    const { direct, create } = encoderNamed(encoder);
    if (direct) throw new InputError(`encoder: expected one that makes spikes, got ${encoder}`);
    return create;
  });
}
