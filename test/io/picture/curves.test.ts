import { expect, test } from "vitest";
import { curvesPicture } from "../../../src/io/picture/curvesPicture.ts";
import { pictureToSvg } from "../../../src/io/picture/svg.ts";

const picture = (curves: Parameters<typeof curvesPicture>[0]["curves"]) =>
  curvesPicture({ title: "t", x: "time [ms]", y: "v [mV]", curves });

test("curves lie within the axes, in colours of their own, with their names", () => {
  const { shapes, width, height } = picture([
    { name: "one", x: [0, 5, 10], y: [-1, 0, 1] },
    { name: "two", x: [10, 0], y: [3, 2], points: true },
  ]);
  const words = shapes.flatMap(shape => (shape.kind === "text" ? [shape.text] : []));
  for (const word of ["one", "two", "time [ms]", "v [mV]", "0", "10", "-1", "3"])
    expect(words).toContain(word);
  const drawn = shapes.filter(shape => shape.kind === "line" && shape.width === 1);
  expect(drawn.length).toBe(1);
  const dots = shapes.find(shape => shape.kind === "strokes");
  expect(dots?.at.length).toBe(2);
  for (const shape of shapes) {
    const points = shape.kind === "line" ? shape.points : shape.kind === "strokes" ? shape.at : [];
    for (const [x, y] of points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(height);
    }
  }
  expect(pictureToSvg({ shapes, width, height, title: "t" })).not.toMatch(/NaN|Infinity/);
});

test("a curve has a gap where a number is none", () => {
  const { shapes } = picture([{ name: "c", x: [0, 1, 2, 3, 4], y: [1, 2, Number.NaN, 3, 4] }]);
  const pieces = shapes.flatMap(shape =>
    shape.kind === "line" && shape.width === 1 ? [shape.points.length] : [],
  );
  expect(pieces).toEqual([2, 2]);
});

test("one height alone, and names that need a second line, have their room", () => {
  const flat = picture([{ name: "flat", x: [0, 1], y: [7, 7] }]);
  expect(flat.shapes.flatMap(shape => (shape.kind === "text" ? [shape.text] : []))).toContain("7");
  const names = Array.from({ length: 6 }, (_, n) => ({
    name: `a curve with a long name ${n}`,
    x: [0, 1],
    y: [0, n],
  }));
  expect(picture(names).height).toBeGreaterThan(flat.height);
});

test("what is no curve is refused in one line", () => {
  expect(() => picture([{ name: "c", x: [0, 1], y: [1] }])).toThrow(
    "curve c: expected as many numbers in y as in x (2), got 1",
  );
  expect(() => picture([{ name: "c", x: [0], y: [Number.NaN] }])).toThrow(
    "curves: expected a finite number in each of x and y, got none",
  );
});
