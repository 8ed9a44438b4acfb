/** Data sets by name or folder, in their three fixed parts. */
import { stat } from "node:fs/promises";
import { InputError } from "../errors.ts";
import { Registry } from "../registry.ts";
import { type DatasetArrays, datasetOf } from "./arrays.ts";
import { type DatasetEntry, findDataset } from "./catalogue.ts";
import { loadCifar } from "./cifar.ts";
import type { Dataset } from "./dataset.ts";
import { loadDigits } from "./digits.ts";
import { loadImageFolder } from "./imageFolder.ts";
import { idxFileNames, loadIdxFolder, loadNamedIdx } from "./mnist.ts";
import { type Sizes, subset } from "./subset.ts";

export { type DatasetArrays, datasetOf, type SampleArrays } from "./arrays.ts";
export type { DatasetEntry, DatasetFile } from "./catalogue.ts";
export { catalogue, findDataset } from "./catalogue.ts";
export type { Dataset, Recording, Samples } from "./dataset.ts";

/** A data set with a name. */
export interface NamedDataset
  extends Pick<DatasetEntry, "name">,
    Partial<Pick<DatasetEntry, "title" | "licence" | "source">> {
  /** Its samples are recordings of events, which `compare` shows with their times unless another encoder is asked for. */
  readonly recordings?: boolean;
  /**
   * Reads it, or makes it. Its parts are fixed: they depend on nothing but the files.
   * @param dataDir  folder of data sets; see `dataFolder` for the default
   */
  load(dataDir?: string): Promise<Dataset | DatasetArrays> | Dataset | DatasetArrays;
}

const words =
  "B. Cramer et al. (2022), The Heidelberg Spiking Data Sets for the systematic evaluation of spiking neural networks";

const own: readonly NamedDataset[] = [
  { ...entry("digits"), load: loadDigits },
  { ...entry("mnist"), load: dataDir => loadNamedIdx(entry("mnist"), dataDir) },
  { ...entry("fashion-mnist"), load: dataDir => loadNamedIdx(entry("fashion-mnist"), dataDir) },
  ...(["cifar10", "cifar100"] as const).map(name => ({
    name,
    title: `CIFAR-${name.slice(5)}, 32x32 in colour, in its binary version`,
    licence: "none stated",
    source: "A. Krizhevsky (2009), Learning multiple layers of features from tiny images",
    load: (dataDir?: string) => loadCifar(name, dataDir),
  })),
  {
    name: "nmnist",
    title: "N-MNIST, handwritten digits before a moving event camera",
    licence: "CC BY-SA 4.0",
    source:
      "G. Orchard et al. (2015), Converting static image datasets to spiking neuromorphic datasets using saccades",
    recordings: true,
    load: async dataDir => (await import("./events/nmnist.ts")).loadNmnist(dataDir),
  },
  {
    name: "shd",
    title: "Spiking Heidelberg Digits, spoken words through an artificial cochlea",
    licence: "CC BY 4.0",
    source: words,
    recordings: true,
    load: async dataDir => (await import("./events/words.ts")).loadShd(dataDir),
  },
  {
    name: "ssc",
    title: "Spiking Speech Commands, spoken words through an artificial cochlea",
    licence: "CC BY 4.0",
    source: words,
    recordings: true,
    load: async dataDir => (await import("./events/words.ts")).loadSsc(dataDir),
  },
];

export const datasetRegistry = new Registry<NamedDataset>(
  "data set",
  { load: "function", title: "string?", licence: "string?", source: "string?", recordings: "boolean?" },
  own,
);

/** Every data set that has a name, and then those that were defined. The command line and the errors read this list. */
export const datasets: readonly NamedDataset[] = datasetRegistry.list;

/**
 * Adds a data set, which `loadDataset` and the command line then know by its name.
 * @throws InputError when the definition lacks something, or its name is taken
 */
export function defineDataset(definition: NamedDataset): NamedDataset {
  return datasetRegistry.add(definition);
}

/** What `loadDataset` takes, in words. */
export function datasetChoice(): string {
  return `${datasetRegistry.names.join(", ")}, folder:PATH of pictures by class, or a folder with four IDX files`;
}

/** How much of a data set is loaded, and from where. */
export interface LoadOptions extends Sizes {
  /** Folder of data sets; else $THREEFACTOR_DATA, else the user's cache folder. */
  readonly dataDir?: string | undefined;
}

/** Before the path of a folder of pictures. */
const PICTURES = "folder:";

/**
 * Loads a data set.
 * @param name  one of `datasets`, `folder:` and the path of a folder of pictures, or the path of a folder with MNIST's
 *              four IDX files
 * @throws      InputError when the name is unknown, the files are missing or damaged, or a size is out of range
 */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<Dataset> {
  return subset(await loadWhole(name, options.dataDir), options);
}

async function loadWhole(name: string, dataDir?: string): Promise<Dataset> {
  const named = datasetRegistry.find(name);
  if (named) return datasetOf(await named.load(dataDir), name);
  if (name.startsWith(PICTURES)) return loadImageFolder(name.slice(PICTURES.length));
  const isFolder = await stat(name).then(
    found => found.isDirectory(),
    () => false,
  );
  if (isFolder) return loadIdxFolder(name);
  throw new InputError(
    `dataset: found "${name}"; expected ${datasetRegistry.names.join(", ")}, folder:PATH of pictures, or an ` +
      `existing folder with ${idxFileNames.join(", ")}`,
  );
}

function entry(name: string): DatasetEntry {
  return findDataset(name)!;
}
