import fc from "fast-check";
import { expect, test } from "vitest";
import { signChanges } from "../../src/math/signChanges.ts";

test("all roots of a polynomial come from the chain of its derivatives, in order", () => {
  const root = fc.double({ min: 0.05, max: 9.95, noNaN: true });
  fc.assert(
    fc.property(fc.array(root, { minLength: 1, maxLength: 4 }), roots => {
      const sorted = [...roots].sort((a, b) => a - b);
      fc.pre(sorted.every((r, k) => k === 0 || r - sorted[k - 1] > 0.02));
      // Coefficients, lowest first, of the product of (t - root) and of its derivatives.
      let c = [1];
      for (const r of sorted)
        c = [...c, 0].map((x, k) => (k > 0 ? c[k - 1] : 0) - r * (k < c.length ? x : 0));
      const chain: ((t: number) => number)[] = [];
      for (let d = c; d.length > 1; d = d.slice(1).map((x, k) => x * (k + 1))) {
        const own = d;
        chain.push(t => own.reduceRight((sum, x) => sum * t + x, 0));
      }
      const points = new Float64Array(8);
      const n = signChanges(chain, points, 0, 10, 1e-12);
      expect(n).toBe(sorted.length);
      sorted.forEach((r, k) => {
        expect(Math.abs(points[k] - r)).toBeLessThan(1e-6);
      });
    }),
  );
});

test("a function of one sign has no points, and known points of the last member are used", () => {
  const points = new Float64Array(8);
  expect(signChanges([t => t + 1], points, 0, 5, 1e-12)).toBe(0);
  points[0] = 1; // the minimum of (t - 1)^2 - 0.25
  expect(signChanges([t => (t - 1) ** 2 - 0.25], points, 1, 5, 1e-12)).toBe(2);
  expect(points[0]).toBeCloseTo(0.5, 11);
  expect(points[1]).toBeCloseTo(1.5, 11);
  points[0] = 1; // a touching point may be named, harmlessly
  expect(signChanges([t => (t - 1) ** 2], points, 1, 5, 1e-12)).toBe(1);
});
