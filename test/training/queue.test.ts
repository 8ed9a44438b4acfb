import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { architectureFrom } from "../../src/description/layeredModel.ts";
import type { EncoderName } from "../../src/encoding/index.ts";
import type { Rng } from "../../src/math/rng.ts";
import { createTrainer } from "../../src/training/train.ts";
import type { TrainingSettings } from "../../src/training/trainer.ts";

const settings: TrainingSettings = {
  sizes: [64, 20, 12, 10],
  seed: 2,
  epochs: 1,
  batch: 5,
  learningRate: 0.1,
  schedule: "1",
  encoder: "rate",
  eligibility: "trace",
  durationMs: 20,
  tauMem: 20,
  vThreshold: 0.1,
  maxSpikes: 8,
};

/** Kernels, and pools of both kinds between them. */
const maps = architectureFrom(
  {
    name: "maps",
    layers: [
      { kind: "conv", filters: 3, size: 3, padding: 1 },
      { kind: "avgpool", size: 2 },
      { kind: "conv", filters: 4, size: 2 },
      { kind: "maxpool", size: 2 },
    ],
  },
  [8, 8, 1],
  10,
  "test",
);

test.each<[rule: string, encoder: EncoderName, more: Partial<TrainingSettings>]>([
  ["dfa", "rate", {}],
  ["dfa", "current", { eligibility: "timing", dropout: 0.2 }],
  ["pepita", "rate", {}],
  ["pepita", "poisson", { eligibility: "timing" }],
  ["pepita", "rate", { modulation: "current" }],
  ["pepita:sparse", "poisson", { modulation: "spikes", eligibility: "timing" }],
  ["f3", "current", {}],
  ["f3", "rate", { dropout: 0.1 }],
  ["ff", "rate", {}],
  ["ff", "current", {}],
  ["wm", "rate", {}],
  ["drtp", "rate", { eligibility: "online" }],
  ["drtp", "poisson", { eligibility: "online", dropout: 0.2 }],
  ["f3", "current", { eligibility: "online" }],
  ["f3", "rate", { eligibility: "online", sizes: maps.sizes, architecture: maps }],
])(
  "%s, %s: training through the event queue gives the bits of the layer sweep",
  async (rule, encoder, more) => {
    const data = await loadDataset("digits", { trainSamples: 25, testSamples: 5 });
    const trained = (["sweep", "queue"] as const).map(presentations => {
      const plan = {
        rule,
        twin: "spike",
        settings: { ...settings, ...more, encoder, presentations },
      } as const;
      const trainer = createTrainer(plan, data);
      const learned = [0, 5, 10, 15, 20].map(n =>
        trainer.learn(
          Uint32Array.from({ length: 5 }, (_, k) => n + k),
          0.05,
          0,
        ),
      );
      const { parameters, memory } = { parameters: trainer.parameters(), memory: trainer.memory };
      return { learned, parameters, memory, cost: trainer.cost(), evaluation: trainer.evaluate(data.test) };
    });
    expect(trained[0].evaluation.hiddenSpikesPerSample).toBeGreaterThan(10);
    expect(trained[1]).toEqual(trained[0]);
  },
);

/** Three layers, input that takes 1 to 5 ms, and a first hidden layer that excites and inhibits itself. */
const wiring = {
  delays: [(rng: Rng) => 1 + 4 * rng.uniform(), 2],
  projections: [
    { from: "hidden 1", to: "hidden 1", weights: (rng: Rng) => rng.normal(-0.05, 0.1), delay: 1.5 },
    { from: "hidden 1", to: "hidden 2", name: "late", weights: (rng: Rng) => rng.normal(0, 0.1), delay: 4 },
  ],
};

