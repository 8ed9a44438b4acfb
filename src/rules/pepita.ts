import { feedbackAngle } from "../feedback/angle.ts";
import { inputFeedback, sparseInputFeedback } from "../feedback/draw.ts";
import type { Rng } from "../math/rng.ts";
import { outputError } from "../math/softmax.ts";
import { matMulTransposed } from "../rate/ops.ts";
import { tf } from "../rate/tensors.ts";
import { errorAtInput, errorInput, withoutError } from "./circuits/errorAtInput.ts";
import { SECOND, type Told } from "./equation.ts";
import { broughtTo, decidingBy, lengthOption, refuseLength } from "./length.ts";
import { filled, type RuleOption, type RuleOptions } from "./options.ts";
import type { OwnRule, Rule } from "./rule.ts";

/** A form of PEPITA: what its synapses read of the two presentations, and its feedback onto the input. */
export interface PepitaForm {
  readonly options: RuleOptions;
  readonly told: Told;
  /** @param chosen  of `options`, all of them */
  read(chosen: Readonly<Record<string, number | string>>): {
    /** Whether the first layer's presynaptic factor is the sample alone, or the sample with its modulation. */
    readonly pre: string;
    readonly gain: number;
    /** Activity decay: a share of each neuron's own activity in its third factor, which keeps activity low. */
    readonly decay: number;
    /** Of hidden activity: see `lengthOption`. */
    readonly length: number;
    /** [inputs, classes] */
    feedback(inputs: number, classes: number, rng: Rng): Float32Array;
  };
}

/** Feedback of the paper's code, for the rules that share it. */
export const inputScale = {
  default: 1,
  paper: "1",
  doc: "factor on the feedback of the authors' code, uniform in ±0.05 sqrt(6 / inputs)",
} as const satisfies RuleOption;

const firstFactor = {
  words: ["clean", "modulated"],
  paper: "modulated",
  doc: "presynaptic factor of the first layer: the sample alone, or with its modulation",
} as const;

/** The paper's: feedback onto every input, modulated presynaptic factor. */
const published = {
  scale: inputScale,
  pre: { ...firstFactor, default: "modulated" as string },
  length: lengthOption,
};
export const publishedForm: PepitaForm = {
  options: published,
  told: {
    equation: `${SECOND}\nΔWₗ = −η (hₗ − hₗᵉ) hₗ₋₁ᵉᵀ`,
    factors: {
      pre: "hₗ₋₁ᵉ: activity of the layer below in the second presentation",
      post: "hₗ − hₗᵉ: own activity, first presentation less second",
      modulator: "1 after the second presentation: one signal to all synapses",
    },
  },
  read(chosen) {
    const { scale, pre, length } = filled(published, chosen, "pepita");
    return {
      ...{ pre, gain: 1, decay: 0, length },
      feedback: (inputs, classes, rng) => inputFeedback(inputs, classes, rng, scale),
    };
  },
};

/**
 * A form for spikes: a large contrast that survives the rounding of spike counts, from feedback onto a fixed share of
 * the inputs; the clean presynaptic factor, without which such feedback would amplify itself; and activity decay, which
 * saves most of the spikes.
 */
const sparse = {
  pre: { ...firstFactor, default: "clean" as string },
  gain: { default: 2, paper: "1", doc: "factor on the contrast of the two presentations", from: 0 },
  decay: { default: 0.004, paper: "0", doc: "share of its own activity in a neuron's third factor", from: 0 },
  share: { default: 0.15, paper: "1", doc: "share of the inputs that the feedback reaches", from: 0, to: 1 },
  deviation: {
    ...{ default: 0.08, paper: "0.05 sqrt(2 / inputs)" },
    ...{ doc: "standard deviation of the feedback weights, which are normal; uniform in the paper", from: 0 },
  },
} satisfies RuleOptions;
export const sparseForm: PepitaForm = {
  options: sparse,
  told: {
    equation: `${SECOND}\nΔWₗ = −η (g (hₗ − hₗᵉ) + λ hₗ) hₗ₋₁ᵉᵀ\nwith x for h₀ᵉ; F: 0 but for some inputs; g: gain, λ: decay`,
    factors: {
      pre: "x, or hₗ₋₁ᵉ above the first layer: activity of the layer below",
      post: "g (hₗ − hₗᵉ) + λ hₗ: own activity, first less second, and decay",
      modulator: "1 after the second presentation: one signal to all synapses",
    },
  },
  read(chosen) {
    const { pre, gain, decay, share, deviation } = filled(sparse, chosen, "pepita:sparse");
    return {
      ...{ pre, gain, decay, length: 0 },
      feedback: (inputs, classes, rng) => sparseInputFeedback(inputs, classes, rng, share, deviation),
    };
  },
};

