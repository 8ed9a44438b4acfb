import { type Tensor1D, type Tensor4D, tf } from "./tensors.ts";

/**
 * Convolutions and pooling with their derivatives, over maps [batch, height, width, channels] and kernels [height, width,
 * from, to]. As in every network library the kernel is not flipped: y[p] = sum_q x[stride p + q - padding] k[q].
 * Each is one kernel of the backend, so that the same gradients come out of automatic differentiation.
 */

/** How a kernel moves over a map. */
export interface Stride {
  /** Default: 1 */
  readonly stride?: number;
  /** Zeros on every side of the map; `same`: so many that the output has ceil(size / stride) places. Default: 0 */
  readonly padding?: number | "same";
}

/**
 * Maps of a convolution layer before the activation, [batch, places down, places across, to].
 * @param bias  [to], in the same operation
 */
export function convolve(x: Tensor4D, kernel: Tensor4D, how: Stride = {}, bias?: Tensor1D): Tensor4D {
  if (bias) return tf.fused.conv2d({ x, filter: kernel, bias, ...attributes(how) });
  const { strides, pad, dimRoundingMode } = attributes(how);
  return tf.conv2d(x, kernel, strides, pad, "NHWC", 1, dimRoundingMode);
}

/**
 * What a kernel changes by: the sum over batch and places of pre (x) post, [height, width, from, to].
 * @param x      [batch, height, width, from], activity below
 * @param post   [batch, places down, places across, to], third factor above
 * @param shape  of the kernel
 */
export function kernelSum(
  x: Tensor4D,
  post: Tensor4D,
  shape: readonly [number, number, number, number],
  how: Stride = {},
): Tensor4D {
  const attrs = { ...attributes(how), dataFormat: "NHWC", filterShape: [...shape] };
  return tf.engine().runKernel("Conv2DBackpropFilter", { x, dy: post }, attrs);
}

/**
 * The transposed convolution: carries something at the output places back to the input, through `kernel`.
 * @param post   [batch, places down, places across, to]
 * @param shape  of the map below, [batch, height, width, from]
 */
export function convolveBack(
  post: Tensor4D,
  kernel: Tensor4D,
  shape: readonly [number, number, number, number],
  how: Stride = {},
): Tensor4D {
  const { strides, pad, dimRoundingMode } = attributes(how);
  return tf.conv2dTranspose(post, kernel, [...shape], strides, pad, dimRoundingMode);
}

/** Windows of size x size, `stride` apart (default: the size); places that do not fill a window are left out. */
export interface PoolWindows {
  readonly size: number;
  readonly stride?: number;
}

/** [batch, places down, places across, channels] */
export function maxPooled(x: Tensor4D, { size, stride = size }: PoolWindows): Tensor4D {
  return tf.maxPool(x, size, stride, "valid");
}

/** [batch, places down, places across, channels] */
export function averagePooled(x: Tensor4D, { size, stride = size }: PoolWindows): Tensor4D {
  return tf.avgPool(x, size, stride, "valid");
}

/**
 * Carries something at the windows back to where their maxima were; the first of equals gets it (on WebGPU the last).
 * @param post  [batch, places down, places across, channels]
 * @param x     [batch, height, width, channels], what was pooled
 * @param y     what it was pooled to
 */
export function maxPoolBack(
  post: Tensor4D,
  x: Tensor4D,
  y: Tensor4D,
  { size, stride = size }: PoolWindows,
): Tensor4D {
  const attrs = { filterSize: size, strides: stride, pad: "valid" };
  return tf.engine().runKernel("MaxPoolGrad", { dy: post, input: x, output: y }, attrs);
}

/** Spreads something at the windows evenly over their places. @param x  what was pooled */
export function averagePoolBack(post: Tensor4D, x: Tensor4D, { size, stride = size }: PoolWindows): Tensor4D {
  const attrs = { filterSize: size, strides: stride, pad: "valid" };
  return tf.engine().runKernel("AvgPoolGrad", { dy: post, input: x }, attrs);
}

function attributes({ stride = 1, padding = 0 }: Stride) {
  const strides: [number, number] = [stride, stride];
  if (padding === "same") return { strides, pad: padding };
  // Written out: TensorFlow.js takes a plain number for square kernels only.
  const sides: [number, number] = [padding, padding];
  const pad: [number, number][] = [[0, 0], sides, sides, [0, 0]];
  return { strides, pad, dimRoundingMode: "floor" as const };
}
