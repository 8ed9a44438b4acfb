import * as tf from "@tensorflow/tfjs";
import { multiply } from "../math/matrix.ts";
import { outputError } from "../math/softmax.ts";
import { matMulTransposed } from "../rate/ops.ts";
import { gated } from "./gate.ts";
import type { Rule } from "./rule.ts";

/**
 * Backpropagation (Rumelhart, Hinton & Williams 1986, eq. 4-7), the reference: the error travels down the transposed
 * forward weights. On spikes it is the gradient of the trace identity with the membrane rest taken as noise, not
 * backpropagation through time.
 *
 *          rate form                          spiking form
 *   post   output: e; below: (W post) gate    the same, with the gate of the drive
 *   pre    h                                  eligibility: trace of the presynaptic spikes
 *   when   after the forward pass             at the end of the presentation
 */
export const bp: Rule = {
  name: "bp",
  title: "BP",
  source: "Rumelhart, Hinton & Williams 1986, Nature 323:533",
  presentations: 1,
  synapseKnows: "transposed weights and error of the layer above",
  create: sizes => ({
    rate: net => ({
      learn({ x, y }, descend) {
        const { h, logits, probabilities } = net.forward(x);
        let post = tf.sub<tf.Tensor2D>(probabilities, y);
        for (let l = net.depth - 1; l >= 0; l--) {
          descend(l, post, h[l]!);
          if (l > 0) post = tf.mul(matMulTransposed(post, net.weights[l]!), net.gate(h[l]!));
        }
        return logits;
      },
    }),
    spiking: net => {
      const now = net.presentation();
      const post = sizes.map(n => new Float64Array(n));
      return {
        learn({ label }, descend) {
          net.present(now);
          outputError(now.logits, label, post[net.depth]!);
          for (let l = net.depth - 1; l >= 0; l--) {
            descend(l, post[l + 1]!, now);
            if (l > 0) gated(multiply(net.weights[l]!, post[l + 1]!, post[l]!), now, l);
          }
          return now;
        },
      };
    },
  }),
};
