import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { readShd, SHD_CHANNELS } from "../../io/events/shd.ts";
import type { Dataset, Samples } from "../dataset.ts";
import { collector, folderWith, heldOut } from "./collect.ts";

/** Words that are in memory with all their spikes. */
const WORDS = 512;

/** The Spiking Heidelberg Digits from shd_train.h5 and shd_test.h5, one input per channel; see `collect.ts`. */
export function loadShd(dataDir?: string): Promise<Dataset> {
  return loadWords("shd", ["train", "test"], 20, dataDir);
}

/** The Spiking Speech Commands from ssc_train.h5, ssc_valid.h5 and ssc_test.h5. */
export function loadSsc(dataDir?: string): Promise<Dataset> {
  return loadWords("ssc", ["train", "valid", "test"], 35, dataDir);
}

/** @throws InputError when files are missing or damaged */
async function loadWords(
  name: string,
  parts: readonly string[],
  classes: number,
  dataDir?: string,
): Promise<Dataset> {
  const files = parts.map(part => `${name}_${part}.h5`);
  const folder = folderWith(name, files, dataDir);
  const read = async (file: string): Promise<Samples> => {
    const path = join(folder, file);
    const { count } = await readShd(path, [0, 0]);
    const collect = collector(count, SHD_CHANNELS, path);
    for (let from = 0; from < count; from += WORDS) {
      const { times, channels, labels } = await readShd(path, [from, from + WORDS]);
      channels.forEach((own, k) => {
        const label = labels[k];
        if (label >= classes)
          throw new InputError(
            `${path}: labels[${from + k}]: expected a class below ${classes}, got ${label}`,
          );
        const recording = { times: Float32Array.from(times[k]), inputs: own };
        collect.add(from + k, label, recording, `${path}: word ${from + k}`);
      });
    }
    return collect.samples;
  };
  const [train, ...others] = await Promise.all(files.map(read));
  const test = others.at(-1)!;
  const kept = others.length === 2 ? { train: train, validation: others[0] } : heldOut(train, SHD_CHANNELS);
  return { name, inputs: SHD_CHANNELS, classes, shape: [1, SHD_CHANNELS], ...kept, test };
}
