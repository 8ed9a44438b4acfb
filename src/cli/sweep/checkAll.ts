import type { Dataset } from "../../data/dataset.ts";
import { loadDataset } from "../../data/index.ts";
import { InputError } from "../../errors.ts";
import { plans } from "../compareOptions.ts";
import { type Configuration, titleOf } from "./configurations.ts";
import { kindOf } from "./costs.ts";

/** Samples of a configuration's parts. */
export interface Counts {
  readonly train: number;
  readonly test: number;
}

/**
 * Finds out what `compare` would refuse once it has the data, before hours have gone by.
 * @param file  named in errors
 * @returns how many samples a configuration has
 * @throws InputError that names the configuration and the option
 */
export async function checkAll(
  all: readonly Configuration[],
  dataDir: string | null,
  file: string,
): Promise<(of: Configuration) => Counts> {
  const counts = new Map<string, Counts>();
  const seen = new Set<string>();
  let loaded = null as { key: string; data: Dataset } | null;
  // One set at a time is enough in memory.
  for (const each of [...all].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const [key, kind] = [keyOf(each), kindOf(each)];
    if (seen.has(kind)) continue;
    seen.add(kind);
    try {
      if (loaded?.key !== key) loaded = { key, data: await dataOf(each, dataDir) };
      const { data } = loaded;
      counts.set(key, { train: data.train.count, test: data.test.count });
      plans(each.options, data, each.start);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`${file}: ${titleOf(each)}: ${error.message}`, { cause: error });
    }
  }
  return of => counts.get(keyOf(of))!;
}

function dataOf({ options }: Configuration, dataDir: string | null): Promise<Dataset> {
  const { dataset, trainSamples, testSamples } = options;
  return loadDataset(dataset, {
    ...(dataDir !== null && { dataDir }),
    ...(trainSamples !== null && { trainSamples }),
    ...(testSamples !== null && { testSamples }),
  });
}

function keyOf({ options: { dataset, trainSamples, testSamples } }: Configuration): string {
  return JSON.stringify([dataset, trainSamples, testSamples]);
}
