import fc from "fast-check";
import { expect, test } from "vitest";
import { Carried } from "../../../src/engine/exact/carried.ts";
import { FeedForwardNetwork } from "../../../src/engine/exact/feedForward.ts";
import { architectureOf } from "../../../src/engine/network/architecture.ts";
import { exp, expm1 } from "../../../src/math/elementary.ts";
import { Rng } from "../../../src/math/rng.ts";

const SIZES = [5, 7, 6, 3];
const TAU = 20;
const GAIN = 0.3;

/** A network whose currents are the same, however long its presentations are. */
function networkOf(seed: number, durationMs: number, tauRef: number, readoutThreshold: number | null) {
  const rng = new Rng(seed, "carried");
  const weights = SIZES.slice(1).map((n, l) =>
    Float32Array.from({ length: n * SIZES[l] }, () => rng.uniformIn(-0.6, 1)),
  );
  const drive = Float64Array.from({ length: SIZES[0] }, () => rng.uniformIn(-0.4, 1));
  const net = new FeedForwardNetwork(
    SIZES,
    weights,
    SIZES.slice(1).map(n => new Float32Array(n)),
    { tauMem: TAU, vThreshold: 0.25, tauRef },
    durationMs,
    { reading: "spikes", readoutThreshold },
  );
  net.input.gain = GAIN;
  net.input.analogue = drive.map(value => value * -expm1(-durationMs / TAU));
  return net;
}

/** [time, neuron] in order of time. */
function input(seed: number, until: number): (readonly [number, number])[] {
  const rng = new Rng(seed, "input");
  return Array.from(
    { length: until },
    () => [Math.floor(rng.uniform() * 1024 * until) / 1024, Math.floor(rng.uniform() * SIZES[0])] as const,
  ).sort((a, b) => a[0] - b[0]);
}

test("parts of a presentation, each going on from what the one before has left, are the whole of it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1000 }),
      fc.constantFrom(0, 1.5, 12),
      fc.constantFrom(null, 0.5),
      (seed, tauRef, readoutThreshold) => {
        const [parts, part] = [3, 16];
        const all = input(seed, parts * part);
        const long = networkOf(seed, parts * part, tauRef, readoutThreshold);
        for (const [t, i] of all) long.input.spikes.push(t, i);
        const whole = long.present(long.presentation());

        const short = networkOf(seed, part, tauRef, readoutThreshold);
        short.carried = new Carried(architectureOf(SIZES));
        const seen = short.presentation();
        const fired: number[][][] = [[], [], []];
        for (let n = 0; n < parts; n++) {
          short.input.spikes.clear();
          for (const [t, i] of all) if (Math.floor(t / part) === n) short.input.spikes.push(t - n * part, i);
          short.present(seen);
          seen.spikes.forEach((train, p) => {
            for (let k = 0; k < train.length; k++)
              fired[p].push([train.times[k] + n * part, train.neurons[k]]);
          });
        }
        for (const p of [1, 2]) {
          const { times, neurons, length } = whole.spikes[p];
          const order = (a: number[], b: number[]) => a[1] - b[1] || a[0] - b[0];
          const expected = Array.from({ length }, (_, k) => [times[k], neurons[k]]).sort(order);
          const got = fired[p].sort(order);
          expect(got.map(([, j]) => j)).toEqual(expected.map(([, j]) => j));
          got.forEach(([t], k) => {
            expect(Math.abs(t - expected[k][0])).toBeLessThan(1e-9);
          });
          close(seen.potential[p], whole.potential[p]);
          close(seen.trace[p], whole.trace[p]);
        }
        close(seen.trace[0], whole.trace[0]);
        close(seen.logits, whole.logits);
      },
    ),
    { numRuns: 60 },
  );
});

function close(got: Float64Array, expected: Float64Array): void {
  got.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThan(1e-9);
  });
}

test("after a rest it is as it was at first, and what is left decays with the time constant", () => {
  const net = networkOf(4, 16, 0, 0.5);
  const carried = new Carried(architectureOf(SIZES));
  net.carried = carried;
  for (const [t, i] of input(4, 16)) net.input.spikes.push(t, i);
  const [first, second] = [net.presentation(), net.presentation()];
  net.present(first);
  net.present(second);
  first.trace[0].forEach((x, i) => {
    expect(second.trace[0][i]).toBeCloseTo(x * (1 + exp(-16 / TAU)), 12);
  });
  expect([...second.logits]).not.toEqual([...first.logits]);
  carried.rest();
  net.present(second);
  expect(second.trace).toEqual(first.trace);
  expect(second.potential).toEqual(first.potential);
  expect(second.logits).toEqual(first.logits);
});
