import * as tf from "@tensorflow/tfjs";
import { feedbackAngle } from "../feedback/angle.ts";
import { directFeedback } from "../feedback/draw.ts";
import { multiply } from "../math/matrix.ts";
import { outputError } from "../math/softmax.ts";
import { matMulTransposed } from "../rate/ops.ts";
import { gated } from "./gate.ts";
import type { Rule } from "./rule.ts";

/**
 * Direct feedback alignment (Nøkland 2016, arXiv:1609.01596): the output error reaches every hidden layer through
 * fixed random weights of its own.
 *
 *          rate form                 spiking form
 *   post   output: e; hidden: (B e) gate     the same, with the gate of the drive
 *   pre    h                         eligibility: trace of the presynaptic spikes
 *   when   after the forward pass    at the end of the presentation
 */
export const dfa: Rule = {
  name: "dfa",
  title: "DFA",
  source: "Nøkland 2016, arXiv:1609.01596",
  presentations: 1,
  synapseKnows: "output error through fixed random weights",
  create(sizes, rng) {
    const B = directFeedback(sizes, rng);
    const classes = sizes.at(-1)!;
    return {
      rate: net => ({
        learn({ x, y }, descend) {
          const { h, logits, probabilities } = net.forward(x);
          const e = tf.sub<tf.Tensor2D>(probabilities, y);
          for (let l = 0; l < net.depth - 1; l++) {
            const feedback = tf.tensor2d(B[l + 1]!, [sizes[l + 1]!, classes]);
            descend(l, tf.mul(matMulTransposed(e, feedback), net.gate(h[l + 1]!)), h[l]!);
          }
          descend(net.depth - 1, e, h[net.depth - 1]!);
          return logits;
        },
      }),
      spiking: net => {
        const now = net.presentation();
        const post = sizes.map(n => new Float64Array(n));
        return {
          learn({ label }, descend) {
            net.present(now);
            const e = outputError(now.logits, label, post[net.depth]!);
            for (let l = 0; l < net.depth - 1; l++) {
              descend(l, gated(multiply(B[l + 1]!, e, post[l + 1]!), now, l + 1), now);
            }
            descend(net.depth - 1, e, now);
            return now;
          },
        };
      },
      feedbackDegrees: weights =>
        sizes.slice(1, -1).map((_, l) => feedbackAngle(sizes, weights, l + 1, B[l + 1]!)),
    };
  },
};
