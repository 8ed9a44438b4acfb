import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type * as Core from "@tensorflow/tfjs-core";
import { unpoolMaxima } from "../engine/kernels/patches.ts";
import { type Views, view } from "./heap.ts";
import { tf } from "./tensorflow.ts";

/**
 * What the wasm backend of TensorFlow.js 4.22 lacks or gets wrong, put right in its list of kernels:
 * - a fused product with a transposed operand adds the bias once for every 48 terms of a sum: operands are transposed
 *   beforehand (a plain product with one is right, but a scalar loop: `ops.ts` asks for none);
 * - the derivative of max pooling looks for maxima above zero only;
 * - the derivative of a convolution by its kernel is missing, that by its input is a scalar loop: both are
 *   convolutions themselves.
 */
export function mendWasm(): void {
  if (mended) return;
  mended = true;
  const fused = tf.getKernel("_FusedMatMul", "wasm").kernelFunc;
  replace("wasm", "_FusedMatMul", call => {
    const { a, b } = call.inputs as { a: Core.Tensor; b: Core.Tensor };
    const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean };
    if (!transposeA && !transposeB) return fused(call);
    const straight = { ...call.attrs, transposeA: false, transposeB: false };
    return tf.tidy(() => {
      const inputs = {
        ...call.inputs,
        a: transposeA ? lastTwoSwapped(a) : a,
        b: transposeB ? lastTwoSwapped(b) : b,
      };
      const out = fused({ ...call, inputs, attrs: straight }) as Core.TensorInfo;
      return tf.engine().makeTensorFromTensorInfo(out);
    });
  });
  replace("wasm", "MaxPoolGrad", maxPoolGrad);
  replace("wasm", "Conv2DBackpropFilter", kernelGradient);
  replace("wasm", "Conv2DBackpropInput", inputGradient);
}

let mended = false;

/** Puts a kernel in the place of another of that name, if there is one. */
export function replace(backendName: string, kernelName: string, kernelFunc: Core.KernelFunc): void {
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ kernelName, backendName, kernelFunc });
}

function lastTwoSwapped(a: Core.Tensor): Core.Tensor {
  const order = [...a.shape.keys()];
  const last = order.pop()!;
  const before = order.pop()!;
  return tf.transpose(a, [...order, last, before]);
}

/** Carries dy back to the first maximum of each window. */
const maxPoolGrad: Core.KernelFunc = ({ inputs, backend, attrs }) => {
  const wasm = backend as BackendWasm;
  const { dy, input } = inputs as { dy: Core.TensorInfo; input: Core.TensorInfo };
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as Core.MaxPoolGradAttrs;
  const shape = input.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const out = wasm.makeOutput(shape, "float32");
  // Views only now: the heap may have moved when `out` was made.
  const [x, post, back] = [input, dy, out].map(t => view(wasm, t)) as Views<3>;
  unpoolMaxima(info, info.batchSize, x, post, back);
  return out;
};

/** The derivative by the kernel: the map convolved with dy, over the batch as channels. */
const kernelGradient: Core.KernelFunc = ({ inputs, attrs }) => {
  const { x, dy } = inputs as { x: Core.Tensor4D; dy: Core.Tensor4D };
  const { strides, pad, dimRoundingMode, filterShape } = attrs as unknown as Core.Conv2DBackpropFilterAttrs;
  const { padInfo: p } = tf.backend_util.computeConv2DInfo(
    x.shape,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return tf.tidy(() => {
    const padded = tf.pad(x, [
      [0, 0],
      [p.top, p.bottom],
      [p.left, p.right],
      [0, 0],
    ]);
    const map = tf.transpose(padded, [3, 1, 2, 0]);
    const sums = tf.conv2d(map as Core.Tensor4D, tf.transpose(dy, [1, 2, 0, 3]), 1, "valid", "NHWC", strides);
    const [height, width, from, to] = filterShape;
    // Rows and columns of the map that no place of the kernel reaches add sums at the end.
    return tf.slice(tf.transpose(sums, [1, 2, 0, 3]), [0, 0, 0, 0], [height, width, from, to]);
  });
};

/** The derivative by the input: dy, spread `stride` apart, convolved with the kernel turned by 180 degrees. */
const inputGradient: Core.KernelFunc = ({ inputs, attrs }) => {
  const { dy, filter } = inputs as { dy: Core.Tensor4D; filter: Core.Tensor4D };
  const { strides, pad, dimRoundingMode, inputShape } = attrs as unknown as Core.Conv2DBackpropInputAttrs;
  const info = tf.backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, pad, dimRoundingMode);
  return tf.tidy(() => {
    const { inHeight, inWidth, filterHeight, filterWidth, padInfo } = info;
    const rows = fitted(
      spread(dy, 1, info.strideHeight),
      1,
      filterHeight - 1 - padInfo.top,
      inHeight + filterHeight - 1,
    );
    const map = fitted(
      spread(rows, 2, info.strideWidth),
      2,
      filterWidth - 1 - padInfo.left,
      inWidth + filterWidth - 1,
    );
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
    return tf.conv2d(map, turned, 1, "valid");
  });
};

/** Zeros after every place along an axis, so that places come to be `stride` apart. */
function spread(x: Core.Tensor4D, axis: 1 | 2, stride: number): Core.Tensor4D {
  if (stride === 1) return x;
  const before = x.shape.slice(0, axis + 1).reduce((product, n) => product * n, 1);
  const padded = tf.pad(tf.reshape(x, [before, 1, -1]), [
    [0, 0],
    [0, stride - 1],
    [0, 0],
  ]);
  return tf.reshape(padded, x.shape.map((n, a) => (a === axis ? n * stride : n)) as Core.Tensor4D["shape"]);
}

/** Moved up by `before` places along an axis and brought to a length there, with zeros or by cutting. */
function fitted(x: Core.Tensor4D, axis: 1 | 2, before: number, length: number): Core.Tensor4D {
  const after = Math.max(0, length - before - x.shape[axis]);
  const sides = [0, 1, 2, 3].map(a => (a === axis ? [Math.max(0, before), after] : [0, 0]));
  const padded = tf.pad(x, sides as [number, number][]);
  const begin = [0, 1, 2, 3].map(a => (a === axis ? Math.max(0, -before) : 0));
  return tf.slice(
    padded,
    begin,
    padded.shape.map((n, a) => (a === axis ? length : n)),
  );
}
