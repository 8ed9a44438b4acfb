import fc from "fast-check";
import { expect, test } from "vitest";
import { patchesOf, unpoolMaxima, type Windows } from "../../../src/engine/kernels/patches.ts";
import { Rng } from "../../../src/math/rng.ts";

/** Windows that may reach into a border, with a stride that may leave places out. */
const windows: fc.Arbitrary<Windows> = fc
  .record({
    ...{ inHeight: fc.integer({ min: 1, max: 7 }), inWidth: fc.integer({ min: 1, max: 7 }) },
    ...{ inChannels: fc.integer({ min: 1, max: 9 }) },
    ...{ filterHeight: fc.integer({ min: 1, max: 4 }), filterWidth: fc.integer({ min: 1, max: 4 }) },
    ...{ strideHeight: fc.integer({ min: 1, max: 3 }), strideWidth: fc.integer({ min: 1, max: 3 }) },
    ...{ top: fc.nat(2), bottom: fc.nat(2), left: fc.nat(2), right: fc.nat(2) },
  })
  .map(({ top, bottom, left, right, ...rest }) => {
    const [height, width] = [top + rest.inHeight + bottom, left + rest.inWidth + right];
    return {
      ...rest,
      outHeight: Math.max(0, Math.floor((height - rest.filterHeight) / rest.strideHeight) + 1),
      outWidth: Math.max(0, Math.floor((width - rest.filterWidth) / rest.strideWidth) + 1),
      padInfo: { top, bottom, left, right },
    };
  })
  .filter(({ outHeight, outWidth }) => outHeight > 0 && outWidth > 0);

/** Visits every number of every patch, in order, with where it lies in the maps: -1 in the border. */
function eachOf(at: Windows, samples: number, visit: (patch: number, place: number) => void): void {
  let patch = 0;
  for (let s = 0; s < samples; s++)
    for (let row = 0; row < at.outHeight; row++)
      for (let column = 0; column < at.outWidth; column++)
        for (let dy = 0; dy < at.filterHeight; dy++)
          for (let dx = 0; dx < at.filterWidth; dx++)
            for (let c = 0; c < at.inChannels; c++, patch++) {
              const y = row * at.strideHeight + dy - at.padInfo.top;
              const x = column * at.strideWidth + dx - at.padInfo.left;
              const inside = y >= 0 && y < at.inHeight && x >= 0 && x < at.inWidth;
              visit(patch, inside ? ((s * at.inHeight + y) * at.inWidth + x) * at.inChannels + c : -1);
            }
}

const numbers = (length: number, seed: number) => {
  const rng = new Rng(seed, "numbers");
  // Few values, so that maxima are met twice.
  return Float32Array.from({ length }, () => Math.round(6 * rng.uniform() - 3) / 3);
};
const mapSize = (at: Windows) => at.inHeight * at.inWidth * at.inChannels;

test("patches are what the kernel sees, and go back to where they were seen", () => {
  fc.assert(
    fc.property(windows, fc.integer({ min: 1, max: 3 }), fc.nat(), (at, samples, seed) => {
      const maps = numbers(samples * mapSize(at), seed);
      const patches = patchesOf(at, samples);
      patches.gather(maps);
      const seen = new Float32Array(patches.values.length);
      let count = 0;
      eachOf(at, samples, (patch, place) => {
        seen[patch] = place < 0 ? 0 : maps[place];
        count++;
      });
      expect(seen.length).toBe(count);
      expect([...patches.values]).toEqual([...seen]);

      const given = numbers(seen.length, seed + 1);
      patches.values.set(given);
      const sums = new Float32Array(maps.length);
      eachOf(at, samples, (patch, place) => {
        if (place >= 0) sums[place] += given[patch];
      });
      const found = new Float32Array(maps.length).fill(NaN);
      patches.scatter(found);
      expect([...found]).toEqual([...sums]);
    }),
    { numRuns: 300 },
  );
});

test("a pool gives back to the first maximum of each window", () => {
  fc.assert(
    fc.property(windows, fc.integer({ min: 1, max: 3 }), fc.nat(), (at, samples, seed) => {
      const maps = numbers(samples * mapSize(at), seed);
      const post = numbers(samples * at.outHeight * at.outWidth * at.inChannels, seed + 1);
      const back = new Float32Array(maps.length);
      const best = Array.from(post, () => ({ value: -Infinity, place: -1 }));
      const each = at.filterHeight * at.filterWidth * at.inChannels;
      eachOf(at, samples, (patch, place) => {
        const own = best[Math.floor(patch / each) * at.inChannels + (patch % at.inChannels)];
        if (place >= 0 && maps[place] > own.value) Object.assign(own, { value: maps[place], place });
      });
      for (const [k, { place }] of best.entries()) if (place >= 0) back[place] += post[k];
      const found = new Float32Array(maps.length).fill(NaN);
      unpoolMaxima(at, samples, maps, post, found);
      expect([...found]).toEqual([...back]);
    }),
    { numRuns: 300 },
  );
});
