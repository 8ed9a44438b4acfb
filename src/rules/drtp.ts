import { feedbackAngle } from "../feedback/angle.ts";
import { directFeedback } from "../feedback/draw.ts";
import { multiply } from "../math/matrix.ts";
import { outputError } from "../math/softmax.ts";
import { matMulTransposed } from "../rate/ops.ts";
import { tf } from "../rate/tensors.ts";
import { ACTIVITY_DECAY, circuitOf, layerNames, settled } from "./circuits/circuit.ts";
import { errorNeurons, labelNeurons, targets } from "./circuits/errorNeurons.ts";
import { feedForward } from "./circuits/feedForward.ts";
import { raising } from "./circuits/passing.ts";
import { DESCENT, FROM_BELOW } from "./equation.ts";
import { gated } from "./gate.ts";
import { filled } from "./options.ts";
import type { OwnRule, SpikingSample } from "./rule.ts";

const options = {
  hiddenRate: {
    ...{ default: 1, from: 0 },
    paper:
      "the size of the batch, by which the code does not divide hidden steps (times 10 with its mean over outputs)",
    doc: "factor on the steps of hidden layers, over those of the readout",
  },
} as const;

/**
 * Direct random target projection (Frenkel, Lefebvre & Bol 2021, Front. Neurosci. 15:629892, eq. 3): hidden layers get
 * the target through fixed random weights instead of the error, so the label alone picks one random vector per layer,
 * known before the sample comes. The readout learns by its own error. The target stands for the error's one component
 * whose sign is always known, hence -y for e. It never becomes 0, so activities are bounded at 1, where the authors
 * have tanh units: unbounded ones run away.
 *
 *          rate form                          spiking form
 *   post   output: e; hidden: -(B y) gate     the same, with the gate of the drive
 *   pre    h                                  eligibility: trace of the presynaptic spikes
 *   when   in the forward pass                at the end of the presentation, or during it, at each
 *                                             presynaptic spike (eligibility `online`)
 *
 * As a circuit, label spikes reach hidden neurons through B, and what bounds activity is a share of it in the third factor: a
 * neuron's own spikes raise its modulator.
 */
export const drtp: OwnRule = {
  name: "drtp",
  title: "DRTP",
  source: "Frenkel, Lefebvre & Bol 2021, Front. Neurosci. 15:629892",
  presentations: 1,
  synapseKnows: "label through fixed random weights",
  equation: `δₗ = −(Bₗ y) ⊙ f′(aₗ)\n${DESCENT}`,
  factors: { ...FROM_BELOW, modulator: "−Bₗ y: the label through fixed random weights, known beforehand" },
  saturation: 1,
  knowsAhead: true,
  options,
  create(architecture, rng, _samples, chosen) {
    const { sizes } = architecture;
    const { hiddenRate } = filled(options, chosen, "drtp");
    const B = directFeedback(sizes, rng, "uniform", hiddenRate);
    const classes = sizes.at(-1)!;
    return {
      rate: net => ({
        learn({ x, y }, descend) {
          const pass = net.forward(x);
          const { h } = pass;
          for (let l = 0; l < net.depth - 1; l++) {
            const feedback = tf.tensor2d(B[l + 1], [sizes[l + 1], classes]);
            descend(l, tf.neg(tf.mul(matMulTransposed(y, feedback), net.gate(h[l + 1]))), h[l]);
          }
          descend(net.depth - 1, tf.sub(pass.probabilities, y), h[net.depth - 1]);
          return pass.logits;
        },
      }),
      spiking: net => {
        const now = net.presentation();
        const post = sizes.map(n => new Float64Array(n));
        const minusTarget = new Float64Array(classes);
        const ahead = ({ label }: SpikingSample) => {
          minusTarget.fill(0)[label] = -1;
          for (let p = 1; p < net.depth; p++) multiply(B[p], minusTarget, post[p]);
          return post.slice(0, -1);
        };
        return {
          ahead,
          learn(sample, descend) {
            ahead(sample);
            net.present(now);
            for (let l = 0; l < net.depth - 1; l++) descend(l, gated(post[l + 1], now, l + 1), now);
            descend(net.depth - 1, outputError(now.logits, sample.label, post[net.depth]), now);
            return now;
          },
        };
      },
      circuit(given) {
        const plan = settled(given);
        const decay = ACTIVITY_DECAY * plan.thresholds.hidden;
        return circuitOf(
          plan,
          feedForward(plan, l => ({ modulator: l < sizes.length - 2 ? "target" : "error" })),
          labelNeurons(plan),
          errorNeurons(plan),
          ...layerNames(architecture)
            .slice(1, -1)
            .flatMap((name, l) => [targets(plan, name, B[l + 1]), raising(name, name, "target", decay)]),
        );
      },
      feedbackDegrees: weights =>
        sizes.slice(1, -1).map((_, l) => feedbackAngle(architecture, weights, l + 1, B[l + 1])),
    };
  },
};
