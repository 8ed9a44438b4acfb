import { beforeAll, expect, test } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { RateNetwork } from "../../src/rate/network.ts";
import { tf } from "../../src/rate/tensors.ts";
import { ruleNamed } from "../../src/rules/index.ts";
import { broughtTo } from "../../src/rules/length.ts";
import { initialParameters } from "../../src/training/initialise.ts";
import { everySample, formsOn, settings, smallData } from "./small.ts";

const data = smallData();
const { rateForm, spikingForm } = formsOn(data, settings);
const chosen = { ruleOptions: { length: 0.125 } };

beforeAll(async () => {
  await selectBackend("wasm");
});

test("hidden samples are as long as they should be over a batch, whatever the weights' scale", () => {
  const sizes = [6, 9, 8, 3];
  const { weights, biases } = initialParameters(sizes, 1);
  const rng = new Rng(1, "samples");
  tf.tidy(() => {
    const x = tf.tensor2d(
      Float32Array.from({ length: 30 }, () => rng.uniform()),
      [5, 6],
    );
    const of = (scale: number) =>
      new RateNetwork(
        sizes,
        weights.map((w, l) => (l < 2 ? w.map(value => scale * value) : w)),
        biases,
      ).forward(x, broughtTo(0.5));
    const [one, large] = [of(1), of(30)];
    for (const layer of [1, 2]) {
      const h = one.h[layer].dataSync();
      expect(h.reduce((sum, value) => sum + value ** 2, 0) / 5).toBeCloseTo(0.25, 5);
      expect(Math.max(...h)).toBeGreaterThan(0);
    }
    const [logits, others] = [one, large].map(pass => pass.logits.dataSync());
    logits.forEach((value, k) => {
      expect(others[k]).toBeCloseTo(value, 5);
    });
  });
});

test.each(["pepita", "pepita-hebbian", "pepita-tl", "pepita-wm", "mempepita"])(
  "%s learns from activities of that length, and decides by them",
  name => {
    const of = (more?: typeof chosen) => {
      const trainer = rateForm(ruleNamed(name), more);
      const top = trainer.update(everySample(data)).at(-1)!;
      const { correct } = trainer.evaluate(data.test);
      trainer.dispose();
      return { size: Math.hypot(...top), correct };
    };
    const [plain, normalised] = [of(), of(chosen)];
    // The readout's step is by the activity below it, which is shorter now.
    expect(normalised.size).toBeLessThan(0.7 * plain.size);
    expect(normalised.size).toBeGreaterThan(0);
    expect(normalised.correct.length).toBe(data.test.count);
    expect(() => spikingForm(ruleNamed(name), chosen)).toThrow(
      `${name}.length: expected 0 in spikes, as no batch is there, got 0.125`,
    );
  },
);

test("MemPEPITA is PEPITA at any length", () => {
  const [pepita, memory] = ["pepita", "mempepita"].map(name => {
    const trainer = rateForm(ruleNamed(name), chosen);
    const changes = trainer.update(everySample(data));
    trainer.dispose();
    return changes;
  });
  pepita.forEach((change, l) => {
    const size = Math.hypot(...change);
    expect(Math.hypot(...change.map((value, k) => value - memory[l][k]))).toBeLessThan(1e-4 * size);
  });
});
