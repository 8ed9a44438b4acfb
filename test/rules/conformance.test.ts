import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { dense } from "../../src/engine/network/architecture.ts";
import { Rng } from "../../src/math/rng.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { exactGradient } from "../../src/rate/gradient.ts";
import { bp } from "../../src/rules/bp.ts";
import { rules } from "../../src/rules/index.ts";
import { sized } from "../long.ts";
import { cosine, everySample, formsOn, settings, smallData } from "./small.ts";

/** Every rule of the list, in both forms, on one small network with two hidden layers. */

const data = smallData();
const all = everySample(data);

/** Least cosine between the twins' updates where it is below 0.99 with some eligibility, with the reason. */
const exceptions: Readonly<Record<string, { least: number; reason: string }>> = {
  "pepita:sparse timing": {
    least: 0.98,
    reason:
      "neurons that only the clean presentation drives have no spike in the modulated one to read a trace at",
  },
  "mempepita:sparse timing": { least: 0.98, reason: "as pepita:sparse" },
};

const { rateForm, spikingForm, forms, trainSome } = formsOn(data, settings);
/** Coarse spikes, where what is compared has to be equal anyway. */
const coarse = { vThreshold: sized(0.1, settings.vThreshold) };

beforeAll(async () => {
  await selectBackend("wasm");
});

test("BP's update is the gradient by automatic differentiation", () => {
  const trainer = rateForm(bp);
  trainSome(trainer);
  const update = trainer.update(all);
  const { weights, biases } = trainer.parameters();
  const gradient = exactGradient(
    settings.sizes,
    weights,
    biases,
    Infinity,
    data.train.intensities,
    data.train.labels,
  );
  update.forEach((change, l) => {
    const scale = Math.max(...gradient[l].map(Math.abs));
    change.forEach((value, at) => {
      expect(Math.abs(value / all.length - gradient[l][at])).toBeLessThan(1e-5 * scale);
    });
    expect(cosine(change, gradient[l])).toBeGreaterThan(Math.cos((0.1 * Math.PI) / 180));
  });
  trainer.dispose();
});

