import * as tf from "@tensorflow/tfjs";

/**
 * a x b with b given transposed. The transposition is its own operation: with a transpose flag the wasm backend leaves
 * its fast matrix product for a scalar loop.
 */
export function matMulTransposed(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(a, tf.transpose(b));
}

/** Sum over a batch of the outer products pre (x) post: [batch, n] and [batch, m] to [n, m]. */
export function outerSum(pre: tf.Tensor2D, post: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(tf.transpose(pre), post);
}

/** -1, 0 or 1; from steps, which every backend has. */
export function sign(a: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(tf.step(a), tf.step(tf.neg(a)));
}

/** a brought to the Frobenius norm of b; `guard` keeps 0 / 0 from an a of zeros. */
export function scaledTo(a: tf.Tensor2D, b: tf.Tensor2D, guard: number): tf.Tensor2D {
  return tf.mul(a, tf.div(norm(b), tf.add(norm(a), guard)));
}

function norm(a: tf.Tensor2D): tf.Scalar {
  return tf.sqrt(tf.sum<tf.Scalar>(tf.square(a)));
}
