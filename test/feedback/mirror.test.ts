import { expect, test } from "vitest";
import { fullRuns } from "../../src/engine/network/synapses/runs.ts";
import { mirror, mirrorNoise } from "../../src/feedback/mirror.ts";
import { angleDegrees, multiplyRows } from "../../src/math/matrix.ts";
import { Rng } from "../../src/math/rng.ts";

test("mirror noise has mean 0 and variance 1 and is the same for the same key", () => {
  const noise = mirrorNoise(20_000, 4, "a");
  const mean = noise.reduce((sum, v) => sum + v, 0) / noise.length;
  const variance = noise.reduce((sum, v) => sum + v * v, 0) / noise.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(variance - 1)).toBeLessThan(0.02);
  expect(mirrorNoise(20_000, 4, "a")).toEqual(noise);
  expect(mirrorNoise(20_000, 4, "b")).not.toEqual(noise);
});

test("the average of noise (x) drive becomes the forward weights, in length too, whatever the bias", () => {
  const [pre, post] = [6, 4];
  const rng = new Rng(8, "mirror");
  const W = Float32Array.from({ length: pre * post }, () => rng.uniformIn(-1, 1));
  const B = Float32Array.from({ length: pre * post }, () => rng.uniformIn(-1, 1));
  for (let n = 0; n < 8000; n++) {
    const noise = mirrorNoise(pre, 1, `${n}`);
    const drive = multiplyRows(noise, W, new Float64Array(post)).map(v => v + 0.3);
    mirror(B, noise, drive, 1, fullRuns(pre, post));
  }
  expect(angleDegrees(W, B)).toBeLessThan(10);
  expect(Math.hypot(...B) / Math.hypot(...W)).toBeCloseTo(1, 0);
});

test("a batch counts as its samples", () => {
  const noise = [1, -1, 0.5, 2];
  const drive = [0.2, -0.4];
  const [together, oneByOne] = [Float32Array.of(1, 1), Float32Array.of(1, 1)];
  mirror(together, noise, drive, 2, fullRuns(2, 1));
  mirror(oneByOne, noise.slice(0, 2), drive.slice(0, 1), 1, fullRuns(2, 1));
  mirror(oneByOne, noise.slice(2), drive.slice(1), 1, fullRuns(2, 1));
  together.forEach((b, at) => {
    expect(b).toBeCloseTo(oneByOne[at], 5);
  });
});
