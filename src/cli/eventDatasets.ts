import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Dataset, Samples } from "../data/dataset.ts";
import { type LoadOptions, loadDataset } from "../data/index.ts";
import { candidateFolders } from "../data/locate.ts";
import { entryAt, readRegular } from "../data/regular.ts";
import { subset } from "../data/subset.ts";
import { InputError } from "../errors.ts";
import { decodeNmnist, NMNIST_SIDE } from "../io/events/nmnist.ts";
import { readShd, SHD_CHANNELS } from "../io/events/shd.ts";
import { Rng } from "../math/rng.ts";

/** Validation takes every tenth training sample of a random but fixed order. */
const VALIDATION_SHARE = 10;

/**
 * Any data set of `loadDataset`, and those of event recordings that the user has: `nmnist` (the folders Train and Test
 * of N-MNIST), `shd` (shd_train.h5 and shd_test.h5) and `ssc` (ssc_train.h5, ssc_valid.h5 and ssc_test.h5). Their
 * intensities are event counts per input, divided by the largest of the sample: the encoders turn them into spikes
 * again, and the times of the recording play no part.
 * @throws InputError when files are missing or damaged
 */
export async function loadAnyDataset(name: string, options: LoadOptions): Promise<Dataset> {
  if (name === "nmnist") return subset(loadNmnist(options.dataDir), options);
  if (name === "shd") return subset(await loadWords("shd", 20, options.dataDir), options);
  if (name === "ssc") return subset(await loadWords("ssc", 35, options.dataDir), options);
  return loadDataset(name, options);
}

function loadNmnist(dataDir?: string): Dataset {
  const folder = folderWith("nmnist", ["Train", "Test"], dataDir);
  const inputs = 2 * NMNIST_SIDE * NMNIST_SIDE;
  const size = { width: NMNIST_SIDE, height: NMNIST_SIDE };
  const part = (name: string) => {
    const files = Array.from({ length: 10 }, (_, label) => {
      const own = join(folder, name, String(label));
      if (!entryAt(own)?.isDirectory())
        throw new InputError(`${own}: expected the folder of a digit, got nothing there`);
      return readdirSync(own)
        .filter(file => file.endsWith(".bin"))
        .sort()
        .map(file => ({ path: join(own, file), label }));
    }).flat();
    const collect = counter(files.length, inputs, join(folder, name));
    files.forEach(({ path, label }, k) => {
      const { x, y, polarity } = decodeNmnist(readRegular(path), path, size);
      const events = x.map((_, e) => (polarity[e]! * NMNIST_SIDE + y[e]!) * NMNIST_SIDE + x[e]!);
      collect.add(k, label, events);
    });
    return collect.samples;
  };
  const shape = [2 * NMNIST_SIDE, NMNIST_SIDE];
  return { name: "nmnist", inputs, classes: 10, shape, ...split(part("Train"), inputs), test: part("Test") };
}

/** Numbers of all samples of a part together: 8 GiB of intensities. */
const MOST_NUMBERS = 2 ** 31;

/** Words that are in memory with all their spikes. */
const WORDS = 512;

/** SHD or SSC: the larger one has files of its own for validation. */
async function loadWords(name: "shd" | "ssc", classes: number, dataDir?: string): Promise<Dataset> {
  const parts = name === "shd" ? ["train", "test"] : ["train", "valid", "test"];
  const files = parts.map(part => `${name}_${part}.h5`);
  const folder = folderWith(name, files, dataDir);
  const read = async (file: string): Promise<Samples> => {
    const path = join(folder, file);
    const { count } = await readShd(path, [0, 0]);
    const collect = counter(count, SHD_CHANNELS, path);
    for (let from = 0; from < count; from += WORDS) {
      const { channels, labels } = await readShd(path, [from, from + WORDS]);
      channels.forEach((own, k) => {
        const label = labels[k]!;
        if (label >= classes)
          throw new InputError(
            `${path}: labels[${from + k}]: expected a class below ${classes}, got ${label}`,
          );
        collect.add(from + k, label, own);
      });
    }
    return collect.samples;
  };
  const [train, ...others] = await Promise.all(files.map(read));
  const test = others.at(-1)!;
  const kept = others.length === 2 ? { train: train!, validation: others[0]! } : split(train!, SHD_CHANNELS);
  return { name, inputs: SHD_CHANNELS, classes, shape: [1, SHD_CHANNELS], ...kept, test };
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
function counter(count: number, inputs: number, where: string) {
  if (count === 0) throw new InputError(`${where}: expected recordings, got none`);
  if (count * inputs > MOST_NUMBERS)
    throw new InputError(
      `${where}: expected at most ${MOST_NUMBERS} numbers, got ${count} recordings of ${inputs} inputs`,
    );
  const intensities = new Float32Array(count * inputs);
  const labels = new Uint8Array(count);
  const row = new Uint32Array(count);
  new Rng(20, "event recordings").permutation(count).forEach((k, place) => {
    row[k] = place;
  });
  return {
    samples: { count, intensities, labels },
    /** Recording k, whose events are at these inputs. */
    add(k: number, label: number, events: ArrayLike<number>): void {
      const own = intensities.subarray(row[k]! * inputs, (row[k]! + 1) * inputs);
      labels[row[k]!] = label;
      for (let e = 0; e < events.length; e++) own[events[e]!]!++;
      const most = own.reduce((a, b) => Math.max(a, b), 0);
      if (most > 0) for (let i = 0; i < inputs; i++) own[i]! /= most;
    },
  };
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
