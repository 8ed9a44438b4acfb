import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { datasets, loadDataset } from "../../../src/data/index.ts";
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
});

test("shd: counts of spikes per channel", async () => {
  mkdirSync(join(dataDir, "shd"));
  for (const part of ["train", "test"]) writeShdLike(join(dataDir, "shd", `shd_${part}.h5`), "f16");
  const data = await loadDataset("shd", { dataDir });
  expect([data.inputs, data.classes, data.train.count, data.test.count]).toEqual([700, 20, 3, 3]);
  expect([...data.test.labels].sort((a, b) => a - b)).toEqual([0, 7, 19]);
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
