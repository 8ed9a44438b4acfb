import { shown } from "../errors.ts";

/** Lists and maps within each other; a value of ours has a few. */
const DEEPEST = 64;

/** The bytes end before the value does. */
export class Incomplete extends Error {
  override name = "Incomplete";
}

/**
 * Reads MessagePack (the specification of msgpack.org, without extensions), one value after the other. Nothing is
 * allocated beyond what the bytes can hold: every element of a list takes a byte at least.
 */
export class Unpacker {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Bytes read. */
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * The next value; integers beyond those that are exact are bigints, and bytes a view.
   * @throws Incomplete, or Error when the bytes are none of MessagePack
   */
  value(depth = 0): unknown {
    if (depth > DEEPEST) throw new Error(`more than ${DEEPEST} lists and maps within each other`);
    const type = this.#unsigned(1);
    if (type < 0x80) return type;
    if (type >= 0xe0) return type - 0x100;
    if (type < 0x90) return this.#map(type & 0x0f, depth);
    if (type < 0xa0) return this.#list(type & 0x0f, depth);
    if (type < 0xc0) return this.#text(type & 0x1f);
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return type === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#unsigned(2 ** (type - 0xc4)));
      case 0xca:
        return this.#view.getFloat32(this.#skip(4));
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(2 ** (type - 0xcc));
      case 0xcf:
        return exact(this.#view.getBigUint64(this.#skip(8)));
      case 0xd0:
        return this.#view.getInt8(this.#skip(1));
      case 0xd1:
        return this.#view.getInt16(this.#skip(2));
      case 0xd2:
        return this.#view.getInt32(this.#skip(4));
      case 0xd3:
        return exact(this.#view.getBigInt64(this.#skip(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#unsigned(2 ** (type - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#unsigned(2 ** (type - 0xdb)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(2 ** (type - 0xdd)), depth);
      default:
        throw new Error(`a value of type 0x${type.toString(16)}`);
    }
  }

  #list(length: number, depth: number): unknown[] {
    this.#expect(length);
    const list: unknown[] = [];
    for (let k = 0; k < length; k++) list.push(this.value(depth + 1));
    return list;
  }

  #map(length: number, depth: number): Record<string, unknown> {
    this.#expect(2 * length);
    const entries: [string, unknown][] = [];
    for (let k = 0; k < length; k++) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw new Error(`a map with the key ${shown(key)}`);
      entries.push([key, this.value(depth + 1)]);
    }
    // Whatever the names are: none is a method or a prototype.
    return Object.fromEntries(entries);
  }

  #text(length: number): string {
    return text.decode(this.#take(length));
  }

  #take(length: number): Uint8Array {
    const from = this.#skip(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** An unsigned integer of 1, 2 or 4 bytes. */
  #unsigned(size: number): number {
    const from = this.#skip(size);
    if (size === 1) return this.#bytes[from];
    return size === 2 ? this.#view.getUint16(from) : this.#view.getUint32(from);
  }

  /** Where the bytes begin that are passed. */
  #skip(length: number): number {
    this.#expect(length);
    this.at += length;
    return this.at - length;
  }

  #expect(length: number): void {
    if (this.at + length > this.#bytes.length)
      throw new Incomplete(`${this.#bytes.length - this.at} bytes where ${length} or more should be`);
  }
}

const text = new TextDecoder("utf-8", { ignoreBOM: true });

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
