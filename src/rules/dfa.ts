import { feedbackAngle } from "../feedback/angle.ts";
import { directFeedback } from "../feedback/draw.ts";
import { outputError } from "../math/softmax.ts";
import { matMulTransposed, sign } from "../rate/ops.ts";
import { tf } from "../rate/tensors.ts";
import { circuitOf, layerNames, settled } from "./circuits/circuit.ts";
import { errorNeurons, feedback, labelNeurons } from "./circuits/errorNeurons.ts";
import { feedForward } from "./circuits/feedForward.ts";
import { DESCENT, FROM_BELOW } from "./equation.ts";
import { gated } from "./gate.ts";
import { filled } from "./options.ts";
import type { OwnRule } from "./rule.ts";

const options = {
  hiddenRate: {
    ...{ default: 1, from: 0 },
    paper: "1 in the paper; the code of DRTP does not divide hidden steps by the batch: there it is its size",
    doc: "factor on the steps of hidden layers, over those of the readout",
  },
} as const;

/**
 * Direct feedback alignment (Nøkland 2016, arXiv:1609.01596, eq. 6): the output error reaches every hidden layer
 * through fixed random weights of its own. sDFA sends no more than the error's sign.
 *
 *          rate form                        spiking form
 *   post   output: e; hidden: (B e) gate,   the same, with the gate of the drive
 *          sDFA: (B sign(e)) gate
 *   pre    h                                eligibility: trace of the presynaptic spikes
 *   when   after the forward pass           at the end of the presentation
 */
function directRule(form: {
  name: string;
  title: string;
  source: string;
  synapseKnows: string;
  saturation?: number;
  signOnly: boolean;
}): OwnRule {
  const sent = form.signOnly ? "Bₗ sign(e)" : "Bₗ e";
  const error = form.signOnly ? "sign of the output error" : "output error";
  return {
    ...form,
    equation: `δₗ = (${sent}) ⊙ f′(aₗ)\n${DESCENT}`,
    factors: { ...FROM_BELOW, modulator: `${sent}: ${error} through fixed random weights` },
    presentations: 1,
    options,
    create(architecture, rng, _samples, chosen) {
      const { sizes } = architecture;
      const { hiddenRate } = filled(options, chosen, form.name);
      const B = directFeedback(sizes, rng, "uniform", hiddenRate);
      const classes = sizes.at(-1)!;
      return {
        rate: net => ({
          learn({ x, y }, descend) {
            const { h, logits, probabilities } = net.forward(x);
            const e = tf.sub(probabilities, y);
            const sent = form.signOnly ? sign(e) : e;
            for (let l = 0; l < net.depth - 1; l++) {
              const feedback = tf.tensor2d(B[l + 1], [sizes[l + 1], classes]);
              descend(l, tf.mul(matMulTransposed(sent, feedback), net.gate(h[l + 1])), h[l]);
            }
            descend(net.depth - 1, e, h[net.depth - 1]);
            return logits;
          },
        }),
        spiking: net => {
          const now = net.presentation();
          const e = new Float64Array(classes);
          const bring = sizes.map((_, p) => (p > 0 && p < net.depth ? net.fixed(B[p], classes) : null));
          return {
            learn({ label }, descend) {
              net.present(now);
              outputError(now.logits, label, e);
              const sent = form.signOnly ? e.map(Math.sign) : e;
              for (let l = 0; l < net.depth - 1; l++) {
                descend(l, gated(bring[l + 1]!(sent), now, l + 1), now);
              }
              descend(net.depth - 1, e, now);
              return now;
            },
          };
        },
        circuit(given) {
          const plan = settled(given);
          const hidden = layerNames(architecture).slice(1, -1);
          return circuitOf(
            plan,
            feedForward(plan, () => ({ modulator: "error" }), form),
            labelNeurons(plan),
            errorNeurons(plan, form),
            ...hidden.map((name, l) => feedback(plan, name, B[l + 1])),
          );
        },
        feedbackDegrees: weights =>
          sizes.slice(1, -1).map((_, l) => feedbackAngle(architecture, weights, l + 1, B[l + 1])),
      };
    },
  };
}

export const dfa = directRule({
  name: "dfa",
  title: "DFA",
  source: "Nøkland 2016, arXiv:1609.01596",
  synapseKnows: "output error through fixed random weights",
  signOnly: false,
});

/**
 * With softmax outputs the sign of the error is known from the label alone and never becomes 0, so that activities
 * are bounded here as they are for DRTP.
 */
export const sdfa = directRule({
  name: "sdfa",
  title: "sDFA",
  source: "Frenkel, Lefebvre & Bol 2021, Front. Neurosci. 15:629892, sign of the error in Nøkland 2016's DFA",
  synapseKnows: "sign of the output error through fixed random weights",
  saturation: 1,
  signOnly: true,
});
