import { resolve } from "node:path";
import { InputError } from "../errors.ts";

/** What another --out mends; a full disk is not among them. */
const mendable = [
  "EACCES",
  "EEXIST",
  "EINVAL",
  "EISDIR",
  "ENAMETOOLONG",
  "ENOENT",
  "ENOTDIR",
  "EPERM",
  "EROFS",
];

/**
 * Waits for something to be written where --out says.
 * @throws InputError that names the path when it cannot be written there
 */
export async function writable<T>(path: string, expected: string, writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    const { code = "", path: failed = path } = error as NodeJS.ErrnoException;
    const [wanted, at] = [resolve(path), resolve(failed)];
    // The file itself, its temporary name or a folder on the way, not something that was read.
    if (!mendable.includes(code) || !(wanted.startsWith(at) || at.startsWith(wanted))) throw error;
    throw new InputError(`--out: ${path} cannot be written (${code}); expected ${expected}`);
  }
}
