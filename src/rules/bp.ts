import { layerAngles } from "../feedback/angle.ts";
import { layeredFeedback } from "../feedback/draw.ts";
import { chainCircuit } from "./circuits/errorChain.ts";
import { feedbackLearned } from "./circuits/learnedFeedback.ts";
import { twoWayCircuit } from "./circuits/twoWaySynapses.ts";
import { DESCENT, FROM_BELOW } from "./equation.ts";
import { errorChain, fixed, viewed } from "./errorChain.ts";
import type { OwnRule } from "./rule.ts";

/** The chain of `errorChain` over feedback weights that are transported, fixed, or learn as the forward ones do. */

/**
 * Backpropagation (Rumelhart, Hinton & Williams 1986, eq. 4-7), the reference: the error travels down the transposed
 * forward weights. On spikes it is the gradient of the trace identity with the membrane rest taken as noise, not
 * backpropagation through time.
 */
export const bp: OwnRule = {
  name: "bp",
  title: "BP",
  source: "Rumelhart, Hinton & Williams 1986, Nature 323:533",
  presentations: 1,
  synapseKnows: "transposed weights and error of the layer above",
  equation: `δₗ = (Wₗ₊₁ᵀ δₗ₊₁) ⊙ f′(aₗ)\n${DESCENT}`,
  factors: { ...FROM_BELOW, modulator: "Wₗ₊₁ᵀ δₗ₊₁: error of the layer above, down the forward weights" },
  noCircuit:
    "a feedback synapse would have to have the weight of the forward one at every moment, which no spike tells it",
  create: architecture => errorChain(architecture, () => ({ tensor: (l, w) => w[l], array: (l, w) => w[l] })),
};

/**
 * Feedback alignment (Lillicrap et al. 2016, Nat. Commun. 7:13276, eq. 5): as BP, through fixed random weights, drawn
 * as the forward weights are.
 */
export const fa: OwnRule = {
  name: "fa",
  title: "FA",
  source: "Lillicrap et al. 2016, Nat. Commun. 7:13276",
  presentations: 1,
  synapseKnows: "error of the layer above through fixed random weights",
  equation: `δₗ = (Bₗ₊₁ᵀ δₗ₊₁) ⊙ f′(aₗ)\n${DESCENT}`,
  factors: { ...FROM_BELOW, modulator: "Bₗ₊₁ᵀ δₗ₊₁: error of the layer above, down fixed random weights" },
  create(architecture, rng) {
    const B = layeredFeedback(architecture, rng);
    return {
      ...errorChain(architecture, () => fixed(architecture, B)),
      circuit: plan => chainCircuit(plan, B),
      feedbackDegrees: weights => layerAngles(weights, B),
    };
  },
};

/**
 * Kolen-Pollack (Kolen & Pollack 1994; Akrout et al. 2019, arXiv:1904.05391, eq. 16-17): feedback synapses change by
 * the same product of the same two neurons as the forward synapses, and both kinds decay, so that their difference
 * shrinks as the decay does. The authors' script has no decay; without it alignment has to outgrow the difference.
 *
 * As a circuit (`twoWayCircuit`) there is none either: a synapse changes where spikes come, and by what they find.
 */
export const kp: OwnRule = {
  name: "kp",
  title: "FA + Kolen-Pollack",
  source: "Akrout et al. 2019, arXiv:1904.05391, eq. 16-17",
  presentations: 1,
  synapseKnows: "error of the layer above through weights that learn alongside",
  equation: "δₗ = (Bₗ₊₁ᵀ δₗ₊₁) ⊙ f′(aₗ)\nΔWₗ = −η (δₗ hₗ₋₁ᵀ + λ Wₗ), ΔBₗ = −η (δₗ hₗ₋₁ᵀ + λ Bₗ)",
  factors: { ...FROM_BELOW, modulator: "Bₗ₊₁ᵀ δₗ₊₁: error of the layer above, down weights that learn" },
  weightDecay: 1e-3,
  create(architecture, rng) {
    const B = layeredFeedback(architecture, rng);
    return {
      ...errorChain(architecture, () => {
        const { memory, feedback } = viewed(B);
        return { ...fixed(architecture, feedback), memory, feedback, aligns: true };
      }),
      circuit: plan => twoWayCircuit(plan, B),
      circuitFeedback: weights => feedbackLearned(architecture, weights),
      feedbackDegrees: (weights, { feedback }) => layerAngles(weights, feedback ?? B),
    };
  },
};
