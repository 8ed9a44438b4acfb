import { feedbackAngle } from "../feedback/angle.ts";
import { inputFeedback } from "../feedback/draw.ts";
import { multiply } from "../math/matrix.ts";
import { outputError, softmax } from "../math/softmax.ts";
import { matMulTransposed } from "../rate/ops.ts";
import { tf } from "../rate/tensors.ts";
import { errorInput, withoutError } from "./circuits/errorAtInput.ts";
import { ownProducts } from "./circuits/ownProducts.ts";
import { SECOND } from "./equation.ts";
import { broughtTo, decidingBy, lengthOption, refuseLength } from "./length.ts";
import { filled } from "./options.ts";
import { inputScale } from "./pepita.ts";
import type { OwnRule } from "./rule.ts";

/**
 * PEPITA-Hebbian and PEPITA-time-local (Srinivasan et al. 2024, arXiv:2302.05440; modes `mixed` and `mixed_tl` of the
 * authors' code): anti-Hebbian in the clean presentation, Hebbian in the one that the error has corrected, where the
 * label clamps the output. Each product belongs to one presentation.
 *
 *          rate form                            spiking form
 *   post   clean: h; output: p                  the same, with the response a + V for h
 *          modulated: -hErr; output: -y
 *   pre    clean: h; modulated: hErr            eligibility of the same presentation
 *   when   Hebbian: both after the second       Hebbian: both after the second presentation;
 *          pass; time-local: each after its     time-local: each after its own, so that the second
 *          own, the second through the          one runs through the changed weights
 *          changed weights
 *
 * As a circuit (`ownProducts`) the error reaches neurons of the input layer that carry nothing else, as in that of PEPITA, and
 * the readout learns by its error in the clean presentation. What is Hebbian waits as a tag of the synapse, what is time-local
 * does not.
 *
 * In rates the time-local form writes once per batch and presentation, as in that code; in spikes once per sample and
 * presentation, each a batch's share. At small learning rates this is the same.
 */
function hebbianRule(form: {
  name: string;
  title: string;
  source: string;
  timeLocal: boolean;
  /** Of the feedback, over that of PEPITA's code. */
  scale: number;
  synapseKnows: string;
}): OwnRule {
  const options = { scale: { ...inputScale, default: form.scale as number }, length: lengthOption };
  return {
    ...form,
    equation: form.timeLocal
      ? `${SECOND}\nΔWₗ = −η hₗ hₗ₋₁ᵀ after the first presentation\nΔWₗ = η hₗᵉ hₗ₋₁ᵉᵀ after the second`
      : `${SECOND}\nΔWₗ = −η (hₗ hₗ₋₁ᵀ − hₗᵉ hₗ₋₁ᵉᵀ)`,
    factors: {
      pre: "hₗ₋₁, hₗ₋₁ᵉ: activity of the layer below in each presentation",
      post: "hₗ, hₗᵉ: own activity in the same one",
      modulator: "1 in the first, −1 in the second: one signal to all synapses",
    },
    options,
    presentations: 2,
    sequential: form.timeLocal,
    create(architecture, rng, _samples, chosen) {
      const { scale, length } = filled(options, chosen, form.name);
      const { sizes } = architecture;
      const [inputs, classes] = [sizes[0], sizes.at(-1)!];
      const F = inputFeedback(inputs, classes, rng, scale);
      const atInput = errorInput(architecture, rng);
      const seen = broughtTo(length);
      return {
        circuit: plan => ownProducts(plan, atInput, !form.timeLocal),
        circuitTest: withoutError,
        rate: net => ({
          ...decidingBy(net, length),
          learn(batch, descend, steps) {
            const { x } = batch;
            const pass = net.forward(x, seen);
            const { h } = pass;
            const top = net.depth - 1;
            for (let l = 0; l < top; l++) descend(l, h[l + 1], h[l]);
            const [{ y }, { logits, probabilities }] = [batch, pass];
            descend(top, probabilities, h[top]);
            const e = tf.sub(probabilities, y);
            if (form.timeLocal) steps.settle();
            const { h: hErr } = net.forward(
              tf.add(x, matMulTransposed(e, tf.tensor2d(F, [inputs, classes]))),
              seen,
            );
            for (let l = 0; l < top; l++) descend(l, tf.neg(hErr[l + 1]), hErr[l]);
            descend(top, tf.neg(y), hErr[top]);
            return logits;
          },
        }),
        spiking: net => {
          refuseLength(length, form.name);
          const clean = net.presentation();
          const modulated = net.presentation();
          const p = new Float64Array(classes);
          const e = new Float64Array(classes);
          const drive = new Float64Array(inputs);
          return {
            learn(sample, descend, steps) {
              const top = net.depth - 1;
              net.present(clean);
              for (let l = 0; l < top; l++) descend(l, clean.response[l + 1], clean);
              descend(top, softmax(clean.logits, p), clean);
              const { label } = sample;
              outputError(clean.logits, label, e);
              if (form.timeLocal) steps.settle();
              net.present(modulated, multiply(F, e, drive));
              for (let l = 0; l < top; l++) descend(l, negative(modulated.response[l + 1]), modulated);
              descend(
                top,
                e.map((_, k) => (k === label ? -1 : 0)),
                modulated,
              );
              return clean;
            },
          };
        },
        feedbackDegrees: weights => [feedbackAngle(architecture, weights, 0, F)],
      };
    },
  };
}

function negative(a: Float64Array): Float64Array {
  return a.map(value => -value);
}

export const pepitaHebbian = hebbianRule({
  name: "pepita-hebbian",
  title: "PEPITA-Hebbian",
  source: "Srinivasan et al. 2024, arXiv:2302.05440, mode mixed",
  timeLocal: false,
  scale: 1,
  synapseKnows: "own pre- and postsynaptic activity in both presentations; error only through the input",
});

/**
 * What the first presentation writes moves every active neuron before the second one is seen, by more than the feedback
 * of the code does unless the learning rate is far too small for the readout. So the feedback is larger here.
 */
export const pepitaTimeLocal = hebbianRule({
  name: "pepita-tl",
  title: "PEPITA-TL",
  source: "Srinivasan et al. 2024, arXiv:2302.05440, mode mixed_tl",
  timeLocal: true,
  scale: 6,
  synapseKnows: "own pre- and postsynaptic activity in this presentation; error only through the input",
});
