import { layerAngles } from "../feedback/angle.ts";
import { type ConcordantScale, concordant, GUARD } from "../feedback/concordant.ts";
import { layeredFeedback, weightBound } from "../feedback/draw.ts";
import { Rng } from "../math/rng.ts";
import { scaledTo, sign } from "../rate/ops.ts";
import { tf } from "../rate/tensors.ts";
import type { CircuitPlan } from "./circuits/circuit.ts";
import { chainCircuit } from "./circuits/errorChain.ts";
import { AXONS, ofAxons, PASSING } from "./circuits/unreliableAxons.ts";
import { DESCENT, FROM_BELOW } from "./equation.ts";
import { errorChain, type Feedback } from "./errorChain.ts";
import { filled } from "./options.ts";
import type { OwnRule } from "./rule.ts";

const options = {
  scale: {
    ...{ default: "initial", words: ["initial", "biotorch"] },
    paper: "biotorch in BioTorch's results",
    doc: "rms of the magnitudes: initial, that of the initial forward weights, sqrt(2 / in), half for the readout; biotorch: sqrt(2 / (in + out))",
  },
} as const;

/**
 * Sign-concordant feedback: the chain of `errorChain` over weights that have the sign of each forward weight, read
 * anew at every use, and a magnitude of their own (Liao, Leibo & Poggio 2016, arXiv:1510.05067, sec. 3; Moskovitz,
 * Litwin-Kumar & Abbott 2018, arXiv:1812.06488; formulas as in BioTorch, arXiv:2108.13446). Random magnitudes are drawn
 * as the initial forward weights are, the uniform one is their root mean square.
 *
 * As a circuit the signs are drawn with the weights and stay: no synapse onto a layer above the first hidden one changes
 * its sign (as neurons that either excite or inhibit keep theirs), so that those of the feedback synapses, which are fixed,
 * agree with them at every moment, and no synapse has to know another's. Magnitudes of brSF, which change from batch to
 * batch, are there those of axons that fail in some samples (`unreliableAxons`).
 *
 * Each comes in two normalisations. `initial` (the plain name): magnitudes stay on the scale of the initial weights,
 * here He's, in BioTorch Glorot's (option `scale`). What some call
 * "uSF Init", |B0| sign(W) with B0 drawn once, is frSF here. `strict`: see `ConcordantScale`.
 */
