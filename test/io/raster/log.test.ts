import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encode } from "../../../src/io/msgpack.ts";
import { RasterWriter, readRasterLog, writeRasterLog } from "../../../src/io/raster/logFile.ts";
import { decodeRaster } from "../../../src/io/raster/native.ts";
import { collect, streamOf } from "../../../src/io/raster/stream.ts";
import { anyRaster, sampleRaster } from "./rasters.ts";

const file = join(mkdtempSync(join(tmpdir(), "raster-log-")), "x.msgpack");

describe("the streaming form of the native format", () => {
  test("brings back any raster, from the file and from its bytes", async () => {
    await fc.assert(
      fc.asyncProperty(anyRaster, async raster => {
        await writeRasterLog(streamOf(raster), file);
        expect(collect(readRasterLog(file)!)).toEqual(raster);
        expect(decodeRaster(readFileSync(file), file)).toEqual(raster);
      }),
    );
  });
  test("is extended at its end, also by a longer recording", async () => {
    const raster = sampleRaster();
    await writeRasterLog(streamOf(raster), file);
    const writer = RasterWriter.append(file);
    writer.spikes({
      times: Float64Array.of(25),
      populationIndex: Uint16Array.of(0),
      neurons: Uint32Array.of(2),
    });
    writer.end(30);
    const found = collect(readRasterLog(file)!);
    expect(found.durationMs).toBe(30);
    expect([...found.times]).toEqual([...raster.times, 25]);
    expect(found.traces).toEqual(raster.traces);
  });
  test("refuses spikes that come before those it has", async () => {
    await writeRasterLog(streamOf(sampleRaster()), file);
    const writer = RasterWriter.append(file);
    const early = {
      times: Float64Array.of(1),
      populationIndex: Uint16Array.of(0),
      neurons: Uint32Array.of(0),
    };
    expect(() => writer.spikes(early)).toThrow("raster: time of a spike: expected 20 ms or later, got 1 ms");
    writer.abandon();
  });
  test("holds many blocks, larger than one piece of the file", async () => {
    const n = 300_000;
    const raster = {
      ...sampleRaster(),
      durationMs: n,
      times: Float64Array.from({ length: n }, (_, k) => k),
      populationIndex: new Uint16Array(n),
      neurons: Uint32Array.from({ length: n }, (_, k) => k % 4),
      traces: [{ ...sampleRaster().traces[0], times: new Float64Array(n), values: new Float64Array(n) }],
    };
    await writeRasterLog(streamOf(raster), file);
    const stream = readRasterLog(file)!;
    expect(stream.spikeCount).toBe(n);
    const found = collect(stream);
    // Compared as bytes: an equality of objects takes seconds here.
    expect(Buffer.from(found.times.buffer).equals(Buffer.from(raster.times.buffer))).toBe(true);
    expect(Buffer.from(found.neurons.buffer).equals(Buffer.from(raster.neurons.buffer))).toBe(true);
    expect(found.traces[0].values.length).toBe(n);
  });
  test("a file that was cut anywhere is refused, with one line", async () => {
    await writeRasterLog(streamOf(sampleRaster()), file);
    const whole = readFileSync(file);
    for (let length = 40; length < whole.length; length += 3) {
      writeFileSync(file, whole.subarray(0, length));
      expect(() => readRasterLog(file), `${length} of ${whole.length}`).toThrow(/^.*x\.msgpack: .*expected/);
    }
  });
  test("other files are none of this form", () => {
    writeFileSync(file, encode({ format: "threefactor.raster/1" }));
    expect(readRasterLog(file)).toBeNull();
  });
});
