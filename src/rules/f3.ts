import * as tf from "@tensorflow/tfjs";
import { feedbackAngle } from "../feedback/angle.ts";
import { directFeedback } from "../feedback/draw.ts";
import { multiply } from "../math/matrix.ts";
import { outputError } from "../math/softmax.ts";
import { matMulTransposed } from "../rate/ops.ts";
import { gated } from "./gate.ts";
import type { Rule } from "./rule.ts";

/**
 * F3, feed-forward optimisation with delayed feedback (Flügel et al. 2023, arXiv:2304.13372): as DFA, but hidden
 * layers get the error that the same sample left at its previous presentation, known before the sample comes. Error
 * variant `delayed_error` of the authors' code, on softmax outputs.
 *
 * Two choices differ from that code. The memory starts at zero instead of the target, so that the first epoch trains
 * the readout alone: a target start pushes ReLU units out of range before any error is known. And activities saturate
 * at 1, where the code has tanh units.
 *
 *          rate form                          spiking form
 *   post   output: e; hidden: (B eBefore) gate    the same, with the gate of the drive
 *   pre    h                                  eligibility: trace of the presynaptic spikes
 *   when   in the forward pass                during or at the end of the presentation
 */
export const f3: Rule = {
  name: "f3",
  title: "F3",
  source: "Flügel et al. 2023, arXiv:2304.13372, delayed_error",
  presentations: 1,
  synapseKnows: "error of the sample's previous presentation through fixed random weights",
  saturation: 1,
  create(sizes, rng, samples) {
    const B = directFeedback(sizes, rng);
    const classes = sizes.at(-1)!;
    return {
      rate: net => {
        const memory = new Float32Array(samples * classes);
        return {
          memory,
          learn({ x, y, indices }, descend) {
            const eBefore = tf.tensor2d(gather(memory, indices, classes), [indices.length, classes]);
            const { h, logits, probabilities } = net.forward(x);
            const e = tf.sub<tf.Tensor2D>(probabilities, y);
            for (let l = 0; l < net.depth - 1; l++) {
              const feedback = tf.tensor2d(B[l + 1]!, [sizes[l + 1]!, classes]);
              descend(l, tf.mul(matMulTransposed(eBefore, feedback), net.gate(h[l + 1]!)), h[l]!);
            }
            descend(net.depth - 1, e, h[net.depth - 1]!);
            scatter(e.dataSync(), memory, indices, classes);
            return logits;
          },
        };
      },
      spiking: net => {
        const memory = new Float32Array(samples * classes);
        const now = net.presentation();
        const post = sizes.map(n => new Float64Array(n));
        return {
          memory,
          learn({ label, index }, descend) {
            const remembered = memory.subarray(index * classes, (index + 1) * classes);
            net.present(now);
            for (let l = 0; l < net.depth - 1; l++) {
              descend(l, gated(multiply(B[l + 1]!, remembered, post[l + 1]!), now, l + 1), now);
            }
            const e = outputError(now.logits, label, post[net.depth]!);
            descend(net.depth - 1, e, now);
            remembered.set(e);
            return now;
          },
        };
      },
      feedbackDegrees: weights =>
        sizes.slice(1, -1).map((_, l) => feedbackAngle(sizes, weights, l + 1, B[l + 1]!)),
    };
  },
};

function gather(memory: Float32Array, indices: ArrayLike<number>, width: number): Float32Array {
  const rows = new Float32Array(indices.length * width);
  for (let k = 0; k < indices.length; k++) {
    rows.set(memory.subarray(indices[k]! * width, (indices[k]! + 1) * width), k * width);
  }
  return rows;
}

function scatter(
  rows: ArrayLike<number>,
  memory: Float32Array,
  indices: ArrayLike<number>,
  width: number,
): void {
  for (let k = 0; k < indices.length; k++) {
    for (let c = 0; c < width; c++) memory[indices[k]! * width + c] = rows[k * width + c]!;
  }
}
