import fs from "node:fs";
import { resolve } from "node:path";
import type { Dataset } from "h5wasm/node";
import { InputError, shown } from "../../errors.ts";

/*
 * What may be read of an HDF5 file: only what lies in it, and not more than a file of its size can hold.
 */

/** [bytes] A dataset that claims more is not read: a damaged file can claim any size. */
const LARGEST = 2 ** 29;
/** [bytes] The same for all that is read of one file, and how often its own size: no data are packed as tightly. */
const LARGEST_FILE = 2 ** 31;
const MOST_PACKED = 100;
/** [bytes] Small files may hold this much in any case. */
const SMALL_FILE = 2 ** 24;

/** The file that is being read, of which there is one at a time. */
interface Reading {
  readonly file: string;
  /** [bytes] Of the file itself. */
  readonly size: number;
  /** [bytes] What may still be read of it. */
  left: number;
  /** The entity that was looked at last. */
  place: string;
  /** The first other file that it asked for, and what it was needed for. */
  other: { readonly name: string; readonly place: string } | null;
  /** Whether the library has opened the file itself. */
  isOpen: boolean;
}
let reading: Reading = {
  ...{ file: "", size: 0, left: LARGEST_FILE, place: "", other: null, isOpen: false },
};

/** Begins the reading of a file. */
export function beginReading(file: string): void {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const left = Math.min(LARGEST_FILE, Math.max(SMALL_FILE, MOST_PACKED * size));
  reading = { file, size, left, place: "/", other: null, isOpen: false };
}

/** The library has opened the file itself. */
export function opened(): void {
  reading.isOpen = true;
}

/** @param place  path of what is looked at next, for messages */
export function lookAt(place: string): void {
  reading.place = place;
}

/** Its name, for messages. */
export function fileRead(): string {
  return reading.file;
}

/** What the file asked for in another one, as an error; null for nothing. */
export function foreignData(): ForeignData | null {
  const { other } = reading;
  return other && new ForeignData(`data of ${shown(other.name)}`, other.place);
}

/**
 * Lets the library open the file that is being read and no other, for as long as `collecting` works: links, virtual
 * data sets and external storage of a file name any file of the machine.
 */
export function seal(): void {
  const { openSync } = fs;
  fs.openSync = (path, flags, mode) => {
    if (!reading.isOpen && resolve(String(path)) === resolve(reading.file))
      return openSync(path, flags, mode);
    reading.other ??= { name: String(path), place: reading.place };
    throw Object.assign(new Error("another file"), { code: "ENOENT" });
  };
}

/** What the library could not read: it may not have let go of the file, and knows it by its place. */
export class DamagedFile extends InputError {}

/** What lies in another file, which whoever made this one may not be allowed to read. */
export class ForeignData extends DamagedFile {
  constructor(what: string, place = reading.place) {
    super(`${reading.file}: ${place}: expected data within the file, got ${what}`);
  }
}

/**
 * Rows to be read at once where rows have no fixed length: a few bytes of a file can name the same long row any number
 * of times, but no row is longer than the file.
 */
export function pieces(from: number, to: number): [from: number, to: number][] {
  const rows = Math.max(16, Math.min(4096, Math.floor(2 ** 25 / Math.max(1, reading.size))));
  return Array.from({ length: Math.ceil((to - from) / rows) }, (_, k) => [
    from + k * rows,
    Math.min(to, from + (k + 1) * rows),
  ]);
}

/** @throws InputError for a dataset that is too large to be read, or would be one too many */
export function checkSize({ shape, metadata }: Dataset, path: string, file: string): void {
  const product = (list: readonly number[] | null) => (list ?? []).reduce((all, n) => all * n, 1);
  const size = metadata?.size ?? 1;
  // The library unpacks whole chunks, however little of them is wanted.
  const chunk = product(metadata?.chunks ?? []) * size;
  if (!(chunk <= Math.min(LARGEST, reading.left)))
    throw new InputError(`${file}: ${path}: expected chunks of at most ${reading.left} bytes, got ${chunk}`);
  charge(product(shape) * size, path);
}

/** @throws InputError when more was read of the file than its size allows */
export function charge(bytes: number, path: string): void {
  const most = Math.min(LARGEST, reading.left);
  if (!(bytes <= most))
    throw new InputError(
      `${reading.file}: ${path}: expected at most ${most} bytes in a file of ${reading.size}, got ${bytes}`,
    );
  reading.left -= bytes;
}
