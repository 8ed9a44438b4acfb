/** PNG and JPEG files as numbers. */
import { convertIndexedToRgb, type DecodedPng, decode as decodePng, hasPngSignature } from "fast-png";
import jpeg from "jpeg-js";
import { InputError } from "../errors.ts";

export interface Picture {
  readonly height: number;
  readonly width: number;
  /** [height, width, 3] red, green and blue, each 0..`white`. */
  readonly rgb: Uint8Array | Uint16Array;
  /** Value of full intensity: 255, or 65535 for a PNG of 16 bits. */
  readonly white: number;
}

/**
 * Decodes a PNG of any kind without transparency (W3C 2003), or a baseline or progressive JPEG (ITU-T T.81).
 * @param file  its name, for error messages
 * @throws      InputError when the bytes are neither, are damaged, or hold a transparent pixel
 */
export function decodePicture(bytes: Uint8Array, file: string): Picture {
  const [kind, decode] = hasPngSignature(bytes)
    ? (["PNG", readPng] as const)
    : bytes[0] === 0xff && bytes[1] === 0xd8
      ? (["JPEG", readJpeg] as const)
      : [null, null];
  if (decode === null) {
    const start = Array.from(bytes.subarray(0, 4), byte => byte.toString(16).padStart(2, "0")).join(" ");
    throw new InputError(
      `${file}: found a file that starts with ${start || "nothing"}; expected a PNG or a JPEG`,
    );
  }
  try {
    return decode(bytes, file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`${file}: found a damaged ${kind} (${reason.split("\n")[0]}); expected a whole one`);
  }
}

function readJpeg(bytes: Uint8Array): Picture {
  const { width, height, data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
  });
  return { width, height, rgb: data, white: 255 };
}

function readPng(bytes: Uint8Array, file: string): Picture {
  const png = decodePng(bytes, { checkCrc: true });
  const { width, height, channels, depth } = png;
  const white = depth === 16 ? 65535 : 255;
  const [values, each] = plain(png);
  const opaque = png.transparency === undefined && (each % 2 === 1 || everyLast(values, each, white));
  if (!opaque)
    throw new InputError(`${file}: found a transparent pixel; expected a picture without transparency`);
  const rgb = depth === 16 ? new Uint16Array(3 * width * height) : new Uint8Array(3 * width * height);
  const colours = channels >= 3 || png.palette !== undefined;
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) rgb[3 * p + c] = values[each * p + (colours ? c : 0)]!;
  }
  return { width, height, rgb, white };
}

/** One number per pixel and channel, and the number of channels: palettes and packed grey levels are looked up. */
function plain(png: DecodedPng): [values: ArrayLike<number>, channels: number] {
  if (png.palette) return [convertIndexedToRgb(png), png.palette[0]!.length];
  if (png.depth >= 8) return [png.data, png.channels];
  const levels = 2 ** png.depth;
  const palette = Array.from({ length: levels }, (_, k) => [(255 * k) / (levels - 1)]);
  return [convertIndexedToRgb({ ...png, palette }), 1];
}

function everyLast(values: ArrayLike<number>, channels: number, expected: number): boolean {
  for (let at = channels - 1; at < values.length; at += channels) if (values[at] !== expected) return false;
  return true;
}
