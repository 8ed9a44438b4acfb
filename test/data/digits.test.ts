import { describe, expect, test } from "vitest";
import { loadDigits } from "../../src/data/digits.ts";
import { parseDigits, splitDigits } from "../../src/data/digitsParts.ts";
import { InputError } from "../../src/errors.ts";

describe("digits", async () => {
  const digits = await loadDigits();

  test("come in parts of 1,097, 200 and 500 samples of 8 x 8 pixels", () => {
    expect(digits).toMatchObject({ name: "digits", inputs: 64, classes: 10, shape: [8, 8] });
    expect([digits.train.count, digits.validation.count, digits.test.count]).toEqual([1097, 200, 500]);
    for (const part of [digits.train, digits.validation, digits.test]) {
      expect(part.intensities.length).toBe(part.count * 64);
      expect(part.labels.length).toBe(part.count);
    }
  });

  test("hold every class alike: 20 to validate, 50 to test, the rest to train", () => {
    const counts = (labels: Uint8Array) =>
      Array.from({ length: 10 }, (_, c) => labels.filter(l => l === c).length);
    expect(counts(digits.validation.labels)).toEqual(Array(10).fill(20));
    expect(counts(digits.test.labels)).toEqual(Array(10).fill(50));
    expect(Math.min(...counts(digits.train.labels))).toBe(104);
    expect(Math.max(...counts(digits.train.labels))).toBe(113);
  });

  test("have every class among the first hundred training samples", () => {
    expect(new Set(digits.train.labels.subarray(0, 100)).size).toBe(10);
  });

  test("have intensities that are sixteenths from 0 to 1", () => {
    const values = new Set(digits.train.intensities);
    expect([...values].sort((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, k) => k / 16));
  });

  test("are split into parts that share no sample and leave none out", () => {
    const labels = Uint8Array.from({ length: 1797 }, (_, s) => s % 10);
    const { train, validation, test } = splitDigits(labels);
    const all = [...train, ...validation, ...test].sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 1797 }, (_, s) => s));
  });

  test("are split the same way for ever", () => {
    expect(Array.from(digits.train.labels.subarray(0, 12))).toEqual([3, 6, 7, 8, 3, 7, 1, 1, 5, 6, 4, 3]);
    expect(Array.from(digits.test.labels.subarray(0, 12))).toEqual([4, 6, 2, 6, 4, 7, 5, 2, 0, 7, 6, 1]);
  });

  test.each([
    ["a missing column", "1,2,3", /f, line 1: found 3 columns; expected 65/],
    ["a value above 16", `${"0,".repeat(63)}17,1`, /f, line 1, column 64: found "17"; expected .* 0 to 16/],
    ["a label above 9", `${"0,".repeat(64)}10`, /column 65: found "10"/],
    ["a word", `x,${"0,".repeat(63)}1`, /column 1: found "x"/],
  ])("refuse %s", (_, text, message) => {
    expect(() => parseDigits(text, "f")).toThrow(InputError);
    expect(() => parseDigits(text, "f")).toThrow(message);
  });
});