/**
 * PEPITA (Dellaferrera & Kreiman 2022, arXiv:2201.11665, algorithm 1): the output error, projected onto the input,
 * drives a second presentation; a synapse learns from how far that moved its postsynaptic neuron.
 *
 *          rate form                        spiking form
 *   post   gain (h - hErr) + decay h;       the same over two presentations, with what is read of a
 *          output: e of the first pass      neuron for h; output: e of the first presentation
 *   pre    first layer: x or x + F e;       eligibility of the first or second presentation
 *          above: hErr
 *   when   after the modulated pass         at the end of the modulated presentation
 *
 * As a circuit (`errorAtInput`) the error reaches neurons of the input layer that carry nothing else, through synapses onto
 * the hidden layer that do not learn; the contrast and the activity decay are those of the sparse form.
 *
 * The authors' codes differ in the readout's error (first or second pass); both forms here take the first.
 */
function pepitaRule(about: Pick<Rule, "name" | "title" | "source" | "noCircuit">, form: PepitaForm): OwnRule {
  return {
    ...about,
    ...form.told,
    options: form.options,
    presentations: 2,
    synapseKnows: "own activity in both presentations; error only through the input",
    create(architecture, rng, _samples, chosen = {}) {
      const { pre, gain, decay, length, feedback } = form.read(chosen);
      const seen = broughtTo(length);
      const { sizes } = architecture;
      const [inputs, classes] = [sizes[0], sizes.at(-1)!];
      const F = feedback(inputs, classes, rng);
      const atInput = errorInput(architecture, rng);
      return {
        ...(about.noCircuit === undefined && {
          circuit: plan => errorAtInput(plan, atInput),
          circuitTest: withoutError,
        }),
        rate: net => ({
          ...decidingBy(net, length),
          learn({ x, y }, descend) {
            const { h, logits, probabilities } = net.forward(x, seen);
            const e = tf.sub(probabilities, y);
            const modulated = tf.add(x, matMulTransposed(e, tf.tensor2d(F, [inputs, classes])));
            const { h: hErr } = net.forward(modulated, seen);
            for (let l = 0; l < net.depth - 1; l++) {
              let post = tf.sub(h[l + 1], hErr[l + 1]);
              if (gain !== 1) post = tf.mul(post, gain);
              if (decay !== 0) post = tf.add(post, tf.mul(h[l + 1], decay));
              descend(l, post, l === 0 && pre === "clean" ? x : hErr[l]);
            }
            descend(net.depth - 1, e, hErr[net.depth - 1]);
            return logits;
          },
        }),
        spiking: net => {
          refuseLength(length, about.name);
          const clean = net.presentation();
          const modulated = net.presentation();
          const e = new Float64Array(classes);
          const bring = net.fixed(F, classes);
          const post = sizes.map(n => new Float64Array(n));
          return {
            learn({ label }, descend) {
              net.present(clean);
              outputError(clean.logits, label, e);
              net.present(modulated, bring(e));
              for (let l = 0; l < net.depth - 1; l++) {
                const [h, hErr, third] = [clean.response[l + 1], modulated.response[l + 1], post[l + 1]];
                const a = clean.trace[l + 1];
                for (let j = 0; j < third.length; j++) {
                  third[j] = gain * (h[j] - hErr[j]) + decay * a[j];
                }
                descend(l, third, l === 0 && pre === "clean" ? clean : modulated);
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

const ALGORITHM = "Dellaferrera & Kreiman 2022, arXiv:2201.11665, algorithm 1";

export const pepita = pepitaRule({ name: "pepita", title: "PEPITA", source: ALGORITHM }, publishedForm);

export const pepitaSparse = pepitaRule(
  {
    name: "pepita:sparse",
    title: "PEPITA (sparse feedback)",
    source: `not a published rule: ${ALGORITHM}, with large feedback on 15 % of the inputs, gain 2 and activity decay`,
    noCircuit: "that of pepita has large feedback and activity decay as well",
  },
  sparseForm,
);
