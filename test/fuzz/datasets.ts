import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { loadDataset } from "../../src/data/index.ts";
import { tinySet } from "../data/idxFiles.ts";
import { writeShdLike } from "../io/events/shdFiles.ts";
import { bytes, type Change, either } from "./changes.ts";
import { gzipped, png } from "./containers.ts";
import { hdf5Values } from "./hdf5Values.ts";
import type { Kind } from "./kind.ts";

type Files = Readonly<Record<string, Uint8Array>>;

/** A data set of which one file is another. */
function dataset(
  name: string,
  share: number,
  file: string,
  files: (folder: string) => Files,
  change: (folder: string) => Change,
  load: (folder: string) => Promise<unknown>,
): Kind {
  return {
    name: `data ${name}`,
    share,
    start(folder) {
      const all = files(folder);
      const data = join(folder, "data");
      for (const [path, content] of Object.entries(all)) {
        mkdirSync(dirname(join(data, path)), { recursive: true });
        writeFileSync(join(data, path), content);
      }
      return {
        good: [all[file]],
        change: change(folder),
        read(bytes) {
          writeFileSync(join(data, file), bytes);
          return load(data);
        },
      };
    },
  };
}

const folderOf = (folder: string) => loadDataset(`folder:${folder}`);
const picture = (value: number) => Uint8Array.from({ length: 12 }, (_, k) => (value + 7 * k) % 256);

function pictures(): Files {
  const grey = (value: number) =>
    encodePng({ width: 4, height: 3, channels: 1, depth: 8, data: picture(value) });
  const data = Buffer.from([...picture(3)].flatMap(value => [value, 255 - value, value >> 1, 255]));
  const colour = jpeg.encode({ width: 4, height: 3, data }, 90).data;
  const files: Record<string, Uint8Array> = { "train/cat/x.jpg": new Uint8Array(colour) };
  for (const [c, name] of ["cat", "dog"].entries()) {
    for (let k = 0; k < 3; k++) files[`train/${name}/${k}.png`] = grey(100 * c + k);
    files[`test/${name}/0.png`] = grey(100 * c);
  }
  return files;
}

function idx(packed: boolean): Files {
  const files = Object.entries(tinySet());
  return Object.fromEntries(packed ? files.map(([name, b]) => [`${name}.gz`, gzipSync(b)] as const) : files);
}

function cifar(folder: string, labels: number, names: readonly string[]): Files {
  const record = Uint8Array.from({ length: labels + 3072 }, (_, k) => (k < labels ? 3 : k % 256));
  return Object.fromEntries(names.map(name => [`${folder}/${name}`, record]));
}

const cifar10 = [1, 2, 3, 4, 5].map(k => `data_batch_${k}.bin`).concat("test_batch.bin");

function nmnist(): Files {
  const events = Uint8Array.from({ length: 50 }, (_, k) => [k % 34, (2 * k) % 34, 0x80, k, 0][k % 5]);
  const digits = Array.from({ length: 10 }, (_, d) => d);
  return Object.fromEntries(
    ["Train", "Test"].flatMap(part => digits.map(d => [`${part}/${d}/a.bin`, events])),
  );
}

function shd(folder: string): Files {
  const path = join(folder, "good.h5");
  writeShdLike(path, "f32");
  const content = new Uint8Array(readFileSync(path));
  return { "shd_train.h5": content, "shd_test.h5": content };
}

const of =
  (...changes: Change[]) =>
  () =>
    either(...changes);

export const datasets: readonly Kind[] = [
  dataset("idx images", 1, "train-images-idx3-ubyte", () => idx(false), of(bytes), loadDataset),
  dataset("idx labels", 1, "train-labels-idx1-ubyte", () => idx(false), of(bytes), loadDataset),
  dataset(
    "idx packed",
    1,
    "train-images-idx3-ubyte.gz",
    () => idx(true),
    of(bytes, gzipped(bytes)),
    loadDataset,
  ),
  dataset(
    "cifar10",
    1,
    "cifar-10-batches-bin/test_batch.bin",
    () => cifar("cifar-10-batches-bin", 1, cifar10),
    of(bytes),
    dataDir => loadDataset("cifar10", { dataDir }),
  ),
  dataset(
    "cifar100",
    1,
    "cifar-100-binary/train.bin",
    () => cifar("cifar-100-binary", 2, ["train.bin", "test.bin"]),
    of(bytes),
    dataDir => loadDataset("cifar100", { dataDir }),
  ),
  dataset("png", 1, "train/cat/0.png", pictures, of(bytes, png, png), folderOf),
  dataset("jpeg", 1, "train/cat/x.jpg", pictures, of(bytes), folderOf),
  dataset("nmnist", 0.5, "Train/3/a.bin", nmnist, of(bytes), dataDir => loadDataset("nmnist", { dataDir })),
  dataset(
    "shd",
    0.1,
    "shd_train.h5",
    shd,
    folder => either(bytes, hdf5Values(folder)),
    dataDir => loadDataset("shd", { dataDir }),
  ),
];
