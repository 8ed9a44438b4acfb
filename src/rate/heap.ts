import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { TensorInfo } from "@tensorflow/tfjs-core";

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

/** max(0, x), in place: the wasm backend's own kernel, told to write where it reads. */
export function rectify(wasm: BackendWasm, x: TensorInfo): void {
  const id = wasm.dataIdMap.get(x.dataId).id;
  const FLOAT32 = 0; // of the kernels' enum of types
  relu ??= (wasm.wasm as unknown as Emscripten).cwrap("Relu", null, ["number", "number", "number"]) as Relu;
  relu(id, FLOAT32, id);
}

interface Emscripten {
  cwrap(name: string, returns: null, takes: readonly "number"[]): unknown;
}
type Relu = (from: number, type: number, to: number) => void;
let relu: Relu | undefined;
