import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type * as Core from "@tensorflow/tfjs-core";
import type { Blas } from "./blas.ts";
import { blasConvolutions } from "./blasConvolutions.ts";
import { fillRows, rectify, type Views, view } from "./heap.ts";
import { OUTER_PARTS, OUTER_STEP, type OuterParts, type OuterStep } from "./ops.ts";
import { tf } from "./tensorflow.ts";
import { replace } from "./wasmKernels.ts";

/**
 * The backend `blas`: the wasm backend itself, over the same heap, with matrix products and convolutions by a BLAS that
 * reads and writes that heap where it is.
 */
export function addBlasBackend(blas: Blas): void {
  if (tf.findBackendFactory("blas")) return;
  tf.copyRegisteredKernels("wasm", "blas");
  const kernels = { ...matrixProducts(blas), ...blasConvolutions(blas) };
  for (const [name, kernel] of Object.entries(kernels)) replace("blas", name, kernel);
  tf.registerBackend("blas", () => tf.findBackend("wasm"), 0);
}

function matrixProducts(blas: Blas): Record<string, Core.KernelFunc> {
  const [matMul, fused] = ["BatchMatMul", "_FusedMatMul"].map(
    name => tf.getKernel(name, "wasm").kernelFunc,
  ) as [Core.KernelFunc, Core.KernelFunc];
  return {
    BatchMatMul: call => product(blas, call) ?? matMul(call),
    _FusedMatMul: call => product(blas, call) ?? fused(call),
    [OUTER_STEP]: outerStep(blas) as unknown as Core.KernelFunc,
    [OUTER_PARTS]: outerParts(blas) as unknown as Core.KernelFunc,
  };
}

function outerStep(blas: Blas): OuterStep {
  return ({ inputs, backend, attrs }) => {
    const wasm = backend as BackendWasm;
    const { w, b, pre, post } = inputs as unknown as Record<keyof typeof inputs, Core.Tensor2D>;
    // Another tensor may look at the same numbers, such as a clone: it must not see them change.
    if ([w, b].some(v => wasm.refCount(v.dataId) > 1)) return false;
    const [batch, from] = pre.shape as [number, number];
    const to = post.shape[1];
    if (batch * from * to === 0) return false;
    const [W, bias, x, third] = [w, b, pre, post].map(t => view(wasm, t)) as Views<4>;
    blas.product([from, to, batch], { values: x, transposed: true }, { values: third }, W, -attrs.scale, 1);
    blas.product([1, to, batch], { values: ones(batch) }, { values: third }, bias, -attrs.scale, 1);
    return true;
  };
}

function outerParts(blas: Blas): OuterParts {
  return ({ inputs, backend, attrs: { longest, visit } }) => {
    const wasm = backend as BackendWasm;
    const { w, pre, post } = inputs as unknown as Record<keyof typeof inputs, Core.Tensor2D>;
    const [batch, from] = pre.shape as [number, number];
    const to = post.shape[1];
    const each = 4 * Math.floor(longest / to / 4);
    if (wasm.refCount(w.dataId) > 1 || batch * from * to === 0 || each === 0) return false;
    const [W, x, third] = [w, pre, post].map(t => view(wasm, t)) as Views<3>;
    for (let row = 0; row < from; row += each) {
      const rows = Math.min(each, from - row);
      const own = { values: x.subarray(row), transposed: true, stride: from };
      visit(row * to, W.subarray(row * to, (row + rows) * to), into => {
        blas.product([rows, to, batch], own, { values: third }, into);
      });
    }
    return true;
  };
}

/**
 * Matrix product, with bias and activation where the call has them.
 * @returns null for what is left to the wasm backend: batches that are broadcast, other activations, empty matrices
 */
function product(
  blas: Blas,
  { inputs, backend, attrs }: Parameters<Core.KernelFunc>[0],
): Core.TensorInfo | null {
  const wasm = backend as BackendWasm;
  const { a, b, bias, preluActivationWeights } = inputs as Record<string, Core.TensorInfo | undefined>;
  const { transposeA, transposeB, activation } = attrs as Record<string, unknown>;
  const [batchA, heightA, widthA] = matrices(a!.shape);
  const [batchB, heightB, widthB] = matrices(b!.shape);
  const [rows, inner] = transposeA ? [widthA, heightA] : [heightA, widthA];
  const columns = transposeB ? heightB : widthB;
  const plain =
    batchA === batchB &&
    a!.shape.length === b!.shape.length &&
    a!.dtype === "float32" &&
    b!.dtype === "float32" &&
    rows * inner * columns * batchA > 0 &&
    (!bias || (bias.shape.at(-1) === columns && tf.util.sizeFromShape(bias.shape) === columns)) &&
    (!activation || activation === "linear" || activation === "relu") &&
    !preluActivationWeights;
  if (!plain) return null;
  const out = wasm.makeOutput([...a!.shape.slice(0, -2), rows, columns], "float32");
  // Views only now: the heap may have moved when `out` was made.
  const [A, B, C] = [a!, b!, out].map(t => view(wasm, t)) as Views<3>;
  if (bias) fillRows(C, view(wasm, bias));
  for (let n = 0; n < batchA; n++) {
    const of = (all: Float32Array, size: number) =>
      batchA === 1 ? all : all.subarray(n * size, (n + 1) * size);
    blas.product(
      [rows, columns, inner],
      { values: of(A, rows * inner), transposed: transposeA as boolean },
      { values: of(B, inner * columns), transposed: transposeB as boolean },
      of(C, rows * columns),
      1,
      bias ? 1 : 0,
    );
  }
  if (activation === "relu") rectify(wasm, out);
  return out;
}

/** [how many, rows, columns] of a shape whose last two axes are a matrix. */
function matrices(shape: readonly number[]): [number, number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return [shape.slice(0, -2).reduce((many, n) => many * n, 1), rows, columns];
}

let row = new Float32Array(0);
function ones(length: number): Float32Array {
  if (row.length < length) row = new Float32Array(length).fill(1);
  return row;
}
