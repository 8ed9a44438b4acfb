/** PNG and JPEG files as numbers. */
import { inflateSync } from "node:zlib";
import { convertIndexedToRgb, type DecodedPng, decode as decodePng } from "fast-png";
import jpeg from "jpeg-js";
import { InputError } from "../errors.ts";
import { MOST_PIXELS, pictureSize, pngChunks } from "./pictureSize.ts";

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
 * @throws      InputError when the bytes are neither, are damaged or too large, or hold a transparent pixel
 */
export function decodePicture(bytes: Uint8Array, file: string): Picture {
  const { kind, width, height } = pictureSize(bytes, file);
  try {
    const picture = kind === "PNG" ? readPng(bytes, file) : readJpeg(bytes);
    if (picture.width !== width || picture.height !== height) throw new Error("another size further on");
    return picture;
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
    // Of every frame, of which a damaged file may have several.
    maxResolutionInMP: MOST_PIXELS / 1e6,
  });
  return { width, height, rgb: data, white: 255 };
}

function readPng(bytes: Uint8Array, file: string): Picture {
  const png = decodePng(essential(bytes), { checkCrc: true });
  const { width, height, channels, depth } = png;
  const white = depth === 16 ? 65535 : 255;
  const [values, each] = plain(png);
  const opaque = png.transparency === undefined && (each % 2 === 1 || everyLast(values, each, white));
  if (!opaque)
    throw new InputError(`${file}: found a transparent pixel; expected a picture without transparency`);
  const rgb = depth === 16 ? new Uint16Array(3 * width * height) : new Uint8Array(3 * width * height);
  const colours = channels >= 3 || png.palette !== undefined;
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < 3; c++) rgb[3 * p + c] = values[each * p + (colours ? c : 0)];
  }
  return { width, height, rgb, white };
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * The chunks of a PNG that its pixels come from. Others may be packed and of any size, such as a profile of colours; of
 * the pixels it is made sure that they do not unpack to more than the picture has.
 */
function essential(bytes: Uint8Array): Uint8Array {
  const kept = [...pngChunks(bytes)].filter(({ type }) =>
    ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"].includes(type),
  );
  if (kept.filter(({ type }) => type === "IHDR").length !== 1) throw new Error("more than one size");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { data } = kept[0];
  const [width, height] = [view.getUint32(data), view.getUint32(data + 4)];
  const bits = bytes[data + 8] * (CHANNELS[bytes[data + 9]] ?? 4);
  // Each row begins with its filter; of seven interlaced pictures there are less than twice as many rows.
  const most = height * (5 + Math.ceil((width * bits) / 8)) + 64;
  const packed = kept
    .filter(({ type }) => type === "IDAT")
    .map(({ data, end }) => bytes.subarray(data, end - 4));
  inflateSync(Buffer.concat(packed), { maxOutputLength: most });
  return Buffer.concat([bytes.subarray(0, 8), ...kept.map(({ start, end }) => bytes.subarray(start, end))]);
}

/** One number per pixel and channel, and the number of channels: palettes and packed grey levels are looked up. */
function plain(png: DecodedPng): [values: ArrayLike<number>, channels: number] {
  if (png.palette) return [convertIndexedToRgb(png), png.palette[0].length];
  if (png.depth >= 8) return [png.data, png.channels];
  const levels = 2 ** png.depth;
  const palette = Array.from({ length: levels }, (_, k) => [(255 * k) / (levels - 1)]);
  return [convertIndexedToRgb({ ...png, palette }), 1];
}

function everyLast(values: ArrayLike<number>, channels: number, expected: number): boolean {
  for (let at = channels - 1; at < values.length; at += channels) if (values[at] !== expected) return false;
  return true;
}