function concordantRule(form: {
  name: string;
  title: string;
  source: string;
  scale: ConcordantScale;
  /** `batch`: drawn anew for every batch, in both twins the same. */
  magnitudes: "uniform" | "fixed" | "batch";
}): OwnRule {
  const reason =
    form.scale === "strict"
      ? "a feedback synapse would have to know the norm of all weights of a layer at the moment"
      : null;
  const size = { uniform: "m", fixed: "|Mₗ| ⊙", batch: "|Mₗ| ⊙" }[form.magnitudes];
  const drawn = { uniform: "", fixed: ", Mₗ drawn once", batch: ", Mₗ drawn for every batch" }[
    form.magnitudes
  ];
  const strict = form.scale === "strict" ? "\nBₗ = ‖Wₗ‖ Sₗ / ‖Sₗ‖" : "";
  return {
    ...form,
    equation: [
      "δₗ = (Bₗ₊₁ᵀ δₗ₊₁) ⊙ f′(aₗ)",
      `${strict === "" ? "Bₗ" : "Sₗ"} = ${size} sign(Wₗ)${drawn}${strict}`,
      DESCENT,
    ].join("\n"),
    factors: {
      ...FROM_BELOW,
      modulator: "Bₗ₊₁ᵀ δₗ₊₁: error of the layer above, down weights of the same sign",
    },
    presentations: 1,
    synapseKnows: "signs of the weights and error of the layer above",
    ...(reason !== null && { noCircuit: reason }),
    ...(form.scale === "initial" && { options }),
    create(architecture, rng, _samples, chosen) {
      const seed = rng.nextUint32();
      const { scale } = filled(form.scale === "initial" ? options : {}, chosen, form.name) as {
        scale?: string;
      };
      const factors = architecture.layers.map(({ rows, columns }, l) =>
        scale === "biotorch"
          ? (Math.sqrt(2 / (rows + columns)) * Math.sqrt(3)) / weightBound(architecture, l)
          : 1,
      );
      const drawn = (key: string) =>
        layeredFeedback(architecture, new Rng(seed, key)).map((b, l) => b.map(w => factors[l] * Math.abs(w)));
      const start = drawn("magnitudes").map((m, l) =>
        form.magnitudes === "uniform"
          ? m.fill((factors[l] * weightBound(architecture, l)) / Math.sqrt(3))
          : m,
      );
      const feedback = (): Feedback => {
        const scratch = start.map(m => new Float32Array(m.length));
        let magnitudes = start;
        let drawnFor = "";
        return {
          begin(key) {
            if (form.magnitudes !== "batch" || key === drawnFor) return;
            magnitudes = drawn(key);
            drawnFor = key;
          },
          tensor(l, w) {
            const m = tf.tensor2d(magnitudes[l], [w[l].shape[0], w[l].shape[1]]);
            const signed = tf.mul(sign(w[l]), m);
            return form.scale === "strict" ? scaledTo(signed, w[l], GUARD) : signed;
          },
          array: (l, w) => concordant(w[l], magnitudes[l], form.scale, scratch[l]),
        };
      };
      return {
        ...errorChain(architecture, feedback),
        ...(reason === null && {
          circuit: (plan: CircuitPlan) => {
            const unreliable = form.magnitudes === "batch";
            const magnitudes = Array.from({ length: AXONS }, (_, axon) => drawn(`axon ${axon}`));
            const B = plan.weights.map((w, l) => {
              if (l === 0) return w;
              if (!unreliable) return signed(w, start[l]);
              return ofAxons(axon =>
                signed(
                  w,
                  magnitudes[axon][l].map(m => m / PASSING),
                ),
              );
            });
            return chainCircuit(plan, B, { signs: "kept", unreliable });
          },
        }),
        feedbackDegrees: weights =>
          layerAngles(
            weights,
            weights.map((w, l) =>
              l === 0 ? w : concordant(w, start[l], form.scale, new Float32Array(w.length)),
            ),
          ),
      };
    },
  };
}

/** Magnitudes with the signs of weights. */
function signed(w: Float32Array, magnitudes: Float32Array): Float32Array {
  return w.map((value, s) => Math.sign(value) * magnitudes[s]);
}

const liao = "Liao, Leibo & Poggio 2016, arXiv:1510.05067";
const moskovitz = "Moskovitz, Litwin-Kumar & Abbott 2018, arXiv:1812.06488";

export const usf = concordantRule({
  name: "usf",
  title: "uSF",
  source: `${moskovitz}; magnitudes on the scale of the initial weights`,
  scale: "initial",
  magnitudes: "uniform",
});

export const usfStrict = concordantRule({
  name: "usf:strict",
  title: "uSF (strict normalisation)",
  source: moskovitz,
  scale: "strict",
  magnitudes: "uniform",
});

export const brsf = concordantRule({
  name: "brsf",
  title: "brSF",
  source: liao,
  scale: "initial",
  magnitudes: "batch",
});

export const brsfStrict = concordantRule({
  name: "brsf:strict",
  title: "brSF (strict normalisation)",
  source: `${liao}; normalisation of ${moskovitz}`,
  scale: "strict",
  magnitudes: "batch",
});

export const frsf = concordantRule({
  name: "frsf",
  title: "frSF",
  source: liao,
  scale: "initial",
  magnitudes: "fixed",
});

export const frsfStrict = concordantRule({
  name: "frsf:strict",
  title: "frSF (strict normalisation)",
  source: `${liao}; normalisation of ${moskovitz}`,
  scale: "strict",
  magnitudes: "fixed",
});
