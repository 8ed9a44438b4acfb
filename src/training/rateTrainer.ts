import * as tf from "@tensorflow/tfjs";
import type { Dataset, Samples } from "../data/dataset.ts";
import { Rng } from "../math/rng.ts";
import { argmax, crossEntropy } from "../math/softmax.ts";
import { RateNetwork } from "../rate/network.ts";
import { outerSum } from "../rate/ops.ts";
import type { RateBatch, Rule } from "../rules/rule.ts";
import { initialParameters } from "./initialise.ts";
import { accuracyOf, emptyConfusion, type Trainer, type TrainingSettings } from "./trainer.ts";

/** Samples per forward pass of an evaluation: large enough to be fast, small enough to stay in memory. */
const EVALUATION_BATCH = 500;

/** Trains a rule's rate form on TensorFlow.js. */
export function rateTrainer(rule: Rule, data: Dataset, settings: TrainingSettings): Trainer {
  const { sizes, seed } = settings;
  const classes = sizes.at(-1)!;
  const saturation = rule.saturation ?? Infinity;
  const start = initialParameters(sizes, seed);
  const net = new RateNetwork(sizes, start.weights, start.biases, saturation);
  const forms = rule.create(sizes, new Rng(seed, "feedback"), data.train.count);
  const learner = forms.rate(net);

  const batchOf = (samples: Samples, indices: Uint32Array): RateBatch => {
    const x = new Float32Array(indices.length * sizes[0]!);
    const labels = new Int32Array(indices.length);
    indices.forEach((index, k) => {
      x.set(samples.intensities.subarray(index * sizes[0]!, (index + 1) * sizes[0]!), k * sizes[0]!);
      labels[k] = samples.labels[index]!;
    });
    return {
      x: tf.tensor2d(x, [indices.length, sizes[0]!]),
      y: tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32") as tf.Tensor2D,
      indices,
    };
  };

  return {
    learn(indices, rate) {
      const logits = tf.tidy(() => {
        const changes: (() => void)[] = [];
        const scale = tf.scalar(rate / indices.length);
        const out = learner.learn(batchOf(data.train, indices), (l, post, pre) => {
          changes.push(() => {
            const [w, b] = [net.weights[l]!, net.biases[l]!];
            w.assign(tf.sub(w, tf.mul(outerSum(pre, post), scale)));
            b.assign(tf.sub(b, tf.mul(tf.sum(post, 0, true), scale)));
          });
        });
        for (const change of changes) change();
        return out.dataSync();
      });
      let loss = 0;
      let correct = 0;
      indices.forEach((index, k) => {
        const row = logits.subarray(k * classes, (k + 1) * classes);
        const label = data.train.labels[index]!;
        loss += crossEntropy(row, label);
        if (argmax(row) === label) correct++;
      });
      return { loss, correct };
    },
    evaluate(samples) {
      const confusion = emptyConfusion(classes);
      for (let first = 0; first < samples.count; first += EVALUATION_BATCH) {
        const count = Math.min(EVALUATION_BATCH, samples.count - first);
        const logits = tf.tidy(() => {
          const rows = samples.intensities.subarray(first * sizes[0]!, (first + count) * sizes[0]!);
          return net.forward(tf.tensor2d(rows, [count, sizes[0]!])).logits.dataSync();
        });
        for (let k = 0; k < count; k++) {
          const decided = argmax(logits.subarray(k * classes, (k + 1) * classes));
          confusion[samples.labels[first + k]!]![decided]!++;
        }
      }
      return { accuracy: accuracyOf(confusion), confusion };
    },
    update(indices) {
      const memory = learner.memory && Float32Array.from(learner.memory);
      const changes = net.weights.map(w => new Float32Array(w.size));
      tf.tidy(() => {
        learner.learn(batchOf(data.train, indices), (l, post, pre) => {
          outerSum(pre, post)
            .dataSync()
            .forEach((value, at) => {
              changes[l]![at]! += value;
            });
        });
      });
      if (memory) learner.memory!.set(memory);
      return changes;
    },
    cost: () => ({}),
    parameters: () => net.parameters(),
    restore(parameters, memory) {
      tf.tidy(() => {
        parameters.weights.forEach((w, l) => {
          net.weights[l]!.assign(tf.tensor2d(Float32Array.from(w), [sizes[l]!, sizes[l + 1]!]));
        });
        parameters.biases.forEach((b, l) => {
          net.biases[l]!.assign(tf.tensor2d(Float32Array.from(b), [1, sizes[l + 1]!]));
        });
      });
      if (memory) learner.memory?.set(memory);
    },
    memory: learner.memory ?? null,
    feedbackDegrees: forms.feedbackDegrees ?? null,
    saturation,
    dispose: () => net.dispose(),
  };
}
