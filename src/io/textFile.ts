import { closeSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { InputError } from "../errors.ts";

/** [bytes] More is no text that a person or a tool wrote as a description. */
const LARGEST = 2 ** 26;

/** A path as an error names it: its end, where it is long. */
export function namedPath(path: string): string {
  return path.length > 200 ? `…${path.slice(-199)}` : path;
}

/**
 * What stands at a path, when it can be read to its end: a file or a folder.
 * @returns null when nothing is there
 * @throws InputError for pipes, devices and sockets, which may never end, and for what cannot be reached
 */
export function fileOrFolder(path: string): Stats | null {
  let found: Stats | undefined;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new InputError(`${namedPath(path)}: expected a file, got ${(error as NodeJS.ErrnoException).code}`);
  }
  if (!found) return null;
  if (found.isFile() || found.isDirectory()) return found;
  const kind = found.isFIFO() ? "a pipe" : found.isSocket() ? "a socket" : "a device";
  throw new InputError(`${namedPath(path)}: expected a file, got ${kind}`);
}

/**
 * The text of a file, as UTF-8.
 * @param most  [bytes]
 * @throws InputError when it is none, or larger
 */
export function readText(path: string, most = LARGEST): string {
  const found = fileOrFolder(path);
  if (!found?.isFile())
    throw new InputError(`${namedPath(path)}: expected a file, got ${found ? "a folder" : "nothing there"}`);
  const pieces: Buffer[] = [];
  let file: number | null = null;
  try {
    file = openSync(path, "r");
    // Some files of the system tell no size.
    for (let total = 0; total <= most; ) {
      const piece = Buffer.alloc(Math.min(2 ** 20, most + 1 - total));
      const n = readSync(file, piece, 0, piece.length, null);
      if (n === 0) return Buffer.concat(pieces).toString("utf8");
      pieces.push(piece.subarray(0, n));
      total += n;
    }
  } catch (error) {
    throw new InputError(`${namedPath(path)}: expected a file, got ${(error as NodeJS.ErrnoException).code}`);
  } finally {
    if (file !== null) closeSync(file);
  }
  throw new InputError(`${namedPath(path)}: expected at most ${most} bytes, got more`);
}
