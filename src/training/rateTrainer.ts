import type { Dataset } from "../data/dataset.ts";
import { Rng } from "../math/rng.ts";
import { argmax, binaryCrossEntropy, crossEntropy } from "../math/softmax.ts";
import { RateNetwork } from "../rate/network.ts";
import { numbersOf } from "../rate/ops.ts";
import { type Tensor2D, tf } from "../rate/tensors.ts";
import { rateForm } from "../rules/index.ts";
import type { RateBatch, Rule } from "../rules/rule.ts";
import { SampleDropout } from "./dropout.ts";
import { startingParameters } from "./initialise.ts";
import { optimiser } from "./optimiser.ts";
import { RateSteps } from "./rateSteps.ts";
import {
  accuracyOf,
  batchKey,
  emptyConfusion,
  finish,
  joined,
  networkOf,
  split,
  type Trainer,
  type TrainingSettings,
  trainingSample,
} from "./trainer.ts";

/** Samples per forward pass of an evaluation: large enough to be fast, small enough to stay in memory. */
const EVALUATION_BATCH = 500;

/** Trains a rule's rate form on TensorFlow.js. */
export function rateTrainer(rule: Rule, data: Dataset, settings: TrainingSettings): Trainer {
  const { seed, activityDecay = 0 } = settings;
  const architecture = networkOf(rule, settings);
  const { sizes } = architecture;
  const classes = sizes.at(-1)!;
  const saturation = rule.saturation ?? Infinity;
  const start = startingParameters(architecture, settings);
  const { activation = "relu", loss: kind = "cross-entropy" } = settings;
  const net = new RateNetwork(architecture, start.weights, start.biases, saturation, {
    activation,
    loss: kind,
  });
  const lossOf = kind === "binary" ? binaryCrossEntropy : crossEntropy;
  const forms = rule.create(architecture, new Rng(seed, "feedback"), data.train.count, settings.ruleOptions);
  const learner = rateForm(rule, forms, net);
  const feedback = learner.feedback ?? [];
  const optimise = optimiser(
    settings.optimiser ?? "sgd",
    [...start.weights, ...start.biases, ...feedback].map(group => group.length),
  );
  const steps = new RateSteps(net, feedback, optimise, settings.weightDecay ?? rule.weightDecay ?? 0);
  const statistics = net.statistics.length > 0 ? net.statistics : undefined;
  const remembered = [learner.memory, optimise?.state, statistics];
  const dropout = SampleDropout.create(sizes, settings.dropout, seed);

  // One batch's intensities after the other: its tensors are gone when the next one comes.
  let x = new Float32Array(0);
  const batchOf = (indices: Uint32Array, kind: string, epoch: number | null): RateBatch => {
    if (x.length !== indices.length * sizes[0]) x = new Float32Array(indices.length * sizes[0]);
    const labels = new Int32Array(indices.length);
    indices.forEach((index, k) => {
      x.set(trainingSample(data, index, epoch, seed).intensities, k * sizes[0]);
      labels[k] = data.train.labels[index];
    });
    return {
      x: tf.tensor2d(x, [indices.length, sizes[0]]),
      y: tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32"),
      indices,
      key: batchKey(kind, indices),
    };
  };

  return {
    learn(indices, rate, epoch) {
      const logits = numbersOf(() => {
        const batch = batchOf(indices, `train ${epoch}`, epoch);
        net.normalisation = "learn";
        steps.begin(rate, indices.length);
        net.dropout = dropout?.ofBatch(epoch, indices) ?? null;
        const out = learner.learn(batch, steps.descend, steps);
        if (activityDecay > 0) {
          const h = learner.activities?.(batch.x) ?? net.forward(batch.x).h;
          for (const l of [...steps.touched].filter(layer => layer < net.depth - 1)) {
            steps.descend(l, tf.mul(h[l + 1], activityDecay), h[l]);
          }
        }
        steps.settle();
        net.dropout = null;
        return out;
      });
      let loss = 0;
      let correct = 0;
      indices.forEach((index, k) => {
        const row = logits.subarray(k * classes, (k + 1) * classes);
        const label = data.train.labels[index];
        loss += lossOf(row, label);
        if (argmax(row) === label) correct++;
      });
      return { loss, correct };
    },
    evaluate(samples) {
      return finish(this.evaluating(samples));
    },
    *evaluating(samples) {
      const confusion = emptyConfusion(classes);
      const correct: boolean[] = [];
      net.normalisation = "use";
      for (let first = 0; first < samples.count; first += EVALUATION_BATCH) {
        yield;
        const count = Math.min(EVALUATION_BATCH, samples.count - first);
        const scores = numbersOf(() => {
          const rows = samples.intensities.subarray(first * sizes[0], (first + count) * sizes[0]);
          const x = tf.tensor2d(rows, [count, sizes[0]]);
          return learner.decide?.(x, first) ?? net.forward(x).logits;
        });
        for (let k = 0; k < count; k++) {
          const decided = argmax(scores.subarray(k * classes, (k + 1) * classes));
          confusion[samples.labels[first + k]][decided]++;
          correct.push(decided === samples.labels[first + k]);
        }
      }
      return { accuracy: accuracyOf(confusion), confusion, correct };
    },
    update(indices) {
      const memory = learner.memory && Float32Array.from(learner.memory);
      const changes = net.weights.map(w => new Float32Array(w.size));
      const add = (l: number, post: Tensor2D, pre: Tensor2D) => {
        const [to, change] = [changes[l], net.product(l, pre, post).dataSync()];
        for (let at = 0; at < to.length; at++) to[at] += change[at];
      };
      net.normalisation = "look";
      tf.tidy(() => {
        learner.learn(batchOf(indices, "update", null), add, { align() {}, settle() {} });
      });
      if (memory) learner.memory.set(memory);
      return changes;
    },
    cost: () => ({}),
    parameters: () => net.parameters(),
    deployed: () => net.folded(),
    restore(parameters, memory) {
      net.assign(parameters);
      if (memory) split(memory, remembered);
    },
    get memory() {
      return joined(remembered);
    },
    feedbackDegrees: forms.feedbackDegrees ? weights => forms.feedbackDegrees!(weights, learner) : null,
    saturation,
    units: net.units,
    architecture,
    dispose: () => net.dispose(),
  };
}
