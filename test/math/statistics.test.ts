import fc from "fast-check";
import { expect, test } from "vitest";
import { bootstrapInterval, mcNemar, places, shareDeviation } from "../../src/math/statistics.ts";

test("of three values the interval is the smallest to the largest: one in 27 resamples is either", () => {
  expect(bootstrapInterval([3, 1, 2])).toEqual([1, 3]);
  expect(bootstrapInterval([4])).toBeUndefined();
});

test("of five values it leaves out the resamples beyond 2.5 % on either side", () => {
  // 0, 0, 0, 0, 1: the mean is k / 5 with k binomial of 5 and 1/5: P(0) = 0.33, P(k <= 2) = 0.942, P(k <= 3) = 0.9933.
  expect(bootstrapInterval([0, 0, 0, 0, 1])).toEqual([0, 0.6]);
});

test("of many values it is the normal interval of their mean", () => {
  const values = Array.from({ length: 100 }, (_, k) => (k * 37) % 100);
  const deviation = Math.sqrt((100 ** 2 - 1) / 12 / 100);
  const [low, high] = bootstrapInterval(values)!;
  expect(low).toBeCloseTo(49.5 - 1.96 * deviation, 0);
  expect(high).toBeCloseTo(49.5 + 1.96 * deviation, 0);
  expect(bootstrapInterval(values)).toEqual([low, high]);
});

test("McNemar's test is the two-sided binomial one", () => {
  expect(mcNemar(0, 5)).toBeCloseTo(2 / 32, 12);
  expect(mcNemar(2, 8)).toBeCloseTo((2 * (1 + 10 + 45)) / 1024, 12);
  expect(mcNemar(0, 0)).toBe(1);
  expect(mcNemar(7, 7)).toBe(1);
  // In whole numbers: 2 (C(2100, 0) + ... + C(2100, 1000)) / 2^2100.
  expect(mcNemar(1000, 1100)).toBeCloseTo(0.030720707864242296, 12);
  expect(mcNemar(0, 5000)).toBe(0);
});

test("the order of the two does not matter, and terms add up to no more than 1", () => {
  fc.assert(
    fc.property(fc.nat(3000), fc.nat(3000), (a, b) => {
      const p = mcNemar(a, b);
      expect(p).toBe(mcNemar(b, a));
      expect(p).toBeGreaterThanOrEqual(0);
      expect(p).toBeLessThanOrEqual(1);
    }),
  );
});

test("digits are those that the deviation supports", () => {
  expect([0.61, 0.3, 0.26, 0.1, 3.2, 1.4, 26, 397].map(x => places(x, 2))).toEqual([1, 1, 2, 2, 0, 1, 0, -2]);
  expect(places(0.004, 2)).toBe(2);
  expect(places(0, 1)).toBe(1);
  expect(shareDeviation(0.5, 100)).toBe(0.05);
});
