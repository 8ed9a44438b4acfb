import { open } from "node:fs/promises";
import type { Raster } from "../../engine/record/raster.ts";
import { InputError } from "../../errors.ts";
import { replaceAtomic } from "../../files/atomic.ts";
import { firstBytes } from "../../files/firstBytes.ts";
import { readRegular, readText } from "../../files/regular.ts";
import { readNirData, writeNirData } from "../nir/data.ts";
import { readNwb } from "../nwb/read.ts";
import { writeNwb } from "../nwb/write.ts";
import { readSonata } from "../sonata/read.ts";
import { writeSonata } from "../sonata/write.ts";
import { csvOfRaster, decodeRasterCsv } from "./csv.ts";
import { beginsRasterLog } from "./log.ts";
import { readRasterLog, writeRasterLog } from "./logFile.ts";
import { decodeRaster } from "./native.ts";
import { npzOfRaster, readRasterNpz } from "./npz.ts";
import { asStream, type RasterStream, streamOf } from "./stream.ts";

/** What formats write besides spikes. */
export interface RasterWriteOptions {
  /** For the formats that give their objects random names. */
  readonly seed?: number;
  readonly startedAt?: Date;
}

/** One format: how its files are called, told from others, written and read. */
export interface RasterFormat {
  /** Of a file's name; empty for a folder. */
  readonly extension: string;
  /**
   * Whether a file is one, by its first 512 bytes, which are also given as text; absent for a folder, for HDF5, which
   * `hdf5Kind` looks into, and for what any other packed bytes are taken for.
   */
  is?(start: Uint8Array, text: string): boolean;
  /** Writes the whole stream to a file or folder that is not there yet. */
  write(stream: RasterStream, path: string, options: RasterWriteOptions): Promise<void>;
  /** @throws InputError that names the file and what is wrong in it */
  read(path: string): Promise<RasterStream> | RasterStream;
}

const ARRAY =
  /^(times|population|neuron|duration_ms|population_names|population_sizes|metadata|traces|trace_\d+_\w+)\.npy/;

/** A new format is a line here. */
const own = {
  msgpack: { extension: ".msgpack", write: writeRasterLog, read: readNative },
  npz: {
    extension: ".npz",
    // Its arrays begin with its times; those of events have names of their own, or none.
    is: (_, text) => text.startsWith("PK") && ARRAY.test(text.slice(30)),
    write: (stream, path) => toFile(path, npzOfRaster(stream)),
    read: path => streamOf(readRasterNpz(path)),
  },
  csv: {
    extension: ".csv",
    is: (_, text) => /^# \{|^time_ms,population/.test(text),
    write: (stream, path) => toFile(path, csvOfRaster(stream)),
    read: path => streamOf(decodeRasterCsv(readText(path), path)),
  },
  nwb: { extension: ".nwb", write: writeNwb, read: async path => streamOf(await readNwb(path)) },
  sonata: { extension: "", write: writeSonata, read: async path => streamOf(await readSonata(path)) },
  nirdata: {
    extension: ".nirdata.h5",
    write: writeNirData,
    read: async path => streamOf(await readNirData(path)),
  },
} satisfies Record<string, RasterFormat>;

/** A format of rasters: `writeRaster` takes it. */
export type RasterFormatName = keyof typeof own;

/** Every format that a raster leaves in and comes back from. */
export const rasterFormats: Readonly<Record<RasterFormatName, RasterFormat>> = own;

/**
 * Writes a raster, under a temporary name first.
 * @param path  a file, or a folder for sonata; folders above it are made
 * @throws InputError when the format cannot hold it, or what stands there cannot be replaced
 */
export async function writeRaster(
  raster: Raster | RasterStream,
  format: RasterFormatName,
  path: string,
  options: RasterWriteOptions = {},
): Promise<void> {
  if (!Object.hasOwn(rasterFormats, format))
    throw new InputError(`format: expected one of ${Object.keys(rasterFormats).join(", ")}, got ${format}`);
  if (typeof path !== "string" || path === "") throw new InputError(`path: expected a file, got ${path}`);
  const { extension, write } = rasterFormats[format];
  const kind = extension === "" ? "folder" : "file";
  await replaceAtomic(path, temporary => write(asStream(raster), temporary, options), kind);
}

function readNative(path: string): RasterStream {
  const log = beginsRasterLog(firstBytes(path, 64)) ? readRasterLog(path) : null;
  return log ?? streamOf(decodeRaster(readRegular(path), path));
}

/** Signals are heard between two pieces. */
async function toFile(path: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  const file = await open(path, "w");
  try {
    for (const piece of pieces) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}
