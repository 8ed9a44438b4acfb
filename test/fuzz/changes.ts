import { decode, decodeSequence, encode } from "../../src/io/msgpack.ts";
import type { Rng } from "../../src/math/rng.ts";
import { toBytes, toText } from "./kind.ts";

/** Makes other inputs of a good one: of its bytes, of its words, and of the values in it. */
export type Change = (good: Uint8Array, rng: Rng) => Uint8Array | Promise<Uint8Array>;

/** One of a list. */
export function pick<T>(list: readonly T[], rng: Rng): T {
  return list[rng.integer(list.length)];
}

/** One of several ways, each as often. */
export const either =
  (...changes: readonly Change[]): Change =>
  (good, rng) =>
    pick(changes, rng)(good, rng);

/** Mostly one thing, sometimes several. */
const times = (rng: Rng) => 1 + (rng.integer(2) === 0 ? 0 : rng.integer(3));

/** Flips, overwrites, cuts, doubles or inserts bytes. */
export const bytes: Change = (good, rng) => {
  let changed = Uint8Array.from(good);
  for (let n = times(rng); n > 0; n--) {
    const at = rng.integer(Math.max(1, changed.length));
    const kind = rng.integer(7);
    if (kind === 0) changed[at] ^= 1 << rng.integer(8);
    else if (kind === 1) changed[at] = rng.integer(256);
    else if (kind === 2) changed.fill(pick([0, 255, 127, 128], rng), at, at + 1 + rng.integer(8));
    else if (kind === 3) changed = changed.slice(0, at);
    else if (kind === 4) {
      const rest = changed.subarray(at + rng.integer(16));
      changed = Uint8Array.from([...changed.subarray(0, at), ...rest]);
    } else {
      const piece = changed.subarray(at, at + rng.integer(kind === 5 ? 16 : 256));
      changed = Uint8Array.from([...changed.subarray(0, at), ...piece, ...changed.subarray(at)]);
    }
  }
  return changed;
};

/** Where sizes, times and counts go wrong. */
export const numbers: readonly number[] = [
  ...[0, -0, 1, -1, 2, 0.5, 3.7, 255, 256, 65_535, 65_536, 1e5, 1e6],
  ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 2 ** 64],
  ...[1e-3, 1e-9, 1e-300, 5e-324, 1e9, 1e12, -1e9, 1e300, -1e300, Number.MAX_VALUE],
  ...[Infinity, -Infinity, Number.NaN],
];

const words: readonly string[] = [
  ...["", " ", "nan", "inf", "NULL", "null", "true", "-", "0x10", "1e999", "-1e-999", "1_000", "1,5", "٣"],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "length",
    "..",
    "/",
    "/dev/zero",
    "a\0b",
    "\u001b[31m",
    "é",
    "💥",
  ],
  ...["\r\n", "\n\n", "\t", ",", ";", "'", '"', "{", "}", "[", "]", "(", ")", "#", "=", "\\", "\ufeff", "%s"],
  "9".repeat(400),
  "x".repeat(3000),
];

/** Replaces, doubles, swaps or takes away numbers, words and lines. */
export const text: Change = (good, rng) => {
  let parts = toText(good).split(/([\p{L}_][\p{L}\d_]*|[-+]?\d*\.?\d+(?:e[-+]?\d+)?|\s+)/iu);
  for (let n = times(rng); n > 0; n--) {
    const at = rng.integer(Math.max(1, parts.length));
    const numeric = parts.flatMap((part, k) => (/^[-+]?[\d.]/.test(part) ? [k] : []));
    const kind = rng.integer(8);
    if (kind < 2 && numeric.length > 0) parts[pick(numeric, rng)] = String(pick(numbers, rng));
    else if (kind === 2) parts[at] = pick(words, rng);
    else if (kind === 3) parts.splice(at, 1 + rng.integer(4));
    else if (kind === 4) parts.splice(at, 0, ...parts.slice(at, at + 1 + rng.integer(20)));
    else if (kind === 5) parts[at] = parts[rng.integer(Math.max(1, parts.length))] ?? "";
    else if (kind === 6) {
      const lines = parts.join("").split("\n");
      const line = rng.integer(lines.length);
      lines.splice(line, rng.integer(2), ...new Array(rng.integer(3)).fill(lines[line]));
      parts = [lines.join("\n")];
    } else parts.splice(at, 0, pick(words, rng));
  }
  return toBytes(parts.join(""));
};

