import { expect, test } from "vitest";
import { pictureToPng } from "../../../src/io/picture/pixels.ts";
import { rasterPicture } from "../../../src/io/picture/rasterPicture.ts";
import { pictureToSvg } from "../../../src/io/picture/svg.ts";
import { sampleRaster } from "../raster/rasters.ts";

test.each([0, 5e-324, 1e-300, 20, 1e12, 2e304, Number.MAX_VALUE])("a picture of %f ms", durationMs => {
  for (const raster of [sampleRaster(), { ...sampleRaster(), times: new Float64Array(6).fill(durationMs) }]) {
    const picture = rasterPicture({ ...raster, durationMs });
    expect(picture.shapes.length).toBeLessThan(100);
    const svg = pictureToSvg(picture);
    expect(svg).not.toMatch(/NaN|Infinity|="[^"]*e\+/);
    const numbers = [...svg.matchAll(/(?: [xy]="|[ML])(-?[\d.]+)/g)].map(([, number]) => Number(number));
    expect(Math.max(...numbers)).toBeLessThan(1000);
    expect(pictureToPng(picture).length).toBeLessThan(100_000);
  }
});

test("of many populations the first are drawn, and the others named by their number", () => {
  const populations = Array.from({ length: 5000 }, (_, p) => ({
    name: `${p} ${"long".repeat(1000)}`,
    size: p,
  }));
  const raster = {
    ...{ durationMs: 10, traces: [], metadata: {}, populations },
    times: Float64Array.of(1, 2, 3),
    populationIndex: Uint16Array.of(1, 4000, 4999),
    neurons: Uint32Array.of(0, 1, 2),
  };
  const picture = rasterPicture(raster);
  expect(picture.height).toBeLessThan(10_000);
  const svg = pictureToSvg(picture);
  expect(svg).toContain("and 4936 more populations with 2 spikes");
  expect(svg).not.toMatch(/NaN|Infinity/);
  expect(svg.length).toBeLessThan(300_000);
});
