import { feedbackAngle } from "../feedback/angle.ts";
import { type DirectDraw, directFeedback } from "../feedback/draw.ts";
import { multiply } from "../math/matrix.ts";
import { argmax, outputError, softmax } from "../math/softmax.ts";
import { matMulTransposed } from "../rate/ops.ts";
import { tf } from "../rate/tensors.ts";
import { type CircuitPlan, circuitOf, inPhases, layerNames } from "./circuits/circuit.ts";
import { errorNeurons, feedback, labelNeurons } from "./circuits/errorNeurons.ts";
import { feedForward } from "./circuits/feedForward.ts";
import { DESCENT, FROM_BELOW } from "./equation.ts";
import { gated } from "./gate.ts";
import { filled } from "./options.ts";
import type { OwnRule, SpikingSample } from "./rule.ts";

const options = {
  hiddenRate: {
    ...{ default: 1, from: 0 },
    paper:
      "the size of the batch, by which the code does not divide hidden steps; with Adam no factor matters",
    doc: "factor on the steps of hidden layers, over those of the readout",
  },
} as const;

/** What a presentation leaves behind for the sample's next one; written into `left`. p: the softmax outputs. */
type Leave = (p: ArrayLike<number>, label: number, left: Float32Array) => void;

/**
 * F3, feed-forward optimisation with delayed feedback (Flügel et al. 2023, arXiv:2304.13372): as DFA, but hidden
 * layers get what the same sample left at its previous presentation, known before the sample comes. Variants of that,
 * and of the feedback's distribution, as in the authors' code, on softmax outputs.
 *
 * Three choices differ from that code. The memory starts at zero instead of the target (`f3:target` starts there), so
 * that the first epoch trains the readout alone: a target start pushes ReLU units out of range before any error is
 * known. Activities saturate at 1, where the code has tanh units. And the feedback has the sign of descent, where the
 * code's has the opposite one: the same for weights of mean 0, but not for binomial ones, which with ReLU units should
 * raise the activity for the right class.
 *
 *          rate form                            spiking form
 *   post   output: e; hidden: (B before) gate   the same, with the gate of the drive
 *   pre    h                                    eligibility: trace of the presynaptic spikes
 *   when   in the forward pass                  at the end of the presentation, or during it, at each
 *                                               presynaptic spike (eligibility `online`)
 *
 * As a circuit, a sample is shown twice as long, and error spikes are on their way to hidden neurons for half of that time:
 * in the second half these learn from the errors of the first, and nothing has to be stored between samples. Other variants
 * than `delayed_error` have none: their neurons would have to know more of a sample than its error.
 */
function delayedRule(form: {
  name: string;
  title: string;
  /** Name in the authors' code. */
  variant: string;
  leave: Leave;
  /** What is left, or drawn, in the letters of the equation. */
  left: string;
  draw?: DirectDraw;
  start?: "zero" | "target";
}): OwnRule {
  return {
    name: form.name,
    title: form.title,
    source: `Flügel et al. 2023, arXiv:2304.13372, ${form.variant}`,
    presentations: 1,
    synapseKnows: "error of the sample's previous presentation through fixed random weights",
    equation: `δₗ = (Bₗ ê) ⊙ f′(aₗ)\n${form.left}\n${DESCENT}`,
    factors: {
      ...FROM_BELOW,
      modulator: "Bₗ ê: what the sample left last time, through fixed random weights",
    },
    saturation: 1,
    knowsAhead: true,
    options,
    create(architecture, rng, samples, chosen) {
      const { sizes } = architecture;
      const { hiddenRate } = filled(options, chosen, form.name);
      const B = directFeedback(sizes, rng, form.draw, hiddenRate);
      const classes = sizes.at(-1)!;
      // NaN stands for a sample that has not been presented yet.
      const fresh = () => new Float32Array(samples * classes).fill(form.start === "target" ? Number.NaN : 0);
      const rowOf = (memory: Float32Array, index: number) =>
        memory.subarray(index * classes, (index + 1) * classes);
      return {
        rate: net => {
          const memory = fresh();
          return {
            memory,
            learn(batch, descend) {
              const { indices } = batch;
              const pass = net.forward(batch.x);
              const { h } = pass;
              const before = gather(memory, indices, classes);
              if (form.start === "target") startFrom(before, batch.y.dataSync());
              const sent = tf.tensor2d(before, [indices.length, classes]);
              for (let l = 0; l < net.depth - 1; l++) {
                const feedback = tf.tensor2d(B[l + 1], [sizes[l + 1], classes]);
                descend(l, tf.mul(matMulTransposed(sent, feedback), net.gate(h[l + 1])), h[l]);
              }
              const [{ y }, { probabilities }] = [batch, pass];
              descend(net.depth - 1, tf.sub(probabilities, y), h[net.depth - 1]);
              const [p, targets] = [probabilities.dataSync(), y.dataSync()];
              for (let k = 0; k < indices.length; k++) {
                const [from, to] = [k * classes, (k + 1) * classes];
                form.leave(
                  p.subarray(from, to),
                  argmax(targets.subarray(from, to)),
                  rowOf(memory, indices[k]),
                );
              }
              return pass.logits;
            },
          };
        },
        spiking: net => {
          const memory = fresh();
          const now = net.presentation();
          const post = sizes.map(n => new Float64Array(n));
          const p = new Float64Array(classes);
          const ahead = (sample: SpikingSample) => {
            const before = Float32Array.from(rowOf(memory, sample.index));
            if (form.start === "target") {
              startFrom(
                before,
                before.map((_, k) => (k === sample.label ? 1 : 0)),
              );
            }
            for (let p = 1; p < net.depth; p++) multiply(B[p], before, post[p]);
            return post.slice(0, -1);
          };
          return {
            memory,
            ahead,
            learn(sample, descend) {
              ahead(sample);
              net.present(now);
              for (let l = 0; l < net.depth - 1; l++) descend(l, gated(post[l + 1], now, l + 1), now);
              const { label, index } = sample;
              descend(net.depth - 1, outputError(now.logits, label, post[net.depth]), now);
              form.leave(softmax(now.logits, p), label, rowOf(memory, index));
              return now;
            },
          };
        },
        ...(form.leave === error &&
          form.start !== "target" && {
            circuit: (plan: CircuitPlan) => {
              const { durationMs } = plan;
              const twice = inPhases(plan, {
                first: { start: 0, stop: durationMs },
                again: { start: durationMs, stop: 2 * durationMs },
              });
              const readout = sizes.length - 2;
              return circuitOf(
                twice,
                // The readout learns all the time.
                feedForward(twice, l => ({ modulator: "error", factor: l === readout ? 0.5 : 1 }), {
                  saturation: 1,
                }),
                labelNeurons(twice),
                errorNeurons(twice),
                ...layerNames(architecture)
                  .slice(1, -1)
                  .map((name, l) => feedback(twice, name, B[l + 1], "error", `${durationMs} ms`)),
              );
            },
            circuitTest: (plan: CircuitPlan) =>
              circuitOf(
                plan,
                feedForward(plan, () => null, { saturation: 1 }),
              ),
          }),
        feedbackDegrees: weights =>
          sizes.slice(1, -1).map((_, l) => feedbackAngle(architecture, weights, l + 1, B[l + 1])),
      };
    },
  };
}

