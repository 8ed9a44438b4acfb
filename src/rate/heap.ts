import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/** The numbers of a tensor where they lie on the heap; void as soon as anything is allocated there. */
export function view(wasm: BackendWasm, tensor: TensorInfo): Float32Array {
  return wasm.typedArrayFromHeap(tensor) as Float32Array;
}

export type Views<N extends number, T extends Float32Array[] = []> = T["length"] extends N
  ? T
  : Views<N, [...T, Float32Array]>;

/** Fills a matrix with copies of one row. */
export function fillRows(matrix: Float32Array, row: Float32Array): void {
  matrix.set(row);
  for (let filled = row.length; filled < matrix.length; filled *= 2) {
    matrix.copyWithin(filled, 0, Math.min(filled, matrix.length - filled));
  }
}

/** max(0, x), in place. */
export function clipBelow(x: Float32Array): void {
  for (let at = 0; at < x.length; at++) if (x[at]! < 0) x[at] = 0;
}
