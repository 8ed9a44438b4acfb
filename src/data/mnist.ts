/** MNIST, Fashion-MNIST, and any folder that holds the same four IDX files. */
import { basename, resolve } from "node:path";
import { InputError } from "../errors.ts";
import { LARGEST_FILE } from "../files/regular.ts";
import {
  catalogue,
  type DatasetEntry,
  type DatasetFile,
  TEST_IMAGES,
  TEST_LABELS,
  TRAIN_IMAGES,
  TRAIN_LABELS,
} from "./catalogue.ts";
import { classesOf } from "./classes.ts";
import type { Dataset, Samples } from "./dataset.ts";
import { readBytes, sha256 } from "./files.ts";
import { type IdxImages, idxLength, parseIdxImages, parseIdxLabels } from "./idx.ts";
import { candidateFolders, findFile } from "./locate.ts";
import { validationShare } from "./subset.ts";

export const idxFileNames: readonly string[] = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS];

/**
 * A named set of the catalogue, with its checksums verified.
 * @param dataDir  folder of data sets; see `dataFolder` for the default
 * @throws         InputError when the set is missing, incomplete, mislabelled or damaged
 */
export async function loadNamedIdx(entry: DatasetEntry, dataDir?: string): Promise<Dataset> {
  const folders = candidateFolders(entry.name, dataDir);
  for (const folder of folders) {
    if (await holdsIdxFile(folder)) return readFolder(folder, entry.name, entry);
  }
  const command = `threefactor data fetch ${entry.name}${dataDir ? ` --data-dir ${dataDir}` : ""}`;
  throw new InputError(
    `${entry.name}: not found in ${folders.join(" or ")}; get it with "${command}" or name its folder with --data-dir`,
  );
}

/**
 * A folder of four IDX files under MNIST's names, plain or gzipped. The training labels say which classes there are.
 * @throws  InputError when a file is missing or does not fit the others
 */
export function loadIdxFolder(folder: string): Promise<Dataset> {
  return readFolder(folder, basename(resolve(folder)));
}

async function holdsIdxFile(folder: string): Promise<boolean> {
  for (const name of idxFileNames) if (await findFile(folder, name)) return true;
  return false;
}

async function readFolder(folder: string, name: string, entry?: DatasetEntry): Promise<Dataset> {
  const read = (file: string) => readChecked(folder, file, entry);
  const trainFile = await read(TRAIN_LABELS);
  const testFile = await read(TEST_LABELS);
  const [trainRead, testRead] = [trainFile, testFile].map(file => parseIdxLabels(...file, entry?.classes));
  const found = classesOf(trainRead);
  const classes = entry?.classes ?? found.count;
  if (classes < 2)
    throw new InputError(
      `${folder}: ${TRAIN_LABELS} holds class ${trainRead[0]} only; expected two classes or more`,
    );
  const trainLabels = found.number(trainRead, trainFile[1]);
  const testLabels = found.number(testRead, testFile[1]);
  const trainImages = parseIdxImages(...(await read(TRAIN_IMAGES)));
  const testImages = parseIdxImages(...(await read(TEST_IMAGES)));
  checkCounts(folder, trainImages, TRAIN_IMAGES, trainLabels, TRAIN_LABELS);
  checkCounts(folder, testImages, TEST_IMAGES, testLabels, TEST_LABELS);
  const shape = [trainImages.height, trainImages.width];
  const testShape = [testImages.height, testImages.width];
  if (shape.join() !== testShape.join()) {
    throw new InputError(
      `${folder}: ${TEST_IMAGES} has images of ${testShape.join(" x ")} pixels; expected ${shape.join(" x ")} as in ${TRAIN_IMAGES}`,
    );
  }
  const all = trainImages.count;
  const kept = all - validationShare(all);
  return {
    name,
    inputs: trainImages.height * trainImages.width,
    classes,
    ...(found.names && { classNames: found.names }),
    ...(found.notes.length > 0 && { notes: found.notes }),
    shape,
    train: toSamples(trainImages, trainLabels, 0, kept),
    validation: toSamples(trainImages, trainLabels, kept, all),
    test: toSamples(testImages, testLabels, 0, testImages.count),
  };
}

async function readChecked(
  folder: string,
  name: string,
  entry?: DatasetEntry,
): Promise<[Uint8Array, string]> {
  const path = await findFile(folder, name);
  if (path === undefined) {
    const next = entry ? `; get it with "threefactor data fetch ${entry.name}"` : "";
    throw new InputError(
      `${folder}: ${name} (or ${name}.gz) is missing; expected ${idxFileNames.join(", ")}${next}`,
    );
  }
  // One more than it should be shows that it is too long.
  const bytes = await readBytes(path, start => Math.min(LARGEST_FILE, idxLength(start) + 1));
  const expected = entry?.files.find(file => file.name === name);
  if (entry && expected) verify(path, bytes, expected, entry);
  return [bytes, path];
}

function verify(path: string, bytes: Uint8Array, expected: DatasetFile, entry: DatasetEntry): void {
  const found = sha256(bytes);
  if (found === expected.sha256) return;
  const other = catalogue.find(({ files }) => files.some(file => file.sha256 === found));
  const what = other ? `a file of ${other.name}` : "a damaged or different file";
  throw new InputError(
    `${path}: found ${what} (SHA-256 ${found}); expected ${expected.name} of ${entry.name} (SHA-256 ${expected.sha256}); ` +
      `replace it with "threefactor data fetch ${entry.name}"`,
  );
}

function checkCounts(
  folder: string,
  images: IdxImages,
  imagesFile: string,
  labels: Uint8Array,
  labelsFile: string,
): void {
  if (images.count === labels.length) return;
  throw new InputError(
    `${folder}: ${labelsFile} has ${labels.length} labels; expected ${images.count}, one per image of ${imagesFile}`,
  );
}

function toSamples(images: IdxImages, labels: Uint8Array, from: number, to: number): Samples {
  const inputs = images.height * images.width;
  const intensities = new Float32Array(images.pixels.subarray(from * inputs, to * inputs));
  for (let k = 0; k < intensities.length; k++) intensities[k] /= 255;
  return { count: to - from, intensities, labels: labels.slice(from, to) };
}
