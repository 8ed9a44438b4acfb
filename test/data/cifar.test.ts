import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { candidateFolders } from "../../src/data/locate.ts";
import { needs } from "../needs.ts";
import { failure, temporaryFolder } from "./idxFiles.ts";

/** Records whose red, green and blue planes hold 3 n + k + pixel for record n and plane k, modulo 256. */
function records(labels: readonly (readonly number[])[]): Uint8Array {
  const each = labels[0].length + 3072;
  const bytes = new Uint8Array(labels.length * each);
  labels.forEach((own, n) => {
    bytes.set(own, n * each);
    for (let k = 0; k < 3; k++) {
      for (let p = 0; p < 1024; p++) bytes[n * each + own.length + 1024 * k + p] = 3 * n + k + p;
    }
  });
  return bytes;
}

const tens = (count: number) => records(Array.from({ length: count }, (_, n) => [n % 10]));

async function cifar10(change: Record<string, Uint8Array> = {}): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "cifar10"));
  const files = Object.fromEntries([1, 2, 3, 4, 5].map(k => [`data_batch_${k}.bin`, tens(12)]));
  const all = { ...files, "test_batch.bin": tens(7), ...change };
  for (const [name, bytes] of Object.entries(all)) await writeFile(join(folder, "cifar10", name), bytes);
  return folder;
}

test("cifar10: planes become the channels of each pixel, the last twelfth validates", async () => {
  const data = await loadDataset("cifar10", { dataDir: await cifar10() });
  expect(data).toMatchObject({ name: "cifar10", inputs: 3072, classes: 10, shape: [32, 32, 3] });
  expect([data.train.count, data.validation.count, data.test.count]).toEqual([55, 5, 7]);
  // Record 2, pixel 5: 6 + 5 in the red plane, one more in each of the others.
  const at = 2 * 3072 + 5 * 3;
  expect(Array.from(data.train.intensities.subarray(at, at + 3))).toEqual(
    [11, 12, 13].map(v => Math.fround(v / 255)),
  );
  expect(Array.from(data.validation.labels)).toEqual([7, 8, 9, 0, 1]);
});

test("cifar100: fine labels, from the folder of the distribution, gzipped or not", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "cifar-100-binary"));
  const pairs = Array.from({ length: 24 }, (_, n) => [n % 20, (5 * n) % 100]);
  await writeFile(join(folder, "cifar-100-binary", "train.bin.gz"), gzipSync(records(pairs)));
  await writeFile(join(folder, "cifar-100-binary", "test.bin"), records([[19, 99]]));
  const data = await loadDataset("cifar100", { dataDir: folder });
  expect([data.classes, data.train.count, data.validation.count]).toEqual([100, 22, 2]);
  expect(Array.from(data.train.labels.subarray(0, 3))).toEqual([0, 5, 10]);
  expect(data.test.labels[0]).toBe(99);
});

test("what is wrong is named with its file, record and field", async () => {
  const load = async (change: Record<string, Uint8Array>) =>
    (await failure(loadDataset("cifar10", { dataDir: await cifar10(change) }))).message;
  expect(await load({ "data_batch_3.bin": tens(2).subarray(1) })).toMatch(
    /data_batch_3\.bin: found 6145 bytes; expected one or more records of 3073$/,
  );
  const wrong = records([[1], [10]]);
  expect(await load({ "test_batch.bin": wrong })).toMatch(
    /test_batch\.bin: record 1: label: found 10; expected a number from 0 to 9$/,
  );
  const none = (await failure(loadDataset("cifar100", { dataDir: await cifar10() }))).message;
  expect(none).toMatch(
    /^cifar100: expected test\.bin and its relatives in .*cifar-100-binary, got none; unpack/,
  );
});

const real = existsSync(join(candidateFolders("cifar10")[0], "data_batch_1.bin"));
test.runIf(real)(
  needs("CIFAR-10", real, "the real files hold 5,000 training and 1,000 test samples of each class"),
  async () => {
    const data = await loadDataset("cifar10", { trainSamples: 50_000 });
    for (const [part, each] of [[data.train, 5000] as const, [data.test, 1000] as const]) {
      const counts = new Array(10).fill(0);
      for (const label of part.labels) counts[label]++;
      expect(counts).toEqual(new Array(10).fill(each));
    }
  },
);
