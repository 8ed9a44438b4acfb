import { closeSync, openSync, readSync } from "node:fs";

/** Up to n bytes from the start of a file. */
export function firstBytes(path: string, n: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(n);
    return bytes.subarray(0, readSync(file, bytes, 0, n, 0));
  } finally {
    closeSync(file);
  }
}
