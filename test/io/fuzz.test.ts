import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { network } from "../../src/engine/network.ts";
import { InputError } from "../../src/errors.ts";
import { decodeAedat } from "../../src/io/events/aedat.ts";
import { decodeNmnist } from "../../src/io/events/nmnist.ts";
import { readShd } from "../../src/io/events/shd.ts";
import { decodeEventsCsv, decodeEventsNpz } from "../../src/io/events/tables.ts";
import { hdf5Limits } from "../../src/io/hdf5Thread.ts";
import { decodeNetwork, encodeNetwork } from "../../src/io/networkFile.ts";
import { readNirData } from "../../src/io/nirData.ts";
import { readNir, writeNir } from "../../src/io/nirFile.ts";
import { nirToNetwork } from "../../src/io/nirImport.ts";
import { encodeNpy } from "../../src/io/npy.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { readNwb } from "../../src/io/nwbRead.ts";
import { openRaster } from "../../src/io/openRaster.ts";
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
/** Mutated inputs per reader of bytes. */
const RUNS = ALL ? 9398 : 500;
/** Per reader of files: the thread that reads HDF5 begins anew after a damaged one. */
const FILES = ALL ? 860 : 15;
if (ALL) hdf5Limits.seconds = 10;
const [LIMIT, counts] = [86_400_000, [] as string[]];
afterAll(() => {
  if (ALL) console.log(`reader | inputs | read | refused | slowest [ms]\n${counts.join("\n")}`);
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

/** Flips, overwrites, cuts, doubles or inserts bytes; mostly one such thing, sometimes several. */
function mutate(seed: Uint8Array, rng: Rng): Uint8Array {
  let bytes = Uint8Array.from(seed);
  for (let n = 1 + rng.integer(3); n > 0; n--) {
    const at = rng.integer(Math.max(1, bytes.length));
    const kind = rng.integer(6);
    if (kind === 0) bytes[at]! ^= 1 << rng.integer(8);
    else if (kind === 1) bytes[at] = rng.integer(256);
    else if (kind === 2) bytes.fill([0, 255, 127][rng.integer(3)]!, at, at + 1 + rng.integer(8));
    else if (kind === 3) bytes = bytes.slice(0, at);
    else {
      const piece = bytes.subarray(at, at + rng.integer(16));
      bytes = Uint8Array.from([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at)]);
    }
  }
  return bytes;
}

/** Reads or refuses with one line, whatever the bytes are. */
async function fuzz(name: string, seed: Uint8Array, runs: number, read: (bytes: Uint8Array) => unknown) {
  const rng = new Rng(6, name);
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

const events = Uint8Array.from({ length: 100 }, (_, k) => k);
const table = new TextEncoder().encode("t,x,y,p\n1500,3,4,-1\n2000,5,6,1\n");
const aedat = Buffer.concat([Buffer.from("#!AER-DAT3.1\r\n#!END-HEADER\r\n"), Buffer.alloc(92, 1)]);
const aedat2 = Buffer.concat([Buffer.from("#!AER-DAT2.0\r\n"), Buffer.alloc(64, 3)]);
const whole = encodeRaster(sampleRaster());
const inMemory: [string, () => Uint8Array | Promise<Uint8Array>, (bytes: Uint8Array) => unknown][] = [
  ["raster map", () => whole, bytes => decodeRaster(bytes, "x")],
  ["raster sequence", () => written("msgpack"), bytes => decodeRasterLog(bytes, "x")],
  ["npz", () => written("npz"), bytes => decodeRasterNpz(bytes, "x")],
  ["csv", () => written("csv"), bytes => decodeRasterCsv(text(bytes), "x")],
  ["network", () => encodeNetwork(trained()), bytes => decodeNetwork(bytes, "x")],
  ["nmnist", () => events, bytes => decodeNmnist(bytes, "x")],
  ["aedat 3.1", () => aedat, bytes => decodeAedat(bytes, "x")],
  ["aedat 2.0", () => aedat2, bytes => decodeAedat(bytes, "x")],
  ["event npz", eventNpz, bytes => decodeEventsNpz(bytes, "x")],
  ["event csv", () => table, bytes => decodeEventsCsv(text(bytes), "x")],
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
