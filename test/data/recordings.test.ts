import { expect, test } from "vitest";
import { type DatasetArrays, datasetOf } from "../../src/data/arrays.ts";
import { augment } from "../../src/data/augment.ts";
import type { Recording } from "../../src/data/dataset.ts";
import { checkRecording, lastEventMs } from "../../src/data/recordings.ts";
import { subset } from "../../src/data/subset.ts";
import { train } from "../../src/training/train.ts";
import type { TrainingSettings } from "../../src/training/trainer.ts";

const first = { times: [1, 2, 7.5], inputs: [0, 3, 3] };
const second = { times: [], inputs: [] };
const part = { recordings: [first, second], labels: [1, 0] };
const shape = [2, 2];
const typed = ({ times, inputs }: typeof first): Recording => ({
  times: Float32Array.from(times),
  inputs: Uint32Array.from(inputs),
});

test("recordings alone are samples, whose intensities are their counts", () => {
  const data = datasetOf({ train: part, test: part, shape });
  expect(data.train).toEqual({
    count: 2,
    intensities: Float32Array.of(0.5, 0, 0, 1, 0, 0, 0, 0),
    labels: Uint8Array.of(1, 0),
    recordings: [typed(first), typed(second)],
  });
  expect(data.inputs).toBe(4);
  expect(lastEventMs(data.train)).toBe(7.5);
});

test("or they stand beside intensities that the user gives", () => {
  const samples = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ];
  const both = { ...part, samples };
  const data = datasetOf({ train: both, test: both });
  expect([...data.train.intensities]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(data.train.recordings).toEqual([typed(first), typed(second)]);
  // A data set stays what it is.
  expect(datasetOf(data)).toBe(data);
});

test.each<[what: string, given: unknown, line: string]>([
  [
    "no shape",
    { train: part, test: part },
    "arrays: train: expected samples, or a shape that says how many inputs its recordings have, got none",
  ],
  [
    "one of two",
    { shape, train: { ...part, recordings: [first] }, test: part },
    "arrays: train: recordings: expected a list of 2, one for each label, got a list of 1",
  ],
  [
    "no times",
    { shape, train: { ...part, recordings: [first, { inputs: [] }] }, test: part },
    "arrays: train: recordings[1]: expected times and inputs, a list of numbers each, got a map",
  ],
  [
    "an input too many",
    { shape, train: { ...part, recordings: [{ times: [1, 2], inputs: [0, 4] }, second] }, test: part },
    "arrays: train: recordings[0]: inputs[1]: expected an input below 4, got 4",
  ],
  [
    "half an input",
    { shape, train: { ...part, recordings: [{ times: [1], inputs: [0.5] }, second] }, test: part },
    "arrays: train: recordings[0]: inputs[0]: expected the place of an input, got 0.5",
  ],
  [
    "a time before the beginning",
    { shape, train: part, test: { ...part, recordings: [second, { times: [-1], inputs: [0] }] } },
    "arrays: test: recordings[1]: times[0]: expected a time in ms from 0, got -1",
  ],
  [
    "fewer times",
    { shape, train: { ...part, recordings: [{ times: [1], inputs: [0, 1] }, second] }, test: part },
    "arrays: train: recordings[0]: inputs: expected one for each of 1 times, got 2",
  ],
  [
    "some parts only",
    {
      train: part,
      shape,
      test: {
        samples: [
          [1, 2, 3, 4],
          [1, 2, 3, 4],
        ],
        labels: [0, 1],
      },
    },
    "arrays: test: expected recordings, as in train, got none",
  ],
])("what is no recording is refused with what it lacks: %s", (_, given, line) => {
  expect(() => datasetOf(given as DatasetArrays)).toThrow(
    expect.objectContaining({ name: "InputError", message: line }),
  );
});

test("of a data set that is ready, recordings are looked at too", () => {
  const data = datasetOf({ train: part, test: part, shape });
  const having = (recordings: unknown) => () =>
    datasetOf({ ...data, train: { ...data.train, recordings } } as DatasetArrays);
  expect(having([typed(first)])).toThrow(
    "arrays: train: recordings: expected a list of 2, one for each sample, got a list of 1",
  );
  expect(having([first, second])).toThrow("recordings[0]: times: expected a Float32Array, got a list of 3");
  expect(having([typed(first), null])).toThrow("recordings[1]: times: expected a Float32Array, got none");
  const untimed = { times: Float32Array.of(Number.NaN), inputs: Uint16Array.of(0) };
  expect(() => checkRecording(untimed, 1, "x")).toThrow("x: times[0]: expected a time in ms from 0, got NaN");
});

test("smaller and larger parts keep the recordings of their samples", () => {
  const more = { recordings: [first, second, first], labels: [1, 0, 1] };
  const data = datasetOf({ train: more, validation: part, test: part, shape });
  const smaller = subset(data, { trainSamples: 2, testSamples: 1 });
  expect(smaller.train.recordings).toEqual([typed(first), typed(second)]);
  expect(smaller.test.recordings).toEqual([typed(first)]);
  const larger = subset(data, { trainSamples: 4 });
  expect(larger.train.recordings).toEqual([first, second, first, first].map(typed));
  expect(larger.validation.recordings).toEqual([typed(second)]);
});

test("augmented pictures have no recordings, which would be of something else", () => {
  const data = datasetOf({ train: part, test: part, shape });
  for (const spec of [{ flip: true }, { standardise: true }, { crop: { side: 1, pad: 0 } }]) {
    const augmented = augment(data, spec);
    expect(augmented.train).not.toHaveProperty("recordings");
    expect(augmented.test).not.toHaveProperty("recordings");
  }
});

test("a program's own recordings are trained with their times", async () => {
  // A class is who fires first; both have the same counts.
  const of = (label: number, n: number) => ({ times: [5 + n, 25 + n], inputs: label ? [0, 1] : [1, 0] });
  const make = (count: number) => ({
    recordings: Array.from({ length: count }, (_, n) => of(n % 2, n % 3)),
    labels: Array.from({ length: count }, (_, n) => n % 2),
  });
  const settings: TrainingSettings = {
    ...{ sizes: [2, 8, 2], seed: 1, epochs: 10, batch: 2, learningRate: 0.3, schedule: "1" },
    ...{ encoder: "recording", eligibility: "trace" as const, durationMs: 30, tauMem: 15, vThreshold: 0.05 },
    maxSpikes: 1,
  };
  const given = { train: make(20), test: make(10), shape: [1, 2] };
  const { result } = await train({ rule: "bp", twin: "spike", settings }, given);
  expect(result.testAccuracy).toBe(1);
  expect(result.inputSpikesPerSample).toBe(2);
});
