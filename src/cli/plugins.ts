import { relative, resolve, sep } from "node:path";
import { InputError } from "../errors.ts";
import { entryAt } from "../files/regular.ts";
import { loadPlugin } from "../training/plugins.ts";
import type { RunRecord } from "../training/results.ts";
import { checksum } from "./startNetwork.ts";

interface Plugin {
  /** As it was typed. */
  readonly file: string;
  readonly sha256: string;
}

const loaded: Plugin[] = [];

/** What --plugin has named, in this order. */
export const plugins: readonly Plugin[] = loaded;

/** @throws InputError that begins with the file, when it cannot be imported or defines nothing */
export async function usePlugin(file: string): Promise<void> {
  await loadPlugin(file);
  const sha256 = checksum(file);
  loaded.push({ file, sha256 });
}

/** The plugins as the run.json in a folder holds them; nothing where there are none. */
export function recordedPlugins(folder: string): Pick<RunRecord, "plugins"> {
  if (loaded.length === 0) return {};
  const path = (file: string) => relative(folder, resolve(file)).split(sep).join("/");
  return { plugins: loaded.map(({ file, sha256 }) => ({ file: path(file), sha256 })) };
}

/**
 * Loads the plugins of a run that goes on, but for those that --plugin has named.
 * @throws InputError when one is not where it was, or not what it was
 */
export async function usePluginsOf({ plugins = [] }: RunRecord, folder: string): Promise<void> {
  for (const { file, sha256 } of plugins) {
    if (loaded.some(plugin => plugin.sha256 === sha256)) continue;
    const path = resolve(folder, file);
    const found = entryAt(path)?.isFile() ? checksum(path) : null;
    if (found !== sha256)
      throw new InputError(
        `--resume: ${folder} began with the plugin ${file}, sha256 ${sha256}, got ${found ?? "nothing there; --plugin says where it is now"}`,
      );
    await usePlugin(path);
  }
}
