import * as fc from "fast-check";
import { Packr, pack, unpack } from "msgpackr";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/errors.ts";
import { decode, encode } from "../../src/io/msgpack.ts";

const key = fc.string({ maxLength: 6 }).filter(text => text !== "__proto__");
// MessagePack's integers have no -0; in typed arrays it stays.
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ unit: "binary" }),
  fc.maxSafeInteger(),
  fc.double().map(x => (x === 0 ? 0 : x)),
);
const numbers = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.uint8Array(),
  fc.uint16Array(),
  fc.uint32Array(),
);
const { value } = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    numbers,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe("encode and decode", () => {
  test("give back maps, lists, scalars and typed arrays of any depth, each of its own type", () => {
    fc.assert(
      fc.property(value, given => {
        expect(decode(encode(given), "x")).toStrictEqual(given);
      }),
      { numRuns: 1000 },
    );
  });

  test("write the numbers of a view, not those of its whole buffer", () => {
    const whole = Float64Array.of(1, 2, 3, 4);
    expect(decode(encode({ part: whole.subarray(1, 3) }), "x")).toEqual({ part: Float64Array.of(2, 3) });
  });

  test("leave out what is undefined", () => {
    expect(decode(encode({ a: undefined, b: { c: undefined } }), "x")).toStrictEqual({ b: {} });
  });

  test("read what other programs write: integers of any width, and texts of any length", () => {
    const text = "x".repeat(70_000);
    const numbers = [127, 255, 65_535, 2 ** 32 - 1, 2 ** 53 - 1, -32, -128, -32_768, -(2 ** 31), 0.5];
    const given = {
      text,
      short: "y".repeat(40),
      middle: "z".repeat(300),
      numbers,
      big: 2n ** 60n,
      none: null,
    };
    expect(decode(pack(given), "x")).toStrictEqual(given);
    expect(decode(Uint8Array.of(0xcf, 0, 0, 0, 0, 0, 0, 0, 9), "x")).toBe(9);
    expect(decode(Uint8Array.of(0xd3, ...new Array(8).fill(255)), "x")).toBe(-1);
    expect(decode(Uint8Array.of(0xca, 0x3f, 0, 0, 0), "x")).toBe(0.5);
    expect(decode(Uint8Array.of(0xdc, 0, 1, 0xc0), "x")).toEqual([null]);
    expect(decode(pack(new Array(20).fill(true)), "x")).toHaveLength(20);
    const names = Object.fromEntries(Array.from({ length: 20 }, (_, k) => [`k${k}`, k]));
    expect(decode(new Packr({ useRecords: false }).pack(names), "x")).toEqual(names);
  });

  test("write plain MessagePack, a typed array as its NumPy type and its bytes", () => {
    expect(unpack(encode({ list: [Uint16Array.of(1, 258)], text: "é" }))).toEqual({
      list: [{ dtype: "<u2", data: Buffer.of(1, 0, 2, 1) }],
      text: "é",
    });
    // A map of one text and one integer, byte by byte.
    expect([...encode({ a: "b", c: 7 })]).toEqual([0x82, 0xa1, 0x61, 0xa1, 0x62, 0xa1, 0x63, 7]);
  });

  test("refuse to write arrays of a type that they cannot read", () => {
    expect(() => encode({ a: new Int32Array(2) })).toThrow(/expected one of .*, got Int32Array/);
  });
});

describe("decode of other bytes", () => {
  test.each([
    ["nothing", Uint8Array.of()],
    ["a cut text", Uint8Array.of(0xa5, 0x61)],
    ["more than one value", Uint8Array.of(1, 2)],
    ["an array of an unknown type", pack({ dtype: "<c8", data: Uint8Array.of(1) })],
    ["an array with a part of a number", pack({ dtype: "<f8", data: Uint8Array.of(1, 2, 3) })],
    ["a list of 2^32 values", Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff, 1)],
    ["a map of 2^32 values", Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff, 0xa0, 1)],
    ["4 GB of bytes", Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff, 1)],
    ["lists without end", new Uint8Array(100_000).fill(0x91)],
    ["a map with a number for a key", Uint8Array.of(0x81, 1, 1)],
    ["an extension", Uint8Array.of(0xc7, 1, 5, 0)],
    ["an array named like a method", pack({ dtype: "toString", data: Uint8Array.of(1) })],
  ])("%s is an InputError that names the file", (_, bytes) => {
    expect(() => decode(bytes, "some file")).toThrow(InputError);
    expect(() => decode(bytes, "some file")).toThrow(
      /^some file: expected MessagePack written by threefactor, got /,
    );
  });

  test("is a value or an InputError, and disturbs no later file", () => {
    const whole = { a: [1, "two", null], b: Float32Array.of(1, 2), c: { d: true } };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        try {
          decode(bytes, "x");
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
        expect(decode(encode(whole), "x")).toStrictEqual(whole);
      }),
      { numRuns: 3000 },
    );
  });
});
