import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { Blas } from "./blas.ts";
import { fillRows, rectify, view } from "./heap.ts";

/** Numbers that the patches of some samples may take at a time: what stays in a processor's cache. */
const PATCHES = 2 ** 18;

type Info = tf.backend_util.Conv2DInfo;

/**
 * Convolutions as matrix products over patches (im2col): each place of the output has a row with what its kernel sees,
 * [height, width, from] of it; the kernel is a matrix [height * width * from, to].
 */
export function blasConvolutions(blas: Blas): Record<string, tf.KernelFunc> {
  const original = (name: string) => tf.getKernel(name, "wasm").kernelFunc;
  const [conv, fused] = [original("Conv2D"), original("FusedConv2D")];

  const forward = ({ inputs, backend, attrs }: Parameters<tf.KernelFunc>[0]): tf.TensorInfo | null => {
    const { x, filter, bias, preluActivationWeights } = inputs as Record<string, tf.TensorInfo | undefined>;
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
        const { rows, width } = chunk;
        const patches = chunk.gather(X);
        const y = chunk.places(Y);
        if (b) fillRows(y, b);
        blas.product([rows, info.outChannels, width], { values: patches }, { values: K }, y, 1, b ? 1 : 0);
      },
    );
    if (activation === "relu") rectify(backend as BackendWasm, out);
    return out;
  };

  return {
    Conv2D: call => forward(call) ?? conv(call),
    FusedConv2D: call => forward(call) ?? fused(call),
    Conv2DBackpropFilter: call => {
      const { x, dy } = call.inputs as { x: tf.TensorInfo; dy: tf.TensorInfo };
      const { filterShape } = call.attrs as unknown as tf.Conv2DBackpropFilterAttrs;
      const info = convolution(x.shape, filterShape, call.attrs);
      if (!info) return original("Conv2DBackpropFilter")(call);
      const out = (call.backend as BackendWasm).makeOutput(filterShape, "float32");
      chunks(call.backend as BackendWasm, info, [x, dy, out], ([X, post, sums], chunk) => {
        const patches = { values: chunk.gather(X), transposed: true };
        const third = { values: chunk.places(post) };
        const beta = chunk.first === 0 ? 0 : 1;
        blas.product([chunk.width, info.outChannels, chunk.rows], patches, third, sums, 1, beta);
      });
      return out;
    },
    Conv2DBackpropInput: call => {
      const { dy, filter } = call.inputs as { dy: tf.TensorInfo; filter: tf.TensorInfo };
      const { inputShape } = call.attrs as unknown as tf.Conv2DBackpropInputAttrs;
      const info = convolution(inputShape, filter.shape, call.attrs);
      if (!info) return original("Conv2DBackpropInput")(call);
      const out = (call.backend as BackendWasm).makeOutput(inputShape, "float32");
      chunks(call.backend as BackendWasm, info, [dy, filter, out], ([post, K, back], chunk) => {
        const kernel = { values: K, transposed: true };
        const { patches } = chunk;
        blas.product(
          [chunk.rows, chunk.width, info.outChannels],
          { values: chunk.places(post) },
          kernel,
          patches,
        );
        chunk.scatter(back);
      });
      return out;
    },
  };
}

