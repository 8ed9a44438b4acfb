/** Data sets that a program has in arrays of its own, and what a data set must be to be learned. */
import { InputError, shown } from "../errors.ts";
import type { Dataset, Recording, Samples } from "./dataset.ts";
import { checkRecording, countsOf } from "./recordings.ts";

type Numbers = ArrayLike<number>;

/** Samples of one part of a data set, and the number of each one's class. */
export interface SampleArrays {
  /**
   * The intensities of each sample, a list of numbers, or of all of them one after the other. Where there are recordings
   * they may be left out: they are then the counts of events per input, divided by the largest.
   */
  readonly samples?: readonly Numbers[] | Numbers;
  /** When each sample's inputs fired: times [ms] and inputs of its events, for the encoder `recording`. */
  readonly recordings?: readonly { readonly times: Numbers; readonly inputs: Numbers }[];
  /** One per sample, from 0 to 255. */
  readonly labels: Numbers;
}

/** A data set as plain arrays; either form of its parts. */
export interface DatasetArrays extends Partial<Pick<Dataset, "name" | "classNames" | "notes">> {
  readonly train: SampleArrays | Samples;
  /** Measured after each epoch, where there is one. */
  readonly validation?: SampleArrays | Samples;
  /** Read once, after training. */
  readonly test: SampleArrays | Samples;
  /** By default as many as the labels of the training part or the names of classes tell. */
  readonly classes?: number;
  /**
   * [height, width] or [height, width, channels], for layers that share kernels; by default one row of inputs. Recordings
   * alone do not say how many inputs there are.
   */
  readonly shape?: readonly number[];
}

const NONE: Samples = { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) };
const PARTS = ["train", "validation", "test"] as const;

/**
 * The data set that arrays are; a `Dataset` stays what it is.
 * @param name  of a set that has none itself
 * @throws InputError that names the part and the sample, when they are none
 */
export function datasetOf(given: DatasetArrays | Dataset, name = "arrays"): Dataset {
  if (typeof given !== "object" || given === null)
    throw new InputError(`data set: expected an object with train and test, got ${shown(given)}`);
  const called = given.name ?? name;
  const [train, validation, test] = PARTS.map(part =>
    samplesOf(given[part], `${called}: ${part}`, part, placesOf(given.shape)),
  );
  const inputs = "inputs" in given ? given.inputs : train.intensities.length / train.count;
  const labels = train.labels.reduce((most, label) => Math.max(most, label), 0);
  const { classNames, notes, classes = classNames?.length ?? labels + 1, shape = [1, inputs] } = given;
  const names = { name: called, ...(classNames && { classNames }), ...(notes && { notes }) };
  const data = { ...names, inputs, classes, shape, train, validation, test };
  const fail = (what: string, expected: string, got: unknown) =>
    new InputError(`${called}: ${what}: expected ${expected}, got ${shown(got)}`);
  const whole = (n: number) => Number.isInteger(n) && n >= 1;
  if (!whole(inputs)) throw fail("inputs", "a number of them for each sample", inputs);
  if (!(whole(classes) && classes <= 256)) throw fail("classes", "a number from 1 to 256", classes);
  if (classNames && classNames.length !== classes)
    throw fail("classNames", `${classes} of them`, classNames.length);
  const places = Array.isArray(shape) && shape.every(whole) ? shape.reduce((a, b) => a * b, 1) : 0;
  if (places !== inputs || ![2, 3].includes(shape.length))
    throw fail("shape", `[height, width] or [height, width, channels] of ${inputs} inputs`, `${shape}`);
  for (const part of PARTS) {
    const { count, intensities, labels, recordings } = data[part];
    if (count > 0 && !recordings !== !train.recordings)
      throw fail(part, `${train.recordings ? "" : "no "}recordings, as in train`, recordings);
    if (recordings && !(Array.isArray(recordings) && recordings.length === count))
      throw fail(`${part}: recordings`, `a list of ${count}, one for each sample`, recordings);
    recordings?.forEach((own, n) => {
      checkRecording(own, inputs, `${called}: ${part}: recordings[${n}]`);
    });
    if (intensities.length !== count * inputs)
      throw fail(part, `${inputs} numbers for each of ${count} samples, as in train`, intensities.length);
    const odd = firstOdd(intensities);
    if (odd < intensities.length)
      throw fail(`${part}: sample ${Math.floor(odd / inputs)}`, "finite numbers", intensities[odd]);
    const stray = labels.findIndex(label => label >= classes);
    if (stray !== -1) throw fail(`${part}: labels[${stray}]`, `a class below ${classes}`, labels[stray]);
  }
  return isDataset(given) ? given : data;
}

/** Inputs of samples of a shape; NaN where it is none. */
function placesOf(shape: unknown): number {
  const sides = Array.isArray(shape) ? shape : [];
  return sides.length > 0 ? sides.reduce((a, b) => a * b, 1) : Number.NaN;
}