/** Puts another value somewhere into a tree of maps, lists, numbers and text; the tree itself stays as it is. */
export function otherValue(root: unknown, rng: Rng): unknown {
  const copy = structuredClone(root);
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key]);
      visit((value as Record<string, unknown>)[key]);
    }
  };
  visit(copy);
  if (places.length === 0) return pick(numbers, rng);
  for (let n = times(rng); n > 0; n--) {
    const [holder, key] = pick(places, rng);
    const was = holder[key];
    const kind = rng.integer(10);
    if (ArrayBuffer.isView(was) && kind < 7) holder[key] = otherNumbers(was as Float64Array, rng);
    else if (kind < 3) holder[key] = pick(numbers, rng);
    else if (kind === 3) holder[key] = pick(words, rng);
    else if (kind === 4) holder[key] = pick([null, true, [], {}, [[]], [1, 2, 3]], rng);
    else if (kind === 5) {
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
    } else if (kind === 6) {
      // Also as `__proto__`, which an assignment would not make a field of.
      const field = { value: structuredClone(was), enumerable: true, writable: true, configurable: true };
      if (Array.isArray(holder)) holder.push(field.value);
      else Object.defineProperty(holder, pick(words, rng), field);
    } else if (kind === 7) holder[key] = structuredClone(pick(places, rng)[0]);
    else if (kind === 8) holder[key] = [was, structuredClone(was)];
    else if (typeof was === "number") holder[key] = pick([-was, was * 1e6, was / 1e6, was + 0.5], rng);
    else if (typeof was === "string") holder[key] = toText(text(toBytes(was), rng) as Uint8Array);
    else holder[key] = was === null ? 0 : [was];
  }
  return copy;
}

/** A typed array with another length, or other values. */
function otherNumbers(was: Float64Array, rng: Rng): Float64Array {
  const kind = rng.integer(4);
  if (kind === 0) return was.slice(0, rng.integer(was.length + 1));
  const changed = kind === 1 ? (was.constructor as typeof Float64Array).from([...was, ...was]) : was.slice();
  const wide = typeof (was[0] as unknown) === "bigint";
  for (let n = times(rng); n > 0; n--) {
    const value = pick(numbers, rng);
    const whole = Math.trunc(Math.max(-(2 ** 63), Math.min(2 ** 63, Number.isNaN(value) ? 0 : value)));
    (changed as unknown as unknown[])[rng.integer(Math.max(1, was.length))] = wide ? BigInt(whole) : value;
  }
  return changed;
}

/** JSON has no words for some numbers. */
function jsonOf(value: unknown): string {
  const marked = JSON.stringify(value, (_, x) =>
    typeof x === "number" && !Number.isFinite(x) ? `@${x > 0 ? "1e999" : x < 0 ? "-1e999" : "NaN"}` : x,
  );
  return (marked ?? "").replace(/"@(-?1e999|NaN)"/g, "$1");
}

export const jsonValues: Change = (good, rng) => toBytes(jsonOf(otherValue(JSON.parse(toText(good)), rng)));

/** Of a MessagePack document. */
export const packedValues: Change = (good, rng) => encode(otherValue(decode(good, "good"), rng));

/** Of one of several MessagePack documents, which may also be left out, doubled or moved. */
export const packedSequence: Change = (good, rng) => {
  const values: unknown[] = [];
  decodeSequence(good, "good", value => values.push(value));
  const at = rng.integer(values.length);
  const kind = rng.integer(5);
  if (kind === 0) values.splice(at, 1);
  else if (kind === 1) values.splice(rng.integer(values.length), 0, values[at]);
  else values[at] = otherValue(values[at], rng);
  return Buffer.concat(values.map(value => encode(value)));
};
