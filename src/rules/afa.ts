import { feedbackAngle } from "../feedback/angle.ts";
import { inputFeedback } from "../feedback/draw.ts";
import { multiply } from "../math/matrix.ts";
import { outputError } from "../math/softmax.ts";
import { matMulTransposed } from "../rate/ops.ts";
import { tf } from "../rate/tensors.ts";
import { errorThroughWeights } from "./circuits/errorThroughWeights.ts";
import { FROM_BELOW } from "./equation.ts";
import { gated } from "./gate.ts";
import { filled } from "./options.ts";
import { inputScale } from "./pepita.ts";
import type { OwnRule } from "./rule.ts";

const options = { scale: inputScale } as const;

/**
 * Adaptive feedback alignment (Srinivasan et al. 2024, arXiv:2302.05440, sec. 3): PEPITA to first order in its
 * modulation. What F e would add to the input is carried upward through the forward weights, so that the feedback
 * matrix of layer l is W_l .. W_1 F with the gates in between: random, but adapting as the weights do.
 *
 *          rate form                            spiking form
 *   post   c = -(carried gate), where carried   the same, with the gate of the drive
 *          is F e W_1, then c W_l; output: e
 *   pre    h                                    eligibility: trace of the presynaptic spikes
 *   when   after the forward pass               at the end of the presentation
 *
 * The sign is that of x + F e in `pepita`, with which it shares the feedback.
 *
 * As a circuit (`errorThroughWeights`) the weights that carry the error are those of twins of the synapses that carry the sample.
 */
export const afa: OwnRule = {
  name: "afa",
  title: "AFA",
  source: "Srinivasan et al. 2024, arXiv:2302.05440, sec. 3",
  presentations: 1,
  synapseKnows: "error, carried from the input up through the forward weights",
  equation: "c₀ = F e, cₗ = (Wₗ cₗ₋₁) ⊙ f′(aₗ)\nΔWₗ = η cₗ hₗ₋₁ᵀ",
  factors: { ...FROM_BELOW, modulator: "−Wₗ cₗ₋₁: error, carried from the input up the forward weights" },
  options,
  create(architecture, rng, _samples, chosen) {
    const { sizes } = architecture;
    const [inputs, classes] = [sizes[0], sizes.at(-1)!];
    const F = inputFeedback(inputs, classes, rng, filled(options, chosen, "afa").scale);
    return {
      rate: net => ({
        learn({ x, y }, descend) {
          const { h, logits, probabilities } = net.forward(x);
          const e = tf.sub(probabilities, y);
          let carried = matMulTransposed(e, tf.tensor2d(F, [inputs, classes]));
          for (let l = 0; l < net.depth - 1; l++) {
            carried = tf.mul(net.carry(l, carried, net.weights[l], h[l]), net.gate(h[l + 1]));
            descend(l, tf.neg(carried), h[l]);
          }
          descend(net.depth - 1, e, h[net.depth - 1]);
          return logits;
        },
      }),
      spiking: net => {
        const now = net.presentation();
        const carried = sizes.map(n => new Float64Array(n));
        return {
          learn({ label }, descend) {
            net.present(now);
            const e = outputError(now.logits, label, carried[net.depth]);
            multiply(F, e, carried[0]);
            for (let l = 0; l < net.depth - 1; l++) {
              gated(net.carry(l, carried[l], net.weights[l], carried[l + 1], now), now, l + 1);
              descend(
                l,
                carried[l + 1].map(c => -c),
                now,
              );
            }
            descend(net.depth - 1, e, now);
            return now;
          },
        };
      },
      circuit: plan => errorThroughWeights(plan, F),
      feedbackDegrees: weights => [feedbackAngle(architecture, weights, 0, F)],
    };
  },
};