/** @returns null for what is left to the wasm backend: other layouts, dilated kernels, empty maps */
function convolution(map: readonly number[], kernel: readonly number[], attrs: unknown): Info | null {
  const { strides, pad, dimRoundingMode, dilations = 1, dataFormat } = attrs as tf.Conv2DAttrs;
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

/** Some samples of a batch, with room for their patches. */
interface Chunk {
  /** The first sample. */
  readonly first: number;
  /** Places of all its samples. */
  readonly rows: number;
  /** Numbers that a kernel sees. */
  readonly width: number;
  /** [rows, width] */
  readonly patches: Float32Array;
  /** Copies the patches of a batch of maps. */
  gather(maps: Float32Array): Float32Array;
  /** Writes the sums of the patches that lie on each place of a batch of maps. */
  scatter(maps: Float32Array): void;
  /** The chunk's part of something that every place has. */
  places(values: Float32Array): Float32Array;
}

/** Goes through a batch in chunks. The tensors' numbers are handed over where they lie on the heap. */
function chunks(
  wasm: BackendWasm,
  info: Info,
  tensors: readonly tf.TensorInfo[],
  work: (numbers: readonly Float32Array[], chunk: Chunk) => void,
): void {
  const { batchSize, outHeight, outWidth, outChannels, filterHeight, filterWidth, inChannels } = info;
  const places = outHeight * outWidth;
  const width = filterHeight * filterWidth * inChannels;
  const samples = Math.max(1, Math.min(batchSize, Math.floor(PATCHES / (places * width))));
  const room = wasm.makeOutput([samples * places * width], "float32");
  const framedRoom = wasm.makeOutput([samples * framedSize(info)], "float32");
  const numbers = tensors.map(tensor => view(wasm, tensor));
  const all = view(wasm, room);
  const framed = view(wasm, framedRoom);
  for (let first = 0; first < batchSize; first += samples) {
    const count = Math.min(samples, batchSize - first);
    const rows = count * places;
    const patches = all.subarray(0, rows * width);
    const size = info.inHeight * info.inWidth * inChannels;
    const own = (maps: Float32Array) => maps.subarray(first * size, (first + count) * size);
    work(numbers, {
      first,
      rows,
      width,
      patches,
      gather(maps) {
        gather(info, count, framed.length === 0 ? own(maps) : frame(info, count, own(maps), framed), patches);
        return patches;
      },
      scatter(maps) {
        if (framed.length === 0) return scatter(info, count, patches, own(maps));
        scatter(info, count, patches, framed);
        unframe(info, count, framed, own(maps));
      },
      places: values => values.subarray(first * places * outChannels, (first * places + rows) * outChannels),
    });
  }
  for (const { dataId } of [room, framedRoom])
    wasm.disposeData(dataId as Parameters<BackendWasm["disposeData"]>[0]);
}

/** Height and width of a map with the zeros around it. */
function framedShape({ inHeight, inWidth, padInfo: { top, bottom, left, right } }: Info): [number, number] {
  return [top + inHeight + bottom, left + inWidth + right];
}

/** Numbers of a map with zeros around it; 0 where it needs none. */
function framedSize(info: Info): number {
  const [height, width] = framedShape(info);
  return height === info.inHeight && width === info.inWidth ? 0 : height * width * info.inChannels;
}

/** Puts zeros around maps. */
function frame(info: Info, count: number, maps: Float32Array, framed: Float32Array): Float32Array {
  framed.fill(0);
  everyLine(info, count, (line, framedLine, length) => {
    for (let n = 0; n < length; n++) framed[framedLine + n] = maps[line + n];
  });
  return framed;
}

/** Takes maps out of what surrounds them. */
function unframe(info: Info, count: number, framed: Float32Array, maps: Float32Array): void {
  everyLine(info, count, (line, framedLine, length) => {
    for (let n = 0; n < length; n++) maps[line + n] = framed[framedLine + n];
  });
}

function everyLine(
  info: Info,
  count: number,
  visit: (line: number, framedLine: number, length: number) => void,
): void {
  const { inHeight, inWidth, inChannels, padInfo } = info;
  const [height, width] = framedShape(info);
  for (let sample = 0; sample < count; sample++) {
    for (let y = 0; y < inHeight; y++) {
      const framedPlace = (sample * height + padInfo.top + y) * width + padInfo.left;
      visit((sample * inHeight + y) * inWidth * inChannels, framedPlace * inChannels, inWidth * inChannels);
    }
  }
}

/** Copies what the kernel sees at every place, line by line. */
function gather(info: Info, count: number, maps: Float32Array, patches: Float32Array): void {
  // One view of the whole heap: copying within it is the fastest way to move a few hundred numbers.
  const heap = new Float32Array(maps.buffer);
  const [start, line, span] = [maps.byteOffset / 4, ...lineAndSpan(info)];
  let to = patches.byteOffset / 4;
  for (let sample = 0; sample < count; sample++) {
    for (let row = 0; row < info.outHeight; row++) {
      for (let column = 0; column < info.outWidth; column++) {
        let from = start + corner(info, sample, row, column);
        for (let k = 0; k < info.filterHeight; k++, from += line, to += span) {
          if (span > 24) heap.copyWithin(to, from, from + span);
          else for (let n = 0; n < span; n++) heap[to + n] = heap[from + n];
        }
      }
    }
  }
}

/** Adds up what lies over each other when every place of the kernel gives its patch back. */
function scatter(info: Info, count: number, patches: Float32Array, maps: Float32Array): void {
  const [line, span] = lineAndSpan(info);
  maps.fill(0);
  let from = 0;
  for (let sample = 0; sample < count; sample++) {
    for (let row = 0; row < info.outHeight; row++) {
      for (let column = 0; column < info.outWidth; column++) {
        let to = corner(info, sample, row, column);
        for (let k = 0; k < info.filterHeight; k++, to += line, from += span) {
          for (let n = 0; n < span; n++) maps[to + n] += patches[from + n];
        }
      }
    }
  }
}

/** Numbers in a line of a framed map, and in a line of the kernel. */
function lineAndSpan(info: Info): [number, number] {
  return [framedShape(info)[1] * info.inChannels, info.filterWidth * info.inChannels];
}

/** The first number that the kernel sees, in framed maps. */
function corner(info: Info, sample: number, row: number, column: number): number {
  const [height, width] = framedShape(info);
  const place = (sample * height + row * info.strideHeight) * width + column * info.strideWidth;
  return place * info.inChannels;
}
