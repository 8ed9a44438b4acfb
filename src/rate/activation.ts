import { type Tensor, type Tensor2D, tf } from "./tensors.ts";

export const activationNames = ["relu", "tanh", "sigmoid"] as const;
export type ActivationName = (typeof activationNames)[number];

/**
 * What the readout is made to say. `cross-entropy`: of a softmax over the classes. `binary`: of a sigmoid for each class, summed
 * over them (Frenkel, Lefebvre & Bol 2021 and Flügel et al. 2023 take the mean over classes: their learning rates are as
 * many times larger as there are classes). The error of either is outputs minus targets.
 */
export const lossNames = ["cross-entropy", "binary"] as const;
export type LossName = (typeof lossNames)[number];

/** What neurons of a rate network compute; rectified hidden neurons and a softmax where nothing is said. */
export interface Units {
  readonly activation?: ActivationName;
  readonly loss?: LossName;
}

/** Activities under a drive. Rectified ones do not exceed `saturation`; the others are bounded as they are. */
export function activated(drive: Tensor2D, activation: ActivationName, saturation: number): Tensor2D {
  if (activation === "tanh") return tf.tanh(drive);
  if (activation === "sigmoid") return tf.sigmoid(drive);
  return saturation < Infinity ? tf.clipByValue(drive, 0, saturation) : tf.relu(drive);
}

/**
 * Derivative of the activation, read off the activity itself.
 * @param h      activities
 * @param scale  that dropout multiplies the remaining ones by; 1 for none
 */
export function slope(h: Tensor2D, activation: ActivationName, saturation: number, scale: number): Tensor2D {
  if (activation !== "relu") {
    const own = scale === 1 ? h : tf.div(h, scale);
    if (activation === "sigmoid") return scaled(tf.mul(own, tf.sub(tf.onesLike(own), own)), scale);
    const steep = tf.sub(tf.onesLike(own), tf.square(own));
    // A neuron that is left out has no slope, though a tanh is steepest at 0.
    return scale === 1 ? steep : scaled(tf.mul(steep, tf.step(tf.square(h))), scale);
  }
  let gate = tf.step(h);
  if (saturation < Infinity) {
    const most = Math.fround(Math.fround(saturation) * scale);
    gate = tf.mul(gate, tf.cast(tf.less(h, most), "float32"));
  }
  return scaled(gate, scale);
}

function scaled(gate: Tensor2D, scale: number): Tensor2D {
  return scale === 1 ? gate : tf.mul(gate, scale);
}

/** What the readout says of each class, [batch, classes]. */
export function outputs(logits: Tensor2D, loss: LossName): Tensor2D {
  return loss === "binary" ? tf.sigmoid(logits) : tf.softmax(logits);
}

/** The mean loss of a batch, that can be differentiated by the logits. @param y  [batch, classes], one-hot */
export function meanLoss(logits: Tensor2D, y: Tensor2D, loss: LossName): Tensor {
  if (loss === "cross-entropy") return tf.neg(tf.mean(tf.sum(tf.mul(y, tf.logSoftmax(logits)), 1)));
  // -log of the sigmoid of a logit's size and side: softplus(-z) of the right class, softplus(z) of the others.
  const sides = tf.sub(tf.onesLike(y), tf.mul(y, 2));
  return tf.mean(tf.sum(tf.softplus(tf.mul(logits, sides)), 1));
}
