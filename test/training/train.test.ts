import { beforeAll, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/index.ts";
import { Interrupted } from "../../src/errors.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { alignmentDegrees } from "../../src/training/alignment.ts";
import { epochOrder, initialParameters } from "../../src/training/initialise.ts";
import type { RunState } from "../../src/training/runState.ts";
import { refractoryPeriod } from "../../src/training/spikingTrainer.ts";
import { createTrainer, type RunPlan, train } from "../../src/training/train.ts";

let data: Dataset;
beforeAll(async () => {
  await selectBackend("wasm");
  data = await loadDataset("digits", { trainSamples: 300, testSamples: 100 });
});

function plan(rule: string, twin: "rate" | "spike", more: Partial<RunPlan["settings"]> = {}): RunPlan {
  return {
    rule,
    twin,
    settings: {
      sizes: [64, 24, 10],
      seed: 3,
      epochs: 3,
      batch: 10,
      learningRate: 0.3,
      schedule: "1 - 0.9 * progress",
      encoder: "current",
      eligibility: "trace",
      durationMs: 20,
      tauMem: 20,
      vThreshold: 0.1,
      maxSpikes: 8,
      ...more,
    },
  };
}

const timeless = (result: object) => ({ ...result, trainSamplesPerSecond: 0, wallSeconds: 0 });

test.each([
  ["bp", "rate"],
  ["f3", "rate"],
  ["f3", "spike"],
  ["pepita", "spike"],
] as const)(
  "%s %s: a run that goes on from any epoch ends like one that was not interrupted",
  async (rule, twin) => {
    const states: RunState[] = [];
    const whole = await train(plan(rule, twin), data, {
      onEpoch: state => void states.push(structuredClone(state)),
    });
    expect(states.map(state => state.epochsDone)).toEqual([1, 2, 3]);
    for (const state of states) {
      const resumed = await train(plan(rule, twin), data, {}, state);
      expect(timeless(resumed.result)).toEqual(timeless(whole.result));
      expect(resumed.parameters).toEqual(whole.parameters);
    }
  },
);

test("an abort ends the run between batches", async () => {
  const stop = new AbortController();
  const long = plan("bp", "spike", { epochs: 100_000 });
  await expect(train(long, data, { signal: stop.signal, onProgress: () => stop.abort() })).rejects.toThrow(
    Interrupted,
  );
});

test.each(["validation", "test"] as const)("an abort ends the run within the %s part, too", async part => {
  const stop = new AbortController();
  const asked = plan("bp", "rate", { epochs: 1 });
  const signal = { signal: stop.signal };
  const run = train(asked, data, {
    ...signal,
    makeTrainer(of, from) {
      const trainer = createTrainer(of, from);
      return {
        ...trainer,
        *evaluating(samples) {
          if (samples !== data[part]) return trainer.evaluate(samples);
          stop.abort();
          for (;;) yield;
        },
      };
    },
  });
  await expect(run).rejects.toThrow(part === "test" ? /^in the test$/ : /^in epoch 1, validation$/);
});

test("both twins start from the same weights and see the same samples in the same order", () => {
  const [rate, spike] = (["rate", "spike"] as const).map(twin => createTrainer(plan("bp", twin), data));
  expect(rate.parameters()).toEqual(spike.parameters());
  expect(rate.parameters()).toEqual(initialParameters([64, 24, 10], 3));
  rate.dispose();
  expect([...epochOrder(50, 3, 0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  expect(epochOrder(50, 3, 0)).not.toEqual(epochOrder(50, 3, 1));
});

test("BP's update in rates is the exact gradient", () => {
  const trainer = createTrainer(plan("bp", "rate", { sizes: [64, 24, 16, 10] }), data);
  for (const angle of alignmentDegrees(trainer, data)) expect(angle).toBeLessThan(0.1);
  trainer.dispose();
});

test("BP's update in spikes comes near the exact gradient as the threshold gets finer", () => {
  const angles = [0.3, 0.1, 0.01, 0.001].map(vThreshold => {
    const trainer = createTrainer(plan("bp", "spike", { vThreshold, readout: "potential" }), data);
    return alignmentDegrees(trainer, data)[0];
  });
  for (let k = 1; k < angles.length; k++) expect(angles[k]).toBeLessThan(angles[k - 1]);
  expect(angles.at(-1)).toBeLessThan(1);
});

test("DFA's angle to the gradient falls from 90 degrees, and its forward path turns towards the feedback", async () => {
  for (const twin of ["rate", "spike"] as const) {
    const { result } = await train(plan("dfa", twin, { epochs: 6 }), data);
    expect(Math.abs(result.initialAlignmentDegrees![0] - 90)).toBeLessThan(15);
    expect(result.alignmentDegrees[0]).toBeLessThan(result.initialAlignmentDegrees![0] - 15);
    expect(result.feedbackDegrees![0]).toBeLessThan(80);
  }
});

test("PEPITA's forward path turns against its feedback: the angle rises above 90 degrees", async () => {
  for (const twin of ["rate", "spike"] as const) {
    const { result } = await train(plan("pepita:sparse", twin, { epochs: 6 }), data);
    expect(Math.abs(result.initialFeedbackDegrees![0] - 90)).toBeLessThan(10);
    expect(result.feedbackDegrees![0]).toBeGreaterThan(result.initialFeedbackDegrees![0] + 5);
    expect(result.feedbackDegrees![0]).toBeGreaterThan(95);
  }
});

test("the frozen control changes no hidden weight", async () => {
  for (const twin of ["rate", "spike"] as const) {
    const { parameters, result } = await train(plan("frozen", twin), data);
    const start = initialParameters([64, 24, 10], 3);
    expect(parameters.weights[0]).toEqual(start.weights[0]);
    expect(parameters.biases[0]).toEqual(start.biases[0]);
    expect(parameters.weights[1]).not.toEqual(start.weights[1]);
    expect(result.alignmentDegrees).toEqual([]);
  }
});

test("the refractory period bounds a trace at the saturation", () => {
  for (const tauMem of [20, Infinity]) {
    const settings = { vThreshold: 0.1, tauMem, durationMs: 20 };
    const tauRef = refractoryPeriod(1, settings);
    let trace = 0;
    // A neuron that fires at every chance, the last time at the end.
    for (let t = 20; t > 0; t -= tauRef) trace += 0.1 * Math.exp((t - 20) / tauMem);
    expect(Math.abs(trace - 1)).toBeLessThan(0.1);
    expect(refractoryPeriod(Infinity, settings)).toBe(0);
  }
});
