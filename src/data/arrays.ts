/** Data sets that a program has in arrays of its own, and what a data set must be to be learned. */
import { InputError, shown } from "../errors.ts";
import type { Dataset, Samples } from "./dataset.ts";

type Numbers = ArrayLike<number>;

/** Samples of one part of a data set, and the number of each one's class. */
export interface SampleArrays {
  /** The intensities of each sample, a list of numbers, or of all of them one after the other. */
  readonly samples: readonly Numbers[] | Numbers;
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
  /** [height, width] or [height, width, channels], for layers that share kernels; by default one row of inputs. */
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
  const [train, validation, test] = PARTS.map(part => samplesOf(given[part], `${called}: ${part}`, part));
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
    const { count, intensities, labels } = data[part];
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

function samplesOf(given: SampleArrays | Samples | undefined, where: string, part: string): Samples {
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
  const isList = (value: unknown): value is Numbers =>
    typeof value === "object" && Number.isInteger((value as Numbers | null)?.length);
  if (!isList(labels)) throw fail(": labels", "a list of numbers", labels);
  if (!isList(samples)) throw fail(": samples", "a list of numbers for each sample", samples);
  const count = labels.length;
  if (count === 0) throw fail("", "one sample or more", 0);
  for (let s = 0; s < count; s++) {
    const label = labels[s];
    if (!(Number.isInteger(label) && label >= 0 && label < 256))
      throw fail(`: labels[${s}]`, "a whole number from 0 to 255", label);
  }
  if (typeof samples[0] === "number") {
    const flat = samples as Numbers;
    if (flat.length % count !== 0)
      throw fail(": samples", `as many numbers for each of ${count} labels`, flat.length);
    return { count, intensities: Float32Array.from(flat), labels: Uint8Array.from(labels) };
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
  return { count, intensities, labels: Uint8Array.from(labels) };
}
