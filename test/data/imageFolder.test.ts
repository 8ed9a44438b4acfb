import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { describe, expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import { decodePicture } from "../../src/data/picture.ts";
import { failure, temporaryFolder } from "./idxFiles.ts";

const grey = (value: number, width = 3, height = 2) =>
  encodePng({ width, height, channels: 1, depth: 8, data: new Uint8Array(width * height).fill(value) });

const colour = (rgb: readonly number[]) =>
  encodePng({
    width: 3,
    height: 2,
    channels: 3,
    depth: 8,
    data: Uint8Array.from({ length: 18 }, (_, k) => rgb[k % 3]),
  });

/** Twelve grey pictures of each of two classes to train, two of each to test. */
async function pictures(change: Record<string, Uint8Array> = {}): Promise<string> {
  const folder = await temporaryFolder();
  const files: Record<string, Uint8Array> = {};
  for (const [c, name] of ["cat", "dog"].entries()) {
    for (let k = 0; k < 12; k++) files[`train/${name}/${k}.png`] = grey(100 * c + k);
    for (let k = 0; k < 2; k++) files[`test/${name}/${k}.png`] = grey(100 * c + k);
  }
  for (const [path, bytes] of Object.entries({ ...files, ...change })) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return folder;
}

describe("a folder of pictures", () => {
  test("has a class per folder, one channel without colours, and a fixed random order", async () => {
    const folder = await pictures();
    const data = await loadDataset(`folder:${folder}`);
    expect(data).toMatchObject({ inputs: 6, classes: 2, shape: [2, 3] });
    expect([data.train.count, data.validation.count, data.test.count]).toEqual([22, 2, 4]);
    for (const part of [data.train, data.validation, data.test]) {
      part.labels.forEach((label, n) => {
        expect(part.intensities[6 * n] > 90 / 255).toBe(label === 1);
      });
    }
    expect(Array.from(data.train.labels.subarray(0, 12))).not.toEqual(new Array(12).fill(0));
    expect((await loadDataset(`folder:${folder}`)).train).toEqual(data.train);
  });

  test("with one coloured picture has three channels; a validation folder is taken as it is", async () => {
    const data = await loadDataset(
      `folder:${await pictures({ "validation/dog/a.png": colour([255, 0, 51]), "validation/cat/b.png": grey(255) })}`,
    );
    expect(data).toMatchObject({ inputs: 18, shape: [2, 3, 3] });
    expect([data.train.count, data.validation.count]).toEqual([24, 2]);
    const dog = data.validation.labels.indexOf(1);
    expect(Array.from(data.validation.intensities.subarray(18 * dog, 18 * dog + 3))).toEqual([
      1,
      0,
      Math.fround(0.2),
    ]);
  });

  test.each([
    [
      "a picture of another size",
      { "train/cat/x.png": grey(1, 4, 2) },
      /cat.x\.png: found 4 x 2 pixels; expected 3 x 2/,
    ],
    [
      "a text",
      { "train/cat/x.png": new TextEncoder().encode("hello") },
      /x\.png: found a file that starts with 68 65 6c 6c; expected a PNG or a JPEG$/,
    ],
    [
      "an empty file",
      { "test/cat/x.png": new Uint8Array(0) },
      /x\.png: found a file that starts with nothing/,
    ],
    ["a damaged PNG", { "train/dog/x.png": grey(1).subarray(0, 50) }, /x\.png: found a damaged PNG \(/],
    [
      "a class of the test part only",
      { "test/cow/x.png": grey(1) },
      /cow: found a class without training pictures/,
    ],
    [
      "a file among the classes",
      { "train/notes.txt": grey(1) },
      /notes\.txt: found a file; expected one folder per class$/,
    ],
    ["one class", { "train/only": new Uint8Array(0) }, /found a file/],
  ])("with %s is refused", async (_, change, message) => {
    expect(
      (await failure(loadDataset(`folder:${await pictures(change as Record<string, Uint8Array>)}`))).message,
    ).toMatch(message);
  });

  test("without its parts says which is missing", async () => {
    const folder = await pictures();
    await rm(join(folder, "test"), { recursive: true });
    expect((await failure(loadDataset(`folder:${folder}`))).message).toMatch(
      /test: cannot be read \(ENOENT\)/,
    );
    await rm(join(folder, "train", "dog"), { recursive: true });
    expect((await failure(loadDataset(`folder:${folder}`))).message).toMatch(
      /train: found 1 folders with pictures; expected one per class/,
    );
  });
});

describe("a picture", () => {
  test("of 16 bits, of four grey levels and of a palette", () => {
    const deep = encodePng({ width: 1, height: 1, channels: 1, depth: 16, data: Uint16Array.of(40_000) });
    expect(decodePicture(deep, "a")).toMatchObject({
      white: 65535,
      rgb: Uint16Array.of(40_000, 40_000, 40_000),
    });
    // Five pixels of 2 bits: 0 1 2 3 0, and the filter byte before them.
    const packed = Uint8Array.of(0, 0b00011011, 0b00000000);
    expect(greys(decodePicture(png(5, 0, packed), "b").rgb)).toEqual([0, 85, 170, 255, 0]);
    const palette = Uint8Array.of(9, 9, 9, 8, 8, 8, 7, 7, 7, 6, 6, 6);
    expect(greys(decodePicture(png(5, 3, packed, palette), "c").rgb)).toEqual([9, 8, 7, 6, 9]);
  });

  test("as JPEG comes back within its losses", () => {
    const [width, height] = [16, 8];
    const data = new Uint8Array(4 * width * height);
    for (let p = 0; p < width * height; p++) data.set([200, 100, 50, 255], 4 * p);
    const { rgb, white } = decodePicture(jpeg.encode({ width, height, data }, 95).data, "a.jpg");
    expect(white).toBe(255);
    for (let at = 0; at < rgb.length; at++)
      expect(Math.abs(rgb[at] - [200, 100, 50][at % 3])).toBeLessThan(4);
    const whole = jpeg.encode({ width, height, data }, 95).data;
    expect(() => decodePicture(whole.subarray(0, 100), "b.jpg")).toThrow(/^b\.jpg: found a damaged JPEG \(/);
  });

  test("that unpacks to more than it says, or says too much, is refused before it is unpacked", () => {
    const row = deflateSync(new Uint8Array(4));
    const large = pngOf(["IHDR", header(30_000, 30_000, 8, 2)], ["IDAT", row]);
    expect(() => decodePicture(large, "a.png")).toThrow(
      "a.png: found a picture of 30000 x 30000 pixels; expected 1 to 4194304 pixels",
    );
    const bomb: [string, Uint8Array] = ["IDAT", deflateSync(new Uint8Array(1e6))];
    expect(() => decodePicture(pngOf(["IHDR", header(1, 1, 8, 2)], bomb), "a.png")).toThrow(
      /^a\.png: found a damaged PNG \(Cannot create a Buffer larger/,
    );
    const twice = pngOf(["IHDR", header(1, 1, 8, 2)], ["IHDR", header(30_000, 30_000, 8, 2)], ["IDAT", row]);
    expect(() => decodePicture(twice, "a.png")).toThrow("a.png: found a damaged PNG (more than one size)");
    expect(() => decodePicture(pngOf(["IHDR", header(0, 1, 8, 2)], ["IDAT", row]), "a.png")).toThrow(/0 x 1/);
  });

  test("is taken without what other chunks hold, however they are packed", () => {
    const profile: [string, Uint8Array] = [
      "iCCP",
      Buffer.concat([Buffer.from("x\0\0"), deflateSync(new Uint8Array(1e6))]),
    ];
    const file = pngOf(["IHDR", header(1, 1, 8, 2)], profile, [
      "IDAT",
      deflateSync(Uint8Array.of(0, 1, 2, 3)),
    ]);
    expect(Array.from(decodePicture(file, "a.png").rgb)).toEqual([1, 2, 3]);
  });

  test("as an interlaced PNG unpacks to more rows than it has", () => {
    const interlaced = Buffer.from(header(1, 3, 8, 0));
    interlaced[12] = 1;
    // Passes 1, 5 and 7 have a row of one pixel each.
    const rows = deflateSync(Uint8Array.of(0, 10, 0, 30, 0, 20));
    expect(greys(decodePicture(pngOf(["IHDR", interlaced], ["IDAT", rows]), "a.png").rgb)).toEqual([
      10, 20, 30,
    ]);
  });

  test("as JPEG of too many pixels or passes is refused", () => {
    const data = new Uint8Array(4 * 64);
    const file = Uint8Array.from(jpeg.encode({ width: 8, height: 8, data }, 95).data);
    const frame = file.findIndex((byte, k) => byte === 0xff && file[k + 1] === 0xc0);
    const large = Uint8Array.from(file);
    large.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    expect(() => decodePicture(large, "a.jpg")).toThrow(
      "a.jpg: found a picture of 65535 x 65535 pixels; expected 1 to 4194304 pixels",
    );
    const passes = Buffer.concat([file, ...new Array(200).fill(Uint8Array.of(0xff, 0xda, 0))]);
    expect(() => decodePicture(passes, "a.jpg")).toThrow(
      "a.jpg: found a JPEG of 201 passes; expected at most 100",
    );
    expect(() => decodePicture(file.subarray(0, frame), "a.jpg")).toThrow(
      "a.jpg: found a damaged JPEG (no size)",
    );
  });

  test("with a transparent pixel is refused, with an opaque alpha channel it is not", () => {
    const alpha = (a: number) =>
      encodePng({
        width: 1,
        height: 2,
        channels: 4,
        depth: 8,
        data: Uint8Array.of(1, 2, 3, 255, 4, 5, 6, a),
      });
    expect(Array.from(decodePicture(alpha(255), "a").rgb)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(() => decodePicture(alpha(254), "a.png")).toThrow(/^a\.png: found a transparent pixel/);
  });
});

/** Reds of grey pixels. */
function greys(rgb: ArrayLike<number>): number[] {
  const red = Array.from({ length: rgb.length / 3 }, (_, p) => rgb[3 * p]);
  red.forEach((value, p) => {
    expect([rgb[3 * p + 1], rgb[3 * p + 2]]).toEqual([value, value]);
  });
  return red;
}

/** One row of 2-bit pixels of a colour type. */
function png(width: number, colourType: number, row: Uint8Array, palette?: Uint8Array): Uint8Array {
  return pngOf(
    ["IHDR", header(width, 1, 2, colourType)],
    ...(palette ? [["PLTE", palette] as [string, Uint8Array]] : []),
    ["IDAT", deflateSync(row)],
  );
}

function header(width: number, height: number, depth: number, colourType: number): Uint8Array {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width);
  bytes.writeUInt32BE(height, 4);
  bytes.set([depth, colourType], 8);
  return bytes;
}

/** A PNG of these chunks and the last. */
function pngOf(...chunks: [type: string, data: Uint8Array][]): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    crc.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, crc]);
  };
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    ...chunks.map(([type, data]) => chunk(type, data)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}
