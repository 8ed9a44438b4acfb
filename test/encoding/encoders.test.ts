import { expect, test } from "vitest";
import { type EncoderName, encoderNamed, encoderOf, encoders } from "../../src/encoding/index.ts";
import type { PresentedInput } from "../../src/engine/exact/presentation.ts";
import { SpikeTrain } from "../../src/engine/record/spikeTrain.ts";

const T = 20;

function encode(
  name: EncoderName,
  intensities: number[],
  { tauMem = 20, maxSpikes = 4, seed = 1, key = "k" } = {},
): PresentedInput & { analogue: Float64Array | null } {
  const into: PresentedInput = { spikes: new SpikeTrain(), gain: 1, analogue: null };
  const encoder = encoderOf(name, { inputs: intensities.length, durationMs: T, tauMem, maxSpikes, seed });
  encoder.encode(Float32Array.from(intensities), key, into);
  return into;
}

/** Exponentially filtered spikes at the end of the presentation. */
function traces(input: PresentedInput, inputs: number, tauMem: number): Float64Array {
  const x = new Float64Array(inputs);
  const { times, neurons, length } = input.spikes;
  for (let k = 0; k < length; k++) x[neurons[k]] += input.gain * Math.exp((times[k] - T) / tauMem);
  return x;
}

test("current: no spikes, the drive is the intensity", () => {
  const input = encode("current", [0, 0.25, 1]);
  expect(input.spikes.length).toBe(0);
  expect([...input.analogue!]).toEqual([0, 0.25, 1]);
});

test("rate: spike k of an input with intensity p comes at (k - phase) T / (n p)", () => {
  const intensities = [0, 0.5, 1, Math.fround(0.8), Math.fround(1 / 255)];
  const { spikes } = encode("rate", intensities);
  for (const [i, p] of intensities.entries()) {
    const times = Array.from(spikes.times.subarray(0, spikes.length)).filter(
      (_, k) => spikes.neurons[k] === i,
    );
    const interval = T / (4 * p);
    expect(Math.abs(times.length - 4 * p)).toBeLessThan(1);
    if (times.length > 0) expect(times[0]).toBeLessThanOrEqual(interval);
    for (let k = 1; k < times.length; k++) expect(times[k] - times[k - 1]).toBeCloseTo(interval, 10);
  }
});

test.each([
  [20, 4],
  [20, 16],
  [7, 8],
  [Infinity, 4],
])("rate: averaged over phases, the trace is the intensity (tau %d, n %d)", (tauMem, maxSpikes) => {
  const inputs = 4000;
  for (const p of [0.05, 0.5, 1]) {
    const x = traces(encode("rate", new Array(inputs).fill(p), { tauMem, maxSpikes }), inputs, tauMem);
    const mean = x.reduce((a, b) => a + b) / inputs;
    const sd = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / inputs);
    expect(Math.abs(mean - p)).toBeLessThan((5 * sd) / Math.sqrt(inputs) + 1e-9);
  }
});

test("rate: the same spikes in every presentation; another seed has other phases", () => {
  const train = (seed: number, key: string) =>
    encode("rate", [0.3, 0.9], { seed, key }).spikes.times.slice(0, 4);
  expect(train(1, "a")).toEqual(train(1, "b"));
  expect(train(1, "a")).not.toEqual(train(2, "a"));
});

test("poisson: counts have mean and variance n p, and a key draws the same spikes again", () => {
  const inputs = 5000;
  const { spikes } = encode("poisson", new Array(inputs).fill(0.75));
  const counts = new Float64Array(inputs);
  for (let k = 0; k < spikes.length; k++) counts[spikes.neurons[k]]++;
  const mean = spikes.length / inputs;
  const variance = counts.reduce((a, c) => a + (c - mean) ** 2, 0) / inputs;
  expect(Math.abs(mean - 3)).toBeLessThan(5 * Math.sqrt(3 / inputs));
  expect(Math.abs(variance - 3)).toBeLessThan(5 * Math.sqrt((3 + 2 * 9) / inputs));
  const times = (key: string) => [...encode("poisson", [1, 1, 1, 1], { key }).spikes.times.slice(0, 4)];
  expect(times("a")).toEqual(times("a"));
  expect(times("a")).not.toEqual(times("b"));
  expect(encode("poisson", [0]).spikes.length).toBe(0);
});

test("latency: one spike each, the brightest first, the dark ones silent", () => {
  const { spikes, gain } = encode("latency", [0.2, 1, 0.09, 0.5]);
  expect([...spikes.neurons.slice(0, spikes.length)]).toEqual([1, 3, 0]);
  [0, 10, 16].forEach((t, k) => {
    expect(spikes.times[k]).toBeCloseTo(t, 6);
  });
  expect(gain).toBe(1);
});

test("an unknown encoder is refused with the names of those there are", () => {
  expect(() => encoderNamed("morse")).toThrow(
    `encoder: expected one of ${encoders.map(({ name }) => name).join(", ")}, got morse`,
  );
  expect(() => encoderNamed("toString")).toThrow("encoder: expected one of");
});
