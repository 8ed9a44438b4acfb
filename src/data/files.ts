/** Reading data files in Node: gzipped or not, and their checksums. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { InputError } from "../errors.ts";

/** [bytes] Far above every set here; a file that unpacks to more is not one of them. */
const LARGEST = 2 ** 31 - 1;

/**
 * The contents of a file, unpacked when it is gzipped.
 * @throws  InputError when it cannot be read or its gzip data is damaged
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  let stored: Uint8Array;
  try {
    stored = await readFile(path);
  } catch (error) {
    throw new InputError(
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); expected a data file`,
    );
  }
  return unpack(stored, path);
}

/**
 * Gunzips bytes that start with the gzip magic and returns others as they are: names lie, since some servers and
 * browsers unpack a `.gz` on the way and keep its name.
 * @param file  name for error messages
 * @throws      InputError when the gzip data is damaged
 */
export async function unpack(stored: Uint8Array, file: string): Promise<Uint8Array> {
  if (!isGzip(stored)) return stored;
  try {
    return await promisify(gunzip)(stored, { maxOutputLength: LARGEST });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `${file}: found damaged gzip data (${reason}); expected a whole gzip file; fetch it again`,
    );
  }
}

/** Whether the bytes start with the gzip magic 1f 8b. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** SHA-256 in lower-case hexadecimal. Checksums here are of the unpacked bytes: gzip wrappers differ by source. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
