import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset, Samples } from "../data/dataset.ts";
import { type LoadOptions, loadDataset } from "../data/index.ts";
import { candidateFolders } from "../data/locate.ts";
import { subset } from "../data/subset.ts";
import { InputError } from "../errors.ts";
import { decodeNmnist, NMNIST_SIDE } from "../io/events/nmnist.ts";
import { readShd, SHD_CHANNELS } from "../io/events/shd.ts";
import { Rng } from "../math/rng.ts";

/** Validation takes every tenth training sample of a random but fixed order. */
const VALIDATION_SHARE = 10;

/**
 * Any data set of `loadDataset`, and two of event recordings that the user has: `nmnist` (the folders Train and Test of
 * N-MNIST) and `shd` (shd_train.h5 and shd_test.h5). Their intensities are event counts per input, divided by the
 * largest of the sample: the encoders turn them into spikes again, and the times of the recording play no part.
 * @throws InputError when files are missing or damaged
 */
export async function loadAnyDataset(name: string, options: LoadOptions): Promise<Dataset> {
  if (name === "nmnist") return subset(loadNmnist(options.dataDir), options);
  if (name === "shd") return subset(await loadShd(options.dataDir), options);
  return loadDataset(name, options);
}

function loadNmnist(dataDir?: string): Dataset {
  const folder = folderWith("nmnist", ["Train", "Test"], dataDir);
  const inputs = 2 * NMNIST_SIDE * NMNIST_SIDE;
  const size = { width: NMNIST_SIDE, height: NMNIST_SIDE };
  const part = (name: string) => {
    const files = Array.from({ length: 10 }, (_, label) => {
      const own = join(folder, name, String(label));
      if (!existsSync(own)) throw new InputError(`${own}: expected the folder of a digit, got nothing there`);
      return readdirSync(own)
        .filter(file => file.endsWith(".bin"))
        .sort()
        .map(file => ({ path: join(own, file), label }));
    }).flat();
    return samples(files.length, inputs, join(folder, name), (k, add) => {
      const { path, label } = files[k]!;
      const { x, y, polarity } = decodeNmnist(readFileSync(path), path, size);
      for (let e = 0; e < x.length; e++) add((polarity[e]! * NMNIST_SIDE + y[e]!) * NMNIST_SIDE + x[e]!);
      return label;
    });
  };
  const shape = [2 * NMNIST_SIDE, NMNIST_SIDE];
  return { name: "nmnist", inputs, classes: 10, shape, ...split(part("Train"), inputs), test: part("Test") };
}

async function loadShd(dataDir?: string): Promise<Dataset> {
  const folder = folderWith("shd", ["shd_train.h5", "shd_test.h5"], dataDir);
  const part = async (file: string) => {
    const path = join(folder, file);
    const words = await readShd(path);
    return samples(words.labels.length, SHD_CHANNELS, path, (k, add) => {
      for (const channel of words.channels[k]!) add(channel);
      const label = words.labels[k]!;
      if (label >= 20) throw new InputError(`${path}: labels[${k}]: expected a class below 20, got ${label}`);
      return label;
    });
  };
  const train = split(await part("shd_train.h5"), SHD_CHANNELS);
  const [classes, shape] = [20, [1, SHD_CHANNELS]];
  return { name: "shd", inputs: SHD_CHANNELS, classes, shape, ...train, test: await part("shd_test.h5") };
}

/** The folder of a set that holds these files. */
function folderWith(name: string, files: readonly string[], dataDir?: string): string {
  const folders = candidateFolders(name, dataDir);
  const found = folders.find(folder => files.every(file => existsSync(join(folder, file))));
  if (found !== undefined) return found;
  throw new InputError(
    `${name}: expected ${files.join(" and ")} in ${folders.join(" or ")}, got none; unpack the set there or name its folder with --data-dir`,
  );
}

/** Counts of events as intensities, in a random order that is the same every time: files come class by class. */
function samples(
  count: number,
  inputs: number,
  where: string,
  read: (k: number, add: (input: number) => void) => number,
): Samples {
  if (count === 0) throw new InputError(`${where}: expected recordings, got none`);
  const intensities = new Float32Array(count * inputs);
  const labels = new Uint8Array(count);
  const order = new Rng(20, "event recordings").permutation(count);
  order.forEach((k, row) => {
    const own = intensities.subarray(row * inputs, (row + 1) * inputs);
    labels[row] = read(k, input => {
      own[input]!++;
    });
    const most = own.reduce((a, b) => Math.max(a, b), 0);
    if (most > 0) for (let i = 0; i < inputs; i++) own[i]! /= most;
  });
  return { count, intensities, labels };
}

function split(all: Samples, inputs: number): { train: Samples; validation: Samples } {
  const kept = all.count - Math.floor(all.count / VALIDATION_SHARE);
  const part = (from: number, to: number): Samples => ({
    count: to - from,
    intensities: all.intensities.subarray(from * inputs, to * inputs),
    labels: all.labels.subarray(from, to),
  });
  return { train: part(0, kept), validation: part(kept, all.count) };
}
