import { expect, test } from "vitest";
import { angleDegrees, multiply, multiplyRows, product } from "../../src/math/matrix.ts";

const a = Float32Array.of(1, 2, 3, 4, 5, 6); // [2, 3]

test("products of matrices and vectors in both directions", () => {
  expect([...multiply(a, [1, 0, -1], new Float64Array(2))]).toEqual([-2, -2]);
  expect([...multiplyRows([2, 1], a, new Float64Array(3))]).toEqual([6, 9, 12]);
  expect([...product(a, Float32Array.of(1, 0, 0, 1, 1, 1), 2, 3, 2)]).toEqual([4, 5, 10, 11]);
});

test("angles are right at 0, 90 and 180 degrees, and small ones keep their digits", () => {
  expect(angleDegrees([1, 2], [2, 4])).toBe(0);
  expect(angleDegrees([1, 0], [0, 3])).toBe(90);
  expect(angleDegrees([1, 0], [-2, 0])).toBe(180);
  expect(angleDegrees([1, 0], [1, 1e-5])).toBeCloseTo((1e-5 * 180) / Math.PI, 9);
  expect(angleDegrees([0, 0], [1, 0])).toBeNaN();
});
