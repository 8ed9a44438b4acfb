import { InputError } from "../errors.ts";
import type { RateNetwork } from "../rate/network.ts";
import { type Tensor2D, tf } from "../rate/tensors.ts";
import type { RuleOption } from "./options.ts";
import type { RateLearner } from "./rule.ts";

/**
 * Activation normalisation of forward-only rules (Srinivasan et al. 2024, arXiv:2302.05440; option of the authors' code):
 * a hidden layer's activity is divided by its Frobenius norm over the batch, in every pass. That makes the root mean square
 * length of its samples 1 / sqrt(batch), which here is a number of its own, so that it is the same where no batch is.
 */
export const lengthOption = {
  default: 0,
  from: 0,
  paper: "0; where activations are normalised 1 / sqrt(batch)",
  doc: "length that hidden activity is brought to, root mean square over a batch, in rates only; 0 leaves it as it is",
} as const satisfies RuleOption;

/** Keeps the length of a silent layer off 0. */
const GUARD = 1e-12;

/** What the layers above see of a hidden layer's activity. */
export function broughtTo(length: number): (h: Tensor2D) => Tensor2D {
  if (length === 0) return h => h;
  return h => {
    const squares = tf.div(tf.sum(tf.square(h)), h.shape[0]);
    return tf.mul(h, tf.div(length, tf.sqrt(tf.add(squares, GUARD))));
  };
}

/** How a rate form decides where the network's own pass is not its own. */
export function decidingBy(
  net: RateNetwork,
  length: number,
): Pick<Required<RateLearner>, "decide" | "activities"> | null {
  if (length === 0) return null;
  const seen = broughtTo(length);
  return { decide: x => net.forward(x, seen).logits, activities: x => net.forward(x, seen).h };
}

/** @throws InputError where spikes would have to be normalised over a batch */
export function refuseLength(length: number, rule: string): void {
  if (length !== 0)
    throw new InputError(`${rule}.length: expected 0 in spikes, as no batch is there, got ${length}`);
}
