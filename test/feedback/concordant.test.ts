import { expect, test } from "vitest";
import { concordant } from "../../src/feedback/concordant.ts";

const w = Float32Array.of(0.5, -2, 0, 1, -0.25, 3);
const magnitudes = Float32Array.of(1, 2, 3, 4, 5, 6);

test("feedback has the signs of the weights and magnitudes of its own", () => {
  expect([...concordant(w, magnitudes, "initial", new Float32Array(6))].map(v => v + 0)).toEqual([
    1, -2, 0, 4, -5, 6,
  ]);
});

test("under strict normalisation it has the norm of the weights", () => {
  const b = concordant(w, magnitudes, "strict", new Float32Array(6));
  expect(Math.hypot(...b)).toBeCloseTo(Math.hypot(...w), 5);
  expect(b[1] / b[0]).toBeCloseTo(-2, 5);
});

test("weights that have all become 0 give no feedback, not none at all", () => {
  expect(
    [...concordant(new Float32Array(2), magnitudes.subarray(0, 2), "strict", new Float32Array(2))].map(
      v => v + 0,
    ),
  ).toEqual([0, 0]);
});
