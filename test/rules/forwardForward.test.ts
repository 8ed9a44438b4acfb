import { beforeAll, expect, test } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { ruleNamed } from "../../src/rules/index.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import { spikingTrainer } from "../../src/training/spikingTrainer.ts";
import { addOuter, affine, minus, oneHot, rows, scaled, softmax } from "./formulas.ts";
import { everySample, settings, smallData } from "./small.ts";

const data = smallData();
const all = everySample(data);
const sizes = settings.sizes;
const classes = sizes.at(-1)!;
const depth = sizes.length - 1;

beforeAll(async () => {
  await selectBackend("wasm");
});

test("the update in rates is Hinton's, layer by layer, with wrong labels that the readout finds likely", () => {
  const trainer = rateTrainer(ruleNamed("ff"), data, settings);
  trainer.learn(all, 0.05, 0);
  const { weights, biases } = trainer.parameters();
  const w = weights.map((v, l) => rows(v, sizes[l], sizes[l + 1]));
  const b = biases.map(v => Array.from(v));
  const seed = new Rng(settings.seed, "feedback").nextUint32();
  const changes = w.map(m => m.map(row => row.map(() => 0)));

  /** Normalised input of every layer, activity and goodness, from the first inputs replaced by `label`. */
  const upward = (x: number[], label: number[]) => {
    let below = [...label, ...x.slice(classes)];
    const layers: { pre: number[]; h: number[]; goodness: number }[] = [];
    for (let l = 0; l < depth - 1; l++) {
      const h = affine(w[l], b[l], below).map(value => Math.max(0, value));
      const goodness = h.reduce((sum, value) => sum + value * value, 0) / h.length;
      layers.push({ pre: below, h, goodness });
      below = scaled(h, 1 / (Math.sqrt(goodness) + 0.01));
    }
    return { layers, top: below, logits: affine(w[depth - 1], b[depth - 1], below) };
  };

  for (const index of all) {
    const x = Array.from(data.train.intensities.subarray(index * sizes[0], (index + 1) * sizes[0]));
    const label = data.train.labels[index];
    const neutral = upward(x, new Array<number>(classes).fill(0.3));
    const p = softmax(neutral.logits);
    addOuter(changes[depth - 1], neutral.top, minus(p, oneHot(label, classes)));
    // The wrong class at which the running sum of their probabilities passes u.
    const others = p.map((value, k) => (k === label ? 0 : value));
    const u = new Rng(seed, `update 0 ${index}`).uniform() * others.reduce((a, c) => a + c, 0);
    let sum = 0;
    const wrong = others.findIndex(value => (sum += value) > u);
    for (const [shown, target] of [
      [label, 1],
      [wrong, 0],
    ] as const) {
      for (const { pre, h, goodness } of upward(x, scaled(oneHot(shown, classes), 3)).layers) {
        const l = w.findIndex(m => m.length === pre.length && m[0].length === h.length);
        const q = 1 / (1 + Math.exp(-6 * (goodness - 1)));
        addOuter(changes[l], pre, scaled(h, (12 / h.length) * (q - target)));
      }
    }
  }
  const update = trainer.update(all);
  changes.forEach((change, l) => {
    const scale = Math.max(...change.flat().map(Math.abs));
    change.flat().forEach((value, at) => {
      expect(Math.abs(update[l][at] - value), `layer ${l}, number ${at}`).toBeLessThan(5e-5 * scale);
    });
  });
  trainer.dispose();
});

test("in both forms nothing that stood in the label's inputs is seen", () => {
  for (const encoder of ["current", "rate"] as const) {
    const other = smallData();
    for (let n = 0; n < other.test.count; n++) {
      for (let k = 0; k < classes; k++) other.test.intensities[n * sizes[0] + k] = 0.5;
    }
    const fine = { ...settings, encoder, maxSpikes: 400 };
    for (const form of [rateTrainer, spikingTrainer]) {
      const trainer = form(ruleNamed("ff"), data, fine);
      const trainedOnOther = form(ruleNamed("ff"), other, fine);
      const [a, c] = [trainer.evaluate(data.test), trainedOnOther.evaluate(other.test)];
      if (form === rateTrainer || encoder === "current") expect(a.confusion).toEqual(c.confusion);
      else expect(Math.abs(a.accuracy - c.accuracy)).toBeLessThanOrEqual(0.1);
    }
  }
});
