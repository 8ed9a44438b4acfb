import { feedbackAngle } from "../feedback/angle.ts";
import { multiply } from "../math/matrix.ts";
import { outputError } from "../math/softmax.ts";
import { matMulTransposed } from "../rate/ops.ts";
import { tf } from "../rate/tensors.ts";
import { Layers, whole } from "./layers.ts";
import { broughtTo, decidingBy, refuseLength } from "./length.ts";
import { type PepitaForm, pepita, publishedForm, sparseForm } from "./pepita.ts";
import type { OwnRule, Rule } from "./rule.ts";

/**
 * MemPEPITA (Pau & Aymone 2024, Electronics 13(2):402): PEPITA that keeps no activities between its passes. The first
 * pass leaves only the output error; then clean and modulated passes run side by side, layer by layer, and each layer
 * is changed while no more than its own activities and those below are at hand. The same updates as `pepita` (or
 * `pepita:sparse`), for one more pass.
 *
 *          rate form                          spiking form
 *   post   gain (h - hErr) + decay h, both    the same, from two presentations of each layer alone
 *          recomputed; output: e
 *   pre    as pepita                          as pepita
 *   when   layer by layer, beside the         layer by layer, after its two presentations
 *          modulated pass
 */
function memoryRule(about: Pick<Rule, "name" | "title" | "source">, form: PepitaForm): OwnRule {
  return {
    ...about,
    equation: `${form.told.equation}\nhₗ and hₗᵉ computed anew, layer by layer, after a pass for e alone`,
    factors: form.told.factors,
    options: form.options,
    presentations: 3,
    noCircuit:
      "what it saves is memory for activities, of which a circuit keeps none: it would be that of pepita",
    synapseKnows: pepita.synapseKnows,
    create(architecture, rng, _samples, chosen = {}) {
      const { pre, gain, decay, length, feedback } = form.read(chosen);
      const seen = broughtTo(length);
      const cleanPre = pre === "clean";
      const { sizes } = architecture;
      const [inputs, classes] = [sizes[0], sizes.at(-1)!];
      const F = feedback(inputs, classes, rng);
      return {
        rate: net => ({
          ...decidingBy(net, length),
          learn({ x, y }, descend) {
            const { logits, probabilities } = net.forward(x, seen);
            const e = tf.sub(probabilities, y);
            let h = x;
            let hErr = tf.add(x, matMulTransposed(e, tf.tensor2d(F, [inputs, classes])));
            for (let l = 0; l < net.depth - 1; l++) {
              const above = seen(net.activity(net.drive(l, h), l + 1));
              const aboveErr = seen(net.activity(net.drive(l, hErr), l + 1));
              const contrast = tf.mul(tf.sub(above, aboveErr), gain);
              descend(l, tf.add(contrast, tf.mul(above, decay)), l === 0 && cleanPre ? x : hErr);
              [h, hErr] = [above, aboveErr];
            }
            descend(net.depth - 1, e, hErr);
            return logits;
          },
        }),
        spiking: net => {
          refuseLength(length, about.name);
          const now = net.presentation();
          const layers = new Layers(net);
          const cleanParts = net.weights.map((_, l) => layers.presentation(l));
          const modulatedParts = net.weights.map((_, l) => layers.presentation(l));
          const [clean, modulated] = [whole(cleanParts), whole(modulatedParts)];
          const e = new Float64Array(classes);
          const drive = new Float64Array(inputs);
          const post = sizes.map(n => new Float64Array(n));
          return {
            learn({ label }, descend) {
              net.present(now);
              outputError(now.logits, label, e);
              multiply(F, e, drive);
              for (let l = 0; l < net.depth - 1; l++) {
                layers.present(l, cleanParts[l], layers.source(l, cleanParts, null));
                layers.present(l, modulatedParts[l], layers.source(l, modulatedParts, drive));
                const [a, h] = [cleanParts[l].trace[1], cleanParts[l].response[1]];
                const [hErr, third] = [modulatedParts[l].response[1], post[l + 1]];
                for (let j = 0; j < third.length; j++) third[j] = gain * (h[j] - hErr[j]) + decay * a[j];
                descend(l, third, l === 0 && cleanPre ? clean : modulated);
              }
              descend(net.depth - 1, e, modulated);
              return now;
            },
          };
        },
        feedbackDegrees: weights => [feedbackAngle(architecture, weights, 0, F)],
      };
    },
  };
}

const SOURCE = "Pau & Aymone 2024, Electronics 13(2):402";

export const memPepita = memoryRule({ name: "mempepita", title: "MemPEPITA", source: SOURCE }, publishedForm);

export const memPepitaSparse = memoryRule(
  {
    name: "mempepita:sparse",
    title: "MemPEPITA (sparse feedback)",
    source: `not a published rule: ${SOURCE}, with the feedback, gain and decay of pepita:sparse`,
  },
  sparseForm,
);
