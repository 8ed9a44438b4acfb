import type { Dataset, RunPlan, TrainingSettings } from "../../src/browser.ts";

type Library = typeof import("../../src/browser.ts");

const settings: TrainingSettings = {
  ...{ sizes: [30, 16, 8, 3], seed: 3, epochs: 1, batch: 6, learningRate: 0.1, schedule: "constant" },
  ...{ encoder: "rate", eligibility: "trace", durationMs: 20, tauMem: 20, vThreshold: 0.1, maxSpikes: 10 },
};

/** Two batches of pictures in three classes. */
function pictures({ Rng }: Library): Dataset {
  const rng = new Rng(11, "pictures of a page");
  const samples = {
    count: 12,
    intensities: Float32Array.from({ length: 12 * 30 }, () => Math.max(0, rng.uniformIn(-0.5, 1))),
    labels: Uint8Array.from({ length: 12 }, (_, n) => n % 3),
  };
  return {
    name: "pictures",
    inputs: 30,
    classes: 3,
    shape: [5, 6],
    train: samples,
    validation: samples,
    test: samples,
  };
}

/**
 * What a page and Node both compute: every rule learns the same pictures in one of its forms.
 * @returns all weights and biases of all networks, one after the other
 */
export function learned(library: Library, twin: RunPlan["twin"]): Float32Array {
  const data = pictures(library);
  const numbers = library.rules.flatMap(rule => {
    const trainer = library.createTrainer({ rule: rule.name, twin, settings }, data);
    trainer.learn(Uint32Array.of(0, 1, 2, 3, 4, 5), 0.1, 0);
    trainer.learn(Uint32Array.of(6, 7, 8, 9, 10, 11), 0.1, 0);
    const { weights, biases } = trainer.parameters();
    trainer.dispose();
    return [...weights, ...biases].flatMap(values => [...values]);
  });
  return Float32Array.from(numbers);
}

/** Handwritten digits, row by row, and the rules whose circuits are to learn them. */
export interface Digits {
  readonly rules: readonly string[];
  readonly intensities: readonly number[];
  readonly labels: readonly number[];
}

/**
 * What a page and Node both compute: circuits learn digits in both modes.
 * @returns all weights and biases, then how often each population has fired
 */
export function circuitsLearn(library: Library, { rules, intensities, labels }: Digits): Float32Array {
  const count = labels.length;
  const samples = {
    count,
    intensities: Float32Array.from(intensities),
    labels: Uint8Array.from(labels),
  };
  const parts = { train: samples, validation: samples, test: samples };
  const data: Dataset = { name: "digits", inputs: 64, classes: 10, shape: [8, 8], ...parts };
  const numbers = rules.flatMap(rule =>
    (["exact", "grid"] as const).flatMap(mode => {
      const own = {
        ...{ ...settings, sizes: [64, 12, 8, 10], batch: 1, learningRate: 0.05, schedule: "1 - progress" },
        ...{ vThreshold: 0.25, circuit: { mode, durationMs: 30 } },
      };
      const trainer = library.createTrainer({ rule, twin: "circuit", settings: own }, data);
      const half = count / 2;
      trainer.learn(
        Uint32Array.from({ length: half }, (_, k) => k),
        0,
        0,
      );
      trainer.learn(
        Uint32Array.from({ length: count - half }, (_, k) => half + k),
        0,
        0,
      );
      const { weights, biases } = trainer.parameters();
      const { spikesPerSample = {} } = trainer.cost();
      trainer.dispose();
      return [...[...weights, ...biases].flatMap(values => [...values]), ...Object.values(spikesPerSample)];
    }),
  );
  return Float32Array.from(numbers);
}
