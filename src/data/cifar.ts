/**
 * CIFAR-10 and CIFAR-100 in their binary version (Krizhevsky 2009, Learning multiple layers of features from tiny
 * images, https://www.cs.toronto.edu/~kriz/cifar.html): records of one label byte (CIFAR-100: coarse, then fine label)
 * and 3,072 pixel bytes, red, green and blue plane of 32 x 32 each.
 */
import { join } from "node:path";
import { InputError } from "../errors.ts";
import type { Dataset, Samples } from "./dataset.ts";
import { readBytes } from "./files.ts";
import { candidateFolders, findFile } from "./locate.ts";
import { validationShare } from "./subset.ts";

const SIDE = 32;
const PLANE = SIDE * SIDE;
const CHANNELS = 3;
/** Of the largest file, the training part of CIFAR-100. */
const MOST_RECORDS = 50_000;

interface Kind {
  /** Folder of the unpacked distribution. */
  readonly folder: string;
  readonly train: readonly string[];
  readonly test: string;
  readonly classes: number;
  /** Of each label byte of a record, the last of which is the class. */
  readonly labels: readonly { readonly name: string; readonly below: number }[];
}

const kinds = {
  cifar10: {
    folder: "cifar-10-batches-bin",
    train: [1, 2, 3, 4, 5].map(k => `data_batch_${k}.bin`),
    test: "test_batch.bin",
    classes: 10,
    labels: [{ name: "label", below: 10 }],
  },
  cifar100: {
    folder: "cifar-100-binary",
    train: ["train.bin"],
    test: "test.bin",
    classes: 100,
    labels: [
      { name: "coarse label", below: 20 },
      { name: "fine label", below: 100 },
    ],
  },
} satisfies Readonly<Record<string, Kind>>;

/**
 * Intensities are pixels / 255, as [height, width, channel]; of CIFAR-100 the fine labels. The last training samples
 * validate, as for MNIST.
 * @param dataDir  folder of data sets; see `dataFolder` for the default
 * @throws         InputError when files are missing or damaged
 */
export async function loadCifar(name: keyof typeof kinds, dataDir?: string): Promise<Dataset> {
  const kind: Kind = kinds[name];
  const folder = await findFolder(name, kind, dataDir);
  const read = async (file: string): Promise<Samples> => {
    const path = await findFile(folder, file);
    if (path === undefined) {
      const all = [...kind.train, kind.test].join(", ");
      throw new InputError(`${folder}: ${file} (or ${file}.gz) is missing; expected ${all}`);
    }
    const most = MOST_RECORDS * (kind.labels.length + CHANNELS * PLANE);
    return parseRecords(await readBytes(path, most), path, kind);
  };
  const parts: Samples[] = [];
  for (const file of kind.train) parts.push(await read(file));
  const all = together(parts);
  const kept = all.count - validationShare(all.count);
  return {
    name,
    inputs: CHANNELS * PLANE,
    classes: kind.classes,
    shape: [SIDE, SIDE, CHANNELS],
    train: range(all, 0, kept),
    validation: range(all, kept, all.count),
    test: await read(kind.test),
  };
}

async function findFolder(name: string, kind: Kind, dataDir?: string): Promise<string> {
  const [own, root] = candidateFolders(name, dataDir);
  const candidates = [own, join(own, kind.folder), join(root, kind.folder)];
  for (const folder of candidates) {
    for (const file of [...kind.train, kind.test]) if (await findFile(folder, file)) return folder;
  }
  throw new InputError(
    `${name}: expected ${kind.test} and its relatives in ${candidates.join(" or ")}, got none; unpack the binary ` +
      "version from https://www.cs.toronto.edu/~kriz/cifar.html there, or name its folder with --data-dir",
  );
}

/** @throws InputError that names the file, the record and the field */
function parseRecords(bytes: Uint8Array, file: string, { labels: fields }: Kind): Samples {
  const record = fields.length + CHANNELS * PLANE;
  const count = bytes.length / record;
  if (!Number.isInteger(count) || count === 0) {
    throw new InputError(`${file}: found ${bytes.length} bytes; expected one or more records of ${record}`);
  }
  const intensities = new Float32Array(count * CHANNELS * PLANE);
  const labels = new Uint8Array(count);
  const intensity = Float32Array.from({ length: 256 }, (_, value) => value / 255);
  for (let n = 0; n < count; n++) {
    const start = n * record;
    fields.forEach(({ name, below }, k) => {
      const label = bytes[start + k];
      if (label >= below) {
        throw new InputError(
          `${file}: record ${n}: ${name}: found ${label}; expected a number from 0 to ${below - 1}`,
        );
      }
      labels[n] = label;
    });
    const pixels = start + fields.length;
    const to = n * CHANNELS * PLANE;
    for (let c = 0; c < CHANNELS; c++) {
      for (let p = 0; p < PLANE; p++) {
        intensities[to + p * CHANNELS + c] = intensity[bytes[pixels + c * PLANE + p]];
      }
    }
  }
  return { count, intensities, labels };
}

function together(parts: readonly Samples[]): Samples {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const intensities = new Float32Array(count * CHANNELS * PLANE);
  const labels = new Uint8Array(count);
  let at = 0;
  for (const part of parts) {
    intensities.set(part.intensities, at * CHANNELS * PLANE);
    labels.set(part.labels, at);
    at += part.count;
  }
  return { count, intensities, labels };
}

function range({ intensities, labels }: Samples, from: number, to: number): Samples {
  return {
    count: to - from,
    intensities: intensities.subarray(from * CHANNELS * PLANE, to * CHANNELS * PLANE),
    labels: labels.subarray(from, to),
  };
}
