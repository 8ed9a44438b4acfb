import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type * as Core from "@tensorflow/tfjs-core";
import { type Patches, patchesOf } from "../engine/kernels/patches.ts";
import type { Blas } from "./blas.ts";
import { fillRows, rectify, view } from "./heap.ts";
import { tf } from "./tensorflow.ts";

/** Numbers that the patches of some samples may take at a time: what stays in a processor's cache. */
const PATCHES = 2 ** 18;

type Info = Core.backend_util.Conv2DInfo;

/**
 * Convolutions as matrix products over patches (im2col): each place of the output has a row with what its kernel sees,
 * [height, width, from] of it; the kernel is a matrix [height * width * from, to].
 */
export function blasConvolutions(blas: Blas): Record<string, Core.KernelFunc> {
  const original = (name: string) => tf.getKernel(name, "wasm").kernelFunc;
  const [conv, fused] = [original("Conv2D"), original("FusedConv2D")];

  const forward = ({ inputs, backend, attrs }: Parameters<Core.KernelFunc>[0]): Core.TensorInfo | null => {
    const { x, filter, bias, preluActivationWeights } = inputs as Record<string, Core.TensorInfo | undefined>;
    const { activation } = attrs as { activation?: string };
    const info = convolution(x!.shape, filter!.shape, attrs);
    const plain =
      info !== null &&
      (!bias || bias.shape.at(-1) === info.outChannels) &&
      (!activation || activation === "linear" || activation === "relu") &&
      !preluActivationWeights;
    if (!plain) return null;
    const out = (backend as BackendWasm).makeOutput(info.outShape, "float32");
    chunks(
      backend as BackendWasm,
      info,
      [x!, filter!, out, ...(bias ? [bias] : [])],
      ([X, K, Y, b], chunk) => {
        const { rows, width, patches } = chunk;
        patches.gather(chunk.maps(X));
        const y = chunk.places(Y);
        if (b) fillRows(y, b);
        blas.product([rows, info.outChannels, width], patches, { values: K }, y, 1, b ? 1 : 0);
      },
    );
    if (activation === "relu") rectify(backend as BackendWasm, out);
    return out;
  };

  return {
    Conv2D: call => forward(call) ?? conv(call),
    FusedConv2D: call => forward(call) ?? fused(call),
    Conv2DBackpropFilter: call => {
      const { x, dy } = call.inputs as { x: Core.TensorInfo; dy: Core.TensorInfo };
      const { filterShape } = call.attrs as unknown as Core.Conv2DBackpropFilterAttrs;
      const info = convolution(x.shape, filterShape, call.attrs);
      if (!info) return original("Conv2DBackpropFilter")(call);
      const out = (call.backend as BackendWasm).makeOutput(filterShape, "float32");
      chunks(call.backend as BackendWasm, info, [x, dy, out], ([X, post, sums], chunk) => {
        chunk.patches.gather(chunk.maps(X));
        const patches = { values: chunk.patches.values, transposed: true };
        const third = { values: chunk.places(post) };
        const beta = chunk.first === 0 ? 0 : 1;
        blas.product([chunk.width, info.outChannels, chunk.rows], patches, third, sums, 1, beta);
      });
      return out;
    },
    Conv2DBackpropInput: call => {
      const { dy, filter } = call.inputs as { dy: Core.TensorInfo; filter: Core.TensorInfo };
      const { inputShape } = call.attrs as unknown as Core.Conv2DBackpropInputAttrs;
      const info = convolution(inputShape, filter.shape, call.attrs);
      if (!info) return original("Conv2DBackpropInput")(call);
      const out = (call.backend as BackendWasm).makeOutput(inputShape, "float32");
      chunks(call.backend as BackendWasm, info, [dy, filter, out], ([post, K, back], chunk) => {
        const kernel = { values: K, transposed: true };
        const { patches } = chunk;
        const third = { values: chunk.places(post) };
        blas.product([chunk.rows, chunk.width, info.outChannels], third, kernel, patches.values);
        patches.scatter(chunk.maps(back));
      });
      return out;
    },
  };
}

/** @returns null for what is left to the wasm backend: other layouts, dilated kernels, empty maps */
function convolution(map: readonly number[], kernel: readonly number[], attrs: unknown): Info | null {
  const { strides, pad, dimRoundingMode, dilations = 1, dataFormat } = attrs as Core.Conv2DAttrs;
  if (dataFormat !== "NHWC" || [dilations].flat().some(d => d !== 1)) return null;
  const info = tf.backend_util.computeConv2DInfo(
    map as Info["inShape"],
    kernel as Info["filterShape"],
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return [...info.outShape, ...info.filterShape].every(n => n > 0) ? info : null;
}

/** Some samples of a batch. */
interface Chunk {
  /** The first sample. */
  readonly first: number;
  /** Places of all its samples. */
  readonly rows: number;
  /** Numbers that a kernel sees. */
  readonly width: number;
  /** [rows, width] */
  readonly patches: Patches;
  /** The chunk's part of a batch of maps. */
  maps(values: Float32Array): Float32Array;
  /** The chunk's part of something that every place has. */
  places(values: Float32Array): Float32Array;
}

/** Goes through a batch in chunks. The tensors' numbers are handed over where they lie on the heap. */
function chunks(
  wasm: BackendWasm,
  info: Info,
  tensors: readonly Core.TensorInfo[],
  work: (numbers: readonly Float32Array[], chunk: Chunk) => void,
): void {
  const { batchSize, outHeight, outWidth, outChannels, filterHeight, filterWidth, inChannels } = info;
  const places = outHeight * outWidth;
  const width = filterHeight * filterWidth * inChannels;
  const size = info.inHeight * info.inWidth * inChannels;
  const samples = Math.max(1, Math.min(batchSize, Math.floor(PATCHES / (places * width))));
  const numbers = tensors.map(tensor => view(wasm, tensor));
  for (let first = 0; first < batchSize; first += samples) {
    const count = Math.min(samples, batchSize - first);
    const rows = count * places;
    const own = (values: Float32Array, each: number) => values.subarray(first * each, (first + count) * each);
    work(numbers, {
      ...{ first, rows, width, patches: patchesOf(info, count) },
      maps: values => own(values, size),
      places: values => own(values, places * outChannels),
    });
  }
}
