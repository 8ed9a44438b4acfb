import { closeSync, openSync, readSync } from "node:fs";
import { InputError } from "../errors.ts";

/** Up to n bytes from the start of a file. @throws InputError when it cannot be read */
export function firstBytes(path: string, n: number): Uint8Array {
  let file: number | null = null;
  try {
    file = openSync(path, "r");
    const bytes = new Uint8Array(n);
    return bytes.subarray(0, readSync(file, bytes, 0, n, 0));
  } catch (error) {
    throw new InputError(`${path}: expected a file, got ${(error as NodeJS.ErrnoException).code}`);
  } finally {
    if (file !== null) closeSync(file);
  }
}
