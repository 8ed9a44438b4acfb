import { expect, test } from "vitest";
import { dense } from "../../../src/engine/network/architecture.ts";
import { Rng } from "../../../src/math/rng.ts";
import { errorInput } from "../../../src/rules/circuits/errorAtInput.ts";

test("what neurons that cannot fire less than not at all send to hidden ones is odd in the error", () => {
  const [inputs, hidden, classes] = [20, 7, 4];
  const { F, weights } = errorInput(dense([inputs, hidden, classes]), new Rng(1, "feedback"));
  const neurons = F.length / classes;
  const sent = (error: readonly number[]) => {
    const drives = Array.from({ length: neurons }, (_, m) =>
      error.reduce((sum, e, k) => sum + e * F[k * neurons + m], 0),
    );
    return Array.from({ length: hidden }, (_, j) =>
      drives.reduce((sum, drive, m) => sum + Math.max(0, drive) * weights[m * hidden + j], 0),
    );
  };
  for (const error of [
    [1, 0, 0, 0],
    [0.3, -0.8, 0.1, 0.4],
  ]) {
    const [up, down] = [sent(error), sent(error.map(e => -e))];
    up.forEach((value, j) => {
      expect(down[j]).toBeCloseTo(-value, 9);
    });
    expect(Math.max(...up.map(Math.abs))).toBeGreaterThan(0.01);
  }
});
