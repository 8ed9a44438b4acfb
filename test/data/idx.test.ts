import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIdxImages, parseIdxLabels } from "../../src/data/idx.ts";
import { InputError } from "../../src/errors.ts";
import { idxImages, idxLabels } from "./idxFiles.ts";

describe("IDX files", () => {
  test("images come out with their shape and pixels", () => {
    const images = parseIdxImages(idxImages(2, 3, 4), "a");
    expect(images).toMatchObject({ count: 2, height: 3, width: 4 });
    expect(Array.from(images.pixels)).toEqual(Array.from({ length: 24 }, (_, k) => k));
  });

  test("labels come out in order", () => {
    expect(Array.from(parseIdxLabels(idxLabels([3, 0, 9]), "a", 10))).toEqual([3, 0, 9]);
  });

  test("a view into the middle of a larger buffer is read at its own offset", () => {
    const padded = new Uint8Array([7, 7, 7, ...idxLabels([1, 2])]);
    expect(Array.from(parseIdxLabels(padded.subarray(3), "a"))).toEqual([1, 2]);
  });

  const images = idxImages(2, 2, 2);
  const labels = idxLabels([1, 2]);
  test.each([
    [
      "a truncated image file",
      () => parseIdxImages(images.subarray(0, 23), "f"),
      /f: truncated: found 23 .* 24/,
    ],
    [
      "an over-long image file",
      () => parseIdxImages(new Uint8Array([...images, 0]), "f"),
      /too long: found 25/,
    ],
    [
      "a file cut inside its header",
      () => parseIdxImages(images.subarray(0, 9), "f"),
      /9 bytes; .* header of 16/,
    ],
    ["an empty file", () => parseIdxLabels(new Uint8Array(), "f"), /f: found 0 bytes/],
    ["a foreign magic number", () => parseIdxLabels(new Uint8Array(8), "f"), /magic 0x00000000.*0x00000801/],
    ["labels where images are expected", () => parseIdxImages(labels, "f"), /found IDX labels.*swapped/],
    ["images where labels are expected", () => parseIdxLabels(images, "f"), /found IDX images.*swapped/],
    ["no images", () => parseIdxImages(idxImages(0, 2, 2), "f"), /f: found 0 images/],
    ["images without pixels", () => parseIdxImages(idxImages(2, 0, 2), "f"), /0 x 2 pixels/],
    ["no labels", () => parseIdxLabels(idxLabels([]), "f"), /f: found 0 labels/],
    ["a label beyond the classes", () => parseIdxLabels(labels, "f", 2), /label 1 is 2; expected .* 0 to 1/],
  ])("%s is refused by name", (_, parse, message) => {
    expect(parse).toThrow(InputError);
    expect(parse).toThrow(message);
  });

  test("any mutated or cut file is either read or refused with one line", () => {
    const whole = fc.constantFrom(idxImages(3, 2, 2), idxLabels([0, 1, 2]));
    const edits = fc.array(fc.tuple(fc.nat(30), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(whole, edits, fc.nat(40), (bytes, changes, length) => {
        const mutated = new Uint8Array(bytes.slice(0, length));
        for (const [at, value] of changes) if (at < mutated.length) mutated[at] = value;
        for (const parse of [parseIdxImages, parseIdxLabels]) readOrRefuse(() => parse(mutated, "f"));
      }),
      { numRuns: 2000 },
    );
  });

  test("any bytes at all are either read or refused with one line", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        for (const parse of [parseIdxImages, parseIdxLabels]) readOrRefuse(() => parse(bytes, "f"));
      }),
    );
  });
});

function readOrRefuse(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(/^f: [^\n]+$/);
  }
}