/** Place of the first number that is not finite; the length where all are. */
function firstOdd(numbers: Float32Array): number {
  let k = 0;
  // No other number less itself is anything but 0.
  while (k < numbers.length && numbers[k] - numbers[k] === 0) k++;
  return k;
}

function isDataset(given: DatasetArrays | Dataset): given is Dataset {
  return "inputs" in given && PARTS.every(part => given[part] && "intensities" in given[part]);
}

/**
 * Samples of no data set, with their labels.
 * @param where  named in errors
 * @throws InputError where they are none
 */
export function samplesFrom(given: SampleArrays | Samples, where: string): Samples {
  return samplesOf(given, where, "train", Number.NaN);
}

function samplesOf(
  given: SampleArrays | Samples | undefined,
  where: string,
  part: string,
  places: number,
): Samples {
  if (given === undefined && part === "validation") return NONE;
  const fail = (what: string, expected: string, got: unknown) =>
    new InputError(`${where}${what}: expected ${expected}, got ${shown(got)}`);
  if (typeof given !== "object" || given === null) throw fail("", "samples and labels", given);
  if ("intensities" in given) {
    const { count, intensities, labels } = given;
    if (!(intensities instanceof Float32Array)) throw fail(": intensities", "a Float32Array", intensities);
    if (!(labels instanceof Uint8Array && labels.length === count))
      throw fail(": labels", `a Uint8Array of ${count}`, labels);
    if (count === 0 && part === "train") throw fail("", "one sample or more", 0);
    return given;
  }
  const { samples, labels } = given;
  if (!isList(labels)) throw fail(": labels", "a list of numbers", labels);
  if (!isList(samples) && given.recordings === undefined)
    throw fail(": samples", "a list of numbers for each sample", samples);
  const count = labels.length;
  if (count === 0) throw fail("", "one sample or more", 0);
  for (let s = 0; s < count; s++) {
    const label = labels[s];
    if (!(Number.isInteger(label) && label >= 0 && label < 256))
      throw fail(`: labels[${s}]`, "a whole number from 0 to 255", label);
  }
  const recordings = given.recordings && recordingsOf(given.recordings, count, fail);
  const rest = { count, labels: Uint8Array.from(labels), ...(recordings && { recordings }) };
  if (!isList(samples)) {
    if (!(places >= 1 && places < 2 ** 31 / count))
      throw new InputError(
        `${where}: expected samples, or a shape that says how many inputs its recordings have, got ${shown(samples)}`,
      );
    const intensities = new Float32Array(count * places);
    recordings!.forEach((own, n) => {
      checkRecording(own, places, `${where}: recordings[${n}]`);
      countsOf(own, intensities.subarray(n * places, (n + 1) * places));
    });
    return { ...rest, intensities };
  }
  if (typeof samples[0] === "number") {
    const flat = samples as Numbers;
    if (flat.length % count !== 0)
      throw fail(": samples", `as many numbers for each of ${count} labels`, flat.length);
    return { ...rest, intensities: Float32Array.from(flat) };
  }
  if (samples.length !== count) throw fail(": labels", `one for each of ${samples.length} samples`, count);
  const rows = samples as ArrayLike<unknown> as readonly Numbers[];
  const inputs = rows[0]?.length;
  const intensities = new Float32Array(count * (inputs || 0));
  for (let s = 0; s < count; s++) {
    if (!isList(rows[s])) throw fail(`: samples[${s}]`, "a list of numbers", rows[s]);
    if (rows[s].length !== inputs)
      throw fail(`: samples[${s}]`, `${inputs} numbers, as in the first`, rows[s].length);
    intensities.set(rows[s], s * inputs);
  }
  return { ...rest, intensities };
}

function isList(value: unknown): value is Numbers {
  return typeof value === "object" && Number.isInteger((value as Numbers | null)?.length);
}

function recordingsOf(
  given: unknown,
  count: number,
  fail: (what: string, expected: string, got: unknown) => InputError,
): Recording[] {
  if (!Array.isArray(given) || given.length !== count)
    throw fail(": recordings", `a list of ${count}, one for each label`, given);
  return given.map((own, n) => {
    if (!isList(own?.times) || !isList(own?.inputs))
      throw fail(`: recordings[${n}]`, "times and inputs, a list of numbers each", own);
    const odd = Array.prototype.findIndex.call(
      own.inputs,
      i => !(Number.isInteger(i) && i >= 0 && i < 2 ** 32),
    );
    if (odd !== -1)
      throw fail(`: recordings[${n}]: inputs[${odd}]`, "the place of an input", own.inputs[odd]);
    return { times: Float32Array.from(own.times), inputs: Uint32Array.from(own.inputs) };
  });
}
