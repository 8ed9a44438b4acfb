import { expect, test } from "vitest";
import { lambertW0 } from "../../src/math/lambertW.ts";

test("w exp(w) = z over the whole branch", () => {
  for (let w = -0.999; w < 20; w += 0.0137) {
    // Near -1 the function is flat: z to one part in 2^52 fixes w to about the square root of that only.
    const sensitivity = 1 / Math.max(1 + w, 1e-3);
    expect(Math.abs(lambertW0(w * Math.exp(w)) - w)).toBeLessThan(
      4e-15 * Math.max(1, Math.abs(w)) * sensitivity,
    );
  }
  expect(lambertW0(1)).toBeCloseTo(0.5671432904097838, 15);
  expect(lambertW0(1e300)).toBeCloseTo(684.2472086297608, 9);
});

test("small arguments keep their relative precision", () => {
  for (let z = 1e-3; z > 1e-300; z /= 10) {
    for (const s of [z, -z])
      expect(Math.abs(lambertW0(s) / (s * (1 - s + 1.5 * s * s)) - 1)).toBeLessThan(1e-8);
  }
  expect(lambertW0(0)).toBe(0);
});

test("at and below the branch point the answer is -1", () => {
  expect(lambertW0(-1 / Math.E)).toBeCloseTo(-1, 7);
  expect(lambertW0(-0.5)).toBe(-1);
});
