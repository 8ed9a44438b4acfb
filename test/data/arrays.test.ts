import { expect, test } from "vitest";
import { type DatasetArrays, datasetOf } from "../../src/data/arrays.ts";
import { encoders } from "../../src/encoding/index.ts";
import { ruleNamed } from "../../src/rules/index.ts";
import { train } from "../../src/training/train.ts";
import { settings, smallData } from "../rules/small.ts";

const part = { samples: [[0, 1, 2], Float64Array.of(3, 4, 5)], labels: [1, 0] };

test("lists and flat arrays are the same samples, row by row", () => {
  const expected = {
    ...{ name: "arrays", inputs: 3, classes: 2, shape: [1, 3] },
    train: { count: 2, intensities: Float32Array.of(0, 1, 2, 3, 4, 5), labels: Uint8Array.of(1, 0) },
    validation: { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) },
  };
  expect(datasetOf({ train: part, test: part })).toEqual({ ...expected, test: expected.train });
  const flat = { samples: Uint8Array.of(0, 1, 2, 3, 4, 5), labels: Uint8Array.of(1, 0) };
  expect(datasetOf({ train: flat, test: part })).toEqual({ ...expected, test: expected.train });
  // What is said of the set, and parts that are ready.
  const said = { name: "mine", classNames: ["a", "b", "c"], notes: ["n"], shape: [3, 1] };
  const ready = { train: expected.train, validation: part, test: part };
  expect(datasetOf({ ...said, ...ready })).toEqual({
    ...{ ...expected, ...said, classes: 3, validation: expected.train, test: expected.train },
  });
});

test("a data set stays what it is", () => {
  const data = smallData();
  expect(datasetOf(data)).toBe(data);
});

test.each<[what: string, given: unknown, line: string]>([
  ["nothing", null, "data set: expected an object with train and test, got null"],
  ["no test part", { train: part }, "arrays: test: expected samples and labels, got none"],
  [
    "no labels",
    { train: { samples: [[1]] }, test: part },
    "arrays: train: labels: expected a list of numbers, got none",
  ],
  [
    "no samples",
    { train: { labels: [1] }, test: part },
    "arrays: train: samples: expected a list of numbers for each sample, got none",
  ],
  [
    "empty",
    { train: { samples: [], labels: [] }, test: part },
    "arrays: train: expected one sample or more, got 0",
  ],
  [
    "fewer labels",
    { train: { ...part, labels: [0] }, test: part },
    "arrays: train: labels: expected one for each of 2 samples, got 1",
  ],
  [
    "a label in words",
    { train: { ...part, labels: ["a", "b"] }, test: part },
    'arrays: train: labels[0]: expected a whole number from 0 to 255, got "a"',
  ],
  [
    "half a label",
    { train: { ...part, labels: [0, 0.5] }, test: part },
    "arrays: train: labels[1]: expected a whole number from 0 to 255, got 0.5",
  ],
  [
    "a sample short",
    { train: { ...part, samples: [[1, 2], [3]] }, test: part },
    "arrays: train: samples[1]: expected 2 numbers, as in the first, got 1",
  ],
  [
    "a sample of no list",
    { train: { ...part, samples: [[1, 2], null] }, test: part },
    "arrays: train: samples[1]: expected a list of numbers, got null",
  ],
  [
    "flat and odd",
    { train: { ...part, samples: [1, 2, 3] }, test: part },
    "arrays: train: samples: expected as many numbers for each of 2 labels, got 3",
  ],
  [
    "another width",
    { train: part, test: { samples: [[1], [2]], labels: [0, 1] } },
    "arrays: test: expected 3 numbers for each of 2 samples, as in train, got 2",
  ],
  [
    "no numbers",
    {
      train: part,
      test: {
        ...part,
        samples: [
          [1, 2, 3],
          [4, "x", 6],
        ],
      },
    },
    "arrays: test: sample 1: expected finite numbers, got NaN",
  ],
  [
    "endless",
    {
      train: {
        ...part,
        samples: [
          [1, 2, 3],
          [4, 5, Infinity],
        ],
      },
      test: part,
    },
    "arrays: train: sample 1: expected finite numbers, got Infinity",
  ],
  [
    "a class more",
    { train: part, test: { ...part, labels: [2, 0] } },
    "arrays: test: labels[0]: expected a class below 2, got 2",
  ],
  [
    "names",
    { train: part, test: part, classes: 3, classNames: ["a"] },
    "arrays: classNames: expected 3 of them, got 1",
  ],
  [
    "no classes",
    { train: part, test: part, classes: 0 },
    "arrays: classes: expected a number from 1 to 256, got 0",
  ],
  [
    "shape",
    { train: part, test: part, shape: [2, 2], name: "mine" },
    'mine: shape: expected [height, width] or [height, width, channels] of 3 inputs, got "2,2"',
  ],
  [
    "a data set's labels",
    { ...smallData(), train: { ...smallData().train, labels: [1] } },
    "small: train: labels: expected a Uint8Array of 30, got a list of 1",
  ],
  [
    "a data set's inputs",
    { ...smallData(), inputs: 13 },
    'small: shape: expected [height, width] or [height, width, channels] of 13 inputs, got "1,14"',
  ],
])("what is no data set is refused with what it lacks: %s", (_, given, line) => {
  expect(() => datasetOf(given as DatasetArrays)).toThrow(
    expect.objectContaining({ name: "InputError", message: line }),
  );
});

test.each(["rate", "spike"] as const)(
  "a rule itself learns plain arrays as its name learns a data set: %s",
  async twin => {
    const data = smallData();
    const lists = ({ intensities, labels }: typeof data.train) => ({
      samples: Array.from(labels, (_, n) => [...intensities.subarray(n * 14, (n + 1) * 14)]),
      labels: [...labels],
    });
    const named = await train({ rule: "dfa", twin, settings }, data);
    const arrays = {
      name: "small",
      train: lists(data.train),
      validation: lists(data.validation),
      test: lists(data.test),
    };
    const rule = { ...ruleNamed("dfa"), name: "own" };
    const own = await train({ rule, twin, settings }, arrays);
    expect(own.parameters).toEqual(named.parameters);
    const { trainSamplesPerSecond, wallSeconds, ...result } = named.result;
    expect(own.result).toMatchObject({ ...result, rule: "own" });
  },
);

test("a plan that does not fit is refused before it learns", async () => {
  const data = smallData();
  const plan = { rule: "dfa", twin: "spike", settings } as const;
  await expect(train({ ...plan, rule: {} as never }, data)).rejects.toThrow("rule: name: expected");
  await expect(train({ ...plan, settings: { ...settings, sizes: [13, 4, 5] } }, data)).rejects.toThrow(
    "sizes: expected 14 inputs and 5 classes, as small has, got 13-4-5",
  );
  await expect(train({ ...plan, settings: { ...settings, encoder: "morse" } }, data)).rejects.toThrow(
    `encoder: expected one of ${encoders.map(({ name }) => name).join(", ")}, got morse`,
  );
});
