import { expect, test } from "vitest";
import { membranePlot, readoutPlot, thinned } from "../../../src/report/figures/traces.ts";
import { rasterOf, traceOf } from "../fixture.ts";

const ramp = [
  [0, 0],
  [10, 1],
  [10, 0],
  [100, 0.5],
] as const;

test("a membrane trace comes with the threshold and its own spikes", () => {
  const raster = rasterOf(
    [
      [10, 1, 7],
      [20, 1, 8],
    ],
    { traces: [traceOf("hidden", 3, ramp), traceOf("hidden", 7, ramp)] },
  );
  const [{ figure }] = membranePlot(raster, "bp");
  // Neuron 7 comes first because it fired.
  expect(figure.data.map(trace => trace.name)).toEqual(["threshold", "v", "spikes", "threshold", "v"]);
  expect(figure.data[0]).toMatchObject({ y: [1, 1], line: { dash: "dash" } });
  expect(figure.data[1]).toMatchObject({ x: [0, 10, 10, 100], y: [0, 1, 0, 0.5] });
  expect(figure.data[2].x).toEqual([10]);
});

test("nothing recorded, nothing drawn", () => {
  expect(membranePlot(rasterOf([]), "bp")).toEqual([]);
  expect(readoutPlot(rasterOf([]), "bp")).toEqual([]);
});

test("the readout marks the true class and a wrong decision", () => {
  const traces = [
    traceOf("output", 0, [
      [0, 0],
      [100, 2],
    ]),
    traceOf("output", 1, [
      [0, 0],
      [100, 1.999],
    ]),
  ];
  const [{ figure, caption }] = readoutPlot(rasterOf([], { traces }), "bp");
  const lines = Object.fromEntries(figure.data.map(({ name, line }) => [name, line]));
  expect(lines["class 1"]).toMatchObject({ width: 3 });
  expect(lines["class 0"]).toMatchObject({ width: 3, dash: "dash" });
  expect(caption).toContain("thick: the true class; dashed: the decision");
});

test("names at the line ends keep apart inside the figure", () => {
  const traces = Array.from({ length: 10 }, (_, c) =>
    traceOf("output", c, [
      [0, 0],
      [100, 1 + c / 1e6],
    ]),
  );
  const [{ figure }] = readoutPlot(rasterOf([], { traces }), "bp");
  const places = (figure.layout.annotations as { y: number }[]).map(({ y }) => y).sort((a, b) => a - b);
  for (let i = 1; i < places.length; i++) expect(places[i] - places[i - 1]).toBeGreaterThan(0.04);
  const { range } = figure.layout.yaxis as { range: [number, number] };
  expect(places[0]).toBeGreaterThan(range[0]);
  expect(places[9]).toBeLessThanOrEqual(range[1]);
});

test("a long trace is thinned without losing its peaks or its end", () => {
  const points = Array.from({ length: 10_001 }, (_, i) => [i / 100, i === 4321 ? 9 : i % 7] as const);
  const { x, y } = thinned(traceOf("hidden", 0, points));
  expect(x.length).toBeLessThan(1000);
  expect(Math.max(...y)).toBe(9);
  expect(x.at(-1)).toBe(100);
  expect(x).toEqual([...x].sort((a, b) => a - b));
});
