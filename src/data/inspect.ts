/** Which files of a named set are here, and whether they are the right ones. */
import { dirname } from "node:path";
import type { DatasetEntry, DatasetFile } from "./catalogue.ts";
import { digitsPath } from "./digits.ts";
import { readBytes, sha256 } from "./files.ts";
import { candidateFolders, findFile } from "./locate.ts";

export type FileState = "ok" | "missing" | "corrupt";

export interface FileStatus {
  readonly name: string;
  readonly path: string | null;
  readonly state: FileState;
}

export interface DatasetStatus {
  readonly name: string;
  /** Where its files lie; null when none is here. */
  readonly folder: string | null;
  /** The worst state of its files. */
  readonly state: FileState;
  readonly files: readonly FileStatus[];
}

/**
 * Reads and checks every file of a set; a few tenths of a second for MNIST.
 * @param dataDir  folder of data sets; see `dataFolder` for the default
 */
export async function inspectDataset(entry: DatasetEntry, dataDir?: string): Promise<DatasetStatus> {
  const shipped = entry.mirrors.length === 0;
  const [own, direct] = shipped ? [dirname(digitsPath)] : candidateFolders(entry.name, dataDir);
  const files = await inspectFolder(entry, own);
  if (files.some(file => file.state !== "missing") || !direct) return summary(entry, own, files);
  // All sets share their file names: without one right file, what lies in the data folder itself is another set.
  const loose = await inspectFolder(entry, direct);
  if (loose.some(file => file.state === "ok")) return summary(entry, direct, loose);
  return summary(entry, own, files);
}

function inspectFolder(entry: DatasetEntry, folder: string): Promise<FileStatus[]> {
  return Promise.all(entry.files.map(file => inspectFile(folder, file)));
}

async function inspectFile(folder: string, file: DatasetFile): Promise<FileStatus> {
  const path = await findFile(folder, file.name);
  if (path === undefined) return { name: file.name, path: null, state: "missing" };
  // A file that cannot be read or unpacked is as bad as a wrong one.
  const found = await readBytes(path, file.bytes).then(sha256, () => "");
  return { name: file.name, path, state: found === file.sha256 ? "ok" : "corrupt" };
}

function summary(entry: DatasetEntry, folder: string, files: readonly FileStatus[]): DatasetStatus {
  const has = (state: FileState) => files.some(file => file.state === state);
  return {
    name: entry.name,
    folder: files.every(file => file.state === "missing") ? null : folder,
    state: has("corrupt") ? "corrupt" : has("missing") ? "missing" : "ok",
    files,
  };
}
