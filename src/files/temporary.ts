import { rmSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { isGone, type Owner, self } from "./owner.ts";

/*
 * Names under which files are written until they are whole. Each says which process writes it, so that what a killed
 * one has left is known from what a living one is writing.
 */

const PREFIX = ".threefactor-";
const SUFFIX = ".tmp";

let made = 0;
const mine = new Set<string>();
const swept = new Set<string>();

/** A name in a folder that no other write has. It is `release`d when nothing stands there any more. */
export function claim(folder: string): string {
  const { pid, host, began } = self();
  const words = [pid, began ?? "", `${threadId}.${made++}`, host.replaceAll(/[/\\]/g, "-")];
  const path = join(folder, `${PREFIX}${words.join("_")}${SUFFIX}`);
  hold(path);
  return path;
}

/** Has something removed when this process is interrupted. */
export function hold(path: string): void {
  mine.add(path);
}

export function release(path: string): void {
  mine.delete(path);
}

/** Removes at once whatever this process is still writing: it is about to end. */
export function removeUnfinished(): void {
  for (const path of mine) rmSync(path, { force: true, recursive: true });
  mine.clear();
}

/** Removes what processes that are gone have left half-written in a folder; looks once. */
export async function removeAbandoned(folder: string): Promise<void> {
  if (swept.has(folder)) return;
  swept.add(folder);
  await removeWhere(folder, name => {
    const owner = ownerOf(name);
    return owner !== null && isGone(owner);
  });
}

/** Removes everything half-written from a folder that no other process writes to. */
export function removeTemporary(folder: string): Promise<void> {
  return removeWhere(folder, name => ownerOf(name) !== null);
}

async function removeWhere(folder: string, unwanted: (name: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const gone = names.filter(unwanted);
  await Promise.all(gone.map(name => rm(join(folder, name), { force: true, recursive: true })));
}

/** Who writes under a name; null for a name of another kind. */
function ownerOf(name: string): Owner | null {
  if (!name.startsWith(PREFIX) || !name.endsWith(SUFFIX)) return null;
  const words = /^([1-9]\d*)_([^_]*)_[\d.]+_(.*)$/.exec(name.slice(PREFIX.length, -SUFFIX.length));
  if (!words) return null;
  return { pid: Number(words[1]), host: words[3], began: words[2] || null };
}
