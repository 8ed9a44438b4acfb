import { expect, test } from "vitest";
import { densityAbove, rasterPlot } from "../../../src/report/figures/raster.ts";
import { rasterOf, traceOf } from "../fixture.ts";

test("each population with spikes is one row of points", () => {
  const { figure } = rasterPlot(
    rasterOf([
      [1.23456, 0, 5],
      [2, 1, 100],
      [3, 1, 7],
    ]),
    "bp",
    false,
  );
  expect(figure.data.map(({ name, x, y, yaxis }) => ({ name, x, y, yaxis }))).toEqual([
    { name: "input", x: [1.2346], y: [5], yaxis: "y" },
    { name: "hidden", x: [2, 3], y: [100, 7], yaxis: "y2" },
  ]);
  const headings = (figure.layout.annotations as { text: string }[]).map(({ text }) => text);
  expect(headings).toEqual([
    "input (64 neurons): 1 spike",
    "hidden (128 neurons): 2 spikes",
    "output (2 neurons): no spikes",
  ]);
});

test("an input driven by current and a silent readout are explained", () => {
  const traces = [traceOf("output", 0, [[0, 0]])];
  const { label } = rasterPlot(rasterOf([[1, 1, 1]], { traces }), "bp", true);
  expect(label).toContain("input (64 neurons): direct current, no input spikes");
  expect(label).toContain("output (2 neurons): no spikes, read from its potential");
});

test("many spikes are counted in bins, and none is lost", () => {
  const count = densityAbove + 1;
  const spikes = Array.from({ length: count }, (_, s): [number, number, number] => [
    (100 * s) / (count - 1),
    s % 2,
    s % 64,
  ]);
  const { figure, caption } = rasterPlot(rasterOf(spikes), "bp", false);
  expect(figure.data.map(trace => trace.type)).toEqual(["heatmap", "heatmap"]);
  const sum = figure.data.flatMap(trace => trace.z!.flat()).reduce((a, b) => a + b, 0);
  expect(sum).toBe(count);
  expect(caption).toContain("20,001 spikes");
});

test("a recording without a spike still makes a figure", () => {
  const { figure } = rasterPlot(rasterOf([]), "bp", false);
  expect(figure.data).toEqual([]);
  expect(figure.layout.shapes).toHaveLength(3);
});
