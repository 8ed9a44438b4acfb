/** What a PNG or JPEG file says about itself, read before anything is unpacked. */
import { InputError } from "../errors.ts";

/** Pixels of the largest picture that is read; every one of them is an input of a network. */
export const MOST_PIXELS = 2 ** 22;
/** [bytes] Of its file: above what so many pixels take in 16 bits and four channels. */
export const LARGEST_PICTURE = 2 ** 26;
/** Passes of a progressive JPEG, each of which goes through the whole picture. Usual are ten. */
const MOST_SCANS = 100;

export type PictureKind = "PNG" | "JPEG";

export interface PictureSize {
  readonly kind: PictureKind;
  readonly width: number;
  readonly height: number;
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Kind and size of a picture.
 * @param file  its name, for error messages
 * @throws      InputError when the bytes are neither PNG nor JPEG, or the picture is too large to be read
 */
export function pictureSize(bytes: Uint8Array, file: string): PictureSize {
  const kind = PNG.every((byte, k) => bytes[k] === byte)
    ? "PNG"
    : bytes[0] === 0xff && bytes[1] === 0xd8
      ? "JPEG"
      : null;
  if (kind === null) {
    const start = Array.from(bytes.subarray(0, 4), byte => byte.toString(16).padStart(2, "0")).join(" ");
    throw new InputError(
      `${file}: found a file that starts with ${start || "nothing"}; expected a PNG or a JPEG`,
    );
  }
  const size = kind === "PNG" ? pngSize(bytes) : jpegSize(bytes, file);
  if (size === null) throw new InputError(`${file}: found a damaged ${kind} (no size); expected a whole one`);
  const [width, height] = size;
  if (width * height > MOST_PIXELS || width === 0 || height === 0) {
    throw new InputError(
      `${file}: found a picture of ${width} x ${height} pixels; expected 1 to ${MOST_PIXELS} pixels`,
    );
  }
  return { kind, width, height };
}

function pngSize(bytes: Uint8Array): [width: number, height: number] | null {
  const [first] = pngChunks(bytes);
  if (first?.type !== "IHDR" || first.end - first.data < 13 + 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [view.getUint32(first.data), view.getUint32(first.data + 4)];
}

/** A piece of a PNG: from its length to behind its checksum, and where its data begin. */
export interface PngChunk {
  readonly type: string;
  readonly start: number;
  readonly data: number;
  readonly end: number;
}

/** The whole chunks of a PNG file, in order. */
export function* pngChunks(bytes: Uint8Array): Iterable<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = PNG.length; start + 12 <= bytes.length; ) {
    const end = start + 12 + view.getUint32(start);
    if (end > bytes.length) return;
    yield { type: String.fromCharCode(...bytes.subarray(start + 4, start + 8)), start, data: start + 8, end };
    start = end;
  }
}

/** The frame's size, from the segments before the first pass. */
function jpegSize(bytes: Uint8Array, file: string): [width: number, height: number] | null {
  let scans = 0;
  // Within a pass a byte 0xff is never followed by this one.
  for (let at = bytes.indexOf(0xff); at !== -1; at = bytes.indexOf(0xff, at + 1))
    scans += +(bytes[at + 1] === 0xda);
  if (scans > MOST_SCANS)
    throw new InputError(`${file}: found a JPEG of ${scans} passes; expected at most ${MOST_SCANS}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1];
    // Filling before a marker.
    if (marker === 0xff) at++;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    else if (marker === 0xda) return null;
    else at += 2 + view.getUint16(at + 2);
  }
  return null;
}
