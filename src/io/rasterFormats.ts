import { closeSync, openSync, readFileSync, readSync, statSync, writeSync } from "node:fs";
import { InputError } from "../errors.ts";
import { replaceAtomic } from "./atomic.ts";
import { attribute, has, readHdf5 } from "./hdf5.ts";
import { readNirData, writeNirData } from "./nirData.ts";
import { readNwb } from "./nwbRead.ts";
import { writeNwb } from "./nwbWrite.ts";
import { readRasterCsv, writeRasterCsv } from "./rasterCsv.ts";
import { decodeRaster } from "./rasterFile.ts";
import { beginsRasterLog, readRasterLog, writeRasterLog } from "./rasterLog.ts";
import { readRasterNpz, writeRasterNpz } from "./rasterNpz.ts";
import { type RasterStream, streamOf } from "./rasterStream.ts";
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
  write(stream: RasterStream, path: string, options: RasterWriteOptions): Promise<void> | void;
  read(path: string): Promise<RasterStream> | RasterStream;
}

/** Every format that a raster leaves in and comes back from. A new one is a line here. */
export const rasterFormats = {
  msgpack: { extension: ".msgpack", write: writeRasterLog, read: readNative },
  npz: {
    extension: ".npz",
    write: (stream, path) => toFile(path, sink => writeRasterNpz(stream, sink)),
    read: path => streamOf(readRasterNpz(path)),
  },
  csv: {
    extension: ".csv",
    write: (stream, path) =>
      toFile(path, sink => writeRasterCsv(stream, text => sink(new TextEncoder().encode(text)))),
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
 * @throws InputError when the format cannot hold it, or what stands there cannot be replaced
 */
export async function writeRaster(
  stream: RasterStream,
  format: RasterFormatName,
  path: string,
  options: RasterWriteOptions = {},
): Promise<void> {
  await replaceAtomic(path, temporary =>
    (rasterFormats[format] as RasterFormat).write(stream, temporary, options),
  );
}

/**
 * Opens a raster in any of the formats, which its content tells.
 * @throws InputError when there is none
 */
export async function openRaster(path: string): Promise<RasterStream> {
  const format = await rasterFormatOf(path);
  return (rasterFormats[format] as RasterFormat).read(path);
}

/** The format of what stands at a path, by content and not by name. */
export async function rasterFormatOf(path: string): Promise<RasterFormatName> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new InputError(`${path}: expected a file, got nothing there`);
  if (found.isDirectory()) return "sonata";
  const start = firstBytes(path, 512);
  if (startsWith(start, [0x89, 0x48, 0x44, 0x46])) return hdf5Kind(path);
  if (startsWith(start, [0x50, 0x4b])) return "npz";
  if (start[0] !== undefined && start[0] >= 0x80) return "msgpack";
  const text = new TextDecoder().decode(start);
  if (/^(# \{|time_ms,)/.test(text)) return "csv";
  throw new InputError(
    `${path}: expected a raster as ${Object.keys(rasterFormats).join(", ")}, got ${
      start.length === 0 ? "an empty file" : "something else"
    }`,
  );
}

function hdf5Kind(path: string): Promise<RasterFormatName> {
  return readHdf5(path, root => {
    if (attribute(root, "nwb_version") !== undefined || has(root, "units")) return "nwb";
    if (attribute(root, "__type__") !== undefined) return "nirdata";
    if (has(root, "spikes")) return "sonata";
    throw new InputError(
      `${path}: expected an HDF5 file of NWB, SONATA spikes or NIRData, got ${root.keys().join(", ") || "an empty one"}`,
    );
  });
}

function readNative(path: string): RasterStream {
  const log = beginsRasterLog(firstBytes(path, 64)) ? readRasterLog(path) : null;
  return log ?? streamOf(decodeRaster(readFileSync(path), path));
}

function toFile(path: string, fill: (sink: (bytes: Uint8Array) => void) => void): void {
  const file = openSync(path, "w");
  try {
    fill(bytes => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    });
  } finally {
    closeSync(file);
  }
}

/** Up to n bytes from the start of a file. */
export function firstBytes(path: string, n: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(n);
    return bytes.subarray(0, readSync(file, bytes, 0, n, 0));
  } finally {
    closeSync(file);
  }
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, k) => bytes[k] === byte);
}
