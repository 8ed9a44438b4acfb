import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/rate/backend.ts";
import { exactGradient } from "../../src/rate/gradient.ts";
import { bp } from "../../src/rules/bp.ts";
import { rules } from "../../src/rules/index.ts";
import { sized } from "../long.ts";
import { cosine, everySample, formsOn } from "./small.ts";
import { architecture, data, mapSettings } from "./smallMaps.ts";

/** Every rule of the list, in both forms, on a network with shared kernels and pools. */

const all = everySample(data);
/** Few samples make up for it by finer spikes: what rounding leaves falls with the threshold faster than with their number. */
const looked = all.subarray(0, sized(2, 12));
const fine = { vThreshold: sized(0.0004, mapSettings.vThreshold) };
const { rateForm, spikingForm, forms, trainSome } = formsOn(data, mapSettings);

beforeAll(async () => {
  await selectBackend("wasm");
});

test.each([
  ["as it is", architecture],
  [
    "normalised over the batch",
    { ...architecture, layers: architecture.layers.map((l, k) => ({ ...l, batchNorm: k < 3 })) },
  ],
])("BP's update of a network %s is the gradient by automatic differentiation", (_, network) => {
  const trainer = rateForm(bp, { architecture: network });
  trainSome(trainer);
  const update = trainer.update(all);
  const { weights, biases } = trainer.parameters();
  const gradient = exactGradient(
    network,
    weights,
    biases,
    Infinity,
    data.train.intensities,
    data.train.labels,
  );
  update.forEach((change, l) => {
    const scale = Math.max(...gradient[l].map(Math.abs));
    expect(scale).toBeGreaterThan(1e-6);
    change.forEach((value, at) => {
      expect(Math.abs(value / all.length - gradient[l][at])).toBeLessThan(3e-5 * scale);
    });
  });
  trainer.dispose();
});

describe.each(rules.map(rule => [rule.name, rule] as const))("%s", (_, rule) => {
  test("changes kernels alike in both forms", () => {
    const [rate, spike] = [rateForm(rule), spikingForm(rule, fine)];
    // At the start of training too, in the long one.
    for (let epochs = sized(1, 0); epochs < 2; epochs++) {
      if (epochs > 0) {
        trainSome(rate, 0, epochs);
        spike.restore(rate.parameters(), rate.memory && Float32Array.from(rate.memory));
      }
      const [a, b] = [rate.update(looked), spike.update(looked)];
      a.forEach((change, l) => {
        expect(cosine(change, b[l]), `layer ${l}`).toBeGreaterThan(0.99);
        const [x, y] = [change, b[l]].map(v => Math.hypot(...v)) as [number, number];
        expect(y, `layer ${l}, length`).toBeGreaterThan(0.9 * x - 1e-9);
        expect(y, `layer ${l}, length`).toBeLessThan(1.1 * x + 1e-9);
      });
    }
    rate.dispose();
    spike.dispose();
  });

  test("goes on from its state as if it had not stopped, and leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    for (const form of forms) {
      // Coarse spikes: what is compared here has to be equal anyway.
      const coarse = { vThreshold: 0.1 };
      const [whole, resumed] = [form(rule, coarse), form(rule, coarse)];
      trainSome(whole, 0, 1);
      resumed.restore(whole.parameters(), whole.memory && Float32Array.from(whole.memory));
      trainSome(whole, 1, 1);
      trainSome(resumed, 1, 1);
      expect(resumed.parameters()).toEqual(whole.parameters());
      expect(resumed.evaluate(data.test)).toEqual(whole.evaluate(data.test));
      whole.dispose();
      resumed.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test("learns with the eligibility that is read at spikes", () => {
    const trainer = spikingForm(rule, { eligibility: "timing", encoder: "rate", vThreshold: 0.05 });
    trainSome(trainer, 0, 1);
    for (const w of trainer.parameters().weights) expect(w.every(Number.isFinite)).toBe(true);
    trainer.dispose();
  });
});
