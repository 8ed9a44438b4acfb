import { expect, test } from "vitest";
import { argmax, crossEntropy, outputError, softmax } from "../../src/math/softmax.ts";

test("the output error is the gradient of the cross-entropy", () => {
  const logits = [0.3, -1.2, 2];
  const e = outputError(logits, 1, new Float64Array(3));
  for (let k = 0; k < 3; k++) {
    const shifted = (by: number) =>
      crossEntropy(
        logits.map((z, i) => (i === k ? z + by : z)),
        1,
      );
    expect((shifted(1e-5) - shifted(-1e-5)) / 2e-5).toBeCloseTo(e[k], 8);
  }
});

test("large logits do not overflow", () => {
  expect([...softmax([1000, 1000], new Float64Array(2))]).toEqual([0.5, 0.5]);
  expect(crossEntropy([1000, 0], 0)).toBe(0);
});

test("argmax takes the first of equals", () => {
  expect(argmax([1, 3, 3])).toBe(1);
});
