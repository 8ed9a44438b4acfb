import { beforeAll, describe, expect, test } from "vitest";
import { uniform, weightBound } from "../../src/feedback/draw.ts";
import { angleDegrees } from "../../src/math/matrix.ts";
import { Rng } from "../../src/math/rng.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { ruleNamed } from "../../src/rules/index.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import { spikingTrainer } from "../../src/training/spikingTrainer.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { sized } from "../long.ts";
import { cosine, everySample, settings, smallData } from "./small.ts";

/** What the papers say about how the rules relate to one another. */

const data = smallData();
const all = everySample(data);
const rate = (name: string, with_ = {}) => rateTrainer(ruleNamed(name), data, { ...settings, ...with_ });
const spike = (name: string, with_ = {}) => spikingTrainer(ruleNamed(name), data, { ...settings, ...with_ });
const both: [string, typeof rate][] = [
  ["rate", rate],
  ["spike", spike],
];

function learnEpochs(trainer: Trainer, epochs: number, learningRate = settings.learningRate): void {
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let first = 0; first < all.length; first += settings.batch) {
      trainer.learn(all.subarray(first, first + settings.batch), learningRate, epoch);
    }
  }
}

/** Coarse spikes for long trainings, where the twins need not agree. */
const coarse = { vThreshold: sized(0.05, settings.vThreshold) };
const degrees = (trainer: Trainer) => trainer.feedbackDegrees!(trainer.parameters().weights);

beforeAll(async () => {
  await selectBackend("wasm");
});

