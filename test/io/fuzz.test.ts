import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import { zipSync } from "fflate";
import jpeg from "jpeg-js";
import { afterAll, expect, test } from "vitest";
import { summarise } from "../../src/analysis/summary.ts";
import { unpack } from "../../src/data/files.ts";
import { parseIdxImages } from "../../src/data/idx.ts";
import { decodePicture } from "../../src/data/picture.ts";
import { pngChunks } from "../../src/data/pictureSize.ts";
import { network } from "../../src/engine/network.ts";
import type { Raster } from "../../src/engine/raster.ts";
import { InputError } from "../../src/errors.ts";
import { crc32 } from "../../src/io/crc32.ts";
import { decodeAedat } from "../../src/io/events/aedat.ts";
import { eventsToRaster } from "../../src/io/events/events.ts";
import { decodeNmnist } from "../../src/io/events/nmnist.ts";
import { readShd } from "../../src/io/events/shd.ts";
import { decodeEventsCsv, decodeEventsNpy, decodeEventsNpz } from "../../src/io/events/tables.ts";
import { hdf5Limits } from "../../src/io/hdf5Thread.ts";
import { decodeNetwork, encodeNetwork } from "../../src/io/networkFile.ts";
import { readNirData } from "../../src/io/nirData.ts";
import { readNir, writeNir } from "../../src/io/nirFile.ts";
import { nirToNetwork } from "../../src/io/nirImport.ts";
import { encodeNpy } from "../../src/io/npy.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { readNwb } from "../../src/io/nwbRead.ts";
import { openRaster } from "../../src/io/openRaster.ts";
import { rasterPicture } from "../../src/io/picture/rasterPicture.ts";
import { pictureToSvg } from "../../src/io/picture/svg.ts";
import { decodeRasterCsv } from "../../src/io/rasterCsv.ts";
import { decodeRaster, encodeRaster } from "../../src/io/rasterFile.ts";
import { writeRaster } from "../../src/io/rasterFormats.ts";
import { decodeRasterLog } from "../../src/io/rasterLog.ts";
import { decodeRasterNpz } from "../../src/io/rasterNpz.ts";
import { streamOf } from "../../src/io/rasterStream.ts";
import { readSonataCircuit } from "../../src/io/sonataCircuit.ts";
import { writeSonataNetwork } from "../../src/io/sonataNetwork.ts";
import { readSonata } from "../../src/io/sonataRead.ts";
import { Rng } from "../../src/math/rng.ts";
import { everyNode, trained } from "./nirGraphs.ts";
import { sampleRaster } from "./rasters.ts";
import { writeShdLike } from "./shdFiles.ts";

/** `FUZZ=all npx vitest run test/io/fuzz.test.ts` makes 100,000 inputs and prints the counts of src/io/README.md. */
const ALL = process.env.FUZZ === "all";
const SEED = Number(process.env.FUZZ_SEED ?? 6);
/** Mutated inputs per reader of bytes. */
const RUNS = ALL ? 9398 : Number(process.env.FUZZ ?? 500);
/** Per reader of files: the thread that reads HDF5 begins anew after a damaged one. */
const FILES = ALL ? 860 : 15;
if (ALL) hdf5Limits.seconds = 10;
const [LIMIT, counts] = [86_400_000, [] as string[]];
afterAll(() => {
  if (ALL) console.log(`seed ${SEED}\nreader | inputs | read | refused | slowest [ms]\n${counts.join("\n")}`);
});

const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
const path = join(folder, "x");
/** Where an input is kept that shows a fault. */
const kept = (name: string) => new URL(`../../dist/fuzz-${name}`, import.meta.url);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function written(format: "msgpack" | "npz" | "csv" | "nwb" | "nirdata"): Promise<Uint8Array> {
  await writeRaster(streamOf(sampleRaster()), format, path, { startedAt: new Date(0) });
  return readFileSync(path);
}

async function sonataSpikes(): Promise<Uint8Array> {
  const out = join(folder, "sonata");
  await writeRaster(streamOf({ ...sampleRaster(), traces: [] }), "sonata", out);
  return readFileSync(join(out, "spikes.h5"));
}

