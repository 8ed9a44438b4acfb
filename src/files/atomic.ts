import { createReadStream } from "node:fs";
import { chmod, copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { type Destination, destinationOf } from "./destination.ts";
import { claim, release, removeAbandoned } from "./temporary.ts";

/** Writes a file under a temporary name, then renames it: whoever reads it finds all of it or none. */
export function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  return replaceAtomic(path, temporary => writeFile(temporary, content));
}

/**
 * The same for a file or folder that is written piece by piece. A link is written through: it stays, and what it leads
 * to is replaced. Into a device or a pipe, which can hold nothing back, the whole is copied once it is there.
 * @param fill  writes all of it under the name that it is given
 * @throws InputError when something stands there that cannot be replaced
 * @throws Error with the system's code, in one line that names the path, when it cannot be written
 */
export async function replaceAtomic(
  path: string,
  fill: (temporary: string) => Promise<void> | void,
  kind: "file" | "folder" = "file",
): Promise<void> {
  let temporary: string | null = null;
  try {
    const to = await destinationOf(path, kind);
    const folder = to.kind === "path" ? dirname(to.path) : tmpdir();
    await mkdir(folder, { recursive: true });
    await removeAbandoned(folder);
    temporary = claim(folder);
    await fill(temporary);
    await move(temporary, to);
  } catch (error) {
    if (temporary !== null) await rm(temporary, { force: true, recursive: true });
    throw naming(path, temporary, error as NodeJS.ErrnoException);
  } finally {
    if (temporary !== null) release(temporary);
  }
}

async function move(temporary: string, to: Destination): Promise<void> {
  if (to.kind === "path") {
    if (to.mode !== null) await chmod(temporary, to.mode);
    const busy = await rename(temporary, to.path).then(
      () => false,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EBUSY") throw error;
        return true;
      },
    );
    if (!busy) return;
    // A file that is mounted by itself has no name to give away.
    await copyFile(temporary, to.path);
  } else {
    const stream = await to.open();
    try {
      for await (const bytes of createReadStream(temporary)) await stream.write(bytes);
    } finally {
      await stream.close();
    }
  }
  await rm(temporary);
}

/** An error of the system's says what cannot be written, under the name that the caller knows. */
function naming(path: string, temporary: string | null, error: NodeJS.ErrnoException): Error {
  const { code, message, path: failed } = error;
  if (typeof code !== "string" || !/^E[A-Z0-9]+$/.test(code)) return error;
  // Something that was to be read meanwhile is not there.
  if (temporary !== null && failed !== undefined && !failed.startsWith(temporary)) return error;
  const words = /^E[A-Z0-9]+: ([^,]*)/.exec(message)?.[1] ?? code;
  const named = new Error(`${path}: cannot be written: ${words} (${code})`, { cause: error });
  return Object.assign(named, { code, path });
}
