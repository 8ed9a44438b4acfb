import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encode as encodePng } from "fast-png";
import { expect, test } from "vitest";
import { classNotes } from "../../src/data/classes.ts";
import { loadDataset } from "../../src/data/index.ts";
import { failure, idxImages, idxLabels, temporaryFolder, tinySet } from "./idxFiles.ts";

const labels = (count: number, of: readonly number[]) =>
  idxLabels(Array.from({ length: count }, (_, k) => of[k % of.length]));

test("labels with gaps are as many classes as there are, under their own names", async () => {
  const of = [26, 1, 3, 2];
  const data = await loadDataset(
    await temporaryFolder({
      ...tinySet(),
      "train-labels-idx1-ubyte": labels(24, of),
      "t10k-labels-idx1-ubyte": labels(6, of),
    }),
  );
  expect(data).toMatchObject({ classes: 4, classNames: ["1", "2", "3", "26"] });
  expect(Array.from(data.train.labels.subarray(0, 5))).toEqual([3, 0, 2, 1, 3]);
  expect(Array.from(data.test.labels)).toEqual([3, 0, 2, 1, 3, 0]);
  expect(classNotes(data)).toEqual([
    "labels are 1, 2, 3, 26: 4 classes in this order, and no others between",
  ]);
});

test("many labels are named in part", async () => {
  const data = await loadDataset(
    await temporaryFolder({
      ...tinySet(),
      "train-labels-idx1-ubyte": idxLabels(Array.from({ length: 24 }, (_, k) => 10 * k)),
      "t10k-labels-idx1-ubyte": labels(6, [10]),
    }),
  );
  expect(classNotes(data)).toEqual([
    "labels are 0, 10, 20, 30, 40, 50, 60, 70, 80, 90 and 14 more: 24 classes in this order, and no others between",
    "training samples: none of 2 classes, 220, 230",
    "test samples: none of 23 classes, 0, 20, 30, 40, 50, 60, 70, 80, 90, 100 and 13 more",
  ]);
});

test("a test label between those of the training part is refused as one beyond them is", async () => {
  for (const [stray, expected] of [
    [1, "0, 2"],
    [3, "0, 2"],
  ] as const) {
    const folder = await temporaryFolder({
      ...tinySet(),
      "train-labels-idx1-ubyte": labels(24, [0, 2]),
      "t10k-labels-idx1-ubyte": labels(6, [0, stray]),
    });
    expect((await failure(loadDataset(folder))).message).toBe(
      `${folder}/t10k-labels-idx1-ubyte: label 1 is ${stray}; expected one that a training sample has: ${expected}`,
    );
  }
});

test("labels that are class numbers are left alone; a part without some classes says which", async () => {
  const data = await loadDataset("digits", { trainSamples: 5 });
  expect(data).not.toHaveProperty("classNames");
  const seen = new Set(data.train.labels);
  const empty = Array.from({ length: 10 }, (_, k) => k).filter(k => !seen.has(k));
  expect(empty.length).toBeGreaterThanOrEqual(5);
  expect(classNotes(data)).toEqual([
    `training samples: none of ${empty.length} classes, ${empty.join(", ")}`,
  ]);
  expect(classNotes(await loadDataset("digits"))).toEqual([]);
});

test("a folder of a class without pictures is none, and noted", async () => {
  const folder = await temporaryFolder();
  const picture = encodePng({ width: 2, height: 2, channels: 1, depth: 8, data: new Uint8Array(4) });
  for (const part of ["train", "test"])
    for (const name of ["ant", "bee", "cow"]) {
      await mkdir(join(folder, part, name), { recursive: true });
      if (name !== "bee") await writeFile(join(folder, part, name, "1.png"), picture);
    }
  const data = await loadDataset(`folder:${folder}`);
  expect(data).toMatchObject({ classes: 2, classNames: ["ant", "cow"] });
  expect(classNotes(data)).toEqual(["folders without pictures, no classes: bee"]);
});

test("images and labels of other counts are still told apart", async () => {
  const folder = await temporaryFolder({ ...tinySet(), "train-images-idx3-ubyte": idxImages(23, 2, 3) });
  expect((await failure(loadDataset(folder))).message).toMatch(/has 24 labels; expected 23/);
});
