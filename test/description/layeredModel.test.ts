import { describe, expect, test } from "vitest";
import { layeredModels } from "../../models/index.ts";
import { architectureFrom, checkLayeredModel, type LayerSpec } from "../../src/description/layeredModel.ts";
import { notation } from "../../src/engine/network/architecture.ts";

const built = (layers: readonly LayerSpec[], shape: readonly number[] = [28, 28]) =>
  architectureFrom({ name: "m", layers }, shape, 10, "m");

test("the networks that ship have the sizes of their papers", () => {
  const of = (name: string, shape: readonly number[]) =>
    architectureFrom(checkLayeredModel(layeredModels[name], name), shape, 10, name);
  const pepita = of("pepita-conv", [28, 28]);
  expect(pepita.sizes).toEqual([784, 24 * 24 * 32, 10]);
  expect(pepita.layers[1].rows).toBe(4608);
  expect(of("pepita-conv", [32, 32, 3]).layers[1].rows).toBe(6272);
  expect(notation(of("drtp-conv", [28, 28]))).toBe("28x28x1-32c5+2-2p-1000-10");
  expect(of("lenet", [28, 28]).sizes).toEqual([784, 6 * 28 * 28, 16 * 10 * 10, 120, 84, 10]);
  const small = of("sign-concordant", [24, 24, 3]);
  expect(small.layers[2].rows).toBe(576);
  expect(notation(of("sign-concordant-bn", [24, 24, 3]))).toBe("24x24x3-64c5n-2p-64c5n-2p-384n-192n-10");
});

test("every layer is named with the numbers that follow from those below", () => {
  const network = built(
    [
      { kind: "conv", filters: 3, size: 4, stride: 3, padding: 1, rate: 0.5 },
      { kind: "avgpool", size: 3 },
      { kind: "conv", filters: 2, size: 3, padding: "same" },
      { kind: "flatten" },
      { kind: "dense", units: 7 },
    ],
    [10, 13, 2],
  );
  // (10 + 2 - 4) / 3 + 1 = 3 rows, (13 + 2 - 4) / 3 + 1 = 4 columns; pools of 3 leave the last column out.
  expect(network.sizes).toEqual([260, 36, 2, 7, 10]);
  expect(network.layers.map(({ rows, columns, rate }) => [rows, columns, rate])).toEqual([
    [32, 3, 0.5],
    [27, 2, 1],
    [2, 7, 1],
    [7, 10, 1],
  ]);
});

describe("what does not fit is named with its layer", () => {
  test.each<[string, LayerSpec[], RegExp]>([
    [
      "a kernel larger than the maps",
      [{ kind: "conv", filters: 1, size: 29 }],
      /^m: layers\[0\] \(conv\): size: expected at most 28, got 29$/,
    ],
    [
      "a pool at the input",
      [{ kind: "maxpool", size: 2 }],
      /^m: layers\[0\] \(maxpool\): expected a conv layer before it$/,
    ],
    [
      "a pool of a pool",
      [
        { kind: "conv", filters: 1, size: 3 },
        { kind: "maxpool", size: 2 },
        { kind: "avgpool", size: 2 },
      ],
      /layers\[2\] \(avgpool\)/,
    ],
    [
      "a kernel after a row of neurons",
      [
        { kind: "dense", units: 3 },
        { kind: "conv", filters: 1, size: 1 },
      ],
      /^m: layers\[1\] \(conv\): expected maps below/,
    ],
    [
      "normalisation of nothing",
      [{ kind: "batchnorm" }],
      /^m: layers\[0\] \(batchnorm\): expected a conv or dense layer/,
    ],
  ])("%s", (_, layers, message) => {
    expect(() => built(layers)).toThrow(message);
  });

  test.each<[unknown, RegExp]>([
    [[], /^f: expected a map, got a list of 0$/],
    [{ name: "a" }, /^f: layers: expected a list, got none$/],
    [{ layers: [] }, /^f: name: expected text, got none$/],
    [{ name: "a", layers: [], hidden: 3 }, /^f: expected name, .*, got "hidden"$/],
    [
      { name: "a", layers: [{ kind: "pool" }] },
      /^f: layers\[0\]: kind: expected one of conv, .*, got "pool"$/,
    ],
    [
      { name: "a", layers: [{ kind: "conv", filters: 2, size: 2.5 }] },
      /^f: layers\[0\] \(conv\): size: expected an integer of 1 or more, got 2\.5$/,
    ],
    [
      { name: "a", layers: [{ kind: "conv", filters: 2, size: 4, padding: "same" }] },
      /padding: expected a number for an even size/,
    ],
    [
      { name: "a", layers: [{ kind: "dense", units: 3, rate: 0 }] },
      /^f: layers\[0\] \(dense\): rate: expected a number above 0, got 0$/,
    ],
    [
      { name: "a", layers: [{ kind: "dense", units: 3, size: 1 }] },
      /^f: layers\[0\] \(dense\): expected kind, units, rate, delay, got "size"$/,
    ],
    [
      { name: "a", layers: [], learningRates: { bp: "fast" } },
      /^f: learningRates: bp: expected a number above 0, got "fast"$/,
    ],
  ])("%j", (value, message) => {
    expect(() => checkLayeredModel(value, "f")).toThrow(message);
  });
});
