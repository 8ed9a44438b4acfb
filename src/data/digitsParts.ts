/**
 * The 8x8 handwritten digits that ship with the package: 1,797 samples of 64 values 0..16.
 * E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
 * CC BY 4.0, doi 10.24432/C50P49. This is the test part of the original, with values scaled to intensities.
 */
import { InputError } from "../errors.ts";
import { Rng } from "../math/rng.ts";
import type { Dataset, Samples } from "./dataset.ts";

const INPUTS = 64;
const CLASSES = 10;
const LARGEST_VALUE = 16;
/** Samples of each class; all others train. */
const TEST_PER_CLASS = 50;
const VALIDATION_PER_CLASS = 20;

/**
 * The digits in their fixed parts: 1,097 to train, 200 to validate (20 of each class), 500 to test (50 of each).
 * The split never depends on the user's seed, so that runs with different seeds are measured on the same samples.
 * @param text  digits.csv
 * @throws  InputError when it is damaged
 */
export function digitsOf(text: string): Dataset {
  const all = parseDigits(text, "digits.csv.gz");
  const { train, validation, test } = splitDigits(all.labels);
  return {
    name: "digits",
    inputs: INPUTS,
    classes: CLASSES,
    shape: [8, 8],
    train: pick(all, train),
    validation: pick(all, validation),
    test: pick(all, test),
  };
}

/**
 * Reads rows of 64 values 0..16 and a label 0..9; intensities are value / 16.
 * @throws  InputError naming the line and the value
 */
export function parseDigits(text: string, file: string): Samples {
  const lines = text.trimEnd().split(/\r?\n/);
  const intensities = new Float32Array(lines.length * INPUTS);
  const labels = new Uint8Array(lines.length);
  lines.forEach((line, s) => {
    const fields = line.split(",");
    if (fields.length !== INPUTS + 1) {
      throw new InputError(`${file}, line ${s + 1}: found ${fields.length} columns; expected ${INPUTS + 1}`);
    }
    fields.forEach((field, i) => {
      const largest = i < INPUTS ? LARGEST_VALUE : CLASSES - 1;
      const value = /^\d+$/.test(field) ? Number(field) : Number.NaN;
      if (!(value <= largest)) {
        const where = `${file}, line ${s + 1}, column ${i + 1}`;
        throw new InputError(`${where}: found "${field}"; expected an integer from 0 to ${largest}`);
      }
      if (i < INPUTS) intensities[s * INPUTS + i] = value / LARGEST_VALUE;
      else labels[s] = value;
    });
  });
  return { count: lines.length, intensities, labels };
}

/** Which samples go into which part: sample numbers, each part in a random order of its own. */
export function splitDigits(labels: Uint8Array): { train: number[]; validation: number[]; test: number[] } {
  const seen = new Uint16Array(CLASSES);
  const place = new Uint16Array(labels.length);
  for (const s of new Rng(20, "digits split").permutation(labels.length)) place[s] = seen[labels[s]]++;
  // A second order, because in the first one a part begins with the classes that happened to come early.
  const order = Array.from(new Rng(20, "digits order").permutation(labels.length));
  const held = TEST_PER_CLASS + VALIDATION_PER_CLASS;
  return {
    train: order.filter(s => place[s] >= held),
    validation: order.filter(s => place[s] >= TEST_PER_CLASS && place[s] < held),
    test: order.filter(s => place[s] < TEST_PER_CLASS),
  };
}

function pick(all: Samples, which: readonly number[]): Samples {
  const intensities = new Float32Array(which.length * INPUTS);
  which.forEach((s, row) => {
    intensities.set(all.intensities.subarray(s * INPUTS, (s + 1) * INPUTS), row * INPUTS);
  });
  return { count: which.length, intensities, labels: Uint8Array.from(which, s => all.labels[s]) };
}
