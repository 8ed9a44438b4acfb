import { InputError } from "../../errors.ts";
import { type NirNode, numbers } from "./graph.ts";

/** A node without state: what it does to the activity of its input, apart from its bias. */
export interface LinearMap {
  readonly inShape: readonly number[];
  readonly outShape: readonly number[];
  /** Tells `add` what input `i` contributes to which outputs, when its activity is `amount`. */
  spread(i: number, amount: number, add: (output: number, amount: number) => void): void;
  /** [outputs] what comes out without any input; null for nothing. */
  readonly bias: Float64Array | null;
}

/**
 * The linear map of an Affine, Linear, Scale, Conv1d, Conv2d, SumPool2d, AvgPool2d or Flatten node.
 * @param inShape  of the activity that reaches it, without batch or time
 * @param where    names the node in errors
 * @returns null for nodes of other kinds
 * @throws  InputError when the shapes do not fit
 */
export function linearMap(node: NirNode, inShape: readonly number[], where: string): LinearMap | null {
  switch (node.type) {
    case "Affine":
    case "Linear":
      return matrix(node, inShape, where);
    case "Scale": {
      const scale = numbers(node, "scale");
      const n = size(inShape);
      if (scale.length !== n && scale.length !== 1) throw misfit(where, `${n} factors`, scale.length);
      const spread: LinearMap["spread"] = (i, amount, add) => {
        add(i, amount * scale[scale.length === 1 ? 0 : i]);
      };
      return { inShape, outShape: inShape, bias: null, spread };
    }
    case "Conv1d":
    case "Conv2d":
      return convolution(node, inShape, where);
    case "SumPool2d":
    case "AvgPool2d":
      return pooling(node, inShape, where);
    case "Flatten": {
      const [start, end] = [numbers(node, "start_dim")[0], numbers(node, "end_dim")[0]];
      const last = end < 0 ? inShape.length + end : end;
      if (!(start >= 0 && last >= start && last < inShape.length))
        throw misfit(where, `dimensions of ${inShape.join(" x ")}`, `${start} to ${end}`);
      const outShape = [
        ...inShape.slice(0, start),
        size(inShape.slice(start, last + 1)),
        ...inShape.slice(last + 1),
      ];
      const spread: LinearMap["spread"] = (i, amount, add) => {
        add(i, amount);
      };
      return { inShape, outShape, bias: null, spread };
    }
    default:
      return null;
  }
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Values that a node may send on. */
const LARGEST = 2 ** 26;

function expectCounts(where: string, what: string, least: number, list: readonly number[]): void {
  const bad = list.find(n => !(Number.isSafeInteger(n) && n >= least));
  if (bad !== undefined) throw misfit(where, `${what} as integers of ${least} or more`, bad);
}

/** Which of n windows, one every stride, hold a place. */
function windows(place: number, kernel: number, stride: number, n: number): [first: number, last: number] {
  return [Math.max(0, Math.ceil((place - kernel + 1) / stride)), Math.min(n - 1, Math.floor(place / stride))];
}

function misfit(where: string, expected: string, got: unknown): InputError {
  return new InputError(`${where}: expected ${expected}, got ${got}`);
}

function shapeOf(node: NirNode): readonly number[] {
  const value = node.fields.weight;
  return value === undefined || typeof value === "string" ? [] : value.shape;
}

function matrix(node: NirNode, inShape: readonly number[], where: string): LinearMap {
  const weight = numbers(node, "weight");
  const [outs, ins] = shapeOf(node);
  if (shapeOf(node).length !== 2 || ins !== inShape.at(-1) || size(inShape) !== ins)
    throw misfit(where, `weights for ${inShape.join(" x ")} inputs`, shapeOf(node).join(" x "));
  const bias = node.type === "Affine" ? numbers(node, "bias") : null;
  if (bias && bias.length !== outs) throw misfit(where, `${outs} biases`, bias.length);
  const spread: LinearMap["spread"] = (i, amount, add) => {
    for (let j = 0; j < outs; j++) add(j, amount * weight[j * ins + i]);
  };
  return { inShape, outShape: [outs], bias, spread };
}

function convolution(node: NirNode, given: readonly number[], where: string): LinearMap {
  const flat = node.type === "Conv1d";
  const shape = shapeOf(node);
  // One dimension is two of which one is 1.
  const inShape = flat ? [given[0], 1, given[1]] : given;
  const [outs, perGroup, kh, kw] = flat ? [shape[0], shape[1], 1, shape[2]] : shape;
  const weight = numbers(node, "weight");
  const groups = numbers(node, "groups")[0];
  const bias = numbers(node, "bias");
  const pair = (field: string, unit: number): [number, number] => {
    const list = numbers(node, field);
    if (flat) return [unit, list[0]];
    return [list[0], list[1] ?? list[0]];
  };
  const [stride, dilation] = [pair("stride", 1), pair("dilation", 1)];
  expectCounts(where, "stride, dilation and groups", 1, [...stride, ...dilation, groups]);
  if (bias.length !== outs) throw misfit(where, `${outs} biases`, bias.length);
  const [channels, h, w] = inShape;
  if (inShape.length !== 3 || channels !== perGroup * groups || outs % groups !== 0)
    throw misfit(where, `an input of ${perGroup * groups} channels`, given.join(" x "));
  const [before, after] = padding(node, [kh, kw], dilation, pair);
  const [oh, ow] = [0, 1].map(d => {
    const [n, k] = [inShape[d + 1], [kh, kw][d]];
    return Math.floor((n + before[d] + after[d] - dilation[d] * (k - 1) - 1) / stride[d]) + 1;
  }) as [number, number];
  if (!(oh > 0 && ow > 0)) throw misfit(where, "an input not smaller than the kernel", given.join(" x "));
  const perGroupOut = outs / groups;
  const spread: LinearMap["spread"] = (i, amount, add) => {
    const [c, y, x] = [Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w];
    const g = Math.floor(c / perGroup);
    for (let ky = 0; ky < kh; ky++) {
      const oy = (y + before[0] - ky * dilation[0]) / stride[0];
      if (!(Number.isInteger(oy) && oy >= 0 && oy < oh)) continue;
      for (let kx = 0; kx < kw; kx++) {
        const ox = (x + before[1] - kx * dilation[1]) / stride[1];
        if (!(Number.isInteger(ox) && ox >= 0 && ox < ow)) continue;
        for (let o = g * perGroupOut; o < (g + 1) * perGroupOut; o++) {
          const k = ((o * perGroup + (c % perGroup)) * kh + ky) * kw + kx;
          add((o * oh + oy) * ow + ox, amount * weight[k]);
        }
      }
    }
  };
  const outShape = flat ? [outs, ow] : [outs, oh, ow];
  if (size(outShape) > LARGEST) throw misfit(where, `at most ${LARGEST} values`, outShape.join(" x "));
  const all = Float64Array.from({ length: size(outShape) }, (_, k) => bias[Math.floor(k / (oh * ow))]);
  return { inShape: given, outShape, bias: all.some(b => b !== 0) ? all : null, spread };
}

/** Before and after, per dimension. `same` pads so that the size stays, the odd one at the end, as PyTorch does. */
function padding(
  node: NirNode,
  kernel: readonly [number, number],
  dilation: readonly [number, number],
  pair: (field: string, unit: number) => [number, number],
): [[number, number], [number, number]] {
  const value = node.fields.padding;
  if (value === "valid")
    return [
      [0, 0],
      [0, 0],
    ];
  if (value === "same") {
    const all = [0, 1].map(d => dilation[d] * (kernel[d] - 1));
    const before = all.map(n => Math.floor(n / 2)) as [number, number];
    return [before, all.map((n, d) => n - before[d]) as [number, number]];
  }
  const both = pair("padding", 0);
  expectCounts("nir", "padding", 0, both);
  return [both, both];
}

function pooling(node: NirNode, inShape: readonly number[], where: string): LinearMap {
  const pair = (field: string) => {
    const list = numbers(node, field);
    return [list[0], list[1] ?? list[0]] as const;
  };
  const [kernel, stride, pad] = [pair("kernel_size"), pair("stride"), pair("padding")];
  expectCounts(where, "kernel_size and stride", 1, [...kernel, ...stride]);
  expectCounts(where, "padding", 0, pad);
  const [channels, h, w] = inShape;
  if (inShape.length !== 3) throw misfit(where, "an input of channels x height x width", inShape.join(" x "));
  const [oh, ow] = [0, 1].map(d => Math.floor((inShape[d + 1] + 2 * pad[d] - kernel[d]) / stride[d] + 1)) as [
    number,
    number,
  ];
  if (!(oh > 0 && ow > 0)) throw misfit(where, "an input not smaller than the kernel", inShape.join(" x "));
  // Padding counts as zeros in an average, as in PyTorch.
  const factor = node.type === "AvgPool2d" ? 1 / (kernel[0] * kernel[1]) : 1;
  const spread: LinearMap["spread"] = (i, amount, add) => {
    const [c, y, x] = [Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w];
    const [firstY, lastY] = windows(y + pad[0], kernel[0], stride[0], oh);
    const [firstX, lastX] = windows(x + pad[1], kernel[1], stride[1], ow);
    for (let oy = firstY; oy <= lastY; oy++)
      for (let ox = firstX; ox <= lastX; ox++) add((c * oh + oy) * ow + ox, amount * factor);
  };
  return { inShape, outShape: [channels, oh, ow], bias: null, spread };
}
