import { open } from "node:fs/promises";
import { readRegular } from "../data/regular.ts";
import type { Raster } from "../engine/raster.ts";
import { InputError } from "../errors.ts";
import { replaceAtomic } from "./atomic.ts";
import { firstBytes } from "./firstBytes.ts";
import { readNirData, writeNirData } from "./nirData.ts";
import { readNwb } from "./nwbRead.ts";
import { writeNwb } from "./nwbWrite.ts";
import { csvOfRaster, readRasterCsv } from "./rasterCsv.ts";
import { decodeRaster } from "./rasterFile.ts";
import { beginsRasterLog } from "./rasterLog.ts";
import { readRasterLog, writeRasterLog } from "./rasterLogFile.ts";
import { npzOfRaster, readRasterNpz } from "./rasterNpz.ts";
import { asStream, type RasterStream, streamOf } from "./rasterStream.ts";
import { readSonata } from "./sonataRead.ts";
import { writeSonata } from "./sonataWrite.ts";

export interface RasterWriteOptions {
  /** For the formats that give their objects random names. */
  readonly seed?: number;
  readonly startedAt?: Date;
}

interface RasterFormat {
  /** Of a file's name; empty for a folder. */
  readonly extension: string;
  write(stream: RasterStream, path: string, options: RasterWriteOptions): Promise<void>;
  read(path: string): Promise<RasterStream> | RasterStream;
}

/** Every format that a raster leaves in and comes back from. A new one is a line here. */
export const rasterFormats = {
  msgpack: { extension: ".msgpack", write: writeRasterLog, read: readNative },
  npz: {
    extension: ".npz",
    write: (stream, path) => toFile(path, npzOfRaster(stream)),
    read: path => streamOf(readRasterNpz(path)),
  },
  csv: {
    extension: ".csv",
    write: (stream, path) => toFile(path, csvOfRaster(stream)),
    read: path => streamOf(readRasterCsv(path)),
  },
  nwb: { extension: ".nwb", write: writeNwb, read: async path => streamOf(await readNwb(path)) },
  sonata: { extension: "", write: writeSonata, read: async path => streamOf(await readSonata(path)) },
  nirdata: {
    extension: ".nirdata.h5",
    write: writeNirData,
    read: async path => streamOf(await readNirData(path)),
  },
} satisfies Record<string, RasterFormat>;
export type RasterFormatName = keyof typeof rasterFormats;

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
  const { extension, write }: RasterFormat = rasterFormats[format];
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
