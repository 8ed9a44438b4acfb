import fc from "fast-check";
import { expect, test } from "vitest";
import { bracketedRoot } from "../../src/math/root.ts";

test("the root of a cubic is found to the tolerance, in few evaluations", () => {
  const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  fc.assert(
    fc.property(double(-5, 5), double(0, 3), double(0.01, 3), double(0.1, 8), (root, a, b, width) => {
      let calls = 0;
      const f = (x: number) => {
        calls++;
        return (x - root) * (a * (x - root) ** 2 + b);
      };
      const [low, high] = [root - width, root + 2 * width];
      expect(Math.abs(bracketedRoot(f, low, f(low), high, f(high), 1e-12) - root)).toBeLessThan(2e-12);
      expect(calls).toBeLessThan(60);
    }),
    { numRuns: 500 },
  );
});

test("a flat root, a step and roots at the ends are found", () => {
  expect(Math.abs(bracketedRoot(x => x ** 9, -1, -1, 1.7, 1.7 ** 9, 1e-12))).toBeLessThan(1e-2);
  const step = (x: number) => (x < 0.3 ? -1 : 1);
  expect(bracketedRoot(step, 0, -1, 1, 1, 1e-12)).toBeCloseTo(0.3, 11);
  expect(bracketedRoot(Math.sin, 0, 0, 1, 0.8, 1e-12)).toBe(0);
  expect(bracketedRoot(Math.sin, 1, 0.8, 9, 0, 1e-12)).toBe(9);
});

test("either order of the ends and either direction of the crossing will do", () => {
  for (const sign of [1, -1]) {
    const f = (x: number) => sign * (Math.exp(x) - 2);
    expect(bracketedRoot(f, 0, f(0), 5, f(5), 1e-13)).toBeCloseTo(Math.LN2, 12);
    expect(bracketedRoot(f, 5, f(5), 0, f(0), 1e-13)).toBeCloseTo(Math.LN2, 12);
  }
});

test("a bracket without a change of sign is refused", () => {
  expect(() => bracketedRoot(x => x, 1, 1, 2, 2, 1e-12)).toThrow("no change of sign: f(1) = 1, f(2) = 2");
});
