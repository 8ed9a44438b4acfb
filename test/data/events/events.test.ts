import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Dataset } from "../../../src/data/dataset.ts";
import { datasets, loadDataset } from "../../../src/data/index.ts";
import { readShd } from "../../../src/io/events/shd.ts";
import { writeShdLike } from "../../io/events/shdFiles.ts";

const dataDir = mkdtempSync(join(tmpdir(), "events-"));

test("nmnist: counts of events per pixel and polarity, from a folder that the user has", async () => {
  for (const part of ["Train", "Test"])
    for (let label = 0; label < 10; label++) {
      const folder = join(dataDir, "nmnist", part, String(label));
      mkdirSync(folder, { recursive: true });
      // Two events of one pixel, one of another.
      const bytes = [label, 3, 0x80, 0, 1, label, 3, 0x80, 0, 2, 0, 0, 0, 0, 3];
      writeFileSync(join(folder, "00001.bin"), Uint8Array.from(bytes));
    }
  const data = await loadDataset("nmnist", { dataDir });
  expect([data.inputs, data.classes, data.train.count, data.validation.count, data.test.count]).toEqual([
    2312, 10, 9, 1, 10,
  ]);
  const label = data.test.labels[0];
  const own = data.test.intensities.subarray(0, 2312);
  expect(own[(34 + 3) * 34 + label]).toBe(1);
  expect(own[0]).toBe(0.5);
  // The same events with their times, in the order of the file.
  expect(data.test.recordings).toHaveLength(10);
  const { times, inputs } = data.test.recordings![0];
  expect([...times]).toEqual([0.001, 0.002, 0.003].map(Math.fround));
  expect([...inputs]).toEqual([(34 + 3) * 34 + label, (34 + 3) * 34 + label, 0]);
  expect([data.train.recordings!.length, data.validation.recordings!.length]).toEqual([9, 1]);
});

/** Each sample's recording is its own: what it counts is what its row says. */
function expectOwn({ train, validation, test: last, inputs }: Dataset): void {
  for (const { count, intensities, recordings } of [train, validation, last])
    for (let n = 0; n < count; n++) {
      const row = new Float32Array(inputs);
      for (const i of recordings![n].inputs) row[i]++;
      const most = Math.max(...row);
      expect([...intensities.subarray(n * inputs, (n + 1) * inputs)]).toEqual([
        ...row.map(events => (most > 0 ? events / most : 0)),
      ]);
    }
}

test("nmnist: recordings stay beside their labels in smaller and larger parts", async () => {
  const data = await loadDataset("nmnist", { dataDir });
  expectOwn(data);
  for (const [trainSamples, sizes] of [[4, [4, 1, 3]] as const, [10, [10, 0, 3]] as const]) {
    const part = await loadDataset("nmnist", { dataDir, trainSamples, testSamples: 3 });
    expectOwn(part);
    expect([part.train, part.validation, part.test].map(({ recordings }) => recordings!.length)).toEqual(
      sizes,
    );
    expect(part.train.recordings!.slice(0, 4)).toEqual(data.train.recordings!.slice(0, 4));
  }
});

test("shd: counts of spikes per channel, and their times", async () => {
  mkdirSync(join(dataDir, "shd"));
  for (const part of ["train", "test"]) writeShdLike(join(dataDir, "shd", `shd_${part}.h5`), "f16");
  const data = await loadDataset("shd", { dataDir });
  expect([data.inputs, data.classes, data.train.count, data.test.count]).toEqual([700, 20, 3, 3]);
  expect([...data.test.labels].sort((a, b) => a - b)).toEqual([0, 7, 19]);
  expectOwn(data);
  const path = join(dataDir, "shd", "shd_test.h5");
  const { times, channels, labels } = await readShd(path);
  labels.forEach((label, word) => {
    const place = data.test.labels.indexOf(label);
    const recording = { times: Float32Array.from(times[word]), inputs: channels[word] };
    expect(data.test.recordings![place]).toEqual(recording);
  });
});

test("ssc: the same with a file for validation", async () => {
  mkdirSync(join(dataDir, "ssc"));
  for (const part of ["train", "valid", "test"]) writeShdLike(join(dataDir, "ssc", `ssc_${part}.h5`), "f32");
  const data = await loadDataset("ssc", { dataDir });
  expect([data.classes, data.train.count, data.validation.count, data.test.count]).toEqual([35, 3, 3, 3]);
});

test("a set that is not there says where it was looked for", async () => {
  await expect(loadDataset("shd", { dataDir: join(dataDir, "none") })).rejects.toThrow(
    /^shd: expected shd_train\.h5 and shd_test\.h5 in .*none.*, got none; unpack/,
  );
});

test("the list says whose each set is", () => {
  for (const { name, title, licence, source } of datasets)
    expect(
      [title, licence, source].every(text => (text ?? "").length > 0),
      name,
    ).toBe(true);
});
