import { type Tensor, type Tensor2D, tf, type Variable2D } from "./tensors.ts";

/**
 * The operations that rules, networks and steps are made of. On the backend `blas` a transposed operand costs nothing and
 * biases come with the product; everywhere else they are operations of their own, always the same ones, so
 * that numbers stay the same: on wasm a transpose flag leaves the fast product for a scalar loop.
 */
export const fuses = () => tf.getBackend() === "blas";

/** Name of the kernel that steps along outer products; only backends that can change a variable where it lies have it. */
export const OUTER_STEP = "OuterStep";

/** w -= scale pre^T post and b -= scale times the sum of post over the batch. @returns whether it could */
export type OuterStep = (call: {
  inputs: Record<"w" | "b" | "pre" | "post", Tensor2D>;
  attrs: { scale: number };
  backend: unknown;
}) => boolean;

/** Name of the kernel that passes over weights in parts, beside their outer products; on the same backends. */
export const OUTER_PARTS = "OuterParts";

/**
 * @param visit  is given parts of w in place, rows of it, and what writes the same part of outerSum(pre, post)
 * @returns whether it could
 */
export type OuterParts = (call: {
  inputs: Record<"w" | "pre" | "post", Tensor2D>;
  attrs: {
    longest: number;
    visit: (start: number, part: Float32Array, product: (into: Float32Array) => void) => void;
  };
  backend: unknown;
}) => boolean;

/** a x b with b given transposed. */
export function matMulTransposed(a: Tensor2D, b: Tensor2D): Tensor2D {
  return fuses() ? tf.matMul(a, b, false, true) : tf.matMul(a, tf.transpose(b));
}

/** Sum over a batch of the outer products pre (x) post: [batch, n] and [batch, m] to [n, m]. */
export function outerSum(pre: Tensor2D, post: Tensor2D): Tensor2D {
  return fuses() ? tf.matMul(pre, post, true) : tf.matMul(tf.transpose(pre), post);
}

/** What weights and biases drive a layer with: h [batch, n], w [n, m], b [1, m] to [batch, m]. */
export function drive(h: Tensor2D, w: Tensor2D, b: Tensor2D): Tensor2D {
  return fuses() ? tf.fused.matMul({ a: h, b: w, bias: b }) : tf.add(tf.matMul(h, w), b);
}

/**
 * w -= scale * outerSum(pre, post), and b likewise with pre = 1. One product into the weights where they lie, if the
 * backend can do that.
 */
export function outerStep(w: Variable2D, b: Variable2D, pre: Tensor2D, post: Tensor2D, scale: number): void {
  const kernel = tf.getKernel(OUTER_STEP, tf.getBackend())?.kernelFunc as unknown as OuterStep | undefined;
  if (kernel?.({ inputs: { w, b, pre, post }, attrs: { scale }, backend: tf.backend() })) return;
  tf.tidy(() => {
    const factor = tf.scalar(scale);
    w.assign(tf.sub(w, tf.mul(outerSum(pre, post), factor)));
    b.assign(tf.sub(b, tf.mul(tf.sum(post, 0, true), factor)));
  });
}

/**
 * Passes over w in parts of at most `longest` numbers, a multiple of four, that may be changed where they lie; see
 * `OuterParts`. @returns whether the backend can
 */
export function outerParts(
  w: Variable2D,
  pre: Tensor2D,
  post: Tensor2D,
  longest: number,
  visit: (start: number, part: Float32Array, product: (into: Float32Array) => void) => void,
): boolean {
  const kernel = tf.getKernel(OUTER_PARTS, tf.getBackend())?.kernelFunc as unknown as OuterParts | undefined;
  return kernel?.({ inputs: { w, pre, post }, attrs: { longest, visit }, backend: tf.backend() }) ?? false;
}

/**
 * The numbers of a tensor; it and all that was made on the way are disposed of. `tf.tidy` would look through numbers that
 * it returned, one by one, for tensors.
 */
export function numbersOf(make: () => Tensor): Float32Array {
  const made = tf.tidy(make);
  const numbers = made.dataSync();
  made.dispose();
  return numbers;
}

/** -1, 0 or 1; from steps, which every backend has. */
export function sign(a: Tensor2D): Tensor2D {
  return tf.sub(tf.step(a), tf.step(tf.neg(a)));
}

/** a brought to the Frobenius norm of b; `guard` keeps 0 / 0 from an a of zeros. */
export function scaledTo(a: Tensor2D, b: Tensor2D, guard: number): Tensor2D {
  return tf.mul(a, tf.div(norm(b), tf.add(norm(a), guard)));
}

function norm(a: Tensor2D): Tensor {
  return tf.sqrt(tf.sum(tf.square(a)));
}
