/**
 * The IDX format of MNIST and its relatives: big-endian 32-bit words (magic, count, for images rows and columns), then
 * one byte per pixel or label. Bytes in, views out: no file access, so the browser can use it too.
 */
import { InputError } from "../errors.ts";

const IMAGES = 0x803;
const LABELS = 0x801;

export interface IdxImages {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** [count, height, width], row-major, 0..255; a view into the bytes that were parsed. */
  readonly pixels: Uint8Array;
}

/**
 * Reads an IDX image file (magic 0x803, unsigned bytes, three dimensions).
 * @param bytes  the whole file, already unpacked
 * @param file   its name, for error messages
 * @throws       InputError when it is not an image file, holds no image, or is too short or too long
 */
export function parseIdxImages(bytes: Uint8Array, file: string): IdxImages {
  const [count = 0, height = 0, width = 0] = readHeader(bytes, file, IMAGES, 3);
  if (count === 0) throw new InputError(`${file}: found 0 images; expected at least one`);
  if (height === 0 || width === 0) {
    throw new InputError(`${file}: found images of ${height} x ${width} pixels; expected at least 1 x 1`);
  }
  const pixels = body(
    bytes,
    file,
    16,
    count * height * width,
    `${count} images of ${height} x ${width} pixels`,
  );
  return { count, height, width, pixels };
}

/**
 * Reads an IDX label file (magic 0x801).
 * @param bytes    the whole file, already unpacked
 * @param file     its name, for error messages
 * @param classes  labels must be below this number
 * @returns        [count], a view into `bytes`
 * @throws         InputError when it is not a label file, is empty, too short or too long, or a label is too large
 */
export function parseIdxLabels(bytes: Uint8Array, file: string, classes = 256): Uint8Array {
  const [count = 0] = readHeader(bytes, file, LABELS, 1);
  if (count === 0) throw new InputError(`${file}: found 0 labels; expected at least one`);
  const labels = body(bytes, file, 8, count, `${count} labels`);
  const bad = labels.findIndex(label => label >= classes);
  if (bad >= 0) {
    throw new InputError(
      `${file}: label ${bad} is ${labels[bad]}; expected a class from 0 to ${classes - 1}`,
    );
  }
  return labels;
}

/**
 * Length of an IDX file of images or labels, as its header has it [bytes]; as long as a header where it is none.
 * @param start  its first bytes, already unpacked
 */
export function idxLength(start: Uint8Array): number {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const word = (k: number) => (start.length >= 4 * k + 4 ? view.getUint32(4 * k) : 0);
  if (word(0) === LABELS) return 8 + word(1);
  return 16 + (word(0) === IMAGES ? word(1) * word(2) * word(3) : start.length);
}

function readHeader(bytes: Uint8Array, file: string, magic: number, dimensions: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = bytes.length >= 4 ? view.getUint32(0) : undefined;
  if (found !== undefined && found !== magic) {
    throw new InputError(`${file}: found ${kind(found)}; expected ${kind(magic)}${swapHint(found)}`);
  }
  const length = 4 + 4 * dimensions;
  if (bytes.length < length) {
    throw new InputError(
      `${file}: found ${bytes.length} bytes; expected an IDX header of ${length}; fetch it again`,
    );
  }
  return Array.from({ length: dimensions }, (_, d) => view.getUint32(4 + 4 * d));
}

function kind(magic: number): string {
  const name = magic === IMAGES ? "IDX images" : magic === LABELS ? "IDX labels" : "something else";
  return `${name} (magic 0x${magic.toString(16).padStart(8, "0")})`;
}

function swapHint(found: number): string {
  return found === IMAGES || found === LABELS ? "; are the image and label files swapped?" : "";
}

function body(bytes: Uint8Array, file: string, start: number, length: number, what: string): Uint8Array {
  if (bytes.length !== start + length) {
    const state = bytes.length < start + length ? "truncated" : "too long";
    throw new InputError(
      `${file}: ${state}: found ${bytes.length} bytes; its header says ${what}, so expected ${start + length}`,
    );
  }
  return bytes.subarray(start);
}
