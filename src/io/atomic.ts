import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Writes a file under a temporary name, then renames it: whoever reads it finds all of it or none. */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * The same for a file or folder that is written piece by piece.
 * @param fill  writes all of it under the name that it is given
 */
export async function replaceAtomic(
  path: string,
  fill: (temporary: string) => Promise<void> | void,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await fill(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true, recursive: true });
    throw error;
  }
}

/** Removes what writes that were killed half-way have left in a folder. */
export async function removeTemporary(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(
    names
      .filter(name => /\.\d+\.tmp$/.test(name))
      .map(name => rm(join(folder, name), { force: true, recursive: true })),
  );
}