/** e = p - y */
const error: Leave = (p, label, left) => {
  for (let k = 0; k < left.length; k++) left[k] = p[k] - (k === label ? 1 : 0);
};

/** Only the component of the right class: a scaling of that class's random vector by how wrong the sample was. */
const errorOfTarget: Leave = (p, label, left) => {
  left.fill(0)[label] = p[label] - 1;
};

/** softmax(p) - y: the outputs are squashed once more, so that no sample is ever learned to the end. */
const errorOfSoftmax: Leave = (p, label, left) => {
  const squashed = softmax(p, new Float64Array(left.length));
  for (let k = 0; k < left.length; k++) left[k] = squashed[k] - (k === label ? 1 : 0);
};

/** Derivative of the binary cross-entropy, mean over classes, by the outputs; these are kept off 0 and 1. */
const lossDerivative: Leave = (p, label, left) => {
  for (let k = 0; k < left.length; k++) {
    const q = Math.min(0.99, Math.max(0.01, p[k]));
    left[k] = (k === label ? -1 / q : 1 / (1 - q)) / left.length;
  }
};

const LAST = "ê: e of the sample's last presentation";

export const f3 = delayedRule({
  ...{ name: "f3", title: "F3", variant: "delayed_error" },
  ...{ leave: error, left: LAST },
});

export const f3Variants = [
  delayedRule({
    name: "f3:one-hot",
    title: "F3 (one-hot)",
    variant: "delayed_error_one_hot",
    ...{ leave: errorOfTarget, left: "ê: y ⊙ e of the sample's last presentation" },
  }),
  delayedRule({
    name: "f3:softmax",
    title: "F3 (softmax)",
    variant: "delayed_error_softmax",
    ...{ leave: errorOfSoftmax, left: "ê: softmax(p) − y of the sample's last presentation" },
  }),
  delayedRule({
    ...{ name: "f3:loss", title: "F3 (loss)", variant: "delayed_loss" },
    ...{ leave: lossDerivative, left: "ê: ∂L/∂p of the sample's last presentation" },
  }),
  delayedRule({
    name: "f3:target",
    title: "F3 (target start)",
    variant: "delayed_error, memory starting at the target",
    ...{ leave: error, left: `${LAST}, −y at first`, start: "target" },
  }),
  ...(
    [
      ["trinomial", "Bₗ of −1, 0 and 1"],
      ["binomial", "Bₗ of 0 and 1"],
      ["identity", "Bₗ = [I, −I, …]"],
    ] as const
  ).map(([draw, drawn]) =>
    delayedRule({
      name: `f3:${draw}`,
      title: `F3 (${draw} feedback)`,
      variant: `delayed_error, ${draw === "identity" ? "±identity" : draw} feedback`,
      ...{ leave: error, left: `${LAST}; ${drawn}`, draw },
    }),
  ),
];

function gather(memory: Float32Array, indices: ArrayLike<number>, width: number): Float32Array {
  const rows = new Float32Array(indices.length * width);
  for (let k = 0; k < indices.length; k++) {
    rows.set(memory.subarray(indices[k] * width, (indices[k] + 1) * width), k * width);
  }
  return rows;
}

/** Samples not yet presented stand for an error of minus the target: one epoch of DRTP. */
function startFrom(before: Float32Array, targets: ArrayLike<number>): void {
  for (let k = 0; k < before.length; k++) if (Number.isNaN(before[k])) before[k] = -targets[k];
}
