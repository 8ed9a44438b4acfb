import { expect, test } from "vitest";
import { architectureFrom, type LayeredModel } from "../../src/description/layeredModel.ts";
import { isWired, wiringOf } from "../../src/description/wiring.ts";
import { usualPrecision } from "../../src/training/precision.ts";
import { createTrainer } from "../../src/training/train.ts";
import type { TrainingSettings } from "../../src/training/trainer.ts";

const shape = [4, 4];
const samples = { count: 2, intensities: new Float32Array(32).fill(0.5), labels: Uint8Array.of(0, 1) };
const data = {
  ...{ name: "two", inputs: 16, classes: 2, shape },
  ...{ train: samples, validation: samples, test: samples },
};
const conv = { kind: "conv", filters: 1, size: 3 } as const;
const recurrent = { from: "hidden", to: "hidden", connect: { probability: 1 }, weights: 0.1, delay: 1 };
const models: LayeredModel[] = [
  { name: "dense", layers: [{ kind: "dense", units: 3 }] },
  { name: "flat", layers: [{ kind: "flatten" }, { kind: "dense", units: 3 }] },
  { name: "maps", layers: [conv] },
  { name: "pools", layers: [conv, { kind: "maxpool", size: 2 }] },
  { name: "late", layers: [{ kind: "dense", units: 3, delay: "1 ms" }] },
  { name: "late readout", layers: [{ kind: "dense", units: 3 }], readoutDelay: "0 ms" },
  { name: "recurrent", layers: [{ kind: "dense", units: 3 }], projections: [recurrent] },
];
const more: Partial<TrainingSettings>[] = [
  {},
  ...[{ eligibility: "timing" }, { eligibility: "online" }, { presentations: "queue" }, { noReset: true }],
  ...[{ durationMs: 800 }, { durationMs: 801 }, { durationMs: 801, tauMem: Infinity, encoder: "latency" }],
] as Partial<TrainingSettings>[];

test("single precision is usual for exactly the networks that can be trained in it", () => {
  const usual = models.flatMap(model => {
    const architecture = architectureFrom(model, shape, 2, model.name);
    const wiring = wiringOf(model, architecture, model.name);
    return more.map(other => {
      const settings: TrainingSettings = {
        ...{ sizes: architecture.sizes, architecture, seed: 1, epochs: 1, batch: 1, learningRate: 0.1 },
        ...{ schedule: "constant", encoder: "rate", eligibility: "trace", durationMs: 20, tauMem: 20 },
        ...{ vThreshold: 0.25, maxSpikes: 4, ...(wiring && { wiring }), ...other },
      };
      const precision = usualPrecision({ ...settings, unwired: !isWired(model) });
      const make = () =>
        createTrainer(
          { rule: "drtp", twin: "spike", settings: { ...settings, precision: "single" } },
          data,
        ).learn(Uint32Array.of(0, 1), 0.1, 0);
      const name = `${model.name} ${JSON.stringify(other)}`;
      if (precision === "single") expect(make, name).not.toThrow();
      else expect(make, name).toThrow(/expected/);
      return precision;
    });
  });
  expect(usual.filter(precision => precision === "single")).toHaveLength(4 * 3);
});
