import { expect, test } from "vitest";
import type { Sample } from "../../src/data/dataset.ts";
import { encoderOf } from "../../src/encoding/index.ts";
import { show } from "../../src/encoding/shown.ts";
import type { PresentedInput } from "../../src/engine/exact/presentation.ts";
import { SpikeTrain } from "../../src/engine/record/spikeTrain.ts";

const T = 300;
const settings = { inputs: 3, durationMs: T, tauMem: 100, maxSpikes: 4, seed: 1 };
const empty = (): PresentedInput => ({ spikes: new SpikeTrain(), gain: 1, analogue: null });

function recorded(
  events: readonly (readonly [time: number, input: number])[],
  intensities: number[],
): Sample {
  return {
    intensities: Float32Array.from(intensities),
    recording: {
      times: Float32Array.from(events, ([t]) => t),
      inputs: Uint16Array.from(events, ([, i]) => i),
    },
  };
}

const spikesOf = ({ spikes }: PresentedInput) =>
  Array.from({ length: spikes.length }, (_, k) => [spikes.times[k], spikes.neurons[k]]);

test("events are spikes at their times, in order; those after the presentation are left out", () => {
  const sample = recorded(
    [
      [200.5, 1],
      [0, 2],
      [T, 0],
      [T + 0.5, 0],
      [200.5, 0],
      [200.5, 0],
    ],
    [1, 0.5, 0.5],
  );
  const input = empty();
  encoderOf("recording", settings).encode(sample.intensities, "k", input, sample);
  expect(spikesOf(input)).toEqual([
    [0, 2],
    [200.5, 0],
    [200.5, 0],
    [200.5, 1],
    [T, 0],
  ]);
  expect(input.analogue).toBeNull();
});

test.each([20, 100, Infinity])("maxSpikes evenly spread spikes leave a trace of 1 (tau %d)", tauMem => {
  const many = 3000;
  const events = Array.from({ length: many }, (_, k) => [((k + 0.5) * T) / many, 0] as const);
  const sample = recorded(events, [1, 0, 0]);
  const input = empty();
  encoderOf("recording", { ...settings, tauMem, maxSpikes: many }).encode(
    sample.intensities,
    "k",
    input,
    sample,
  );
  const trace = spikesOf(input).reduce((sum, [t]) => sum + input.gain * Math.exp((t - T) / tauMem), 0);
  expect(trace).toBeCloseTo(1, 4);
});

test("each presentation shows the same spikes, replayed or not; a current is left to be added", () => {
  const sample = recorded(
    [
      [10, 0],
      [20, 1],
    ],
    [1, 1, 0],
  );
  for (const replay of [true, false]) {
    const input = empty();
    show(encoderOf("recording", settings), sample, "s", input, {
      replay,
      modulation: "current",
      durationMs: 20,
      tauMem: 20,
      seed: 1,
    });
    const modulation = Float64Array.of(0.3, -0.7, 0.4);
    const presented = [null, modulation, null].map(m => [input.next!(m), spikesOf(input)]);
    const spikes = [
      [10, 0],
      [20, 1],
    ];
    expect(presented).toEqual([
      [null, spikes],
      [modulation, spikes],
      [null, spikes],
    ]);
  }
});

test("modulated in spikes, inputs lose events or get others, as many as the intensity asks for", () => {
  const events = Array.from({ length: 3000 }, (_, k) => [k / 10, k % 3] as const);
  const sample = recorded(events, [1, 1, 1]);
  const input = empty();
  // A spike stands for a thousandth.
  const encoder = encoderOf("recording", { ...settings, maxSpikes: 1000 });
  show(encoder, sample, "s", input, {
    replay: false,
    modulation: "spikes",
    durationMs: 20,
    tauMem: 20,
    seed: 1,
  });
  input.next!(null);
  const whole = spikesOf(input);
  expect(whole).toHaveLength(3000);
  expect(input.next!(Float64Array.of(-0.4, 0.5, -2))).toBeNull();
  const counts = [0, 0, 0];
  const before = new Set(whole.map(String));
  let kept = 0;
  for (const [t, i] of spikesOf(input)) {
    counts[i]++;
    if (before.has(String([t, i]))) kept++;
  }
  // Four standard deviations of what is drawn.
  expect(Math.abs(counts[0] - 600)).toBeLessThan(4 * Math.sqrt(240));
  expect(Math.abs(counts[1] - 1500)).toBeLessThan(4 * Math.sqrt(500));
  expect(counts[2]).toBe(0);
  // What is left of the first input is its own, and the second has lost nothing.
  expect(kept).toBe(counts[0] + 1000);
  input.next!(null);
  expect(spikesOf(input)).toEqual(whole);
});

test("an encoder that is defined is given the recording too, and an altered sample beside its own intensities", async () => {
  const { defineEncoder } = await import("../../src/encoding/index.ts");
  const given: (Sample | undefined)[] = [];
  defineEncoder({
    name: "first-event",
    recorded: true,
    create: () => ({
      encode(_, _key, into, sample) {
        given.push(sample);
        into.gain = 1;
        into.spikes.push(sample!.recording!.times[0], 0);
      },
    }),
  });
  const sample = recorded([[7, 1]], [0, 1, 0]);
  const input = empty();
  show(encoderOf("first-event", settings), sample, "s", input, {
    replay: true,
    modulation: "spikes",
    durationMs: 20,
    tauMem: 20,
    seed: 1,
  });
  input.next!(Float64Array.of(1, 1, 1));
  expect(given).toEqual([sample, sample]);
  expect(spikesOf(input)).toEqual([[7, 0]]);
});

test("intensities alone are refused", () => {
  const encoder = encoderOf("recording", settings);
  expect(() => encoder.encode(new Float32Array(3), "k", empty())).toThrow(
    "encoder recording: expected samples that are recordings of events, got intensities alone",
  );
});
