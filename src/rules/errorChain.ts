import type { Architecture } from "../engine/network/architecture.ts";
import { outputError } from "../math/softmax.ts";
import { type Tensor2D, tf } from "../rate/tensors.ts";
import { gated } from "./gate.ts";
import type { Forms, RateBatch, RateLearner, Remembers, SpikingLearner, SpikingSample } from "./rule.ts";

/**
 * Feedback weights of one learner: what carries the error of layer l's targets down to its sources, in the shape of
 * the forward weights, [rows, columns], for l = 1 .. depth - 1; a feedback kernel is shared as the forward one is.
 */
export interface Feedback extends Remembers {
  /** Called once a batch in rates, once a sample in spikes, before any use. */
  begin?(key: string): void;
  tensor(l: number, weights: readonly Tensor2D[]): Tensor2D;
  array(l: number, weights: readonly Float32Array[]): Float32Array;
  /** Whether the feedback synapses change by the same products as the forward ones. */
  readonly aligns?: boolean;
}

/**
 * The chain that BP, FA and the sign-concordant rules share: the error goes down layer by layer, through weights that
 * `feedback` chooses.
 *
 *          rate form                          spiking form
 *   post   output: e; below: (B post) gate    the same, with the gate of the drive
 *   pre    h                                  eligibility: trace of the presynaptic spikes
 *   when   after the forward pass             at the end of the presentation
 *
 * @param feedback  makes a learner's feedback weights; called once for each form, with the same numbers
 */
export function errorChain(
  { sizes }: Architecture,
  feedback: () => Feedback,
): { rate: Forms["rate"]; spiking: NonNullable<Forms["spiking"]> } {
  return {
    rate: net => {
      const B = feedback();
      return {
        ...remembered(B),
        learn({ x, y, key }: RateBatch, descend, steps) {
          B.begin?.(key);
          const { h, logits, probabilities } = net.forward(x);
          let post = tf.sub(probabilities, y);
          for (let l = net.depth - 1; l >= 0; l--) {
            descend(l, post, h[l]);
            if (l === 0) break;
            if (B.aligns) steps.align(l, post, h[l]);
            post = tf.mul(net.back(l, post, B.tensor(l, net.weights), h[l]), net.gate(h[l]));
          }
          return logits;
        },
      } satisfies RateLearner;
    },
    spiking: net => {
      const B = feedback();
      const now = net.presentation();
      const post = sizes.map(n => new Float64Array(n));
      return {
        ...remembered(B),
        learn({ label, key }: SpikingSample, descend, steps) {
          B.begin?.(key);
          net.present(now);
          outputError(now.logits, label, post[net.depth]);
          for (let l = net.depth - 1; l >= 0; l--) {
            descend(l, post[l + 1], now);
            if (l === 0) break;
            if (B.aligns) steps.align(l, post[l + 1], now);
            gated(net.back(l, B.array(l, net.weights), post[l + 1], post[l], now), now, l);
          }
          return now;
        },
      } satisfies SpikingLearner;
    },
  };
}

function remembered({ memory, feedback }: Feedback): Remembers {
  return { ...(memory && { memory }), ...(feedback && { feedback }) };
}

/** Feedback weights that stay as given. */
export function fixed({ layers }: Architecture, B: readonly Float32Array[]): Feedback {
  return {
    tensor: l => tf.tensor2d(B[l], [layers[l].rows, layers[l].columns]),
    array: l => B[l],
  };
}

/** One array of numbers and its views, per layer, holding `start`: feedback weights that are kept in checkpoints. */
export function viewed(start: readonly Float32Array[]): { memory: Float32Array; feedback: Float32Array[] } {
  const memory = new Float32Array(start.reduce((sum, b) => sum + b.length, 0));
  let at = 0;
  const feedback = start.map(b => {
    const view = memory.subarray(at, at + b.length);
    view.set(b);
    at += b.length;
    return view;
  });
  return { memory, feedback };
}
