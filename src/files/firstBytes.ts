import { closeSync, readSync } from "node:fs";
import { openRegular, unreadable } from "./regular.ts";

/**
 * Up to n bytes from the start of a file.
 * @throws InputError unless it is a regular file that can be opened
 */
export function firstBytes(path: string, n: number): Uint8Array {
  const { file } = openRegular(path);
  try {
    const bytes = new Uint8Array(n);
    return bytes.subarray(0, readSync(file, bytes, 0, n, 0));
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    closeSync(file);
  }
}