describe.each(both)("in the %s form", (_, form) => {
  test.each([
    ["pepita", "mempepita"],
    ["pepita:sparse", "mempepita:sparse"],
  ])("%s and %s make the same updates", (whole, byLayer) => {
    const [a, b] = [form(whole), form(byLayer)];
    learnEpochs(a, 2);
    learnEpochs(b, 2);
    const [w, v] = [a.parameters().weights, b.parameters().weights];
    w.forEach((values, l) => {
      values.forEach((value, at) => {
        expect(Math.abs(value - v[l][at])).toBeLessThan(1e-5);
      });
    });
  });

  test("AFA and PEPITA agree at the start, where feedback is small", () => {
    const [a, b] = [form("pepita").update(all), form("afa").update(all)];
    a.forEach((change, l) => {
      expect(cosine(change, b[l]), `layer ${l}`).toBeGreaterThan(0.99);
    });
  });

  test("PEPITA-TL makes the sum of its two products as the learning rate goes to 0", () => {
    const gap = (learningRate: number) => {
      const trainer = form("pepita-tl");
      const products = trainer.update(all); // makes no change in between
      const start = trainer.parameters().weights[0];
      trainer.learn(all, learningRate, 0);
      const step = trainer.parameters().weights[0].map((w, at) => start[at] - w);
      return cosine(products[0], step);
    };
    expect(gap(1e-3)).toBeGreaterThan(0.98);
    expect(gap(1e-3)).toBeGreaterThan(gap(0.3));
  });

  test("uSF is BP where the forward weights have the magnitudes of the feedback", () => {
    for (const name of ["usf", "usf:strict"]) {
      const [a, b] = [form("bp"), form(name)];
      const start = a.parameters();
      const flattened = start.weights.map((w, l) => {
        const scale = weightBound(settings.sizes, l) / Math.sqrt(3);
        return w.map(value => Math.sign(value) * scale);
      });
      for (const trainer of [a, b]) trainer.restore({ ...start, weights: flattened }, null);
      const [x, y] = [a.update(all), b.update(all)];
      x.forEach((change, l) => {
        expect(angleDegrees(change, y[l]), `${name}, layer ${l}`).toBeLessThan(0.01);
      });
    }
  });

  test("the first epoch of F3 from the target is an epoch of DRTP", () => {
    const [a, b] = [form("f3:target"), form("drtp")];
    learnEpochs(a, 1);
    learnEpochs(b, 1);
    expect(a.parameters()).toEqual(b.parameters());
    learnEpochs(a, 1);
    learnEpochs(b, 1);
    expect(a.parameters()).not.toEqual(b.parameters());
  });

  test("F3 from zero trains the readout alone in its first epoch", () => {
    const [a, b] = [form("f3"), form("f3")];
    learnEpochs(a, 1);
    expect(a.parameters().weights[0]).toEqual(b.parameters().weights[0]);
    expect(a.parameters().weights[2]).not.toEqual(b.parameters().weights[2]);
  });

  test("brSF draws other magnitudes for every batch, the same again for the same batch", () => {
    const update = (first: number) => {
      const trainer = form("brsf");
      return trainer.update(Uint32Array.of(first, ...[0, 1, 2, 3].filter(n => n !== first)));
    };
    expect(update(0)).toEqual(update(0));
    expect(cosine(update(0)[0], update(1)[0])).toBeLessThan(0.999);
    expect(cosine(update(0)[2], update(1)[2])).toBeGreaterThan(0.9999); // the readout needs no feedback
  });

  test("weight mirroring turns the feedback towards the forward weights", () => {
    const trainer = form("wm", coarse);
    const before = degrees(trainer);
    learnEpochs(trainer, 60, 0.01);
    degrees(trainer).forEach((angle, l) => {
      expect(before[l]).toBeGreaterThan(60);
      expect(angle, `layer ${l + 1}`).toBeLessThan(25);
    });
  });

  test("mirrored PEPITA turns its projection towards the forward path", () => {
    const trainer = form("pepita-wm", coarse);
    const before = degrees(trainer);
    learnEpochs(trainer, 60, 0.01);
    expect(before[0]).toBeGreaterThan(60);
    expect(degrees(trainer)[0]).toBeLessThan(40);
  });

  test("under Kolen-Pollack the difference of W and B shrinks as the decay says", () => {
    const trainer = form("kp", { weightDecay: 0.2 });
    const difference = () => {
      const { weights } = trainer.parameters();
      const [l, B] = [2, trainer.memory!.subarray(weights[1].length)];
      return weights[l].map((w, at) => w - B[at]);
    };
    const before = difference();
    learnEpochs(trainer, 3, 0.1);
    const steps = (3 * all.length) / settings.batch;
    const expected = (1 - 0.1 * 0.2) ** steps;
    difference().forEach((d, at) => {
      expect(Math.abs(d - expected * before[at])).toBeLessThan(1e-5);
    });
    expect(degrees(trainer)[1]).toBeLessThan(degrees(form("kp"))[1]);
  });

  test("without hidden layers the shallow control learns by the delta rule", () => {
    const trainer = form("shallow");
    const { weights } = trainer.parameters();
    expect(weights.map(w => w.length)).toEqual([settings.sizes[0] * settings.sizes.at(-1)!]);
    const before = trainer.evaluate(data.test).accuracy;
    learnEpochs(trainer, 10, 0.2);
    expect(trainer.evaluate(data.test).accuracy).toBeGreaterThan(Math.max(before, 0.5));
  });

  test("chance changes nothing and guesses", () => {
    const trainer = form("chance");
    const start = trainer.parameters();
    const { loss } = trainer.learn(all, 1, 0);
    expect(trainer.parameters()).toEqual(start);
    expect(loss / all.length).toBeCloseTo(Math.log(settings.sizes.at(-1)!), 5);
    expect(trainer.evaluate(data.test).accuracy).toBeLessThan(0.6);
  });

  test("Forward-Forward raises the goodness of right labels over that of wrong ones", () => {
    for (const name of ["ff", "ff:readout"]) {
      const trainer = form(name, coarse);
      learnEpochs(trainer, 40, 0.1);
      expect(trainer.evaluate(data.test).accuracy, name).toBeGreaterThan(0.5);
    }
  });
});

test("mirrored PEPITA starts from one drawn matrix per layer", () => {
  const rng = new Rng(settings.seed, "feedback");
  const sizes = settings.sizes;
  const B = sizes.slice(1).map((n, l) => uniform(sizes[l], n, weightBound(sizes, l), rng));
  expect(rate("pepita-wm").memory!.subarray(0, B[0].length)).toEqual(B[0]);
});
