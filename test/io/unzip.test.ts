import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { decodeNpz } from "../../src/io/npz.ts";
import { unzip } from "../../src/io/unzip.ts";

const all = () => true;
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const ascii = (content: string) => new TextEncoder().encode(content);

test("files of an archive come back, packed or not", () => {
  const long = ascii("abc".repeat(1000));
  const zip = zipSync({ a: [long, { level: 9 }], b: [ascii("x"), { level: 0 }], c: ascii("") });
  const files = unzip(zip, name => name !== "c");
  expect([...files.keys()]).toEqual(["a", "b"]);
  expect(text(files.get("a"))).toBe("abc".repeat(1000));
  expect(text(files.get("b"))).toBe("x");
});

test("sizes and places of 64 bits are those of the extra field", () => {
  const zip = zipSync({ a: [ascii("abcd"), { level: 0, extra: { 1: new Uint8Array(24) } }] });
  const view = new DataView(zip.buffer);
  const entry = zip.length - 22 - 46 - 1 - 28;
  expect(view.getUint32(entry, true)).toBe(0x02014b50);
  for (const [k, place] of [24, 20, 42].entries()) {
    view.setBigUint64(entry + 46 + 1 + 4 + 8 * k, BigInt(view.getUint32(entry + place, true)), true);
    view.setUint32(entry + place, 0xffffffff, true);
  }
  expect(text(unzip(zip, all).get("a"))).toBe("abcd");
});

test("an archive that claims far more than it holds is refused before anything is unpacked", () => {
  const bomb = zipSync({ "times.npy": [new Uint8Array(1e8), { level: 9 }] });
  expect(bomb.length).toBeLessThan(200_000);
  expect(() => decodeNpz(bomb, "x.npz")).toThrow(
    `x.npz: expected an NPZ archive, got 100000000 bytes in ${bomb.length} of an archive`,
  );
});

test("a directory that lies about a size, a place or the number of its files is refused", () => {
  const good = zipSync({ a: [ascii("abc".repeat(100)), { level: 9 }] });
  const changed = (change: (view: DataView, entry: number) => void) => {
    const bytes = Uint8Array.from(good);
    change(new DataView(bytes.buffer), bytes.length - 22 - 47);
    return () => unzip(bytes, all);
  };
  expect(changed((view, entry) => view.setUint32(entry + 24, 200, true))).toThrow('another checksum of "a"');
  expect(changed((view, entry) => view.setUint32(entry + 24, 400, true))).toThrow('another checksum of "a"');
  expect(changed((view, entry) => view.setUint32(entry + 20, 1e6, true))).toThrow(
    /bytes of "a", of 1000000$/,
  );
  expect(changed((view, entry) => view.setUint32(entry + 42, 7, true))).toThrow('no "a" where its directory');
  expect(changed((view, entry) => view.setUint16(entry + 10, 12, true))).toThrow('"a" packed by method 12');
  expect(changed((view, entry) => view.setUint16(entry + 8, 1, true))).toThrow('"a" encrypted');
  expect(changed((view, entry) => view.setUint16(entry + 47 + 10, 60_000, true))).toThrow();
});

test("a directory of 2^60 files ends with the bytes", () => {
  const good = zipSync({ a: ascii("abc") });
  const end = good.length - 22;
  const bytes = new Uint8Array(good.length + 56 + 20);
  bytes.set(good.subarray(0, end));
  bytes.set(good.subarray(end), end + 76);
  const view = new DataView(bytes.buffer);
  view.setUint32(end, 0x06064b50, true);
  view.setBigUint64(end + 32, 2n ** 60n, true);
  view.setBigUint64(end + 48, BigInt(view.getUint32(end + 76 + 16, true)), true);
  view.setUint32(end + 56, 0x07064b50, true);
  view.setBigUint64(end + 56 + 8, BigInt(end), true);
  expect(() => unzip(bytes, all)).toThrow("no entry 1 in its directory");
});
