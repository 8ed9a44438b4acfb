import { expect, test } from "vitest";
import {
  directFeedback,
  inputFeedback,
  layeredFeedback,
  sparseInputFeedback,
  weightBound,
} from "../../src/feedback/draw.ts";
import { Rng } from "../../src/math/rng.ts";

const sizes = [50, 400, 300, 10];
const rms = (values: Float32Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
const rng = () => new Rng(2, "draw");

test.each(["uniform", "trinomial", "binomial", "identity"] as const)(
  "%s direct feedback has the readout's scale, for each hidden layer",
  draw => {
    const B = directFeedback(sizes, rng(), draw);
    expect(B.map(b => b.length)).toEqual([0, 400 * 10, 300 * 10]);
    B.slice(1).forEach((b, p) => {
      const expected = (0.5 * Math.sqrt(6 / sizes[p + 1])) / Math.sqrt(3);
      expect(rms(b) / expected).toBeGreaterThan(0.93);
      expect(rms(b) / expected).toBeLessThan(1.07);
    });
  },
);

test("trinomial feedback takes three values, binomial two, none of them negative", () => {
  const signs = (draw: "trinomial" | "binomial") =>
    [...new Set(directFeedback(sizes, rng(), draw)[1].map(Math.sign))].sort();
  expect(signs("trinomial")).toEqual([-1, 0, 1]);
  expect(signs("binomial")).toEqual([0, 1]);
});

test("identity feedback gives every neuron one class, with either sign in turn", () => {
  const b = directFeedback([4, 25, 3], rng(), "identity")[1];
  for (let j = 0; j < 25; j++) {
    const row = Array.from(b.subarray(3 * j, 3 * j + 3), Math.sign);
    const expected = [0, 0, 0];
    expected[j % 3] = j % 6 < 3 ? 1 : -1;
    expect(row.map(v => v + 0)).toEqual(expected);
  }
});

test("layered feedback is drawn as the initial weights are, for all layers but the first", () => {
  const B = layeredFeedback(sizes, rng());
  expect(B.map(b => b.length)).toEqual([0, 400 * 300, 300 * 10]);
  expect(weightBound(sizes, 1)).toBeCloseTo(Math.sqrt(6 / 400));
  expect(weightBound(sizes, 2)).toBeCloseTo(0.5 * Math.sqrt(6 / 300));
  B.slice(1).forEach((b, l) => {
    expect(Math.max(...b.map(Math.abs))).toBeLessThanOrEqual(weightBound(sizes, l + 1));
  });
});

test("feedback onto the input is small everywhere, or large on 15 % of it", () => {
  const dense = inputFeedback(784, 10, rng());
  expect(rms(dense)).toBeCloseTo(0.002525, 4); // the paper's code on MNIST
  const sparse = sparseInputFeedback(784, 10, rng());
  const rows = Array.from({ length: 784 }, (_, i) => sparse.subarray(10 * i, 10 * i + 10).some(v => v !== 0));
  expect(rows.filter(Boolean)).toHaveLength(118);
});
