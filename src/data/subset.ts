/** Smaller (or larger) training parts and smaller test parts of a data set, always the first samples. */
import { InputError } from "../errors.ts";
import type { Dataset, Samples } from "./dataset.ts";

/** The last twelfth of the training samples, at most 5,000, validates: 5,000 of MNIST's 60,000. */
export function validationShare(trainSamples: number): number {
  return Math.min(5000, Math.floor(trainSamples / 12));
}

export interface Sizes {
  /** From 1 to the train and validation parts together; what exceeds the train part leaves the validation part. */
  readonly trainSamples?: number | undefined;
  /** No validation sample is learned: more train samples than there are become as many as there are. */
  readonly keepValidation?: boolean;
  /** From 1 to the test part. */
  readonly testSamples?: number | undefined;
}

/**
 * The data set with the wanted numbers of samples; a size that is not given stays as it is.
 * @throws  InputError naming the size and its range
 */
export function subset(data: Dataset, { trainSamples, testSamples, keepValidation }: Sizes): Dataset {
  const { train, validation, test, inputs } = data;
  const n = checkSize("trainSamples", trainSamples ?? train.count, train.count + validation.count, data.name);
  const m = checkSize("testSamples", testSamples ?? test.count, test.count, data.name);
  const extra = keepValidation ? 0 : Math.max(0, n - train.count);
  return {
    ...data,
    train:
      extra > 0
        ? join(train, range(validation, inputs, 0, extra))
        : range(train, inputs, 0, Math.min(n, train.count)),
    validation: range(validation, inputs, extra, validation.count),
    test: range(test, inputs, 0, m),
  };
}

function checkSize(what: string, found: number, largest: number, name: string): number {
  if (Number.isInteger(found) && found >= 1 && found <= largest) return found;
  throw new InputError(`${what}: found ${found}; expected an integer from 1 to ${largest} for ${name}`);
}

/** Samples from..to - 1, as views. */
export function range(part: Samples, inputs: number, from: number, to: number): Samples {
  if (from === 0 && to === part.count) return part;
  return {
    count: to - from,
    intensities: part.intensities.subarray(from * inputs, to * inputs),
    labels: part.labels.subarray(from, to),
    ...(part.recordings && { recordings: part.recordings.slice(from, to) }),
  };
}

function join(a: Samples, b: Samples): Samples {
  const intensities = new Float32Array(a.intensities.length + b.intensities.length);
  intensities.set(a.intensities);
  intensities.set(b.intensities, a.intensities.length);
  const labels = new Uint8Array(a.count + b.count);
  labels.set(a.labels);
  labels.set(b.labels, a.count);
  const recordings = a.recordings && b.recordings && [...a.recordings, ...b.recordings];
  return { count: a.count + b.count, intensities, labels, ...(recordings && { recordings }) };
}
