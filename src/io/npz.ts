import { Zip, ZipPassThrough } from "fflate";
import { InputError, shown } from "../errors.ts";
import { decodeNpy, type NpyArray, type NpyNumbers } from "./npy.ts";
import { unzip } from "./unzip.ts";

/** Without the 64-bit extension, which not every reader knows, a zip archive ends here. */
const LARGEST_ARCHIVE = 2 ** 32 - 1;

type Entries = Iterable<readonly [name: string, pieces: Iterable<Uint8Array>]>;

/**
 * A NumPy archive piece by piece: a zip of `<name>.npy`, stored as `numpy.savez` stores them.
 * @param entries  name and the pieces of each array's file, read once, in order
 * @throws InputError when the archive grows beyond 4 GiB
 */
export function* npzPieces(entries: Entries): Generator<Uint8Array> {
  let written = 0;
  let ready: Uint8Array[] = [];
  let failed: Error | null = null;
  const zip = new Zip((error, bytes) => {
    if (error) failed = error;
    else ready.push(bytes);
  });
  const take = () => {
    if (failed) throw failed;
    const pieces = ready;
    ready = [];
    for (const { length } of pieces) written += length;
    if (written > LARGEST_ARCHIVE)
      throw new InputError("npz: expected less than 4 GiB, got more; use msgpack or an HDF5 format");
    return pieces;
  };
  for (const [name, pieces] of entries) {
    const file = new ZipPassThrough(`${name}.npy`);
    // Fixed, so that the same raster makes the same bytes.
    file.mtime = new Date(1980, 0, 1);
    zip.add(file);
    for (const piece of pieces) {
      file.push(piece);
      yield* take();
    }
    file.push(new Uint8Array(0), true);
  }
  zip.end();
  yield* take();
}

/**
 * All arrays of a NumPy archive, packed or not, by name without `.npy`.
 * @throws InputError when it is no such archive, when a checksum is not that of its array, or when it unpacks to far more
 *         than it holds
 */
export function decodeNpz(bytes: Uint8Array, file: string): Map<string, NpyArray> {
  let files: Map<string, Uint8Array>;
  try {
    files = unzip(bytes, name => name.endsWith(".npy"));
  } catch (error) {
    throw new InputError(`${file}: expected an NPZ archive, got ${(error as Error).message}`);
  }
  return new Map(
    [...files].map(([name, content]) => [name.slice(0, -4), decodeNpy(content, `${file}: ${name}`)]),
  );
}

/** One array of numbers of an archive as ordinary numbers. @throws InputError when it is missing or is none */
export function npzNumbers(arrays: ReadonlyMap<string, NpyArray>, name: string, file: string): Float64Array {
  const data = arrays.get(name)?.data;
  if (!ArrayBuffer.isView(data)) {
    const got =
      data === undefined
        ? `only ${shown([...arrays.keys()].join(", "))}`
        : data instanceof Map
          ? "fields"
          : "text";
    throw new InputError(`${file}: ${name}: expected numbers, got ${got}`);
  }
  return data instanceof Float64Array
    ? data
    : Float64Array.from(data as Exclude<NpyNumbers, Float64Array>, Number);
}
