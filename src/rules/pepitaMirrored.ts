import type { Architecture, Layer } from "../engine/network/architecture.ts";
import { forwardPath } from "../feedback/angle.ts";
import { layerWeights } from "../feedback/draw.ts";
import { angleDegrees } from "../math/matrix.ts";
import { outputError } from "../math/softmax.ts";
import { tf } from "../rate/tensors.ts";
import { viewed } from "./errorChain.ts";
import { broughtTo, decidingBy, lengthOption, refuseLength } from "./length.ts";
import { mirrorRates, mirrorSpikes } from "./mirroring.ts";
import { filled } from "./options.ts";
import { inputScale, publishedForm } from "./pepita.ts";
import type { OwnRule } from "./rule.ts";

const options = {
  scale: {
    ...inputScale,
    doc: "factor on the scale of the product of feedback matrices, 0.05 sqrt(2 / inputs)",
  },
  length: lengthOption,
} as const;

/** Standard deviation of the projection's entries, on the scale of sqrt(2 / inputs), as in the authors' code. */
const SCALE = 0.05;

/**
 * PEPITA with mirrored feedback (Srinivasan et al. 2024, arXiv:2302.05440, sec. 4): the projection of the error onto
 * the input is a product of one matrix per layer, B = B_1 .. B_L, and each of them mirrors its layer's forward weights
 * in presentations of noise. The modulated input is x - B e, so that B should come to point along the forward path.
 * Only its direction is learned: the product is kept at the scale of fixed feedback.
 *
 *          rate form                            spiking form
 *   post   h - hErr; output: e of the first     the same over two presentations, with the response
 *          pass                                 a + V for h
 *   pre    hErr                                 eligibility of the modulated presentation
 *   when   after the modulated pass;            at the end of the modulated presentation;
 *          B: after a pass of noise             B: at the end of a presentation of noise
 *
 * The code renormalises all factors together by the product's entries; here B e is scaled by the factors' norms, which
 * is the same up to how they are turned towards each other.
 */
export const pepitaWm: OwnRule = {
  name: "pepita-wm",
  title: "PEPITA + weight mirror",
  source: "Srinivasan et al. 2024, arXiv:2302.05440, sec. 4",
  presentations: 3,
  sequential: true,
  noCircuit:
    "feedback is a product of matrices that mirror their layers, as in wm, kept at a scale that depends on the norms of all of " +
    "them, which no synapse knows",
  synapseKnows: "own activity in both presentations; error only through the input",
  equation: [
    "xᵉ = x − B₁ᵀ B₂ᵀ … e: the sample once more, with its error",
    "ΔWₗ = −η (hₗ − hₗᵉ) hₗ₋₁ᵉᵀ",
    "Bₗ ← (1 − s) Bₗ + s ψ ξᵀ, ξ: noise of the layer below, ψ: its drive",
  ].join("\n"),
  factors: publishedForm.told.factors,
  options,
  create(architecture, rng, _samples, chosen) {
    const { scale: wanted, length } = filled(options, chosen, "pepita-wm");
    const { sizes, layers } = architecture;
    const classes = sizes.at(-1)!;
    const B = layers.map((_, l) => layerWeights(architecture, l, rng));
    const seed = rng.nextUint32();
    const seen = broughtTo(length);
    return {
      rate: net => {
        const { memory, feedback } = viewed(B);
        return {
          memory,
          feedback,
          ...decidingBy(net, length),
          learn(batch, descend) {
            const { x, y } = batch;
            const { h, logits, probabilities } = net.forward(x, seen);
            const e = tf.sub(probabilities, y);
            let projected = tf.mul(e, wanted * scaleOf(architecture, feedback));
            for (let l = net.depth - 1; l >= 0; l--) {
              const { rows, columns } = layers[l];
              projected = net.back(l, projected, tf.tensor2d(feedback[l], [rows, columns]), h[l]);
            }
            const { h: hErr } = net.forward(tf.sub(x, projected), seen);
            for (let l = 0; l < net.depth - 1; l++) descend(l, tf.sub(h[l + 1], hErr[l + 1]), hErr[l]);
            descend(net.depth - 1, e, hErr[net.depth - 1]);
            for (let l = 0; l < net.depth; l++) mirrorRates(net, l, feedback[l], seed, batch);
            return logits;
          },
        };
      },
      spiking: net => {
        refuseLength(length, "pepita-wm");
        const { memory, feedback } = viewed(B);
        const clean = net.presentation();
        const modulated = net.presentation();
        const mirrorLayer = mirrorSpikes(net);
        const e = new Float64Array(classes);
        const projected = sizes.map(n => new Float64Array(n));
        const post = sizes.map(n => new Float64Array(n));
        return {
          memory,
          feedback,
          learn(sample, descend) {
            net.present(clean);
            outputError(clean.logits, sample.label, e);
            const scale = wanted * scaleOf(architecture, feedback);
            projected[net.depth] = e.map(value => -scale * value);
            for (let l = net.depth - 1; l >= 0; l--) {
              net.back(l, feedback[l], projected[l + 1], projected[l], clean);
            }
            net.present(modulated, projected[0]);
            for (let l = 0; l < net.depth - 1; l++) {
              const [h, hErr, third] = [clean.response[l + 1], modulated.response[l + 1], post[l + 1]];
              for (let j = 0; j < third.length; j++) third[j] = h[j] - hErr[j];
              descend(l, third, modulated);
            }
            descend(net.depth - 1, e, modulated);
            for (let l = 0; l < net.depth; l++) mirrorLayer(l, feedback[l], seed, sample);
            return clean;
          },
        };
      },
      feedbackDegrees(weights, { feedback = B }) {
        return [angleDegrees(forwardPath(architecture, weights, 0), forwardPath(architecture, feedback, 0))];
      },
    };
  },
};

/** Factor that gives B_1 .. B_L entries of 0.05 sqrt(2 / inputs), as if the factors were independent. */
function scaleOf({ sizes, layers }: Architecture, B: readonly Float32Array[]): number {
  let variance = 1;
  B.forEach((b, l) => {
    let sum = 0;
    for (let at = 0; at < b.length; at++) sum += b[at] * b[at];
    variance *= (sum / b.length) * (l > 0 ? targetsOf(layers[l - 1]) : 1) * poolShare(layers[l]);
  });
  return (SCALE * Math.sqrt(2 / sizes[0])) / Math.sqrt(variance);
}

/** Targets of one source, away from the edges of a map. */
function targetsOf({ conv, post, columns }: Layer): number {
  return conv ? columns * (conv.size / conv.stride) ** 2 : post;
}

/** Mean square of what a neuron has of its pool: all of it in one of size^2 times, or 1 / size^2 always. */
function poolShare({ pool }: Layer): number {
  if (!pool) return 1;
  return pool.kind === "max" ? pool.size ** -2 : pool.size ** -4;
}
