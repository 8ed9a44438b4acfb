import { beforeAll, describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/index.ts";
import { dense } from "../../src/engine/network/architecture.ts";
import { angleDegrees } from "../../src/math/matrix.ts";
import { Rng } from "../../src/math/rng.ts";
import { binaryCrossEntropy } from "../../src/math/softmax.ts";
import { activationNames, meanLoss, slope } from "../../src/rate/activation.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { exactGradient } from "../../src/rate/gradient.ts";
import { type RateDropout, RateNetwork } from "../../src/rate/network.ts";
import { tf } from "../../src/rate/tensors.ts";
import { createTrainer } from "../../src/training/train.ts";
import type { TrainingSettings } from "../../src/training/trainer.ts";

let data: Dataset;
beforeAll(async () => {
  await selectBackend("cpu");
  data = await loadDataset("digits", { trainSamples: 40, testSamples: 10 });
});

const settings: TrainingSettings = {
  sizes: [64, 12, 8, 10],
  ...{ seed: 3, epochs: 1, batch: 10, learningRate: 0.3, schedule: "1" },
  ...{ encoder: "rate", eligibility: "trace", durationMs: 20, tauMem: 20, vThreshold: 0.1, maxSpikes: 8 },
};

const rng = new Rng(1, "activation");
const draw = (length: number) => Float32Array.from({ length }, () => rng.uniformIn(-1, 1));
const [weights, biases] = [
  [draw(12), draw(8)],
  [draw(4), draw(2)],
];

describe.each(activationNames)("%s", activation => {
  test("has the slope that its activity says", () => {
    const net = new RateNetwork([3, 4, 2], weights, biases, Infinity, { activation });
    const drive = tf.tensor2d(draw(20), [5, 4]);
    const step = 1e-2;
    const [more, less] = [tf.add(drive, step), tf.sub(drive, step)].map(at => net.activity(at, 1).dataSync());
    const slopes = slope(net.activity(drive, 1), activation, Infinity, 1).dataSync();
    slopes.forEach((value, k) => void expect(value).toBeCloseTo((more[k] - less[k]) / (2 * step), 3));
    net.dispose();
  });

  test("of a neuron that is left out has none, and of the others counts for as much more", () => {
    const net = new RateNetwork([3, 4, 2], weights, biases, Infinity, { activation });
    const drive = tf.tensor2d([0.5, 0.5, -0.5, 0.5], [1, 4]);
    const [plain] = [net.gate(net.activity(drive, 1)).dataSync()];
    const mask = tf.tensor2d([2, 0, 2, 2], [1, 4]);
    net.dropout = { scale: 2, masks: [null, mask] } as unknown as RateDropout;
    const left = net.gate(net.activity(drive, 1)).dataSync();
    plain.forEach((value, k) => void expect(left[k]).toBeCloseTo(k === 1 ? 0 : 2 * value, 5));
    net.dispose();
  });

  test.each(["cross-entropy", "binary"] as const)(
    "with %s backpropagation follows the exact gradient",
    loss => {
      const plan = { rule: "bp", twin: "rate", settings: { ...settings, activation, loss } } as const;
      const trainer = createTrainer(plan, data);
      const count = 20;
      const update = trainer.update(Uint32Array.from({ length: count }, (_, n) => n));
      const start = trainer.parameters();
      const shape = dense(settings.sizes);
      const pixels = data.train.intensities.subarray(0, count * data.inputs);
      const labels = data.train.labels.subarray(0, count);
      const exact = exactGradient(shape, start.weights, start.biases, Infinity, pixels, labels, {
        activation,
        loss,
      });
      update.forEach((change, l) => void expect(angleDegrees(change, exact[l])).toBeLessThan(0.1));
      trainer.dispose();
    },
  );
});

test("the binary loss is that of a sigmoid for each class", () => {
  const logits = [0.3, -2, 40];
  const said = logits.map(z => 1 / (1 + Math.exp(-z)));
  const by = -Math.log(said[0]) - Math.log(1 - said[1]) + 40;
  expect(binaryCrossEntropy(logits, 0)).toBeCloseTo(by, 6);
  const y = tf.tensor2d([[1, 0, 0]]);
  expect(meanLoss(tf.tensor2d([logits]), y, "binary").dataSync()[0]).toBeCloseTo(by, 4);
});

test("spiking neurons are rectified, and asked for anything else they say so", () => {
  const plan = { rule: "bp", twin: "spike", settings: { ...settings, activation: "tanh" } } as const;
  expect(() => createTrainer(plan, data)).toThrow("activation: expected relu for the twin spike, got tanh");
});