describe.each(rules.map(rule => [rule.name, rule] as const))("%s", (name, rule) => {
  const both = rule.rateOnly === undefined;

  test("has the forms that it says it has", () => {
    const { spiking } = rule.create(dense(settings.sizes), new Rng(0), data.train.count);
    expect(spiking !== undefined).toBe(both);
    if (!both) return;
    const online = () => spikingForm(rule, { eligibility: "online" });
    if (rule.knowsAhead) expect(online).not.toThrow();
    else expect(online).toThrow("eligibility: expected trace or timing");
  });

  test.runIf(both).each(["trace", "timing"] as const)(
    "changes the weights alike in both forms, by %s",
    eligibility => {
      const rate = rateForm(rule);
      const spike = spikingForm(rule, { eligibility });
      for (const epochs of [0, 2]) {
        if (epochs > 0) {
          trainSome(rate);
          spike.restore(rate.parameters(), rate.memory && Float32Array.from(rate.memory));
        }
        const [a, b] = [rate.update(all), spike.update(all)];
        a.forEach((change, l) => {
          expect(cosine(change, b[l]), `layer ${l}`).toBeGreaterThan(
            exceptions[`${name} ${eligibility}`]?.least ?? 0.99,
          );
          const [x, y] = [change, b[l]].map(v => Math.hypot(...v)) as [number, number];
          expect(y, `layer ${l}, length`).toBeGreaterThan(0.9 * x - 1e-9);
          expect(y, `layer ${l}, length`).toBeLessThan(1.1 * x + 1e-9);
        });
      }
      rate.dispose();
      spike.dispose();
    },
  );

  test.runIf(both)("keeps activity down alike in both forms", () => {
    // What the decay adds to a step of the rule; the time-local rule has moved on to other weights before it.
    const step = (form: (typeof forms)[0], activityDecay: number) => {
      const trainer = form(rule, { activityDecay });
      const start = trainer.parameters().weights;
      trainer.learn(all, name === "pepita-tl" ? 1e-3 : 0.05, 0);
      const end = trainer.parameters().weights;
      trainer.dispose();
      return start.map((w, l) => end[l].map((value, at) => value - w[at]));
    };
    const added = forms.map(form => {
      const [with_, without] = [step(form, 0.5), step(form, 0)];
      return with_.map((w, l) => w.map((value, at) => value - without[l][at]));
    });
    const learning = rule.shallow || ["frozen", "chance"].includes(name) || name.startsWith("f3") ? 0 : 2;
    added[0].slice(0, -1).forEach((change, l) => {
      if (l < learning) expect(Math.hypot(...change), `layer ${l}`).toBeGreaterThan(0);
      if (learning === 0 && !name.startsWith("f3")) expect(Math.hypot(...change)).toBe(0);
      expect(cosine(change, added[1][l]), `layer ${l}`).toBeGreaterThan(0.99);
    });
  });

  test.runIf(both)("learns with the eligibility that is read at spikes", () => {
    const trainer = spikingForm(rule, { eligibility: "timing", encoder: "rate", vThreshold: 0.05 });
    trainSome(trainer);
    for (const w of trainer.parameters().weights) expect(w.every(Number.isFinite)).toBe(true);
    trainer.dispose();
  });

  test.runIf(both)("learns a batch piece by piece as it learns it whole, if it can", () => {
    const [whole, apart] = [spikingForm(rule, coarse), spikingForm(rule, coarse)];
    const { pieces } = apart;
    expect(pieces === undefined).toBe(["wm", "pepita-wm", "pepita-tl"].includes(name));
    if (!pieces) return;
    const { room, at } = pieces.log;
    for (let first = 0; first < all.length; first += 10) {
      const indices = all.subarray(first, first + 10);
      const logs = Array.from(indices, () => at(new Float64Array(room)));
      pieces.begin(indices, 0.05, 0);
      // In any order: whoever has a thread free.
      for (const k of [9, 0, 5, 2, 1, 3, 8, 7, 6, 4]) pieces.present(indices[k], logs[k]);
      let [loss, correct] = [0, 0];
      indices.forEach((index, k) => {
        const one = pieces.learn(index, logs[k]);
        loss += one.loss;
        correct += one.correct;
      });
      pieces.end();
      expect({ loss, correct }).toEqual(whole.learn(indices, 0.05, 0));
    }
    expect(apart.parameters()).toEqual(whole.parameters());
    expect(apart.memory).toEqual(whole.memory);
    expect(apart.cost()).toEqual(whole.cost());
  });

  test("gives the same numbers for the same seed", () => {
    for (const form of both ? forms : [rateForm]) {
      const [a, b] = [form(rule, coarse), form(rule, coarse)];
      trainSome(a);
      trainSome(b);
      expect(a.parameters()).toEqual(b.parameters());
      expect(a.evaluate(data.test)).toEqual(b.evaluate(data.test));
      a.dispose();
      b.dispose();
    }
  });

  test("goes on from its state as if it had not stopped", () => {
    for (const form of both ? forms : [rateForm]) {
      const [whole, resumed] = [form(rule, coarse), form(rule, coarse)];
      trainSome(whole);
      resumed.restore(whole.parameters(), whole.memory && Float32Array.from(whole.memory));
      trainSome(whole, 2);
      trainSome(resumed, 2);
      expect(resumed.parameters()).toEqual(whole.parameters());
      expect(resumed.memory).toEqual(whole.memory);
      whole.dispose();
      resumed.dispose();
    }
  });

  test("looks at its update without a trace", () => {
    for (const form of both ? forms : [rateForm]) {
      const [looked, other] = [form(rule, coarse), form(rule, coarse)];
      trainSome(looked);
      trainSome(other);
      looked.update(all);
      expect(looked.parameters()).toEqual(other.parameters());
      expect(looked.memory).toEqual(other.memory);
      looked.dispose();
      other.dispose();
    }
  });

  test("leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    const trainer = rateForm(rule);
    trainer.learn(all.subarray(0, 5), 0.01, 0);
    const during = tf.memory().numTensors;
    trainSome(trainer);
    trainer.update(all);
    trainer.evaluate(data.test);
    expect(tf.memory().numTensors).toBe(during);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
