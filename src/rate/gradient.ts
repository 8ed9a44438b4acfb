import { type Architecture, architectureOf } from "../engine/network/architecture.ts";
import { meanLoss, type Units } from "./activation.ts";
import { forward } from "./network.ts";
import { type Tensor, type Tensor2D, tf } from "./tensors.ts";

/**
 * Exact gradient of the mean loss by each weight matrix, by automatic differentiation: the reference that
 * every rule's update is compared with.
 * @param shape  sizes stand for a fully connected network
 * @param x      [samples, inputs] @param labels [samples]
 * @returns per layer, [rows * columns] numbers
 */
export function exactGradient(
  shape: readonly number[] | Architecture,
  weights: readonly Float32Array[],
  biases: readonly Float32Array[],
  saturation: number,
  x: Float32Array,
  labels: ArrayLike<number>,
  { activation = "relu", loss: kind = "cross-entropy" }: Units = {},
): Float32Array[] {
  const { sizes, layers } = architectureOf(shape);
  return tf.tidy(() => {
    const depth = weights.length;
    const input = tf.tensor2d(x, [labels.length, sizes[0]]);
    const classes = tf.tensor1d(Int32Array.from(labels), "int32");
    const y = tf.cast(tf.oneHot(classes, sizes.at(-1)!), "float32");
    const loss = (...parameters: Tensor[]) => {
      const w = parameters.slice(0, depth) as Tensor2D[];
      const b = parameters.slice(depth) as Tensor2D[];
      return meanLoss(forward(layers, input, w, b, saturation, activation), y, kind);
    };
    const parameters = [
      ...weights.map((w, l) => tf.tensor2d(w, [layers[l].rows, layers[l].columns])),
      ...biases.map((b, l) => tf.tensor2d(b, [1, layers[l].columns])),
    ];
    return tf
      .grads(loss)(parameters)
      .slice(0, depth)
      .map(g => Float32Array.from(g.dataSync()));
  });
}
