import { expect, test } from "vitest";
import { compareOptions, plans } from "../../src/cli/compareOptions.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { architectureFrom, type LayeredModel } from "../../src/description/layeredModel.ts";
import { type Architecture, dense } from "../../src/engine/network/architecture.ts";
import { checkNeeds, ruleNamed, rules } from "../../src/rules/index.ts";
import { createTrainer } from "../../src/training/train.ts";
import { settings } from "./small.ts";

const lacking = (name: string, architecture: Architecture) => () => checkNeeds(ruleNamed(name), architecture);
const conv = (layers: LayeredModel["layers"], shape: readonly number[], classes: number) =>
  architectureFrom({ name: "small", layers }, shape, classes, "small");

test("Forward-Forward's label needs as many inputs as classes, and fits exactly", () => {
  for (const rule of ["ff", "ff:readout"]) {
    expect(lacking(rule, dense([9, 5, 10]))).toThrow(
      `${rule}: expected at most as many classes as inputs, 9, since the label takes the place of the first ones, got 10`,
    );
    expect(lacking(rule, dense([9, 5, 9]))).not.toThrow();
  }
});

test("its waves must differ from class to class: not in one place, nor mirrored along a single row", () => {
  const layers: LayeredModel["layers"] = [{ kind: "conv", filters: 2, size: 1 }];
  expect(lacking("ff", conv(layers, [1, 1], 3))).toThrow(
    "ff: expected a picture in which the waves of 3 classes differ, got 1 x 1, where classes 0 and 1 are alike",
  );
  expect(lacking("ff", conv(layers, [1, 700], 20))).toThrow(/got 1 x 700, where classes 9 and 11 are alike$/);
  expect(lacking("ff", conv(layers, [28, 28, 3], 10))).not.toThrow();
  expect(lacking("ff", conv(layers, [32, 32, 3], 100))).not.toThrow();
});

test("deciding by goodness needs a hidden layer", () => {
  expect(lacking("ff", dense([9, 3]))).toThrow(
    "ff: expected a hidden layer, whose goodness decides, got none",
  );
  expect(lacking("ff:readout", dense([9, 3]))).not.toThrow();
});

test("every other rule takes more classes than inputs, and no hidden layer", () => {
  for (const rule of rules) {
    if (rule.name.startsWith("ff")) continue;
    for (const sizes of [
      [1, 4, 30],
      [3, 5],
    ])
      expect(() => checkNeeds(rule, dense(sizes)), rule.name).not.toThrow();
  }
});

test("a comparison and a trainer of the library ask before they begin", () => {
  const none = { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) };
  const parts = { train: none, validation: none, test: none };
  const data: Dataset = { name: "few", inputs: 9, classes: 10, shape: [3, 3], ...parts };
  const line = /^ff: expected at most as many classes as inputs, 9, .* got 10$/;
  expect(() => plans(compareOptions({ rules: "bp,ff", hidden: "5" }), data)).toThrow(line);
  const plan = { rule: "ff", settings: { ...settings, sizes: [9, 5, 10] } };
  for (const twin of ["rate", "spike"] as const)
    expect(() => createTrainer({ ...plan, twin }, data)).toThrow(line);
});
