import { crc32, deflateSync, gunzipSync, gzipSync, inflateSync } from "node:zlib";
import { unzipSync, zipSync } from "fflate";
import type { Rng } from "../../src/math/rng.ts";
import { bytes, type Change, numbers, otherValue, pick, text } from "./changes.ts";

/** Changes inside what is packed, whose checksums are right again: they reach beyond the first check of a file. */

export const gzipped =
  (inner: Change): Change =>
  async (good, rng) =>
    gzipSync(await inner(gunzipSync(good), rng), { level: 1 });

/** Of a zip archive's members: their content, names, number and packing. */
export const zipped: Change = (good, rng) => {
  const members = Object.entries(unzipSync(good));
  for (let n = 1 + rng.integer(2); n > 0; n--) {
    const at = rng.integer(members.length);
    const [name, content] = members[at];
    const kind = rng.integer(8);
    if (kind === 0) members.splice(at, 1, [pick(members, rng)[0], content]);
    else if (kind === 1) members.splice(at, 1, [name, pick(members, rng)[1]]);
    else if (kind === 2 && members.length > 1) members.splice(at, 1);
    else members[at] = [name, Uint8Array.from((kind < 6 ? numpy : bytes)(content, rng) as Uint8Array)];
  }
  return zipSync(Object.fromEntries(members), { level: rng.integer(2) === 0 ? 0 : 6 });
};

/** Of a NumPy array: the words of its header, whose length stays, or the numbers behind. */
export const numpy: Change = (good, rng) => {
  // Of one that an earlier change has cut short.
  if (good.length < 10) return bytes(good, rng);
  const start = 10 + new DataView(good.buffer, good.byteOffset).getUint16(8, true);
  const [header, body] = [good.subarray(10, start), good.subarray(start)];
  if (rng.integer(2) === 0) return join(good.subarray(0, start), bytes(body, rng) as Uint8Array);
  const changed = text(header, rng) as Uint8Array;
  const kept = new Uint8Array(header.length).fill(0x20);
  kept.set(changed.subarray(0, header.length));
  return join(good.subarray(0, 10), kept, body);
};

/** Of a PNG file: the fields of a chunk, or the chunks' order; their checksums are right. */
export const png: Change = (good, rng) => {
  const chunks: { type: Uint8Array; data: Uint8Array }[] = [];
  const view = new DataView(good.buffer, good.byteOffset, good.byteLength);
  for (let at = 8; at < good.length; ) {
    const length = view.getUint32(at);
    const [type, data] = [good.subarray(at + 4, at + 8), good.slice(at + 8, at + 8 + length)];
    chunks.push({ type, data });
    at += 12 + length;
  }
  const at = rng.integer(chunks.length);
  const chunk = chunks[at];
  const kind = rng.integer(6);
  if (kind === 0) chunks.splice(at, 1);
  else if (kind === 1) chunks.splice(rng.integer(chunks.length), 0, chunk);
  else if (kind === 2 && Buffer.from(chunk.type).toString() === "IDAT")
    chunk.data = deflateSync(bytes(inflateSync(chunk.data), rng) as Uint8Array);
  else if (kind === 3) {
    // Width or height.
    const size = Math.min(2 ** 32 - 1, Math.trunc(Math.abs(pick(numbers, rng)))) || 0;
    new DataView(chunks[0].data.buffer).setUint32(4 * rng.integer(2), size);
  } else chunk.data = bytes(chunk.data, rng) as Uint8Array;
  const parts = chunks.map(({ type, data }) => {
    const whole = Buffer.alloc(12 + data.length);
    whole.writeUInt32BE(data.length, 0);
    whole.set(type, 4);
    whole.set(data, 8);
    whole.writeUInt32BE(crc32(whole.subarray(4, 8 + data.length)), 8 + data.length);
    return whole;
  });
  return join(good.subarray(0, 8), ...parts);
};

function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * Of values that a writer makes a file of; what it refuses to write is drawn again, and after some tries the file's
 * bytes are changed.
 */
export const written =
  <T>(value: T, write: (changed: T) => Promise<Uint8Array>): Change =>
  async (good, rng: Rng) => {
    for (let tries = 0; tries < 8; tries++) {
      const changed = otherValue(value, rng) as T;
      try {
        return await write(changed);
      } catch {
        // A writer checks what it writes.
      }
    }
    return bytes(good, rng);
  };
