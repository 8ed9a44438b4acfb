import { Packr } from "msgpackr";
import { InputError, shown } from "../errors.ts";

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
  try {
    return inward(packr.unpack(bytes));
  } catch (error) {
    throw new InputError(
      `${file}: expected MessagePack written by threefactor, got ${(error as Error).message}`,
    );
  }
}

/**
 * Decodes the values that stand one after the other at the start of the bytes.
 * @param each  gets every whole value
 * @returns     bytes used; the rest is the beginning of a value
 * @throws      InputError when the bytes are not such values
 */
export function decodeSequence(bytes: Uint8Array, file: string, each: (value: unknown) => void): number {
  let used = 0;
  try {
    packr.unpackMultiple(bytes, ((value: unknown, _start: number, end: number) => {
      each(inward(value));
      used = end;
    }) as (value: unknown) => void);
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (!(error as { incomplete?: boolean }).incomplete) {
      throw new InputError(
        `${file}: expected MessagePack written by threefactor, got ${(error as Error).message}`,
      );
    }
  }
  return used;
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
    const name = names[map.dtype];
    if (!name) throw new Error(`an array of type ${map.dtype}`);
    // A copy: the bytes of a message need not lie where numbers may.
    return new kinds[name](Uint8Array.from(map.data).buffer);
  }
  return Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, inward(inner)]));
}
