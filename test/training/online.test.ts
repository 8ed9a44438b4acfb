import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/rate/backend.ts";
import { ruleNamed, rules } from "../../src/rules/index.ts";
import { spikingTrainer } from "../../src/training/spikingTrainer.ts";
import type { TrainingSettings } from "../../src/training/trainer.ts";
import { sized } from "../long.ts";
import { cosine, everySample, settings, smallData } from "../rules/small.ts";

const data = smallData();
const all = everySample(data);
const coded = { ...settings, encoder: "rate", maxSpikes: 60 } as const;
const form = (name: string, with_: Partial<TrainingSettings> = {}) =>
  spikingTrainer(ruleNamed(name), data, { ...coded, ...with_ });

const early = ["drtp", "f3", "frozen", "shallow", "chance"];

beforeAll(async () => {
  await selectBackend("wasm");
});

test("rules that need something of the presentation refuse, the others do not", () => {
  for (const { name } of rules) {
    const make = () => form(name, { eligibility: "online" });
    if (early.includes(name.split(":")[0])) expect(make, name).not.toThrow();
    else expect(make, name).toThrow(/eligibility: expected trace or timing for .*, got online/);
  }
  expect(() => form("drtp", { eligibility: "online", optimiser: "adam" })).toThrow(/optimiser: expected sgd/);
});

describe.each(["drtp", "f3:target"])("%s, spike by spike", name => {
  /** What one batch of every sample changes, over the learning rate. */
  const change = (
    eligibility: "trace" | "online",
    rate: number,
    driven: boolean,
    with_: Partial<TrainingSettings> = {},
  ) => {
    const trainer = form(name, { eligibility, ...with_ });
    if (driven) {
      const { weights, biases } = trainer.parameters();
      trainer.restore({ weights: weights.map(w => w.map(v => Math.abs(v) / 10)), biases }, trainer.memory);
    }
    const start = trainer.parameters();
    trainer.learn(all, rate, 0);
    const end = trainer.parameters();
    return end.weights.map((w, l) => w.map((value, at) => (value - start.weights[l][at]) / rate));
  };

  const gaps = (rate: number, driven: boolean) => {
    const [online, trace] = [change("online", rate, driven), change("trace", rate, driven)];
    return online.map((w, l) => 1 - cosine(w, trace[l]));
  };

  test("takes the step of the end of the presentation as the learning rate goes to 0", () => {
    // All are driven all the time, and weakly: online, gates close while a refractory period holds a spike back.
    const [large, small] = [gaps(30, true), gaps(0.1, true)];
    for (const l of [0, 1]) {
      expect(small[l], `layer ${l}`).toBeLessThan(0.01);
      expect(large[l], `layer ${l}`).toBeGreaterThan(2 * small[l]);
    }
  });

  test("differs from it by the gate, which is that of the moment instead of the end", () => {
    for (const gap of gaps(0.1, false)) expect(gap).toBeLessThan(0.1);
  });

  test("is the step of the end of the presentation where inputs are constant and have no spikes", () => {
    const [online, trace] = [
      change("online", 0.1, false, { encoder: "current" }),
      change("trace", 0.1, false, { encoder: "current" }),
    ];
    expect(online[0]).toEqual(trace[0]);
    expect(online[1]).not.toEqual(trace[1]);
  });

  test("learns, shows its update without a trace, and counts its changes", () => {
    const coarse = { vThreshold: sized(0.05, settings.vThreshold) };
    const trainer = form(name, { ...coarse, eligibility: "online" });
    expect(trainer.update(all)).toEqual(form(name, coarse).update(all));
    const before = trainer.evaluate(data.test).accuracy;
    for (let epoch = 0; epoch < 40; epoch++) {
      for (let first = 0; first < all.length; first += 5)
        trainer.learn(all.subarray(first, first + 5), 0.05, epoch);
    }
    expect(trainer.evaluate(data.test).accuracy).toBeGreaterThan(Math.max(before, 0.8));
    const hidden = 14 * 18 + 18 * 16;
    expect(trainer.cost().synapseUpdatesPerSample).toBeGreaterThan(hidden);
  });
});
