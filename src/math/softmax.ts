import { exp, log, log1p } from "./elementary.ts";

/** Softmax of the logits into `out`; returns `out`. */
export function softmax(logits: ArrayLike<number>, out: Float64Array): Float64Array {
  let most = -Infinity;
  for (let k = 0; k < logits.length; k++) most = Math.max(most, logits[k]);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += out[k] = exp(logits[k] - most);
  for (let k = 0; k < logits.length; k++) out[k] /= sum;
  return out;
}

/** softmax(logits) - one-hot(label): the gradient of the cross-entropy by the logits. Into `out`; returns `out`. */
export function outputError(logits: ArrayLike<number>, label: number, out: Float64Array): Float64Array {
  softmax(logits, out)[label] -= 1;
  return out;
}

/** -log softmax(logits)[label] [nats]. */
export function crossEntropy(logits: ArrayLike<number>, label: number): number {
  let most = -Infinity;
  for (let k = 0; k < logits.length; k++) most = Math.max(most, logits[k]);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += exp(logits[k] - most);
  return most + log(sum) - logits[label];
}

/** -log of what a sigmoid of each logit says of the classes, summed over them [nats]. */
export function binaryCrossEntropy(logits: ArrayLike<number>, label: number): number {
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    const wrong = k === label ? -logits[k] : logits[k];
    sum += Math.max(wrong, 0) + log1p(exp(-Math.abs(wrong)));
  }
  return sum;
}

/** Index of the largest number, the first of equals. */
export function argmax(numbers: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < numbers.length; k++) if (numbers[k] > numbers[best]) best = k;
  return best;
}
