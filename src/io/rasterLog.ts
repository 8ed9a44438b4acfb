import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { Raster, RasterPopulation, RecordedTrace } from "../engine/raster.ts";
import { InputError } from "../errors.ts";
import { decodeSequence, encode } from "./msgpack.ts";
import {
  BLOCK,
  brief,
  checkParts,
  checkSpike,
  collect,
  type RasterStream,
  type SpikeBlock,
} from "./rasterStream.ts";

/*
 * The streaming form of the native format, for rasters that do not fit into one MessagePack map: a sequence of maps,
 * each of which only adds to those before it. A file is extended by writing more maps behind it.
 */
export const LOG_FORMAT = "threefactor.raster/2";

/** How much of a file is read at once, and where a value that is still not whole begins to cost too much. */
const PIECE = 2 ** 20;
const LARGEST_RECORD = 2 ** 31 - 1;

type Sink = (bytes: Uint8Array) => void;

/** Writes a raster piece by piece, in bounded memory. */
export class RasterWriter {
  readonly #write: Sink;
  readonly #close: () => void;
  readonly #populations: readonly RasterPopulation[];
  #last = -Infinity;

  /**
   * Begins a file; a file of that name is replaced.
   */
  static create(
    path: string,
    populations: readonly RasterPopulation[],
    metadata: Raster["metadata"] = {},
  ): RasterWriter {
    const file = openSync(path, "w");
    const writer = new RasterWriter(
      bytes => writeAll(file, bytes),
      () => closeSync(file),
      populations,
    );
    writer.#write(encode({ format: LOG_FORMAT, populations, metadata }));
    return writer;
  }

  /**
   * Goes on with a whole file in the streaming form; new spikes come after those it has.
   * @throws InputError when the file is no such raster
   */
  static append(path: string): RasterWriter {
    const found = readRasterLog(path);
    if (found === null) throw new InputError(`${path}: format: expected ${LOG_FORMAT}, got another raster`);
    const file = openSync(path, "a");
    const writer = new RasterWriter(
      bytes => writeAll(file, bytes),
      () => closeSync(file),
      found.populations,
    );
    writer.#last = found.lastSpike;
    return writer;
  }

  private constructor(write: Sink, close: () => void, populations: readonly RasterPopulation[]) {
    this.#write = write;
    this.#close = close;
    this.#populations = populations;
  }

  /** @throws InputError when the spikes do not follow the ones before in time, or are of no population */
  spikes({ times, populationIndex, neurons }: SpikeBlock): void {
    for (let k = 0; k < times.length; k += BLOCK) {
      const block = {
        times: times.subarray(k, k + BLOCK),
        populationIndex: populationIndex.subarray(k, k + BLOCK),
        neurons: neurons.subarray(k, k + BLOCK),
      };
      this.#last = checkBlock(block, this.#populations, this.#last, "raster");
      this.#write(encode(block));
    }
  }

  trace(trace: RecordedTrace): void {
    this.#write(encode({ trace }));
  }

  /** Ends the recording at a time [ms], for now. */
  end(durationMs: number): void {
    this.#write(encode({ durationMs }));
    this.#close();
  }

  /** Closes a file that will not be finished. */
  abandon(): void {
    this.#close();
  }
}

/** A stream into a file of the streaming form. */
export function writeRasterLog(stream: RasterStream, path: string): void {
  const writer = RasterWriter.create(path, stream.populations, stream.metadata);
  try {
    for (const block of stream.spikes()) writer.spikes(block);
    for (const trace of stream.traces) writer.trace(trace);
  } catch (error) {
    writer.abandon();
    throw error;
  }
  writer.end(stream.durationMs);
}

/**
 * Opens a file of the streaming form; it is read once to check it, and again by each walk through the spikes.
 * @returns null when it is something else
 * @throws  InputError when it begins as one and is damaged
 */
export function readRasterLog(path: string): (RasterStream & { lastSpike: number }) | null {
  return readLog(path, () => valuesInFile(path));
}

/** The same of bytes in memory. */
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

function readLog(
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
    else throw new InputError(`${file}: expected spikes, a trace or durationMs, got ${brief(value)}`);
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

/** The values of a file, read in pieces. */
function* valuesInFile(path: string): Iterable<unknown> {
  const file = openSync(path, "r");
  try {
    let rest: Uint8Array = new Uint8Array(0);
    for (;;) {
      // A value larger than a piece doubles it, so that the bytes of a long trace are looked at only twice.
      const bytes = new Uint8Array(rest.length + Math.max(PIECE, rest.length));
      bytes.set(rest);
      const got = readSync(file, bytes, rest.length, bytes.length - rest.length, null);
      const whole = bytes.subarray(0, rest.length + got);
      const values: unknown[] = [];
      const used = whole.length === 0 ? 0 : decodeSequence(whole, path, value => values.push(value));
      yield* values;
      rest = whole.subarray(used);
      if (got === 0 && rest.length > 0) throw cut(path, used, whole.length);
      if (got === 0) return;
      if (rest.length > LARGEST_RECORD) throw cut(path, 0, rest.length);
    }
  } finally {
    closeSync(file);
  }
}

function cut(file: string, used: number, length: number): InputError {
  return new InputError(
    `${file}: expected whole values, got one that is cut off, in the last ${length - used} bytes`,
  );
}

function checkArrays(map: Record<string, unknown>, file: string): SpikeBlock {
  const { times, populationIndex, neurons } = map;
  const expect = (ok: boolean, field: string, expected: string, got: unknown) => {
    if (!ok) throw new InputError(`${file}: ${field}: expected ${expected}, got ${brief(got)}`);
  };
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
function checkBlock(
  block: SpikeBlock,
  populations: readonly RasterPopulation[],
  after: number,
  file: string,
): number {
  let last = after;
  for (let k = 0; k < block.times.length; k++) {
    checkSpike(populations, block, k, file);
    const t = block.times[k]!;
    if (t < last) throw new InputError(`${file}: time of a spike: expected ${last} ms or later, got ${t} ms`);
    last = t;
  }
  return last;
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