test("twins of inputs whose delays were drawn are refused, and nobody asks for them unless told to", async () => {
  const data = await loadDataset("digits", { trainSamples: 5, testSamples: 5 });
  const learn = (more: Partial<TrainingSettings>) =>
    createTrainer({ rule: "pepita", twin: "spike", settings: { ...settings, ...more } }, data).learn(
      Uint32Array.of(0),
      0.05,
      0,
    );
  expect(() => learn({ wiring, modulation: "pair" })).toThrow(
    "modulation: expected spikes or current where inputs are pooled, drive more than the first layer or have drawn delays, got a pair",
  );
  const written = { delays: [Float64Array.from({ length: 64 * 20 }, (_, s) => 1 + (s % 4)), 2] };
  expect(learn({ wiring: written, modulation: "pair" }).loss).toBeGreaterThan(0);
  expect(learn({ wiring }).loss).toBe(learn({ wiring, modulation: "current" }).loss);
  expect(learn({ wiring: written }).loss).toBe(learn({ wiring: written, modulation: "pair" }).loss);
});

test("F3, online: synapses with delays, and recurrent ones, learn while the presentation runs", async () => {
  const data = await loadDataset("digits", { trainSamples: 100, testSamples: 10 });
  const more = { sizes: [64, 24, 16, 10], eligibility: "online", reading: "drive", wiring } as const;
  const wired = { ...settings, ...more };
  const trainer = createTrainer({ rule: "f3", twin: "spike", settings: wired }, data);
  const before = Float32Array.from(trainer.memory!);
  const losses = [0, 1, 2].map(e => {
    let loss = 0;
    for (let n = 0; n < 100; n += 5)
      loss += trainer.learn(
        Uint32Array.from({ length: 5 }, (_, k) => n + k),
        0.2,
        e,
      ).loss;
    return loss;
  });
  expect(losses[1]).toBeLessThan(losses[0]);
  expect(losses[2]).toBeLessThan(losses[1]);
  const lateral = 24 * 24 + 24 * 16;
  const moved = trainer.memory!.slice(-lateral).filter((w, s) => w !== before[before.length - lateral + s]);
  expect(moved.length).toBeGreaterThan(0.5 * lateral);
});

test.each(["trace", "timing"] as const)(
  "DFA, %s: a net with delays of 1 to 5 ms and recurrent synapses learns, and goes on from its state",
  async eligibility => {
    const data = await loadDataset("digits", { trainSamples: 300, testSamples: 50 });
    const wired = { ...settings, sizes: [64, 24, 16, 10], eligibility, wiring, activityDecay: 0.01 };
    const plan = { rule: "dfa", twin: "spike", settings: wired } as const;
    const trainer = createTrainer(plan, data);
    const before = Float32Array.from(trainer.memory!);
    expect(before).toHaveLength(24 * 24 + 24 * 16);
    const epoch = (of: typeof trainer, e: number) => {
      let [loss, correct] = [0, 0];
      for (let n = 0; n < 300; n += 5) {
        const learned = of.learn(
          Uint32Array.from({ length: 5 }, (_, k) => n + k),
          0.05,
          e,
        );
        loss += learned.loss;
        correct += learned.correct;
      }
      return { loss: loss / 300, correct: correct / 300 };
    };
    const first = epoch(trainer, 0);
    for (let e = 1; e < 5; e++) epoch(trainer, e);
    const [parameters, memory] = [trainer.parameters(), trainer.memory!];
    const last = epoch(trainer, 5);
    expect(last.loss).toBeLessThan(0.75 * first.loss);
    expect(last.correct).toBeGreaterThan(0.45);
    expect(trainer.evaluate(data.test).accuracy).toBeGreaterThan(0.45);
    // Lateral synapses learn too.
    expect(memory.filter((w, s) => w !== before[s]).length).toBeGreaterThan(0.5 * memory.length);

    const resumed = createTrainer(plan, data);
    resumed.restore(parameters, memory);
    expect(epoch(resumed, 5)).toEqual(last);
    expect(resumed.memory).toEqual(trainer.memory);
  },
);
