import { describe, expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { InputError } from "../../src/errors.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { rules } from "../../src/rules/index.ts";
import type { Twin } from "../../src/training/results.ts";
import { train } from "../../src/training/train.ts";
import type { TrainingSettings } from "../../src/training/trainer.ts";
import { sized } from "../long.ts";

const data = await loadDataset("digits", { trainSamples: 40, testSamples: 20 });
await selectBackend("cpu");

describe.each(["1e6", "1e40", "1e3", "1e12"].slice(0, sized(2, 4)))("at a learning rate of %s", rate => {
  const names = rules.map(rule => rule.name);
  test.each(names)(
    "%s gives finite results, or says in one line whose weights have diverged, or fire no more",
    async rule => {
      for (const twin of ["rate", "spike"] as Twin[]) {
        const settings: TrainingSettings = {
          sizes: [64, 8, 10],
          seed: 1,
          epochs: 2,
          batch: 10,
          learningRate: Number(rate),
          schedule: "1",
          encoder: "rate",
          eligibility: "trace",
          durationMs: 20,
          tauMem: 20,
          vThreshold: 0.25,
          maxSpikes: 4,
        };
        try {
          const { result, parameters } = await train({ rule, twin, settings }, data);
          expect(result.curve.every(point => Number.isFinite(point.trainLoss))).toBe(true);
          expect(parameters.weights.every(w => w.every(Number.isFinite))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toMatch(
            new RegExp(`^${rule} ${twin}, (epoch [12]|test): .*(diverged|no hidden neuron fires)[^\n]*$`),
          );
        }
      }
    },
  );
});
