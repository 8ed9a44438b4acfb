import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeAedat } from "../../../src/io/events/aedat.ts";
import { eventsToRaster } from "../../../src/io/events/events.ts";
import { decodeNmnist } from "../../../src/io/events/nmnist.ts";
import { readShd } from "../../../src/io/events/shd.ts";
import { decodeEventsCsv, decodeEventsNpy, decodeEventsNpz } from "../../../src/io/events/tables.ts";
import { fileKind } from "../../../src/io/fileKind.ts";
import { encodeNpy, encodeNpyText } from "../../../src/io/npy.ts";
import { npzPieces } from "../../../src/io/npz.ts";
import { openRaster } from "../../../src/io/raster/open.ts";
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
  test("an event of row 240 says that the clock ran over, and is none", () => {
    const record = (x: number, y: number, micros: number) => [
      x,
      y,
      micros >> 16,
      (micros >> 8) & 255,
      micros & 255,
    ];
    const file = Uint8Array.from(
      [
        record(3, 4, 100),
        record(5, 6, 8000),
        record(0, 240, 8191),
        record(7, 8, 50),
        record(0, 240, 8191),
        record(9, 10, 20),
      ].flat(),
    );
    const size = { width: 34, height: 34 };
    for (const events of [decodeNmnist(file, "a.bin"), decodeNmnist(file, "a.bin", size)]) {
      expect([...events.times]).toEqual([0.1, 8, 8.242, 16.404]);
      expect([[...events.x], [...events.y]]).toEqual([
        [3, 5, 7, 9],
        [4, 6, 8, 10],
      ]);
    }
    expect(decodeNmnist(file, "a.bin")).toMatchObject({ width: 10, height: 11 });
    expect(() => decodeNmnist(Uint8Array.of(1, 241, 0, 0, 0), "a.bin")).toThrow(
      "a.bin: event 0: expected a pixel of 256 x 240, got 1, 241",
    );
  });
  test("23 bits that run over without a mark go on", () => {
    const file = Uint8Array.of(1, 1, 0x7f, 0xff, 0xff, 2, 2, 0, 0, 1, 3, 3, 0x7f, 0xff, 0xfe, 4, 4, 0, 0, 2);
    // The third is late: it comes from before the clock ran over.
    expect([...decodeNmnist(file, "a.bin").times]).toEqual([8388.607, 8388.609, 8388.606, 8388.61]);
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
  const aedat2 = (header: string, records: [address: number, micros: number][]) => {
    const view = new DataView(new ArrayBuffer(8 * records.length));
    records.forEach(([address, micros], k) => {
      view.setUint32(8 * k, address);
      view.setUint32(8 * k + 4, micros);
    });
    return decodeAedat(bytes(ascii(`#!AER-DAT2.0\r\n${header}`), new Uint8Array(view.buffer)), "a.aedat");
  };
  test("2.0: a DAVIS's pixels among samples of its pictures, its accelerometer and external events", () => {
    const pixel = (x: number, y: number, p: number) => ((y << 22) | ((239 - x) << 12) | (p << 11)) >>> 0;
    const events = aedat2("# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n", [
      [pixel(5, 170, 1), 1000],
      [0x80000000 | (17 << 12), 1500],
      [0x80000c00, 1600],
      [0x400, 1700],
      [pixel(239, 0, 0), 2000],
    ]);
    expect([[...events.times], [...events.x], [...events.y], [...events.polarity]]).toEqual([
      [1, 2],
      [5, 239],
      [170, 0],
      [1, 0],
    ]);
    expect([events.width, events.height]).toEqual([240, 180]);
    expect(() => aedat2("# AEChip: a.b.DAVIS346red\r\n", [[pixel(5, 300, 1), 0]])).toThrow(
      "a.aedat: event 0: expected a pixel of 346 x 260, got 234, 300",
    );
  });
  test("2.0: a cochlea is no camera", () => {
    expect(() => aedat2("# AEChip: ch.unizh.ini.jaer.chip.cochlea.CochleaAMS1c\r\n", [[5, 0]])).toThrow(
      'a.aedat: AEChip: expected DVS128, DAVIS128, DAVIS208, DAVIS240, DAVIS346, whose addresses are known, got "CochleaAMS1c"',
    );
    expect(aedat2("# AEChip: ch.unizh.ini.jaer.chip.retina.DVS128\n", [[5, 0]]).width).toBe(128);
  });
  test("2.0: a counter that runs over goes on, one that is set back follows what was before", () => {
    const over = aedat2("", [
      [0, 2 ** 32 - 1000],
      [2, 1000],
    ]);
    expect([...over.times]).toEqual([(2 ** 32 - 1000) / 1000, (2 ** 32 + 1000) / 1000]);
    expect(over.notes).toBeUndefined();
    const back = aedat2("", [
      [0, 90_000_000],
      [2, 100],
      [4, 2100],
    ]);
    expect([...back.times]).toEqual([90_000, 90_000, 90_002]);
    expect(back.notes).toEqual([
      "the camera's clock was set back once; later events follow the earlier ones, and the pause is lost",
    ]);
    // A little out of order is neither.
    expect([
      ...aedat2("", [
        [0, 5000],
        [2, 4000],
      ]).times,
    ]).toEqual([5, 4]);
  });
  const packet3 = (type: number, source: number, events: [data: number, micros: number][], overflow = 0) => {
    const view = new DataView(new ArrayBuffer(28 + 8 * events.length));
    view.setUint16(0, type, true);
    view.setUint16(2, source, true);
    [8, 4, overflow, events.length, events.length, events.length].forEach((value, k) => {
      view.setUint32(4 + 4 * k, value, true);
    });
    events.forEach(([data, micros], k) => {
      view.setUint32(28 + 8 * k, data, true);
      view.setUint32(32 + 8 * k, micros, true);
    });
    return new Uint8Array(view.buffer);
  };
  const aedat3 = (...packets: Uint8Array[]) =>
    decodeAedat(bytes(ascii("#!AER-DAT3.1\r\n#Format: RAW\r\n#!END-HEADER\r\n"), ...packets), "a.aedat");
  const at = (x: number, y: number) => ((x << 17) | (y << 2) | 0b11) >>> 0;
  test("3.1: marks of the clock are no pixels, and a clock set back follows what was before", () => {
    const events = aedat3(
      packet3(0, 1, [[(1 << 1) | 1, 0]]),
      packet3(1, 1, [[at(1, 2), 2 ** 31 - 1]]),
      packet3(0, 1, [[(0 << 1) | 1, 2 ** 31 - 1]]),
      packet3(1, 1, [[at(3, 4), 9]], 1),
      packet3(0, 1, [[(1 << 1) | 1, 0]]),
      packet3(3, 1, [[at(9, 9), 5]]),
      packet3(1, 1, [[at(5, 6), 7]]),
    );
    expect([...events.times]).toEqual([2 ** 31 - 1, 2 ** 31 + 9, 2 ** 31 + 16].map(t => t / 1000));
    expect([[...events.x], [...events.y]]).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
    expect(events.notes).toHaveLength(1);
  });
  test("3.1: two cameras, packed events and other sizes of them are refused", () => {
    expect(() => aedat3(packet3(1, 1, [[at(1, 2), 0]]), packet3(1, 2, [[at(1, 2), 0]]))).toThrow(
      /^a\.aedat: packet at byte \d+: expected events of one camera, 1, got 2$/,
    );
    expect(() =>
      decodeAedat(ascii("#!AER-DAT3.1\r\n#Format: SerializedTS\r\n#!END-HEADER\r\n"), "a.aedat"),
    ).toThrow('a.aedat: #Format: expected RAW, not packed, got "SerializedTS"');
  });
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

/** A NumPy file of any header and body. */
function npy(descr: string, shape: string, body: Uint8Array): Uint8Array {
  const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`.padEnd(245);
  return bytes(Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 246, 0), ascii(`${header}\n`), body);
}
function npz(entries: Record<string, Uint8Array>): Uint8Array {
  return bytes(...npzPieces(Object.entries(entries).map(([name, file]) => [name, [file]])));
}

describe("tables of events", () => {
  const fromCsv = decodeEventsCsv("x,y,p,t\n3,4,-1,1500\n5,6,1,2000\n", "e.csv");
  const columns = {
    t: encodeNpy(BigInt64Array.of(1500n, 2000n)),
    x: encodeNpy(Uint16Array.of(3, 5)),
    y: encodeNpy(Uint16Array.of(4, 6)),
    p: encodeNpy(Int8Array.of(-1, 1)),
  };
  test("as CSV and as an array for each column", () => {
    expect([...fromCsv.times]).toEqual([1.5, 2]);
    expect(decodeEventsNpz(npz(columns), "e.npz")).toEqual(fromCsv);
    expect(fromCsv).toMatchObject({ width: 6, height: 7, polarity: Uint8Array.of(0, 1) });
    expect(() => decodeEventsCsv("t,x,y,p\n1,2,3,7\n", "e.csv")).toThrow(
      "e.csv, line 2: expected t, x, y and p of 0 or 1, got 1, 2, 3, 7",
    );
    expect(() => decodeEventsCsv("t,x\n", "e.csv")).toThrow(
      'e.csv, line 1: expected the columns t, x, y, p, or numbers t x y p, got "t,x"',
    );
  });

  test("as a structured array of any order, of either order of bytes, with padding", () => {
    const little = new DataView(new ArrayBuffer(26));
    const big = new DataView(new ArrayBuffer(38));
    for (const [k, [x, y, t, p]] of [
      [3, 4, 1500, 0],
      [5, 6, 2000, 1],
    ].entries() as Iterable<[number, [number, number, number, number]]>) {
      little.setInt16(13 * k, x, true);
      little.setInt16(13 * k + 2, y, true);
      little.setBigInt64(13 * k + 4, BigInt(t), true);
      little.setUint8(13 * k + 12, p);
      big.setInt32(19 * k, p === 1 ? 1 : -1);
      big.setFloat64(19 * k + 4, t);
      big.setUint16(19 * k + 13, y);
      big.setFloat32(19 * k + 15, x);
    }
    const first = npy(
      "[('x', '<i2'), ('y', '<i2'), ('t', '<i8'), ('p', '|b1')]",
      "(2,)",
      new Uint8Array(little.buffer),
    );
    const second = npy(
      "[('polarity', '>i4'), ('timestamp', '>f8'), ('', '|V1'), ('y', '>u2'), ('x', '>f4')]",
      "(2,)",
      new Uint8Array(big.buffer),
    );
    for (const file of [first, second]) {
      expect(decodeEventsNpy(file, "e.npy")).toEqual(fromCsv);
      expect(decodeEventsNpz(npz({ arr_0: file }), "e.npz")).toEqual(fromCsv);
    }
    expect(() => decodeEventsNpy(first.subarray(0, first.length - 1), "e.npy")).toThrow(
      "e.npy: expected 26 bytes of 4 fields, got 25 bytes",
    );
  });

  test("what has no names is refused with what is expected", () => {
    expect(() => decodeEventsNpy(encodeNpy(new Float64Array(20), [5, 4]), "e.npy")).toThrow(
      "e.npy: expected an array with the fields t, x, y and p, got one of 5 x 4 <f8; numpy.rec.fromarrays gives names to the columns",
    );
    expect(() => decodeEventsNpy(npy("[('a', '<f4'), ('t', '<f4')]", "(0,)", bytes()), "e.npy")).toThrow(
      'e.npy: expected an array with the fields t, x, y and p, got one of 0 fields "a", "t"',
    );
    const { t } = columns;
    expect(() => decodeEventsNpz(npz({ t, arr: encodeNpyText(["a"]) }), "e.npz")).toThrow(
      'e.npz: expected arrays t, x, y and p, or one array with these fields, got "t" (2 <i8), "arr" (1 <U1)',
    );
    expect(() => decodeEventsNpz(npz({ ...columns, x: encodeNpyText(["a", "b"]) }), "e.npz")).toThrow(
      'e.npz: "x": expected numbers, got 2 <U1',
    );
    for (const descr of ["[('t', '<i8', (2,))]", "[('t', '<i8'), ('t', '<i8')]", "[]", "[('t', '|O')]"])
      expect(() => decodeEventsNpy(npy(descr, "(0,)", bytes()), "e.npy")).toThrow(/^e\.npy: expected /);
  });

  test.each([
    ["0.0015 3 4 0\n0.002 5 6 1\n", "seconds"],
    ["# a recording\n# t x y p\n1500\t3\t4\t0\n2000\t5\t6\t1", "microseconds"],
    ["6 7\n1500 3 4 0\r\n2000 5 6 1\r\n", "microseconds"],
    ["timestamp polarity y x\n0.0015 0 4 3\n0.002 1 6 5\n", "seconds"],
    ["on,p,x,t_ms,y\n7,False,3,1.5,4\n7,True,5,2,6\n", null],
    ["x;y;p;time [ns]\n3;4;-1;1500000\n5;6;1;2000000", null],
  ])("as text: %j", async (text, unit) => {
    const events = decodeEventsCsv(text, "e.txt");
    const { notes: _, ...rest } = fromCsv;
    expect(events).toMatchObject({ ...rest, times: Float64Array.of(1.5, 2) });
    expect(events.notes?.[0]).toEqual(unit === null ? undefined : expect.stringContaining(` in ${unit}, `));
    const path = join(mkdtempSync(join(tmpdir(), "events-")), "e.txt");
    writeFileSync(path, text);
    expect(await fileKind(path)).toBe(text.includes(",") ? "events csv" : "events text");
    expect((await openRaster(path)).spikeCount).toBe(2);
  });

  test("another order of columns without names is refused, not guessed", () => {
    expect(() => decodeEventsCsv("3,4,1,5000\n", "e.csv")).toThrow(
      "e.csv, line 1: expected t, x, y and p of 0 or 1, got 3, 4, 1, 5000",
    );
    expect(() => decodeEventsCsv("6 7\n1 6 0 1\n", "e.txt")).toThrow(
      "e.txt, line 2: expected a pixel of 6 x 7, got 6, 0",
    );
  });

  test("a line of pixels, and a counter of 32 bits that runs over", () => {
    const file = npz({
      t: encodeNpy(Int32Array.of(2 ** 31 - 1, -(2 ** 31))),
      x: encodeNpy(Uint8Array.of(1, 2)),
      p: encodeNpy(Uint8Array.of(1, 1)),
    });
    const events = decodeEventsNpz(file, "e.npz");
    expect([...events.times]).toEqual([(2 ** 31 - 1) * 1e-3, 2 ** 31 * 1e-3]);
    expect(events).toMatchObject({ width: 3, height: 1 });
    expect(events.notes).toHaveLength(2);
  });

  test("are known by their content", async () => {
    const folder = mkdtempSync(join(tmpdir(), "events-"));
    const kinds: Record<string, [Uint8Array, string]> = {
      a: [npz({ events: npy("[('x', '<i2')]", "(0,)", bytes()) }), "events npz"],
      b: [npy("[('x', '<i2')]", "(0,)", bytes()), "events npy"],
      c: [npz({ times: encodeNpy(new Float64Array(1)) }), "npz"],
      d: [ascii("time_ms,population,neuron\n1,a,2\n"), "csv"],
    };
    for (const [name, [content, kind]] of Object.entries(kinds)) {
      writeFileSync(join(folder, name), content);
      expect(await fileKind(join(folder, name))).toBe(kind);
    }
  });
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
