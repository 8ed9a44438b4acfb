import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeAedat } from "../../src/io/events/aedat.ts";
import { eventsToRaster } from "../../src/io/events/events.ts";
import { decodeNmnist } from "../../src/io/events/nmnist.ts";
import { readShd } from "../../src/io/events/shd.ts";
import { decodeEventsCsv, decodeEventsNpz } from "../../src/io/events/tables.ts";
import { encodeNpy } from "../../src/io/npy.ts";
import { writeNpz } from "../../src/io/npz.ts";
import { writeShdLike } from "./shdFiles.ts";

const ascii = (text: string) => new TextEncoder().encode(text);
const bytes = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

describe("N-MNIST", () => {
  test("reads x, y, polarity and 23 bits of microseconds", () => {
    const events = decodeNmnist(Uint8Array.of(10, 33, 0x80, 0x03, 0xe8, 0, 1, 0x7f, 0xff, 0xff), "a.bin");
    expect([...events.times]).toEqual([1, 8388.607]);
    expect([[...events.x], [...events.y], [...events.polarity]]).toEqual([
      [10, 0],
      [33, 1],
      [1, 0],
    ]);
  });
  test("refuses half an event and pixels outside", () => {
    expect(() => decodeNmnist(new Uint8Array(7), "a.bin")).toThrow(
      "a.bin: expected events of 5 bytes, got 7 bytes",
    );
    const out = () => decodeNmnist(Uint8Array.of(34, 0, 0, 0, 0), "a.bin", { width: 34, height: 34 });
    expect(out).toThrow("a.bin: event 0: expected a pixel of 34 x 34, got 34, 0");
  });
  test("becomes a raster of two maps of pixels", () => {
    const raster = eventsToRaster(
      decodeNmnist(Uint8Array.of(1, 2, 0x80, 0, 9, 0, 0, 0, 0, 4), "a", { width: 34, height: 34 }),
    );
    expect(raster.populations).toEqual([{ name: "input", size: 2312 }]);
    expect([...raster.neurons]).toEqual([0, (34 + 2) * 34 + 1]);
    expect([...raster.times]).toEqual([0, 0.009 - 0.004]);
  });
});

describe("AEDAT", () => {
  test("2.0: a DVS128's big-endian addresses and times", () => {
    const record = new DataView(new ArrayBuffer(16));
    record.setUint32(0, (5 << 8) | ((127 - 3) << 1) | 0);
    record.setUint32(4, 2500);
    record.setUint32(8, 0x8000);
    const events = decodeAedat(
      bytes(ascii("#!AER-DAT2.0\r\n# x\r\n"), new Uint8Array(record.buffer)),
      "a.aedat",
    );
    expect([events.times[0], events.x[0], events.y[0], events.polarity[0], events.times.length]).toEqual([
      2.5, 3, 5, 1, 1,
    ]);
  });
  test("3.1: packets, overflowing times, invalid events", () => {
    const packet = new DataView(new ArrayBuffer(28 + 24));
    packet.setUint16(0, 1, true);
    packet.setUint32(4, 8, true);
    packet.setUint32(12, 1, true);
    packet.setUint32(16, 3, true);
    packet.setUint32(20, 2, true);
    packet.setUint32(28, (7 << 17) | (9 << 2) | 0b11, true);
    packet.setUint32(32, 1000, true);
    const file = bytes(ascii("#!AER-DAT3.1\r\n#!END-HEADER\r\n"), new Uint8Array(packet.buffer));
    const events = decodeAedat(file, "a.aedat");
    expect([events.times[0], events.x[0], events.y[0], events.polarity[0], events.times.length]).toEqual([
      2 ** 31 / 1000 + 1,
      7,
      9,
      1,
      1,
    ]);
    expect(() => decodeAedat(file.subarray(0, file.length - 1), "a.aedat")).toThrow(
      /^a\.aedat: packet at byte 28: /,
    );
  });
  test("other files are told apart", () => {
    expect(() => decodeAedat(ascii("#!AER-DAT4.0"), "a")).toThrow(
      "a: expected #!AER-DAT2.0 or #!AER-DAT3.1, got 4.0",
    );
  });
});

test("tables of events, as CSV and NPZ", () => {
  const fromCsv = decodeEventsCsv("x,y,p,t\n3,4,-1,1500\n5,6,1,2000\n", "e.csv");
  const pieces: Uint8Array[] = [];
  writeNpz(
    piece => pieces.push(piece),
    [
      ["t", [encodeNpy(BigInt64Array.of(1500n, 2000n))]],
      ["x", [encodeNpy(Uint16Array.of(3, 5))]],
      ["y", [encodeNpy(Uint16Array.of(4, 6))]],
      ["p", [encodeNpy(Int8Array.of(-1, 1))]],
    ],
  );
  expect(decodeEventsNpz(bytes(...pieces), "e.npz")).toEqual(fromCsv);
  expect(fromCsv).toMatchObject({ width: 6, height: 7, polarity: Uint8Array.of(0, 1) });
  expect(() => decodeEventsCsv("t,x,y,p\n1,2,3,7\n", "e.csv")).toThrow(
    "e.csv, line 2: expected t, x, y and p of 0 or 1, got 1, 2, 3, 7",
  );
  expect(() => decodeEventsCsv("t,x\n", "e.csv")).toThrow(
    'e.csv, line 1: expected the columns t, x, y, p, got "t,x"',
  );
});

test.each(["f16", "f32"] as const)("SHD with times of %s", async kind => {
  const path = join(mkdtempSync(join(tmpdir(), "shd-")), "x.h5");
  writeShdLike(path, kind);
  const words = await readShd(path);
  expect([...words.labels]).toEqual([0, 19, 7]);
  expect(words.times.map(list => [...list])).toEqual([
    [1, 250, 1000].map(t => expect.closeTo(t, 2)),
    [],
    [500],
  ]);
  expect(words.channels.map(list => [...list])).toEqual([[0, 699, 5], [], [3]]);
});
