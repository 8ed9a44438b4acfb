import type { Dataset, RunPlan } from "../src/browser.ts";

type Library = typeof import("../src/browser.ts");

const SAMPLES = 640;
const BATCH = 64;
/** Each piece is timed so often, after once untimed; the fastest counts. */
const TIMES = 5;

/**
 * What `pages.ts` times in Node and in a page: learning and inference at 784-256-10, and CUBA of 4,000 neurons in both modes.
 * @returns milliseconds of each piece by the clock, the least of several
 */
export function pageWork(library: Library): Record<string, number> {
  const { createTrainer, describe, network, networkModels, Rng, Simulation } = library;
  const rng = new Rng(1, "bench");
  const part = {
    count: SAMPLES,
    intensities: Float32Array.from({ length: 784 * SAMPLES }, () =>
      rng.uniform() < 0.19 ? Math.min(1, rng.uniformIn(0.2, 1.15)) : 0,
    ),
    labels: Uint8Array.from({ length: SAMPLES }, (_, n) => n % 10),
  };
  const shape = [28, 28, 1];
  const data: Dataset = {
    ...{ name: "mnist-like", inputs: 784, classes: 10, shape },
    ...{ train: part, validation: part, test: part },
  };
  const batches = Array.from({ length: SAMPLES / BATCH }, (_, b) =>
    Uint32Array.from({ length: BATCH }, (_, k) => b * BATCH + k),
  );
  const trainer = (encoder: "rate" | "current", precision: "single" | "double") => {
    const plan: RunPlan = {
      ...{ rule: "dfa", twin: "spike" },
      settings: {
        ...{ sizes: [784, 256, 10], seed: 1, epochs: 1, batch: BATCH, learningRate: 0.1, schedule: "1" },
        ...{ precision, encoder, eligibility: "trace" },
        ...{ durationMs: 20, tauMem: 20, vThreshold: 0.25, maxSpikes: 4 },
      },
    };
    return createTrainer(plan, data);
  };
  const learning = (encoder: "rate" | "current", precision: "single" | "double") => {
    const made = trainer(encoder, precision);
    return () => {
      for (const batch of batches) made.learn(batch, 0.1, 0);
    };
  };
  const inferring = (encoder: "rate" | "current") => {
    const made = trainer(encoder, "single");
    return () => made.evaluate(data.test);
  };
  const cuba = describe(networkModels.cuba).spec;
  const simulating = (mode: "grid" | "exact", ms: number) => {
    const made = network(cuba, { seed: 7 });
    return () => {
      const simulation = new Simulation(made, { mode });
      simulation.run(ms);
      simulation.close();
    };
  };
  const pieces: Record<string, () => void> = {
    "learning, `rate`": learning("rate", "single"),
    "learning, `current`": learning("current", "single"),
    "learning, `rate`, double": learning("rate", "double"),
    "inference, `rate`": inferring("rate"),
    "inference, `current`": inferring("current"),
    "CUBA, grid": simulating("grid", 2000),
    "CUBA, exact": simulating("exact", 1000),
  };
  const least = (run: () => void) => {
    run();
    const times = Array.from({ length: TIMES }, () => {
      const began = performance.now();
      run();
      return performance.now() - began;
    });
    return Math.min(...times);
  };
  return Object.fromEntries(Object.entries(pieces).map(([name, run]) => [name, least(run)]));
}
