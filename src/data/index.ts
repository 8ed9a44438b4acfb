/** Data sets by name or folder, in their three fixed parts. */
import { stat } from "node:fs/promises";
import { InputError } from "../errors.ts";
import { datasetNames, findDataset } from "./catalogue.ts";
import { cifarNames, loadCifar } from "./cifar.ts";
import type { Dataset } from "./dataset.ts";
import { loadDigits } from "./digits.ts";
import { loadImageFolder } from "./imageFolder.ts";
import { idxFileNames, loadIdxFolder, loadNamedIdx } from "./mnist.ts";
import { type Sizes, subset } from "./subset.ts";

export type { DatasetEntry, DatasetFile } from "./catalogue.ts";
export { catalogue, datasetNames, findDataset } from "./catalogue.ts";
export type { Dataset, Samples } from "./dataset.ts";

export interface LoadOptions extends Sizes {
  /** Folder of data sets; else $THREEFACTOR_DATA, else the user's cache folder. */
  readonly dataDir?: string | undefined;
}

/** Before the path of a folder of pictures. */
const PICTURES = "folder:";

/**
 * Loads a data set.
 * @param name  digits, mnist, fashion-mnist, cifar10, cifar100, `folder:` and the path of a folder of pictures, or the
 *              path of a folder with MNIST's four IDX files
 * @throws      InputError when the name is unknown, the files are missing or damaged, or a size is out of range
 */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<Dataset> {
  return subset(await loadWhole(name, options.dataDir), options);
}

async function loadWhole(name: string, dataDir?: string): Promise<Dataset> {
  if (name === "digits") return loadDigits();
  const entry = findDataset(name);
  if (entry) return loadNamedIdx(entry, dataDir);
  if (cifarNames.includes(name)) return loadCifar(name, dataDir);
  if (name.startsWith(PICTURES)) return loadImageFolder(name.slice(PICTURES.length));
  const isFolder = await stat(name).then(
    found => found.isDirectory(),
    () => false,
  );
  if (isFolder) return loadIdxFolder(name);
  throw new InputError(
    `dataset: found "${name}"; expected ${[...datasetNames, ...cifarNames].join(", ")}, folder:PATH of pictures, or an ` +
      `existing folder with ${idxFileNames.join(", ")}`,
  );
}
