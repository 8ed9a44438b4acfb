import type { Raster, RasterPopulation, RecordedTrace } from "../../engine/record/raster.ts";
import { type Expect, expecting, InputError, shown } from "../../errors.ts";
import { decodeSequence, encode } from "../msgpack.ts";
import { checkParts, checkSpike, collect, type RasterStream, type SpikeBlock } from "./stream.ts";

/*
 * The streaming form of the native format, for rasters that do not fit into one MessagePack map: a sequence of maps,
 * each of which only adds to those before it. A file is extended by writing more maps behind it.
 */
export const LOG_FORMAT = "threefactor.raster/2";

/** A raster in the streaming form from its bytes; null when they are something else. */
export function decodeRasterLog(bytes: Uint8Array, file: string): Raster | null {
  const values: unknown[] = [];
  const stream = readLog(file, function* () {
    if (values.length === 0) {
      const used = decodeSequence(bytes, file, value => values.push(value));
      yield* values;
      if (used < bytes.length) throw cut(file, used, bytes.length);
    } else yield* values;
  });
  return stream && collect(stream);
}

/** Knows the beginning of this format: other files are told apart before they are read. */
export function beginsRasterLog(bytes: Uint8Array): boolean {
  // A map, then its first key and value as short texts; this prefix is what `encode` writes.
  const start = encode({ format: LOG_FORMAT }).subarray(1);
  return (bytes[0] ?? 0) >> 4 === 0x8 && start.every((byte, k) => bytes[k + 1] === byte);
}

/**
 * Reads the values of a file in the streaming form once to check them, and again for each walk through the spikes.
 * @returns null when it is something else
 * @throws  InputError when it begins as one and is damaged
 */
export function readLog(
  file: string,
  values: () => Iterable<unknown>,
): (RasterStream & { lastSpike: number }) | null {
  let head: Pick<Raster, "populations" | "metadata"> | null = null;
  let durationMs: number | null = null;
  let [spikeCount, last] = [0, -Infinity];
  const traces: RecordedTrace[] = [];
  for (const value of values()) {
    const map = value as Record<string, unknown> | null;
    if (head === null) {
      if (map?.format !== LOG_FORMAT) return null;
      head = { populations: map.populations, metadata: map.metadata ?? {} } as Pick<
        Raster,
        "populations" | "metadata"
      >;
      checkParts({ populations: head.populations, metadata: head.metadata, durationMs: 0, traces }, file);
    } else if (map?.times !== undefined) {
      const block = checkArrays(map, file);
      last = checkBlock(block, head.populations, last, file);
      spikeCount += block.times.length;
    } else if (map?.trace !== undefined) traces.push(map.trace as RecordedTrace);
    else if (map?.durationMs !== undefined) durationMs = map.durationMs as number;
    else throw new InputError(`${file}: expected spikes, a trace or durationMs, got ${shown(value)}`);
  }
  if (head === null) return null;
  if (durationMs === null) {
    throw new InputError(
      `${file}: durationMs: expected the end of the recording, got none; the file is not whole`,
    );
  }
  const { populations, metadata } = head;
  checkParts({ populations, metadata, durationMs, traces }, file);
  return {
    durationMs,
    populations,
    metadata,
    traces,
    spikeCount,
    lastSpike: last,
    *spikes() {
      for (const value of values()) {
        if ((value as Partial<SpikeBlock>).times !== undefined) yield value as SpikeBlock;
      }
    },
  };
}

export function cut(file: string, used: number, length: number): InputError {
  return new InputError(
    `${file}: expected whole values, got one that is cut off, in the last ${length - used} bytes`,
  );
}

function checkArrays(map: Record<string, unknown>, file: string): SpikeBlock {
  const { times, populationIndex, neurons } = map;
  const expect: Expect = expecting(file);
  expect(times instanceof Float64Array, "times", "64-bit floats", times);
  const { length } = times as Float64Array;
  expect(
    populationIndex instanceof Uint16Array && populationIndex.length === length,
    "populationIndex",
    `${length} 16-bit integers`,
    populationIndex,
  );
  expect(
    neurons instanceof Uint32Array && neurons.length === length,
    "neurons",
    `${length} 32-bit integers`,
    neurons,
  );
  return map as unknown as SpikeBlock;
}

/** @returns the time of the last spike */
export function checkBlock(
  block: SpikeBlock,
  populations: readonly RasterPopulation[],
  after: number,
  file: string,
): number {
  let last = after;
  for (let k = 0; k < block.times.length; k++) {
    checkSpike(populations, block, k, file);
    const t = block.times[k];
    if (t < last) throw new InputError(`${file}: time of a spike: expected ${last} ms or later, got ${t} ms`);
    last = t;
  }
  return last;
}
