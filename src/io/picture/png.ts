import { zlibSync } from "fflate";
import { crc32 } from "../crc32.ts";

/**
 * Pixels as a PNG file (W3C 2003, ISO 15948): 8-bit RGB without filters or interlacing.
 * @param pixels  [height, width, 3]
 * @param dpi     written down for print; none when absent
 */
export function encodePng(pixels: Uint8Array, width: number, height: number, dpi?: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, 2);
  const rows = new Uint8Array(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * 3 * width, (y + 1) * 3 * width), y * (1 + 3 * width) + 1);
  }
  const chunks = [chunk("IHDR", new Uint8Array(header.buffer))];
  if (dpi !== undefined) {
    const physical = new DataView(new ArrayBuffer(9));
    const perMetre = Math.round(dpi / 0.0254);
    physical.setUint32(0, perMetre);
    physical.setUint32(4, perMetre);
    physical.setUint8(8, 1);
    chunks.push(chunk("pHYs", new Uint8Array(physical.buffer)));
  }
  chunks.push(chunk("IDAT", zlibSync(rows, { level: 6 })), chunk("IEND", new Uint8Array(0)));
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const file = new Uint8Array(signature.length + chunks.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of [signature, ...chunks]) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}
