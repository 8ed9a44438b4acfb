import { expect, test } from "vitest";
import { FeedForwardNetwork } from "../../src/engine/exact/feedForward.ts";
import { angleDegrees } from "../../src/math/matrix.ts";
import { Rng } from "../../src/math/rng.ts";
import { mirrorSpikes, shotNoise } from "../../src/rules/mirroring.ts";

const SIZES = [6, 20, 12, 5];

function networkOf(vThreshold: number): FeedForwardNetwork {
  const rng = new Rng(3, "network");
  const weights = SIZES.slice(1).map((n, l) =>
    Float32Array.from({ length: n * SIZES[l] }, () => rng.normal(0, Math.sqrt(2 / SIZES[l]))),
  );
  return new FeedForwardNetwork(
    SIZES,
    weights,
    SIZES.slice(1).map(n => new Float32Array(n)),
    { tauMem: 20, vThreshold, tauRef: 0 },
    20,
    { reading: "spikes", readoutThreshold: 0.5 },
  );
}

/** Feedback weights of each layer above the first after `count` mirror presentations, from 0. */
function mirrored(net: FeedForwardNetwork, count: number): Float32Array[] {
  const mirror = mirrorSpikes(net);
  const B = net.weights.map(w => new Float32Array(w.length));
  for (let index = 0; index < count; index++)
    for (const l of [1, 2]) mirror(l, B[l], 7, { label: 0, index, key: "sample" });
  return B;
}

test("targets that answer a noisy source by spikes turn the feedback towards the forward weights", () => {
  const net = networkOf(0.1);
  const B = mirrored(net, 3000);
  // Not to 0: a target that the noise holds down on average answers seldom, and is mirrored smaller than it is.
  for (const l of [1, 2]) expect(angleDegrees(B[l], net.weights[l]), `layer ${l}`).toBeLessThan(45);
});

test("mirrors learn nothing of neurons that do not fire, whatever their potentials", () => {
  const silent = networkOf(1e6);
  expect(mirrored(silent, 50)[1].every(b => b === 0)).toBe(true);
  // The readout has its own threshold, and fires.
  expect(mirrored(silent, 50)[2].some(b => b !== 0)).toBe(true);
});

test.each([
  [20, 20],
  [20, 5],
  [30, Infinity],
])(
  "Poisson spikes over %d ms, time constant %d: a trace of variance 1 and the mean that is told",
  (durationMs, tauMem) => {
    const { gain, mean } = shotNoise(2, durationMs, tauMem);
    const rng = new Rng(5, "spikes");
    const n = 20_000;
    let [sum, squares] = [0, 0];
    for (let k = 0; k < n; k++) {
      let x = 0;
      for (let t = rng.exponential(2 / durationMs); t <= durationMs; t += rng.exponential(2 / durationMs))
        x += gain * Math.exp((t - durationMs) / tauMem);
      sum += x;
      squares += (x - mean) ** 2;
    }
    expect(Math.abs(sum / n - mean)).toBeLessThan(4 / Math.sqrt(n));
    // The fourth moment of shot noise is below 3 + 5.
    expect(Math.abs(squares / n - 1)).toBeLessThan(4 * Math.sqrt(7 / n));
  },
);
