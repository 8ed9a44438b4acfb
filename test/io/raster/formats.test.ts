import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { instant } from "../../../src/engine/instant.ts";
import type { Raster } from "../../../src/engine/record/raster.ts";
import { InputError } from "../../../src/errors.ts";
import { type RasterFormatName, rasterFormats, writeRaster } from "../../../src/io/raster/formats.ts";
import { openRaster } from "../../../src/io/raster/open.ts";
import { collect, streamOf } from "../../../src/io/raster/stream.ts";
import { sized } from "../../long.ts";
import { anyRaster, sampleRaster } from "./rasters.ts";

const runs = { numRuns: sized(30, 100) };

const folder = mkdtempSync(join(tmpdir(), "raster-formats-"));
const path = join(folder, "x");
afterEach(() => rmSync(path, { force: true, recursive: true }));

async function roundTrip(raster: Raster, format: RasterFormatName): Promise<Raster> {
  rmSync(path, { force: true, recursive: true });
  await writeRaster(streamOf(raster), format, path);
  return collect(await openRaster(path));
}

/** Times in ms that went through seconds: within one unit in the last place, or the instant that they are so near to. */
function expectClose(found: Raster, raster: Raster): void {
  const close = (a: Float64Array, b: Float64Array) => {
    expect(a.length).toBe(b.length);
    a.forEach((t, k) => {
      if (t !== instant(b[k]))
        expect(Math.abs(t - b[k])).toBeLessThanOrEqual(Math.abs(b[k]) * 2 ** -52 + 1e-320);
    });
  };
  expect(found.populations).toEqual(raster.populations);
  expect(found.metadata).toEqual(raster.metadata);
  expect(found.durationMs).toBe(raster.durationMs);
  close(found.times, raster.times);
  expect(found.traces.map(({ times: _, ...rest }) => rest)).toEqual(
    raster.traces.map(({ times: _, ...rest }) => rest),
  );
  found.traces.forEach((trace, k) => {
    close(trace.times, raster.traces[k].times);
  });
}

describe.each(["msgpack", "npz", "csv", "nirdata"] as const)("%s", format => {
  test("brings back a raster with everything in it, and its format is recognised", async () => {
    expect(await roundTrip(sampleRaster(), format)).toEqual(sampleRaster());
  });
});

test("nwb brings times on the lattice back bit for bit, though it counts in seconds", async () => {
  const times = Float64Array.from({ length: 3000 }, (_, k) => (k + 1) / 10);
  const raster = { ...sampleRaster(), durationMs: 400, traces: [], times };
  const found = await roundTrip(
    { ...raster, populationIndex: new Uint16Array(3000), neurons: new Uint32Array(3000) },
    "nwb",
  );
  expect(found.times).toEqual(times);
});

test("nirdata brings back any raster that it can name, bit for bit", async () => {
  await fc.assert(
    fc.asyncProperty(anyRaster, async raster => {
      const nameable = raster.populations.every(({ name }) => !/[/\0]|^\.+$/.test(name));
      if (nameable) expect(await roundTrip(raster, "nirdata")).toEqual(raster);
      else await expect(roundTrip(raster, "nirdata")).rejects.toThrow(/^nirdata: population .*slashes/);
    }),
    runs,
  );
});

test("nwb brings back any raster, times within one unit in the last place", async () => {
  expectClose(await roundTrip(sampleRaster(), "nwb"), sampleRaster());
  await fc.assert(
    fc.asyncProperty(anyRaster, async raster => expectClose(await roundTrip(raster, "nwb"), raster)),
    runs,
  );
});

test("sonata brings back what it can hold and names what it cannot", async () => {
  const raster = sampleRaster();
  await expect(roundTrip(raster, "sonata")).rejects.toThrow(
    "sonata: trace v of hidden 1 1: expected evenly spaced times, got others",
  );
  const even = {
    ...raster,
    traces: [0, 2].map(neuron => ({
      ...raster.traces[0],
      neuron,
      times: Float64Array.from({ length: 5 }, (_, k) => k / 10),
    })),
  };
  expect(await roundTrip(even, "sonata")).toEqual(even);
  expect(readdirSync(path).sort()).toEqual([
    "circuit_config.json",
    "node_types.csv",
    "nodes.h5",
    "simulation_config.json",
    "spikes.h5",
    "v_hidden 1.h5",
  ]);
  const spikes = collect(await openRaster(join(path, "spikes.h5")));
  expect([...spikes.times]).toEqual([...raster.times]);
  await fc.assert(
    fc.asyncProperty(anyRaster, async any => {
      try {
        expect(await roundTrip({ ...any, traces: [] }, "sonata")).toEqual({ ...any, traces: [] });
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        expect((error as Error).message).toMatch(/^sonata: population .*: expected (a name|at most)/);
      }
    }),
    runs,
  );
});

test("a failed export leaves nothing behind", async () => {
  await expect(roundTrip(sampleRaster(), "sonata")).rejects.toThrow();
  expect(readdirSync(folder)).toEqual([]);
});

test("what is no raster is told in one line", async () => {
  await expect(openRaster(join(folder, "missing"))).rejects.toThrow(
    /missing: expected a file, got nothing there$/,
  );
  writeFileSync(path, "hello");
  await expect(openRaster(path)).rejects.toThrow(
    `x: expected a recording as ${Object.keys(rasterFormats).join(", ")}, nmnist, `,
  );
  writeFileSync(path, Uint8Array.of(0x89, 0x48, 0x44, 0x46, 1, 2, 3));
  await expect(openRaster(path)).rejects.toThrow(/x: expected a whole HDF5 file, got /);
});
