import { InputError } from "../errors.ts";

/**
 * Tensors and their algebra: what this project uses of TensorFlow.js, which is loaded when a backend is chosen (see
 * `selectBackend`) and not before, so that whoever only spikes does without. The types are the project's own: they say
 * the rank that comes out, and a user of the package needs none of the library's.
 */
export interface Tensor {
  readonly shape: number[];
  readonly size: number;
  /** The numbers, row by row. */
  dataSync(): Float32Array;
  /** Frees the numbers. */
  dispose(): void;
}
export interface Tensor1D extends Tensor {
  readonly shape: [number];
}
/** A matrix of TensorFlow.js, [rows, columns]. */
export interface Tensor2D extends Tensor {
  readonly shape: [number, number];
}
export interface Tensor4D extends Tensor {
  readonly shape: [number, number, number, number];
}
/** A matrix that can be given another value in place. */
export interface Variable2D extends Tensor2D {
  /** Takes the values of another matrix of the same shape. */
  assign(value: Tensor2D): void;
}

/** By the length of a shape. */
type Shaped<Shape extends readonly number[]> = Shape extends readonly [number]
  ? Tensor1D
  : Shape extends readonly [number, number]
    ? Tensor2D
    : Shape extends readonly [number, number, number, number]
      ? Tensor4D
      : Tensor;

type Strides = [number, number];
/** For each axis what is before and behind. */
type Sides = [number, number][];

/** Elementwise operations have the shape of their first operand; a second one is repeated where it is 1 long. */
export interface Tensors {
  scalar(value: number): Tensor;
  tensor1d(values: ArrayLike<number>, type?: "int32"): Tensor1D;
  tensor2d(values: Float32Array | number[] | number[][], shape?: readonly [number, number]): Tensor2D;
  variable(start: Tensor2D): Variable2D;
  fill<Shape extends [number] | [number, number]>(shape: Shape, value: number, type?: "int32"): Shaped<Shape>;
  ones(shape: [number, number]): Tensor2D;
  onesLike<T extends Tensor>(a: T): T;
  zerosLike<T extends Tensor>(a: T): T;
  /** [samples, classes] */
  oneHot(classes: Tensor1D, count: number): Tensor2D;
  cast<T extends Tensor>(a: T, type: "float32"): T;

  add<T extends Tensor>(a: T, b: Tensor | number): T;
  sub<T extends Tensor>(a: T, b: Tensor | number): T;
  mul<T extends Tensor>(a: T, b: Tensor | number): T;
  div<T extends Tensor>(a: T, b: Tensor | number): T;
  div<T extends Tensor>(a: number, b: T): T;
  less<T extends Tensor>(a: T, b: Tensor | number): T;
  neg<T extends Tensor>(a: T): T;
  square<T extends Tensor>(a: T): T;
  sqrt<T extends Tensor>(a: T): T;
  step<T extends Tensor>(a: T): T;
  relu<T extends Tensor>(a: T): T;
  sigmoid<T extends Tensor>(a: T): T;
  tanh<T extends Tensor>(a: T): T;
  softplus<T extends Tensor>(a: T): T;
  clipByValue<T extends Tensor>(a: T, least: number, most: number): T;
  softmax(a: Tensor2D): Tensor2D;
  logSoftmax(a: Tensor2D): Tensor2D;

  sum(a: Tensor): Tensor;
  sum(a: Tensor2D, axis: number): Tensor1D;
  sum(a: Tensor2D, axis: number, keep: true): Tensor2D;
  mean(a: Tensor): Tensor;
  mean(a: Tensor2D, axis: number, keep: true): Tensor2D;
  matMul(a: Tensor2D, b: Tensor2D, transposeA?: boolean, transposeB?: boolean): Tensor2D;
  transpose(a: Tensor2D): Tensor2D;

  reshape<Shape extends number[] | [number, number]>(a: Tensor, shape: Shape): Shaped<Shape>;
  concat(parts: Tensor2D[], axis: number): Tensor2D;
  stack(rows: Tensor1D[]): Tensor2D;
  slice(a: Tensor2D, begin: [number, number], size: [number, number]): Tensor2D;
  tile(a: Tensor2D, times: [number, number]): Tensor2D;

  conv2d(
    x: Tensor4D,
    kernel: Tensor4D,
    strides: Strides,
    pad: "same" | Sides,
    layout: "NHWC",
    dilation: 1,
    rounding?: "floor",
  ): Tensor4D;
  conv2dTranspose(
    post: Tensor4D,
    kernel: Tensor4D,
    shape: Tensor4D["shape"],
    strides: Strides,
    pad: "same" | Sides,
    rounding?: "floor",
  ): Tensor4D;
  maxPool(x: Tensor4D, size: number, strides: number, pad: "valid"): Tensor4D;
  avgPool(x: Tensor4D, size: number, strides: number, pad: "valid"): Tensor4D;
  /** Products with a bias in the same operation. */
  readonly fused: {
    matMul(operands: { a: Tensor2D; b: Tensor2D; bias: Tensor }): Tensor2D;
    conv2d(operands: {
      x: Tensor4D;
      filter: Tensor4D;
      bias: Tensor;
      strides: Strides;
      pad: "same" | Sides;
      dimRoundingMode?: "floor";
    }): Tensor4D;
  };

  /** Gradients of a number by tensors. */
  grads(f: (...parameters: Tensor[]) => Tensor): (parameters: Tensor[]) => Tensor[];
  /** Disposes of all tensors that were made within, but what is returned. */
  tidy<T>(work: () => T): T;
  dispose(tensors: readonly Tensor[]): void;

  getBackend(): string;
  backend(): unknown;
  getKernel(name: string, backend: string): { readonly kernelFunc: unknown } | undefined;
  engine(): { runKernel(name: string, inputs: Record<string, Tensor4D>, attrs: object): Tensor4D };
}

/** The library, once a backend has been chosen: one object that is filled then, so that whoever imported it before has it. */
export const tf = {} as Tensors;

export function useTensors(library: unknown): void {
  Object.assign(tf, library);
}

/** @throws InputError before that */
export function needTensors(): void {
  if (!Object.hasOwn(tf, "getBackend"))
    throw new InputError("tensors: expected a backend, got none: await selectBackend() first");
}
