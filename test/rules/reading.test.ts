import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/rate/backend.ts";
import { rules } from "../../src/rules/index.ts";
import { train } from "../../src/training/train.ts";
import type { TrainingSettings } from "../../src/training/trainer.ts";
import { cosine, everySample, formsOn, settings, smallData } from "./small.ts";

/** What a rule learns when it reads a hidden neuron's own spikes, and nothing of its inputs' sum. */

const data = smallData();
const all = everySample(data);
const { rateForm, spikingForm, trainSome } = formsOn(data, {
  ...{ ...settings, reading: "spikes" },
  // Weights that shrink by themselves would move without a spike.
  weightDecay: 0,
});
const spiking = rules.filter(rule => rule.rateOnly === undefined && !rule.shallow && rule.name !== "chance");

beforeAll(async () => {
  await selectBackend("wasm");
});

describe.each(spiking.map(rule => [rule.name, rule] as const))("%s", (_, rule) => {
  test.each(["spikes", "potential"] as const)(
    "changes no hidden weight and decides at chance where no neuron fires, readout of %s",
    readout => {
      // A bounded activity needs a threshold below its bound: there the weights are small instead.
      const bounded = rule.saturation !== undefined;
      const start = spikingForm(rule).parameters();
      const small = { ...start, weights: start.weights.map(w => w.map(value => 1e-3 * value)) };
      const trainer = spikingForm(rule, {
        ...{ readout, vThreshold: bounded ? 1 : 1e6, start: bounded ? small : start },
      });
      const before = trainer.parameters().weights;
      trainSome(trainer);
      const after = trainer.parameters().weights;
      for (let l = 0; l < after.length - 1; l++) expect(after[l]).toEqual(before[l]);
      const { confusion, hiddenSpikesPerSample } = trainer.evaluate(data.test);
      expect(hiddenSpikesPerSample).toBe(0);
      // Every sample alike: one column of the confusion matrix, whatever was shown.
      const columns = confusion.flatMap(row => [...row.keys()].filter(k => row[k] > 0));
      expect(new Set(columns).size).toBe(1);
    },
  );

  test("moves weights as the rate form does, once spikes are fine enough", () => {
    const rate = rateForm(rule);
    const spike = spikingForm(rule, { vThreshold: 0.0005, readout: "potential" });
    trainSome(rate);
    spike.restore(rate.parameters(), rate.memory && Float32Array.from(rate.memory));
    const [a, b] = [rate.update(all), spike.update(all)];
    a.forEach((change, l) => {
      expect(cosine(change, b[l]), `layer ${l}`).toBeGreaterThan(0.99);
    });
    rate.dispose();
  });
});

test("a run in which nothing fires ends with an error that says so, unless the drive is read or no neuron is", async () => {
  const run = (name: string, more: Partial<TrainingSettings>) =>
    train(
      { rule: name, twin: "spike", settings: { ...settings, epochs: 1, vThreshold: 1e6, ...more } },
      data,
    );
  await expect(run("dfa", { reading: "spikes" })).rejects.toThrow(
    "dfa spike, epoch 1: no hidden neuron fires: expected spikes, which --reading spikes reads; lower the threshold (1000000)",
  );
  await expect(run("dfa", { reading: "drive" })).resolves.toBeDefined();
  for (const name of ["shallow", "chance"])
    await expect(run(name, { reading: "spikes" })).resolves.toBeDefined();
});
