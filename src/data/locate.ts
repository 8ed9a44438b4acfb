/** Where data sets lie on this machine. */
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The folder that holds data sets: the option, else $THREEFACTOR_DATA, else `threefactor` in the user's cache folder.
 * The last three parameters are for tests.
 */
export function dataFolder(
  option?: string,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  return option || env.THREEFACTOR_DATA || join(cacheFolder(env, platform, home), "threefactor");
}

/** Where a named set may lie, best first: its own folder inside the data folder, or the data folder itself. */
export function candidateFolders(name: string, option?: string): readonly [own: string, direct: string] {
  const root = dataFolder(option);
  return [join(root, name), root];
}

/** Path of a file stored plain or with `.gz`, or undefined when neither is there. */
export async function findFile(folder: string, name: string): Promise<string | undefined> {
  for (const path of [join(folder, name), join(folder, `${name}.gz`)]) {
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return path;
  }
  return undefined;
}

function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  if (platform === "darwin") return join(home, "Library", "Caches");
  if (platform === "win32") return env.LOCALAPPDATA || join(home, "AppData", "Local");
  // The XDG base directory specification says that a relative path is invalid and must be ignored.
  const xdg = env.XDG_CACHE_HOME;
  return xdg && isAbsolute(xdg) ? xdg : join(home, ".cache");
}
