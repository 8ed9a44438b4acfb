/** Reading data files in Node: gzipped or not, and their checksums. */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { constants, gunzip, gunzipSync } from "node:zlib";
import { InputError } from "../errors.ts";
import { LARGEST_FILE, readRegular } from "../files/regular.ts";

/** Packed bytes that are looked at to learn what a file says about itself: at most 4 MiB when unpacked. */
const BEGINNING = 4096;

/**
 * The contents of a file, unpacked when it is gzipped.
 * @param most  [bytes] of the contents, or how many those are that begin so: a gzipped file may hold any number
 * @throws      InputError when it cannot be read, is larger, or its gzip data is damaged
 */
export async function readBytes(
  path: string,
  most: number | ((start: Uint8Array) => number) = LARGEST_FILE,
): Promise<Uint8Array> {
  const stored = readRegular(path);
  return unpack(stored, path, typeof most === "number" ? most : most(beginning(stored)));
}

/** The first bytes of what is packed; whatever is damaged shows when all of it is unpacked. */
function beginning(stored: Uint8Array): Uint8Array {
  if (!isGzip(stored)) return stored;
  try {
    return gunzipSync(stored.subarray(0, BEGINNING), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array(0);
  }
}

/**
 * Gunzips bytes that start with the gzip magic and returns others as they are: names lie, since some servers and
 * browsers unpack a `.gz` on the way and keep its name.
 * @param file  name for error messages
 * @param most  [bytes] of what is returned
 * @throws      InputError when the gzip data is damaged or there are more
 */
export async function unpack(stored: Uint8Array, file: string, most = LARGEST_FILE): Promise<Uint8Array> {
  const tooLarge = new InputError(`${file}: expected at most ${most} bytes of data, got more`);
  if (!isGzip(stored)) {
    if (stored.length > most) throw tooLarge;
    return stored;
  }
  try {
    return await promisify(gunzip)(stored, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge;
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
