import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { Raster, RasterPopulation, RecordedTrace } from "../../engine/record/raster.ts";
import { InputError } from "../../errors.ts";
import { openRegular, unreadable } from "../../files/regular.ts";
import { decodeSequence, encode } from "../msgpack.ts";
import { checkBlock, cut, LOG_FORMAT, readLog } from "./log.ts";
import { type RasterStream, SPIKES_PER_BLOCK, type SpikeBlock } from "./stream.ts";

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
    for (let k = 0; k < times.length; k += SPIKES_PER_BLOCK) {
      const block = {
        times: times.subarray(k, k + SPIKES_PER_BLOCK),
        populationIndex: populationIndex.subarray(k, k + SPIKES_PER_BLOCK),
        neurons: neurons.subarray(k, k + SPIKES_PER_BLOCK),
      };
      this.#last = checkBlock(block, this.#populations, this.#last, "raster");
      this.#write(encode(block));
    }
  }

  /** Writes a recorded trace after the spikes. */
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
export async function writeRasterLog(stream: RasterStream, path: string): Promise<void> {
  const writer = RasterWriter.create(path, stream.populations, stream.metadata);
  try {
    for (const block of stream.spikes()) {
      writer.spikes(block);
      // Signals are heard between two blocks.
      await new Promise(done => setImmediate(done));
    }
    for (const trace of stream.traces) writer.trace(trace);
    writer.end(stream.durationMs);
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/**
 * Opens a file of the streaming form; it is read once to check it, and again by each walk through the spikes.
 * @returns null when it is something else
 * @throws  InputError when it begins as one and is damaged
 */
export function readRasterLog(path: string): (RasterStream & { lastSpike: number }) | null {
  return readLog(path, () => valuesInFile(path));
}

/** The values of a file, read in pieces. */
function* valuesInFile(path: string): Iterable<unknown> {
  const { file } = openRegular(path);
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
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
