/**
 * The way in for every file that a user names: only regular files of bounded size are opened, so that a pipe is not
 * waited for, a device not read without end, and nothing larger than memory begun. Libraries that open a file
 * themselves ask `expectRegular` first.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { InputError } from "../errors.ts";

/** [bytes] As much as one array of bytes can be relied on to hold. */
export const LARGEST_FILE = 2 ** 31 - 1;
/** [bytes] More has no text that a person or a tool wrote as a description. */
export const LARGEST_DESCRIPTION = 2 ** 26;
/** [bytes] As much as one text can hold. */
const LARGEST_TEXT = 2 ** 29 - 25;
/** [bytes] Most that is read at once. */
const PIECE = 2 ** 30;

/** A path as an error names it: its end, where it is long. */
export function namedPath(path: string): string {
  return path.length > 200 ? `…${path.slice(-199)}` : path;
}

/**
 * What stands at a path, links followed; null for nothing.
 * @throws InputError when that cannot be told, such as for links in a circle
 */
export function entryAt(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * @param most  [bytes]
 * @returns     its size [bytes]; 0 for a file of the system that does not know its own
 * @throws      InputError unless it is a regular file of at most that size
 */
export function expectRegular(path: string, most = LARGEST_FILE): number {
  const found = entryAt(path);
  if (found === null) throw new InputError(`${namedPath(path)}: expected a file, got nothing there`);
  return checkRegular(found, path, most);
}

/**
 * Opens a file for reading; the caller closes it.
 * @param most  [bytes] of the whole file; its reader may well take it in pieces
 * @returns     its descriptor and its size [bytes]
 * @throws      InputError unless it is a regular file that can be read
 */
export function openRegular(path: string, most = Number.MAX_SAFE_INTEGER): { file: number; size: number } {
  // Before it is opened, as opening a device may do something; without waiting, as a pipe may have come there since.
  expectRegular(path, most);
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return { file, size: checkRegular(fstatSync(file), path, most) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/**
 * The bytes of a file.
 * @param most  [bytes]
 * @throws      InputError unless it is a regular file of at most that size that can be read
 */
export function readRegular(path: string, most = LARGEST_FILE): Uint8Array {
  const { file, size } = openRegular(path, most);
  try {
    // One more, so that the last read finds the end; files of the system are longer than they say.
    let bytes = new Uint8Array(Math.max(size + 1, 4096));
    for (let at = 0; ; ) {
      const got = readSync(file, bytes, at, Math.min(PIECE, bytes.length - at), null);
      at += got;
      if (at > most) throw tooLarge(path, at, most);
      if (got === 0) return bytes.subarray(0, at);
      if (at < bytes.length) continue;
      const larger = new Uint8Array(Math.min(2 * bytes.length, most + 1));
      larger.set(bytes);
      bytes = larger;
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    closeSync(file);
  }
}

/** The same as text (UTF-8, a byte order mark left out). */
export function readText(path: string, most = LARGEST_TEXT): string {
  return new TextDecoder().decode(readRegular(path, Math.min(most, LARGEST_TEXT)));
}

function checkRegular(found: Stats, path: string, most: number): number {
  if (!found.isFile()) throw new InputError(`${namedPath(path)}: expected a file, got ${kindOf(found)}`);
  if (found.size > most) throw tooLarge(path, found.size, most);
  return found.size;
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return "a folder";
  if (found.isFIFO()) return "a pipe";
  if (found.isSocket()) return "a socket";
  return "a device";
}

function tooLarge(path: string, size: number, most: number): InputError {
  return new InputError(`${namedPath(path)}: expected a file of at most ${most} bytes, got ${size}`);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "nothing there",
  ENOTDIR: "a file where a folder should be",
  EISDIR: "a folder",
  EACCES: "one that may not be read",
  EPERM: "one that may not be read",
  ELOOP: "links in a circle",
  ENAMETOOLONG: "a name that is too long",
  ENXIO: "a socket",
};

/** An error of the file system as one of bad input; a fault of the program stays what it is. */
export function unreadable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ERR_INVALID_ARG_VALUE")
    return new InputError(`${JSON.stringify(path)}: expected a file, got no name of one`);
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return new InputError(`${namedPath(path)}: expected a file, got ${reasons[code] ?? code}`);
}
