import { layerAngles } from "../feedback/angle.ts";
import { layeredFeedback } from "../feedback/draw.ts";
import { feedbackLearned } from "./circuits/learnedFeedback.ts";
import { mirrorCircuit } from "./circuits/mirrorSynapses.ts";
import { DESCENT, FROM_BELOW } from "./equation.ts";
import { errorChain, fixed, viewed } from "./errorChain.ts";
import { mirrorRates, mirrorSpikes } from "./mirroring.ts";
import type { OwnRule } from "./rule.ts";

/**
 * Feedback alignment with a weight mirror (Akrout et al. 2019, arXiv:1904.05391, sec. 3): engaged, the network learns
 * by FA with its present feedback weights; in mirror mode each layer above the first is driven by noise alone, and the
 * feedback weights become the average product of that noise and the drive that it causes. Nobody reads a weight.
 *
 *          rate form                          spiking form
 *   post   as FA                              as FA
 *   pre    h                                  eligibility: trace of the presynaptic spikes
 *   when   after the forward pass;            at the end of the presentation;
 *          B: after a pass of noise           B: at the end of a presentation of noise, by the targets' own spikes
 *
 * The authors mirror once over the data before training as well; here feedback starts random and has turned by the
 * end of about a thousand samples. It follows the forward weights with that lag, so that the learning rate has to be
 * smaller than BP's (the authors': a quarter), or the loss runs away.
 *
 * As a circuit (`mirrorCircuit`) it mirrors before each sample.
 */
export const wm: OwnRule = {
  name: "wm",
  title: "FA + weight mirror",
  source: "Akrout et al. 2019, arXiv:1904.05391, sec. 3",
  presentations: 2,
  sequential: true,
  synapseKnows: "error of the layer above through weights that mirror the forward ones",
  equation: [
    "δₗ = (Bₗ₊₁ᵀ δₗ₊₁) ⊙ f′(aₗ)",
    DESCENT,
    "Bₗ ← (1 − s) Bₗ + s ψ ξᵀ, ξ: noise of the layer below, ψ: its drive",
  ].join("\n"),
  factors: { ...FROM_BELOW, modulator: "Bₗ₊₁ᵀ δₗ₊₁: error of the layer above, down the mirror's weights" },
  create(architecture, rng) {
    const B = layeredFeedback(architecture, rng);
    const seed = rng.nextUint32();
    return {
      rate: net => {
        const { memory, feedback } = viewed(B);
        const engaged = errorChain(architecture, () => fixed(architecture, feedback)).rate(net);
        return {
          memory,
          feedback,
          learn(batch, descend, steps) {
            const logits = engaged.learn(batch, descend, steps);
            for (let l = 1; l < net.depth; l++) mirrorRates(net, l, feedback[l], seed, batch);
            return logits;
          },
        };
      },
      spiking: net => {
        const { memory, feedback } = viewed(B);
        const engaged = errorChain(architecture, () => fixed(architecture, feedback)).spiking(net);
        const mirrorLayer = mirrorSpikes(net);
        return {
          memory,
          feedback,
          learn(sample, descend, steps) {
            const now = engaged.learn(sample, descend, steps);
            for (let l = 1; l < net.depth; l++) mirrorLayer(l, feedback[l], seed, sample);
            return now;
          },
        };
      },
      circuit: plan => mirrorCircuit(plan, B),
      circuitFeedback: weights => feedbackLearned(architecture, weights),
      feedbackDegrees: (weights, { feedback }) => layerAngles(weights, feedback ?? B),
    };
  },
};
