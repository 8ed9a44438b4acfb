import { existsSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { InputError } from "../../src/errors.ts";
import { needs } from "../needs.ts";
import { failure, idxImages, idxLabels, SHARED, temporaryFolder, tinySet } from "./idxFiles.ts";

describe("a folder of IDX files", () => {
  test("loads plain or gzipped, with intensities from 0 to 1 and the last twelfth for validation", async () => {
    const set = tinySet();
    const { "t10k-images-idx3-ubyte": testImages, ...others } = set;
    const folder = await temporaryFolder({ ...others, "t10k-images-idx3-ubyte.gz": gzipSync(testImages) });
    const data = await loadDataset(folder);
    expect(data).toMatchObject({ name: basename(folder), inputs: 6, classes: 3, shape: [2, 3] });
    expect([data.train.count, data.validation.count, data.test.count]).toEqual([22, 2, 6]);
    expect(data.train.intensities[5]).toBe(Math.fround(5 / 255));
    expect(data.test.intensities.every(x => x === 1)).toBe(true);
    expect(data.validation.intensities[0]).toBe(Math.fround(132 / 255));
    expect(Array.from(data.validation.labels)).toEqual([1, 2]);
  });

  test.each([
    [
      "fewer labels than images",
      { "train-labels-idx1-ubyte": idxLabels([0, 1, 2]) },
      /3 labels; expected 24/,
    ],
    [
      "test images of another shape",
      { "t10k-images-idx3-ubyte": idxImages(6, 3, 2) },
      /3 x 2 pixels; expected 2 x 3/,
    ],
    [
      "a test label that no training sample has",
      { "t10k-labels-idx1-ubyte": idxLabels([0, 1, 2, 3, 0, 1]) },
      /is 3;/,
    ],
    ["one class only", { "train-labels-idx1-ubyte": idxLabels(Array(24).fill(0)) }, /class 0 only/],
    ["swapped files", { "train-images-idx3-ubyte": tinySet()["train-labels-idx1-ubyte"] }, /swapped/],
    [
      "gzip data that go on behind what the header says",
      { "train-images-idx3-ubyte": gzipSync(Buffer.concat([idxImages(24, 2, 3), new Uint8Array(1e6)])) },
      /train-images-idx3-ubyte: expected at most 161 bytes of data, got more$/,
    ],
    [
      "damaged gzip data",
      { "train-images-idx3-ubyte": gzipSync(idxImages(24, 2, 3)).subarray(0, 30) },
      /gzip/,
    ],
  ])("with %s is refused", async (_, wrong, message) => {
    const error = await failure(loadDataset(await temporaryFolder({ ...tinySet(), ...wrong })));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(message);
  });

  test("with a file missing says which", async () => {
    const folder = await temporaryFolder(tinySet());
    await rm(join(folder, "t10k-labels-idx1-ubyte"));
    expect((await failure(loadDataset(folder))).message).toMatch(/t10k-labels-idx1-ubyte .* is missing/);
  });
});

describe("a named set", () => {
  test("that is not here says where it looked and how to get it", async () => {
    const dataDir = await temporaryFolder();
    const error = await failure(loadDataset("mnist", { dataDir }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(`not found in ${join(dataDir, "mnist")} or ${dataDir}`);
    expect(error.message).toContain(`threefactor data fetch mnist --data-dir ${dataDir}`);
  });

  test("with other contents than its name says is refused by its checksum", async () => {
    const error = await failure(loadDataset("mnist", { dataDir: await temporaryFolder(tinySet()) }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/train-labels-idx1-ubyte: found a damaged or different file \(SHA-256 /);
  });

  test("with a file missing names it and the next step", async () => {
    const dataDir = await temporaryFolder();
    await mkdir(join(dataDir, "mnist"));
    await writeFile(join(dataDir, "mnist", "t10k-images-idx3-ubyte"), "");
    expect((await failure(loadDataset("mnist", { dataDir }))).message).toMatch(
      /train-labels-idx1-ubyte .* is missing.*threefactor data fetch mnist/,
    );
  });
});

const real = existsSync(join(SHARED, "mnist"));
describe.runIf(real)(needs("MNIST", real, "the real sets"), () => {
  test("MNIST loads with its checksums right, in parts of 55,000, 5,000 and 10,000", async () => {
    const data = await loadDataset("mnist", { dataDir: SHARED });
    expect(data).toMatchObject({ name: "mnist", inputs: 784, classes: 10, shape: [28, 28] });
    expect([data.train.count, data.validation.count, data.test.count]).toEqual([55_000, 5_000, 10_000]);
    expect(Array.from(data.train.labels.subarray(0, 5))).toEqual([5, 0, 4, 1, 9]);
    expect(Array.from(data.test.labels.subarray(0, 5))).toEqual([7, 2, 1, 0, 4]);
    const mean = data.train.intensities.reduce((sum, x) => sum + x, 0) / data.train.intensities.length;
    expect(mean).toBeCloseTo(0.1307, 3);
  });

  test("MNIST in the data folder itself is found too, and 60,000 training samples leave none to validate", async () => {
    const data = await loadDataset("mnist", { dataDir: join(SHARED, "mnist"), trainSamples: 60_000 });
    expect([data.train.count, data.validation.count]).toEqual([60_000, 0]);
  });

  test("Fashion-MNIST loads with its checksums right", async () => {
    const data = await loadDataset("fashion-mnist", { dataDir: SHARED, trainSamples: 10, testSamples: 10 });
    expect([data.train.count, data.validation.count, data.test.count]).toEqual([10, 5_000, 10]);
  });

  test("a file of another set under the right name is told apart", async () => {
    const folder = await temporaryFolder();
    await cp(join(SHARED, "fashion-mnist"), folder, { recursive: true });
    const { message } = await failure(loadDataset("mnist", { dataDir: folder }));
    expect(message).toMatch(/found a file of fashion-mnist .* expected train-labels-idx1-ubyte of mnist/);
  });
});
