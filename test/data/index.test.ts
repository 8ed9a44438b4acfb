import { describe, expect, test } from "vitest";
import { datasets, loadDataset } from "../../src/data/index.ts";
import { InputError } from "../../src/errors.ts";
import { failure } from "./idxFiles.ts";

describe("loading a data set", () => {
  test("takes the first samples of the training and the test part", async () => {
    const whole = await loadDataset("digits");
    const part = await loadDataset("digits", { trainSamples: 100, testSamples: 7 });
    expect([part.train.count, part.validation.count, part.test.count]).toEqual([100, 200, 7]);
    expect(part.train.intensities).toEqual(whole.train.intensities.subarray(0, 6400));
    expect(part.train.labels).toEqual(whole.train.labels.subarray(0, 100));
    expect(part.test.labels).toEqual(whole.test.labels.subarray(0, 7));
  });

  test("takes more training samples than there are from the validation part, which shrinks", async () => {
    const whole = await loadDataset("digits");
    const more = await loadDataset("digits", { trainSamples: 1100 });
    expect([more.train.count, more.validation.count]).toEqual([1100, 197]);
    expect(more.train.labels.subarray(1097)).toEqual(whole.validation.labels.subarray(0, 3));
    expect(more.train.intensities.subarray(1097 * 64)).toEqual(whole.validation.intensities.subarray(0, 192));
    expect(more.validation.labels).toEqual(whole.validation.labels.subarray(3));
  });

  test("can train on everything and leave nothing to validate", async () => {
    const all = await loadDataset("digits", { trainSamples: 1297 });
    expect(all.train.count).toBe(1297);
    expect(all.validation).toMatchObject({ count: 0 });
    expect(all.validation.intensities.length).toBe(0);
  });

  test.each([
    [{ trainSamples: 1298 }, "trainSamples: found 1298; expected an integer from 1 to 1297 for digits"],
    [{ trainSamples: 0 }, "trainSamples: found 0; expected an integer from 1 to 1297 for digits"],
    [{ trainSamples: Number.NaN }, "trainSamples: found NaN; expected an integer from 1 to 1297 for digits"],
    [{ testSamples: 501 }, "testSamples: found 501; expected an integer from 1 to 500 for digits"],
    [{ testSamples: 2.5 }, "testSamples: found 2.5; expected an integer from 1 to 500 for digits"],
  ])("refuses %o", async (options, message) => {
    const error = await failure(loadDataset("digits", options));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe(message);
  });

  test.each(["cifar11", "", "package.json"])("refuses the name %o and says what is expected", async name => {
    const error = await failure(loadDataset(name));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(
      `found "${name}"; expected ${datasets.map(set => set.name).join(", ")}, folder:PATH of pictures, or an existing folder`,
    );
  });
});
