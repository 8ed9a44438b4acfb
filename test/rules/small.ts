import type { Dataset, Samples } from "../../src/data/dataset.ts";
import { Rng } from "../../src/math/rng.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import { spikingTrainer } from "../../src/training/spikingTrainer.ts";
import type { Trainer, TrainingSettings } from "../../src/training/trainer.ts";

/** Small networks and samples on which rules are checked. */
const sizes = [14, 18, 16, 5] as const;

export const settings: TrainingSettings = {
  sizes,
  seed: 3,
  epochs: 4,
  batch: 5,
  learningRate: 0.05,
  schedule: "1",
  encoder: "current",
  eligibility: "trace",
  // By the identity, at any threshold; what is read of spikes alone is in reading.test.ts.
  reading: "drive",
  durationMs: 20,
  tauMem: 20,
  // A fine threshold: what remains of the difference between the twins is not rounding.
  vThreshold: 0.005,
  maxSpikes: 16,
};

/** Samples around one random prototype per class, in [0, 1]. */
export function smallData(inputs: number = sizes[0], classes: number = sizes.at(-1)!): Dataset {
  const rng = new Rng(11, "small data");
  const prototypes = Array.from({ length: classes }, () =>
    Float32Array.from({ length: inputs }, () => (rng.uniform() < 0.5 ? 0.1 : 0.8)),
  );
  const draw = (count: number): Samples => {
    const intensities = new Float32Array(count * inputs);
    const labels = new Uint8Array(count);
    for (let n = 0; n < count; n++) {
      labels[n] = n % classes;
      for (let i = 0; i < inputs; i++) {
        intensities[n * inputs + i] = Math.min(
          1,
          Math.max(0, prototypes[labels[n]][i] + rng.normal(0, 0.15)),
        );
      }
    }
    return { count, intensities, labels };
  };
  return {
    name: "small",
    inputs,
    classes,
    shape: [1, inputs],
    train: draw(30),
    validation: draw(10),
    test: draw(20),
  };
}

export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    ab += a[k] * b[k];
    aa += a[k] * a[k];
    bb += b[k] * b[k];
  }
  return aa === 0 && bb === 0 ? 1 : ab / Math.sqrt(aa * bb);
}

export const everySample = (data: Dataset): Uint32Array =>
  Uint32Array.from({ length: data.train.count }, (_, n) => n);

type Form = (rule: Rule, with_?: Partial<TrainingSettings>) => Trainer;

/** Trainers of both forms of a rule, and some batches of both epochs for them: enough for every memory to be filled. */
export function formsOn(data: Dataset, settings: TrainingSettings) {
  const rateForm: Form = (rule, with_) => rateTrainer(rule, data, { ...settings, ...with_ });
  const spikingForm: Form = (rule, with_) => spikingTrainer(rule, data, { ...settings, ...with_ });
  const all = everySample(data);
  function trainSome(trainer: Trainer, firstEpoch = 0, epochs = 2): void {
    for (let epoch = firstEpoch; epoch < firstEpoch + epochs; epoch++) {
      for (let first = 0; first < all.length; first += settings.batch) {
        trainer.learn(all.subarray(first, first + settings.batch), settings.learningRate, epoch);
      }
    }
  }
  return { rateForm, spikingForm, forms: [rateForm, spikingForm], trainSome };
}
