import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recordingModel } from "../../models/index.ts";
import type { Dataset, Samples } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/index.ts";
import { exp } from "../../src/math/elementary.ts";
import { recordSample } from "../../src/training/record.ts";
import type { RunState } from "../../src/training/runState.ts";
import { createTrainer, type RunPlan, train } from "../../src/training/train.ts";
import { countsDiffer, timesDiffer, writeNmnist } from "../data/events/nmnistFiles.ts";
import { smallData } from "../rules/small.ts";

/** @param train  recordings of each class */
async function written(of: typeof timesDiffer, train = 12): Promise<Dataset> {
  const dataDir = mkdtempSync(join(tmpdir(), "recordings-"));
  writeNmnist(dataDir, { train, test: 6 }, of);
  return loadDataset("nmnist", { dataDir });
}

function plan(twin: RunPlan["twin"], more: Partial<RunPlan["settings"]> = {}, rule = "dfa"): RunPlan {
  const { durationMs, tauMem } = recordingModel("nmnist")!;
  return {
    rule,
    twin,
    settings: {
      ...{ sizes: [2312, 30, 10], seed: 1, epochs: 8, batch: 5, learningRate: 0.3, schedule: "linear" },
      ...{ encoder: "recording", eligibility: "trace", durationMs, tauMem, vThreshold: 0.05, maxSpikes: 5 },
      ...more,
    },
  };
}

test("classes that differ in times alone are learned in spikes, and cannot be by counts", async () => {
  const data = await written(timesDiffer);
  const spike = await train(plan("spike"), data);
  expect(spike.result.testAccuracy).toBeGreaterThan(0.8);
  // All samples have the same counts: whatever is decided is decided for all of them.
  expect((await train(plan("rate"), data)).result.testAccuracy).toBe(0.1);
  const counted = await train(plan("spike", { encoder: "rate", learningRate: 0.05 }), data);
  expect(counted.result.testAccuracy).toBe(0.1);
});

test("classes that differ in counts alone are learned in both forms", async () => {
  const data = await written(countsDiffer);
  for (const twin of ["rate", "spike"] as const)
    expect((await train(plan(twin), data)).result.testAccuracy, twin).toBeGreaterThan(0.6);
});

test.each(["dfa", "pepita", "ff"])("%s goes on from a state as if it had never stopped", async rule => {
  const data = await written(timesDiffer, 3);
  for (const modulation of ["current", "spikes"] as const) {
    const whole = plan("spike", { epochs: 2, modulation }, rule);
    let first: RunState | null = null;
    const straight = await train(whole, data, {
      onEpoch(state) {
        if (state.epochsDone === 1) first = structuredClone(state);
      },
    });
    const resumed = await train(whole, data, {}, first);
    expect(resumed.parameters).toEqual(straight.parameters);
    expect(resumed.result.testAccuracy).toBe(straight.result.testAccuracy);
  }
});

test("updates are compared with the gradient at what the recordings leave, not at their counts", async () => {
  const data = await written(timesDiffer);
  const trainer = createTrainer(plan("spike"), data);
  const { durationMs, tauMem } = plan("spike").settings;
  const { times, inputs } = data.train.recordings![1];
  const traces = new Float32Array(2312);
  // One spike, where five evenly spread ones reach 1.
  const gain = durationMs / tauMem / (1 - exp(-durationMs / tauMem)) / 5;
  times.forEach((t, e) => {
    traces[inputs[e]] += gain * exp((t - durationMs) / tauMem);
  });
  const seen = trainer.seen!(2).subarray(2312);
  expect(Math.max(...traces)).toBeGreaterThan(1);
  seen.forEach((trace, i) => {
    expect(trace).toBeCloseTo(traces[i], 5);
  });
  expect(createTrainer(plan("rate"), data)).not.toHaveProperty("seen");
});

test("a recorded sample has its own events as input spikes", async () => {
  const data = await written(countsDiffer);
  const { parameters } = await train(plan("spike", { epochs: 1 }), data);
  const { times, populationIndex, metadata } = recordSample(plan("spike"), data, parameters);
  const own = [...times].filter((_, k) => populationIndex[k] === 0);
  expect(own).toEqual([...data.test.recordings![0].times].sort((a, b) => a - b));
  expect(metadata.encoder).toBe("recording");
});

test("samples without recordings are refused where recordings are shown", async () => {
  const data = smallData();
  const settings = plan("spike", { sizes: [14, 8, 5] });
  const refused =
    /^dfa spike, start: encoder recording: expected samples that are recordings of events, got /;
  await expect(train(settings, data)).rejects.toThrow(refused);
  const lonely = ({ count, ...rest }: Samples): Samples => ({
    ...{ count, ...rest },
    recordings: Array.from({ length: count }, () => ({
      times: new Float32Array(0),
      inputs: new Uint16Array(0),
    })),
  });
  await expect(train(settings, { ...data, train: lonely(data.train) })).rejects.toThrow(
    "small: validation: expected recordings, as in train, got none",
  );
});
