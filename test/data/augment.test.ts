import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { augment, parseAugmentation } from "../../src/data/augment.ts";
import type { Dataset, Samples } from "../../src/data/dataset.ts";

const [HEIGHT, WIDTH] = [5, 4];

/** Every number of every sample is different, and none is 0, which is what padding is. */
function data(channels = 2): Dataset {
  const inputs = HEIGHT * WIDTH * channels;
  const part = (count: number): Samples => ({
    count,
    intensities: Float32Array.from({ length: count * inputs }, (_, k) => (k + 1) / 1000),
    labels: new Uint8Array(count),
  });
  const shape = [HEIGHT, WIDTH, channels];
  return { name: "numbers", inputs, classes: 2, shape, train: part(6), validation: part(2), test: part(3) };
}

const words = (...list: string[]) => parseAugmentation(list, "--augment");

describe("crops and flips", () => {
  test("are pieces of the padded picture, whole pixels, the same for the same seed, epoch and sample", () => {
    const whole = data();
    fc.assert(
      fc.property(fc.nat(5), fc.nat(20), fc.nat(1000), fc.boolean(), (index, epoch, seed, flip) => {
        const drawn = augment(whole, words("crop:4+2", ...(flip ? ["flip"] : [])));
        const piece = drawn.augmented!(index, epoch, seed);
        expect(drawn.augmented!(index, epoch, seed)).toEqual(piece);
        const sample = Array.from(whole.train.intensities.subarray(40 * index, 40 * (index + 1)));
        const found = new Set<string>();
        for (let y = 0; y < 4; y++) {
          for (let x = 0; x < 4; x++) {
            const pixel = [piece[2 * (4 * y + x)], piece[2 * (4 * y + x) + 1]];
            const at = sample.indexOf(pixel[0]);
            if (at < 0) {
              expect(pixel).toEqual([0, 0]);
              continue;
            }
            expect(sample[at + 1]).toBe(pixel[1]);
            const [row, column] = [Math.floor(at / 8), (at / 2) % 4];
            // The shift is the same for all pixels; across, a flip turns it round.
            found.add(`${row - y} ${column - x}`);
          }
        }
        const shifts = [...found].map(text => text.split(" ")[0]);
        expect(new Set(shifts).size).toBeLessThanOrEqual(1);
        if (!flip) expect(found.size).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("take every place, and mirror every other picture", () => {
    const drawn = augment(data(1), words("crop:4", "flip"));
    const seen = new Map<string, number>();
    for (let epoch = 0; epoch < 400; epoch++) {
      const key = drawn.augmented!(1, epoch, 7).join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    // Two rows to begin at, one column, two sides: four pictures, each in a quarter of the epochs.
    expect(seen.size).toBe(4);
    for (const count of seen.values()) expect(Math.abs(count - 100)).toBeLessThan(40);
  });

  test("leave evaluation to the middle", () => {
    const drawn = augment(data(1), words("crop:2", "flip"));
    expect(drawn).toMatchObject({ inputs: 4, shape: [2, 2, 1] });
    const expected = [6, 7, 10, 11].map(k => Math.fround(k / 1000));
    expect(Array.from(drawn.test.intensities.subarray(0, 4))).toEqual(expected);
  });

  test("of the size of the picture leave the samples as they are", () => {
    const whole = data();
    const drawn = augment(whole, words("flip"));
    expect(drawn.train).toBe(whole.train);
    expect(augment(whole, words("standardise")).augmented).toBeUndefined();
  });
});

test("standardisation gives each channel of the training part mean 0 and deviation 1; padding is black before it", () => {
  const drawn = augment(data(), words("standardise", "crop:5+3"));
  for (let c = 0; c < 2; c++) {
    const plain = augment(data(), words("standardise")).train.intensities.filter((_, k) => k % 2 === c);
    const mean = plain.reduce((a, b) => a + b, 0) / plain.length;
    const variance = plain.reduce((a, b) => a + (b - mean) ** 2, 0) / plain.length;
    expect(Math.abs(mean)).toBeLessThan(1e-6);
    expect(Math.abs(variance - 1)).toBeLessThan(1e-5);
  }
  const own = data().train.intensities.filter((_, k) => k % 2 === 0);
  const mean = own.reduce((a, b) => a + b, 0) / own.length;
  const deviation = Math.sqrt(own.reduce((a, b) => a + (b - mean) ** 2, 0) / own.length);
  const black = Array.from({ length: 40 }, (_, epoch) => drawn.augmented!(0, epoch, 1)).find(
    p => p[0] === p[2],
  )!;
  expect(black[0]).toBeCloseTo(-mean / deviation, 5);
});

test("what cannot be done is said", () => {
  expect(() => words("crop:0")).toThrow(/^--augment: expected crop:SIDE or .*, each once, got "crop:0"$/);
  expect(() => words("flip", "flip")).toThrow(/got "flip"$/);
  expect(() => words("toString")).toThrow(/got "toString"$/);
  expect(() => augment(data(), words("crop:9+2"))).toThrow(
    /^augmentation: crop: expected a side of at most 8 .* got 9$/,
  );
  expect(() => augment({ ...data(), shape: [40] }, words("flip"))).toThrow(
    /expected pictures, got numbers with samples of 40$/,
  );
});