const circuit = join(folder, "circuit");
async function edges(): Promise<Uint8Array> {
  const net = trained();
  await writeSonataNetwork(net, circuit, net.biases);
  return readFileSync(join(circuit, "edges.h5"));
}

async function nir(): Promise<Uint8Array> {
  await writeNir(everyNode(), path);
  return readFileSync(path);
}

function shd(): Uint8Array {
  writeShdLike(path, "f16");
  return readFileSync(path);
}

/** Numbers at which something ends, in eight bytes of either order. */
const extremes = [5e-324, 1e-300, -1, 2 ** 31, 2 ** 53, 1e300, Infinity, Number.NaN].flatMap(number =>
  [true, false].map(little => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, number, little);
    return new Uint8Array(view.buffer);
  }),
);

/** Flips, overwrites, cuts, doubles or inserts bytes; mostly one such thing, sometimes several. */
function mutate(seed: Uint8Array, rng: Rng): Uint8Array {
  let bytes = Uint8Array.from(seed);
  for (let n = 1 + rng.integer(3); n > 0; n--) {
    const at = rng.integer(Math.max(1, bytes.length));
    const kind = rng.integer(7);
    if (kind === 0) bytes[at]! ^= 1 << rng.integer(8);
    else if (kind === 1) bytes[at] = rng.integer(256);
    else if (kind === 2) bytes.fill([0, 255, 127][rng.integer(3)]!, at, at + 1 + rng.integer(8));
    else if (kind === 3) bytes = bytes.slice(0, at);
    else if (kind === 4) bytes.set(extremes[rng.integer(16)]!.subarray(0, bytes.length - at), at);
    else {
      const piece = bytes.subarray(at, at + rng.integer(16));
      bytes = Uint8Array.from([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at)]);
    }
  }
  return bytes;
}

/** Reads or refuses with one line, whatever the bytes are. */
async function fuzz(name: string, seed: Uint8Array, runs: number, read: (bytes: Uint8Array) => unknown) {
  const rng = new Rng(SEED, name);
  let [refused, slowest] = [0, 0];
  for (let k = 0; k < runs; k++) {
    const bytes = mutate(seed, rng);
    const began = performance.now();
    try {
      await read(bytes);
    } catch (error) {
      if (!(error instanceof InputError)) {
        writeFileSync(kept(name), bytes);
        throw new Error(`${name}, input ${k}: ${(error as Error).stack}`);
      }
      expect(error.message).not.toContain("\n");
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - began);
    if (ALL && performance.now() - began > 2000) writeFileSync(kept(`slow-${name}-${k}`), bytes);
  }
  expect(refused).toBeGreaterThan(0);
  counts.push([name, runs, runs - refused, refused, Math.round(slowest)].join(" | "));
}

function eventNpz(): Uint8Array {
  const pieces: Uint8Array[] = [];
  const arrays = ["t", "x", "y", "p"].map(name => [name, [encodeNpy(Uint8Array.of(1, 0, 1))]] as const);
  writeNpz(piece => pieces.push(piece), arrays);
  return Buffer.concat(pieces);
}

/** A structured array of two events. */
function eventNpy(): Uint8Array {
  const head =
    "{'descr': [('x', '<i2'), ('y', '>i2'), ('t', '<f8'), ('p', '|b1')], 'fortran_order': False, 'shape': (2,), }";
  const body = Uint8Array.from({ length: 26 }, (_, k) => (k % 13 === 12 ? 1 : k % 13 === 3 ? k : 0));
  const length = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, head.length, 0]);
  return Buffer.concat([length, Buffer.from(head), body]);
}

/** A PNG whose checksums are those of what it holds, whatever that is. */
function sealed(png: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(png);
  for (const { start, end } of pngChunks(bytes))
    new DataView(bytes.buffer).setUint32(end - 4, crc32(bytes.subarray(start + 4, end - 4)));
  return bytes;
}

/** A packed archive of the same, with sizes of 64 bits as NumPy writes them. */
function packedNpz(): Uint8Array {
  return zipSync({ "arr_0.npy": [eventNpy(), { level: 9, extra: { 1: new Uint8Array(24) } }] });
}

