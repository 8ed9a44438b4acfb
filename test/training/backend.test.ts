import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { backendTitle, selectBackend } from "../../src/rate/backend.ts";
import { train } from "../../src/training/train.ts";
import type { TrainingSettings } from "../../src/training/trainer.ts";

test("training chooses a backend where nobody has, and keeps the one that was chosen", async () => {
  const data = await loadDataset("digits", { trainSamples: 20, testSamples: 10 });
  const settings: TrainingSettings = {
    sizes: [64, 8, 10],
    seed: 1,
    epochs: 1,
    batch: 10,
    learningRate: 0.1,
    schedule: "1",
    encoder: "current",
    eligibility: "trace",
    durationMs: 20,
    tauMem: 20,
    vThreshold: 0.1,
    maxSpikes: 8,
  };
  await train({ rule: "bp", twin: "rate", settings }, data);
  expect(["tfjs-node", "wasm"]).toContain(backendTitle());
  await selectBackend("cpu");
  await train({ rule: "bp", twin: "rate", settings }, data);
  expect(backendTitle()).toBe("cpu");
});
