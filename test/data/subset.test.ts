import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";

test("validation samples are learned where there are no others left, unless they are kept", async () => {
  const [all, kept, few] = await Promise.all([
    loadDataset("digits", { trainSamples: 1200 }),
    loadDataset("digits", { trainSamples: 1200, keepValidation: true }),
    loadDataset("digits", { trainSamples: 10, keepValidation: true }),
  ]);
  const whole = await loadDataset("digits");
  const counts = ({ train, validation }: typeof all) => [train.count, validation.count];
  expect(counts(whole)).toEqual([1097, 200]);
  expect(counts(all)).toEqual([1200, 97]);
  expect(counts(kept)).toEqual([1097, 200]);
  expect(counts(few)).toEqual([10, 200]);
  expect(kept.train.intensities).toEqual(whole.train.intensities);
  expect(all.validation.intensities).toEqual(whole.validation.intensities.subarray(103 * 64));
  await expect(loadDataset("digits", { trainSamples: 1298, keepValidation: true })).rejects.toThrow(
    "trainSamples: found 1298; expected an integer from 1 to 1297 for digits",
  );
});