/** What the command line may do with a recording, beside writing it down. */
function everyUse(raster: Raster): void {
  summarise(raster);
  pictureToSvg(rasterPicture(raster));
}

const noise = (length: number) => Uint8Array.from({ length }, (_, k) => (k * k * 37) >> 3);
const pngBytes = () => encodePng({ width: 8, height: 6, channels: 3, depth: 8, data: noise(144) });
function jpegBytes(): Uint8Array {
  return jpeg.encode({ width: 16, height: 16, data: noise(1024) }, 80).data;
}
const idx = () => Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, ...noise(8));

const events = Uint8Array.from({ length: 100 }, (_, k) => k);
const table = new TextEncoder().encode("t,x,y,p\n1500,3,4,-1\n2000,5,6,1\n");
const aedat = Buffer.concat([Buffer.from("#!AER-DAT3.1\r\n#!END-HEADER\r\n"), Buffer.alloc(92, 1)]);
const aedat2 = Buffer.concat([Buffer.from("#!AER-DAT2.0\r\n"), Buffer.alloc(64, 3)]);
const whole = encodeRaster(sampleRaster());
const inMemory: [string, () => Uint8Array | Promise<Uint8Array>, (bytes: Uint8Array) => unknown][] = [
  ["raster map", () => whole, bytes => everyUse(decodeRaster(bytes, "x"))],
  ["raster sequence", () => written("msgpack"), bytes => decodeRasterLog(bytes, "x")],
  ["npz", () => written("npz"), bytes => decodeRasterNpz(bytes, "x")],
  ["csv", () => written("csv"), bytes => everyUse(decodeRasterCsv(text(bytes), "x"))],
  ["network", () => encodeNetwork(trained()), bytes => decodeNetwork(bytes, "x")],
  ["nmnist", () => events, bytes => decodeNmnist(bytes, "x")],
  ["aedat 3.1", () => aedat, bytes => decodeAedat(bytes, "x")],
  ["aedat 2.0", () => aedat2, bytes => decodeAedat(bytes, "x")],
  ["event npz", eventNpz, bytes => decodeEventsNpz(bytes, "x")],
  ["event csv", () => table, bytes => everyUse(eventsToRaster(decodeEventsCsv(text(bytes), "x")))],
  ["event npy", eventNpy, bytes => decodeEventsNpy(bytes, "x")],
  ["packed npz", packedNpz, bytes => decodeEventsNpz(bytes, "x")],
  ["npz, sealed", eventNpy, bytes => decodeEventsNpz(zipSync({ "a.npy": bytes }), "x")],
  ["png, sealed", pngBytes, bytes => decodePicture(sealed(bytes), "x")],
  ["png", pngBytes, bytes => decodePicture(bytes, "x")],
  ["jpeg", jpegBytes, bytes => decodePicture(bytes, "x")],
  ["idx", idx, bytes => parseIdxImages(bytes, "x")],
  ["gzip", () => gzipSync(idx()), bytes => unpack(bytes, "x", 1000).then(all => parseIdxImages(all, "x"))],
];
test.each(inMemory)(
  "%s: any bytes are read or refused",
  async (name, seed, read) => {
    await fuzz(name, await seed(), RUNS, read);
  },
  LIMIT,
);

const inFiles: [string, () => Uint8Array | Promise<Uint8Array>, (file: string) => Promise<unknown>][] = [
  ["nwb", () => written("nwb"), readNwb],
  ["nirdata", () => written("nirdata"), readNirData],
  ["sonata", sonataSpikes, readSonata],
  ["nir", nir, async file => network(nirToNetwork(await readNir(file)).spec)],
  ["shd", shd, readShd],
  [
    "circuit",
    edges,
    async file => {
      copyFileSync(file, join(circuit, "edges.h5"));
      return network((await readSonataCircuit(circuit)).spec);
    },
  ],
  ["recording", () => written("nwb"), openRaster],
];
test.each(inFiles)(
  "%s: any file is read or refused",
  async (name, seed, read) => {
    await fuzz(name, await seed(), FILES, bytes => {
      writeFileSync(path, bytes);
      return read(path);
    });
  },
  LIMIT,
);
