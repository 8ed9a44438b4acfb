import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { unpack } from "msgpackr";
import { describe, expect, test } from "vitest";
import type { Raster } from "../../../src/engine/record/raster.ts";
import { InputError } from "../../../src/errors.ts";
import { encode } from "../../../src/io/msgpack.ts";
import { decodeRaster, encodeRaster } from "../../../src/io/raster/native.ts";
import { anyRaster, sampleRaster } from "./rasters.ts";

const empty: Raster = {
  ...{ durationMs: 0, populations: [], traces: [], metadata: {} },
  ...{ times: new Float64Array(), populationIndex: new Uint16Array(), neurons: new Uint32Array() },
};

/** Every promise of `Raster`, so that whoever reads one need not look. */
function expectValid({ durationMs, populations, times, populationIndex, neurons, traces, metadata }: Raster) {
  const ascending = (t: Float64Array, end: number) =>
    t.every((x, k) => x >= (k === 0 ? 0 : t[k - 1]) && x <= end);
  expect(Number.isFinite(durationMs) && durationMs >= 0).toBe(true);
  for (const { name, size } of populations)
    expect([typeof name, Number.isInteger(size)]).toEqual(["string", true]);
  expect(ascending(times, durationMs)).toBe(true);
  expect([populationIndex.length, neurons.length]).toEqual([times.length, times.length]);
  neurons.forEach((neuron, k) => {
    expect(neuron).toBeLessThan(populations[populationIndex[k]].size);
  });
  for (const trace of traces) {
    expect(trace.neuron).toBeLessThan(populations.find(p => p.name === trace.population)!.size);
    expect(typeof trace.quantity).toBe("string");
    expect(trace.values).toHaveLength(trace.times.length);
    expect(ascending(trace.times, Number.MAX_VALUE)).toBe(true);
  }
  for (const fact of Object.values(metadata)) expect(["string", "number", "boolean"]).toContain(typeof fact);
}

describe("a raster file", () => {
  test("gives back the raster: empty, one spike, everything, anything", () => {
    const one: Raster = {
      ...{ ...empty, durationMs: 1, populations: [{ name: "a", size: 1 }], times: Float64Array.of(0.5) },
      ...{ populationIndex: Uint16Array.of(0), neurons: Uint32Array.of(0) },
    };
    for (const raster of [empty, one, sampleRaster()]) {
      expect(decodeRaster(encodeRaster(raster), "x")).toStrictEqual(raster);
    }
    fc.assert(
      fc.property(anyRaster, raster => {
        const read = decodeRaster(encodeRaster(raster), "x");
        expect(read).toEqual(raster);
        expectValid(read);
      }),
    );
  });

  test("is laid out as src/io/README.md says", async () => {
    const raster = sampleRaster();
    const map = unpack(encodeRaster(raster));
    const readme = await readFile(new URL("../../../src/io/README.md", import.meta.url), "utf8");
    const section = readme.split("## Raster: `*.msgpack`")[1].split("\n## ")[0];
    const rows = [...section.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(row => [row[1], row[2]] as const);
    expect(rows.map(([key]) => key).sort()).toEqual(Object.keys(map).sort());
    // The types that the table states, in the file.
    for (const [key, text] of rows) {
      const dtype = /^`(<\w\d)`/.exec(text)?.[1];
      if (dtype) expect(map[key].dtype).toBe(dtype);
    }
    expect(map.format).toBe("threefactor.raster/1");
    expect(map).toMatchObject({ durationMs: 20, populations: raster.populations, metadata: raster.metadata });
    const { data } = map.times;
    expect(data.length).toBe(8 * raster.times.length);
    raster.times.forEach((t, k) => {
      expect(data.readDoubleLE(8 * k)).toBe(t);
    });
    expect(map.populationIndex.data.readUInt16LE(2 * 2)).toBe(1);
    expect(map.neurons.data.readUInt32LE(0)).toBe(3);
    const [trace] = map.traces;
    expect(Object.keys(trace)).toEqual(["population", "neuron", "quantity", "times", "values"]);
    expect([trace.times.dtype, trace.values.dtype]).toEqual(["<f8", "<f8"]);
  });

  const broken: [field: string, change: object][] = [
    ["format", { format: "threefactor.raster/9" }],
    ["durationMs", { durationMs: Number.NaN }],
    ["durationMs", { durationMs: Infinity }],
    ["populations", { populations: { name: "a" } }],
    ["populations", { populations: [null] }],
    ["populations", { populations: [{ name: "a", size: -1 }] }],
    ["times", { times: [1, 2] }],
    ["times", { times: Float32Array.of(1, 2) }],
    ["times[1]", { times: Float64Array.of(1, 0, 2, 3, 4, 5) }],
    ["times[5]", { times: Float64Array.of(0, 1, 2, 3, 4, 20.5) }],
    ["times[0]", { times: Float64Array.of(Number.NaN, 1, 2, 3, 4, 5) }],
    ["populationIndex", { populationIndex: Uint16Array.of(0) }],
    ["neurons", { neurons: Uint32Array.of(0) }],
    ["neurons[2]", { neurons: Uint32Array.of(3, 0, 3, 2, 1, 0) }],
    ["neurons[5]", { populationIndex: Uint16Array.of(0, 0, 1, 1, 1, 9) }],
    ["traces", { traces: 1 }],
    ["traces[0]", { traces: [null] }],
    ["traces[0]", { traces: [{ ...sampleRaster().traces[0], population: "b" }] }],
    ["traces[0]", { traces: [{ ...sampleRaster().traces[0], neuron: 3 }] }],
    ["traces[0].quantity", { traces: [{ ...sampleRaster().traces[0], quantity: 1 }] }],
    ["traces[0].times", { traces: [{ ...sampleRaster().traces[0], times: Float64Array.of(2, 1) }] }],
    ["traces[0].values", { traces: [{ ...sampleRaster().traces[0], values: Float64Array.of(1) }] }],
    ["metadata", { metadata: { a: [] } }],
    ["metadata", { metadata: null }],
  ];
  test.each(broken)("with a wrong part is refused, and the part named: %s, %o", (field, change) => {
    const bytes = encode({ format: "threefactor.raster/1", ...sampleRaster(), ...change });
    expect(() => decodeRaster(bytes, "some file")).toThrow(InputError);
    expect(() => decodeRaster(bytes, "some file")).toThrow(`some file: ${field}: expected`);
  });

  test("that is damaged is an InputError or still a valid raster", () => {
    const whole = encodeRaster(sampleRaster());
    const expectSafe = (bytes: Uint8Array) => {
      let raster: Raster;
      try {
        raster = decodeRaster(bytes, "x");
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        expect((error as Error).message.length).toBeLessThan(300);
        return;
      }
      expectValid(raster);
    };
    for (let length = 0; length < whole.length; length++) expectSafe(whole.subarray(0, length));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), changes => {
        const bytes = Uint8Array.from(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        expectSafe(bytes);
      }),
      { numRuns: 4000 },
    );
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(20), fc.uint8Array({ maxLength: 20 }), (at, cut, put) => {
        expectSafe(Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + cut)]));
      }),
      { numRuns: 2000 },
    );
  });
});
