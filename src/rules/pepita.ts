import { feedbackAngle } from "../feedback/angle.ts";
import { inputFeedback, sparseInputFeedback } from "../feedback/draw.ts";
import { multiply } from "../math/matrix.ts";
import type { Rng } from "../math/rng.ts";
import { outputError } from "../math/softmax.ts";
import { matMulTransposed } from "../rate/ops.ts";
import { tf } from "../rate/tensors.ts";
import type { Rule } from "./rule.ts";

/**
 * PEPITA (Dellaferrera & Kreiman 2022, arXiv:2201.11665, algorithm 1): the output error, projected onto the input,
 * drives a second presentation; a synapse learns from how far that moved its postsynaptic neuron.
 *
 *          rate form                        spiking form
 *   post   gain (h - hErr) + decay h;       the same over two presentations, with the response a + V for h;
 *          output: e of the first pass      output: e of the first presentation
 *   pre    first layer: x or x + F e;       eligibility of the first or second presentation
 *          above: hErr
 *   when   after the modulated pass         at the end of the modulated presentation
 *
 * The authors' codes differ in the readout's error (first or second pass); both forms here take the first.
 */
function pepitaRule(form: {
  name: string;
  title: string;
  /** Whether the first layer's presynaptic factor is the sample alone, or the sample with its modulation. */
  pre: "clean" | "modulated";
  gain: number;
  /** Activity decay: a share of each neuron's own activity in its third factor, which keeps activity low. */
  decay: number;
  feedback(inputs: number, classes: number, rng: Rng): Float32Array;
}): Rule {
  return {
    name: form.name,
    title: form.title,
    source: "Dellaferrera & Kreiman 2022, arXiv:2201.11665, algorithm 1",
    presentations: 2,
    synapseKnows: "own activity in both presentations; error only through the input",
    create(architecture, rng) {
      const { sizes } = architecture;
      const [inputs, classes] = [sizes[0], sizes.at(-1)!];
      const F = form.feedback(inputs, classes, rng);
      return {
        rate: net => ({
          learn({ x, y }, descend) {
            const { h, logits, probabilities } = net.forward(x);
            const e = tf.sub(probabilities, y);
            const modulated = tf.add(x, matMulTransposed(e, tf.tensor2d(F, [inputs, classes])));
            const { h: hErr } = net.forward(modulated);
            for (let l = 0; l < net.depth - 1; l++) {
              let post = tf.sub(h[l + 1], hErr[l + 1]);
              if (form.gain !== 1) post = tf.mul(post, form.gain);
              if (form.decay !== 0) post = tf.add(post, tf.mul(h[l + 1], form.decay));
              descend(l, post, l === 0 && form.pre === "clean" ? x : hErr[l]);
            }
            descend(net.depth - 1, e, hErr[net.depth - 1]);
            return logits;
          },
        }),
        spiking: net => {
          const clean = net.presentation();
          const modulated = net.presentation();
          const e = new Float64Array(classes);
          const drive = new Float64Array(inputs);
          const post = sizes.map(n => new Float64Array(n));
          return {
            learn({ label }, descend) {
              net.present(clean);
              outputError(clean.logits, label, e);
              net.present(modulated, multiply(F, e, drive));
              for (let l = 0; l < net.depth - 1; l++) {
                const [h, hErr, third] = [clean.response[l + 1], modulated.response[l + 1], post[l + 1]];
                const a = clean.trace[l + 1];
                for (let j = 0; j < third.length; j++) {
                  third[j] = form.gain * (h[j] - hErr[j]) + form.decay * a[j];
                }
                descend(l, third, l === 0 && form.pre === "clean" ? clean : modulated);
              }
              descend(net.depth - 1, e, modulated);
              return clean;
            },
          };
        },
        feedbackDegrees: weights => [feedbackAngle(architecture, weights, 0, F)],
      };
    },
  };
}

/** Gain of the contrast and activity decay of the form for spikes. */
export const spikingFactors = { gain: 2, decay: 0.004 } as const;

/**
 * The form for spikes: a large contrast that survives the rounding of spike counts, from feedback onto a fixed 15 % of
 * the inputs; the clean presynaptic factor, without which such feedback would amplify itself; and activity decay,
 * which saves most of the spikes.
 */
export const pepita = pepitaRule({
  name: "pepita",
  title: "PEPITA",
  pre: "clean",
  ...spikingFactors,
  feedback: sparseInputFeedback,
});

/** The form of the paper's code: small feedback onto every input, modulated presynaptic factor, no decay. */
export const pepitaTextbook = pepitaRule({
  name: "pepita:textbook",
  title: "PEPITA (textbook)",
  pre: "modulated",
  gain: 1,
  decay: 0,
  feedback: inputFeedback,
});
