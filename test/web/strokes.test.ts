import { expect, test } from "vitest";
import { centredCells, intensitiesOf, type Strokes } from "../../src/web/drawing/strokes.ts";

const rows = (intensities: Float32Array) =>
  Array.from({ length: 8 }, (_, row) => [...intensities.subarray(8 * row, 8 * row + 8)]);

test("an empty drawing is dark, and a point is a dot in the middle", () => {
  expect(intensitiesOf([]).every(value => value === 0)).toBe(true);
  expect(intensitiesOf([[]]).every(value => value === 0)).toBe(true);
  const dot = rows(intensitiesOf([[[0.9, 0.1]]]));
  const lit = dot.flat().filter(value => value > 0);
  expect(lit).toHaveLength(4);
  expect(new Set(lit).size).toBe(1);
  expect(dot[3][3]).toBeGreaterThan(0);
  expect(dot[4][4]).toBe(dot[3][3]);
});

test("a drawing fills the picture and stands in its middle, wherever and however large it was drawn", () => {
  const one: Strokes = [[[10, 10], [10, 30]]]; // biome-ignore format: points
  const bar = rows(intensitiesOf(one));
  for (const row of bar) {
    expect(row.map(value => value > 0)).toEqual([3, 3, 3, 1, 1, 3, 3, 3].map(n => n === 1));
    expect(row[3]).toBe(row[4]);
  }
  const moved = one.map(stroke => stroke.map(([x, y]) => [0.1 + x / 250, 0.3 + y / 250] as const));
  expect(intensitiesOf(moved)).toEqual(intensitiesOf(one));
  const wide = rows(intensitiesOf([[[0, 0], [1, 0]]])); // biome-ignore format: points
  expect(wide[0]).toEqual(new Array(8).fill(0));
  expect(wide[3].every(value => value > 0)).toBe(true);
});

test("intensities are what the data set has: sixteenths", () => {
  const zero = Array.from({ length: 40 }, (_, k) => [Math.cos(k / 6), 1.4 * Math.sin(k / 6)] as const);
  const seen = intensitiesOf([zero]);
  for (const value of seen) {
    expect(value * 16).toBe(Math.round(value * 16));
    expect(value).toBeLessThanOrEqual(1);
  }
  expect([...seen].some(value => value > 0 && value < 1)).toBe(true);
});

test("inked cells are moved to the middle", () => {
  const cells = new Uint8Array(64);
  cells[0] = cells[8] = cells[16] = 1;
  const moved = centredCells(cells);
  expect([...moved.keys()].filter(k => moved[k] > 0)).toEqual([8 * 2 + 3, 8 * 3 + 3, 8 * 4 + 3]);
  const full = new Uint8Array(64).fill(1);
  expect([...centredCells(full)]).toEqual([...full]);
  expect(centredCells(new Uint8Array(64)).every(value => value === 0)).toBe(true);
});
