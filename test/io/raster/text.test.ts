import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Raster } from "../../../src/engine/record/raster.ts";
import { csvOfRaster, decodeRasterCsv } from "../../../src/io/raster/csv.ts";
import { decodeRasterNpz, npzOfRaster } from "../../../src/io/raster/npz.ts";
import { streamOf } from "../../../src/io/raster/stream.ts";
import { anyRaster, sampleRaster } from "./rasters.ts";

const csv = (raster: Raster) => [...csvOfRaster(streamOf(raster))].join("");
const npz = (raster: Raster) => new Uint8Array(Buffer.concat([...npzOfRaster(streamOf(raster))]));

describe("csv", () => {
  test("is a table of spikes below one comment line", () => {
    const lines = csv({ ...sampleRaster(), traces: [] }).split("\n");
    expect(lines[0]).toMatch(/^# \{"format":"threefactor\.raster\.csv\/1","durationMs":20,/);
    expect(lines.slice(1)).toEqual([
      "time_ms,population,neuron",
      "0,input,3",
      "1.1,input,0",
      "1.1,hidden 1,0",
      "1.1,hidden 1,2",
      "7.25,hidden 1,1",
      "20,input,0",
      "",
    ]);
  });
  test("brings back any raster, to the last digit", () => {
    fc.assert(
      fc.property(anyRaster, raster => {
        expect(decodeRasterCsv(csv(raster), "x.csv")).toEqual(raster);
      }),
    );
    expect(decodeRasterCsv(csv(sampleRaster()), "x.csv")).toEqual(sampleRaster());
  });
  test("reads a bare table of another program", () => {
    const raster = decodeRasterCsv("time_ms,population,neuron\r\n3,b,5\r\n1,a,0\r\n", "x.csv");
    expect(raster).toMatchObject({ durationMs: 3, metadata: {}, traces: [] });
    expect(raster.populations).toEqual([
      { name: "b", size: 6 },
      { name: "a", size: 1 },
    ]);
    expect([...raster.times]).toEqual([1, 3]);
  });
  test.each([
    ["", 'x.csv: expected "time_ms,population,neuron", got no such line'],
    ["t,n\n", 'x.csv, line 1: expected "time_ms,population,neuron", got "t,n"'],
    ["time_ms,population,neuron\n1,a\n", 'x.csv, line 2: expected 3 columns, got "1,a"'],
    ["time_ms,population,neuron\nx,a,0\n", 'x.csv, line 2: expected a time in ms, got "x"'],
    ["time_ms,population,neuron\n1,a,-1\n", 'x.csv, line 2: expected a neuron, from 0, got "-1"'],
  ])("says what is wrong with %j", (text, message) => {
    expect(() => decodeRasterCsv(text, "x.csv")).toThrow(message);
  });
});

describe("npz", () => {
  test("brings back any raster, to the last bit", () => {
    fc.assert(
      fc.property(anyRaster, raster => {
        expect(decodeRasterNpz(npz(raster), "x.npz")).toEqual(raster);
      }),
    );
    expect(decodeRasterNpz(npz(sampleRaster()), "x.npz")).toEqual(sampleRaster());
  });
  test("refuses an array that is not what was written, were it by one bit", () => {
    const whole = npz(sampleRaster());
    // The times lie behind the first header: 30 bytes of the zip, the name, 128 of the array.
    const begin = 30 + "times.npy".length + 128;
    for (let bit = 0; bit < 64; bit++) {
      const bytes = Uint8Array.from(whole);
      bytes[begin + (bit >> 3)] ^= 1 << (bit & 7);
      expect(() => decodeRasterNpz(bytes, "x.npz")).toThrow(
        'x.npz: expected an NPZ archive, got another checksum of "times.npy"',
      );
    }
  });

  test("says what is missing", () => {
    expect(() => decodeRasterNpz(new Uint8Array(3), "x.npz")).toThrow(
      /^x\.npz: expected an NPZ archive, got /,
    );
  });
});
