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
export async function writable(path: string, expected: string, writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (!mendable.includes(code)) throw error;
    throw new InputError(`--out: ${path} cannot be written (${code}); expected ${expected}`);
  }
}
