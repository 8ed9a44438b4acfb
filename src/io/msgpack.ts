import { Packr } from "msgpackr";
import { InputError, shown } from "../errors.ts";
import { Incomplete, Unpacker } from "./unpack.ts";

// Plain maps, no msgpackr records: any MessagePack reader understands the files.
const packr = new Packr({ useRecords: false, variableMapSize: true });

const kinds = { Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array } as const;
type Numbers = InstanceType<(typeof kinds)[keyof typeof kinds]>;

/**
 * MessagePack of plain values and typed arrays. A typed array becomes the map { dtype, data }, with the NumPy name of
 * its type and its bytes, little-endian.
 */
export function encode(value: unknown): Uint8Array {
  return packr.pack(outward(value));
}

/**
 * The inverse of `encode`.
 * @param file  named in errors
 * @throws InputError when the bytes are not such a file
 */
export function decode(bytes: Uint8Array, file: string): unknown {
  const unpacker = new Unpacker(bytes);
  try {
    const value = inward(unpacker.value());
    if (unpacker.at < bytes.length) throw new Error(`${bytes.length - unpacker.at} bytes behind it`);
    return value;
  } catch (error) {
    throw refusal(error, file);
  }
}

/**
 * Decodes the values that stand one after the other at the start of the bytes.
 * @param each  gets every whole value
 * @returns     bytes used; the rest is the beginning of a value
 * @throws      InputError when the bytes are not such values
 */
export function decodeSequence(bytes: Uint8Array, file: string, each: (value: unknown) => void): number {
  const unpacker = new Unpacker(bytes);
  let used = 0;
  while (used < bytes.length) {
    let value: unknown;
    try {
      value = inward(unpacker.value());
    } catch (error) {
      if (error instanceof Incomplete) return used;
      throw refusal(error, file);
    }
    used = unpacker.at;
    each(value);
  }
  return used;
}

function refusal(error: unknown, file: string): InputError {
  return new InputError(
    `${file}: expected MessagePack written by threefactor, got ${(error as Error).message}`,
  );
}

const names: Record<string, keyof typeof kinds> = {
  "<f4": "Float32Array",
  "<f8": "Float64Array",
  "|u1": "Uint8Array",
  "<u2": "Uint16Array",
  "<u4": "Uint32Array",
};

function outward(value: unknown): unknown {
  for (const [dtype, name] of Object.entries(names)) {
    if (!(value instanceof kinds[name])) continue;
    const numbers = value as Numbers;
    return { dtype, data: new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength) };
  }
  if (ArrayBuffer.isView(value)) {
    throw new TypeError(`encode: expected one of ${Object.values(names).join(", ")}, got ${shown(value)}`);
  }
  if (Array.isArray(value)) return value.map(outward);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, outward(inner)]])),
    );
  }
  return value;
}

function inward(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inward);
  if (value === null || typeof value !== "object") return value;
  const map = value as Record<string, unknown>;
  if (typeof map.dtype === "string" && map.data instanceof Uint8Array) {
    const name = Object.hasOwn(names, map.dtype) ? names[map.dtype] : undefined;
    if (!name) throw new Error(`an array of type ${shown(map.dtype)}`);
    const size = kinds[name].BYTES_PER_ELEMENT;
    if (map.data.length % size !== 0) throw new Error(`${map.data.length} bytes of numbers of ${size}`);
    // A copy: the bytes of a message need not lie where numbers may.
    return new kinds[name](Uint8Array.from(map.data).buffer);
  }
  return Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, inward(inner)]));
}
