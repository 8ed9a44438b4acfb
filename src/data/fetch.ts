/** Downloads a named set from public mirrors; a file appears under its name only after its checksum is right. */
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../errors.ts";
import { claim, release, removeAbandoned } from "../files/temporary.ts";
import type { DatasetEntry, DatasetFile } from "./catalogue.ts";
import { DownloadError, download } from "./download.ts";
import { isGzip, sha256, unpack } from "./files.ts";
import { inspectDataset } from "./inspect.ts";
import { candidateFolders } from "./locate.ts";

export interface FetchOptions {
  /** Folder of data sets; the set goes into a folder of its own name in it. */
  readonly dataDir?: string | undefined;
  /** Tried in order, instead of the set's own mirrors. */
  readonly mirrors?: readonly string[] | undefined;
  /** Told in words what is being done. */
  readonly onProgress?: ((message: string) => void) | undefined;
  /** Stops the download; what was being written is removed. */
  readonly signal?: AbortSignal | undefined;
}

export interface FetchResult {
  readonly name: string;
  readonly folder: string;
  /** `mirror` is null for a file that was here already. */
  readonly files: readonly { readonly name: string; readonly mirror: string | null }[];
}

/**
 * Makes sure that a set is here, whole and right. Right files are kept, wrong ones replaced.
 * @throws  InputError when a mirror is no URL or the folder cannot be written; DownloadError when no mirror serves a
 *          right file; the signal's reason when it is aborted
 */
export async function fetchDataset(entry: DatasetEntry, options: FetchOptions = {}): Promise<FetchResult> {
  const mirrors = (options.mirrors ?? entry.mirrors).map(checkMirror);
  const status = await inspectDataset(entry, options.dataDir);
  const [own] = candidateFolders(entry.name, options.dataDir);
  if (status.state === "ok" && status.folder !== null) {
    return {
      name: entry.name,
      folder: status.folder,
      files: entry.files.map(({ name }) => ({ name, mirror: null })),
    };
  }
  if (entry.mirrors.length === 0) {
    throw new InputError(
      `${entry.name}: the file that ships with threefactor is ${status.state}; install it again`,
    );
  }
  await mkdir(own, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`${own}: cannot be made (${error.code}); choose another folder with --data-dir`);
  });
  await removeAbandoned(own);
  const files: { name: string; mirror: string | null }[] = [];
  for (const file of entry.files) {
    const here = status.folder === own ? status.files.find(({ name }) => name === file.name) : undefined;
    if (here?.state === "ok") {
      files.push({ name: file.name, mirror: null });
      continue;
    }
    const { mirror, path } = await fetchFile(entry, file, own, mirrors, options);
    // A wrong copy under the other name (plain or .gz) might be read instead of the new one.
    if (here?.path && here.path !== path) await rm(here.path, { force: true });
    files.push({ name: file.name, mirror });
  }
  return { name: entry.name, folder: own, files };
}

async function fetchFile(
  entry: DatasetEntry,
  file: DatasetFile,
  folder: string,
  mirrors: readonly string[],
  { onProgress, signal }: FetchOptions,
): Promise<{ mirror: string; path: string }> {
  const served = `${file.name}.gz`;
  const failures: string[] = [];
  for (const mirror of mirrors) {
    onProgress?.(`${entry.name}: fetching ${served} from ${mirror}`);
    try {
      return { mirror, path: await fetchFrom(mirror, file, folder, signal) };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (!(error instanceof DownloadError)) throw error;
      failures.push(`${mirror} ${error.message}`);
    }
  }
  throw new DownloadError(
    `${entry.name}: ${served} could not be fetched: ${failures.join("; ")}; try again later or pass --mirror URL`,
  );
}

async function fetchFrom(
  mirror: string,
  file: DatasetFile,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const temporary = claim(folder);
  try {
    // Packing never adds more than a few bytes per block: more than this is not the file.
    await download(`${mirror}${file.name}.gz`, temporary, Math.ceil(file.bytes * 1.01) + 1024, signal);
    const stored = await readFile(temporary);
    const bytes = await unpack(stored, "the answer", file.bytes).catch((error: Error) => {
      throw new DownloadError(`serves a damaged file (${error.message})`);
    });
    const found = sha256(bytes);
    if (found !== file.sha256) {
      throw new DownloadError(`serves a wrong file: SHA-256 ${found}, expected ${file.sha256}`);
    }
    // Some servers unpack on the way; the name then says so.
    const path = join(folder, isGzip(stored) ? `${file.name}.gz` : file.name);
    await rename(temporary, path);
    return path;
  } finally {
    await rm(temporary, { force: true });
    release(temporary);
  }
}

function checkMirror(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new InputError(`--mirror: found "${text}"; expected a URL that starts with http:// or https://`);
  }
  return text.endsWith("/") ? text : `${text}/`;
}
