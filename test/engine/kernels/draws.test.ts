import fc from "fast-check";
import { expect, test } from "vitest";
import { connectByGaps, fillNormal, Integers } from "../../../src/engine/kernels/draws.ts";
import { log, log1p } from "../../../src/math/elementary.ts";
import { limitOf, Rng } from "../../../src/math/rng.ts";

/** Two streams at the same place, which may be within a block. */
function twins(seed: number, drawn: number): [Rng, Rng] {
  const both: [Rng, Rng] = [new Rng(seed, "bulk"), new Rng(seed, "bulk")];
  for (const rng of both) rng.drawn = drawn;
  return both;
}

const place = fc.record({
  seed: fc.nat(),
  // Near the end of the counter's first word too.
  drawn: fc.oneof(fc.nat(5), fc.integer({ min: 2 ** 33 - 9000, max: 2 ** 33 + 5 })),
});

test("integers in bulk are those drawn one by one", () => {
  fc.assert(
    fc.property(
      place,
      fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      fc.integer({ min: 1, max: 20_000 }),
      (at, n, length) => {
        const [bulk, single] = twins(at.seed, at.drawn);
        const integers = new Integers(bulk);
        const drawn = Uint32Array.from({ length }, () => integers.below(n, limitOf(n)));
        integers.end();
        const expected = new Uint32Array(length);
        single.integers(n, expected);
        expect(drawn).toEqual(expected);
        expect(bulk.drawn).toBe(single.drawn);
        expect(bulk.nextUint32()).toBe(single.nextUint32());
      },
    ),
    { numRuns: 12 },
  );
});

test("normal numbers in bulk are those drawn one by one, those below a bound again", () => {
  const low = fc.oneof(fc.constant(-Infinity), fc.double({ min: -2, max: 2, noNaN: true }));
  fc.assert(
    fc.property(place, low, fc.integer({ min: 0, max: 20_000 }), (at, bound, length) => {
      const [bulk, single] = twins(at.seed, at.drawn);
      const drawn = new Float32Array(length);
      fillNormal(bulk, 1.5, 0.75, bound, drawn);
      const expected = Float32Array.from({ length }, () => {
        let x = single.normal(1.5, 0.75);
        while (x < bound) x = single.normal(1.5, 0.75);
        return x;
      });
      expect(drawn).toEqual(expected);
      expect(bulk.drawn).toBe(single.drawn);
    }),
    { numRuns: 12 },
  );
});

/** Gap by gap. */
function oneByOne(rng: Rng, p: number, pre: number, post: number, loops: boolean) {
  const rowStart = new Uint32Array(pre + 1);
  const targets: number[] = [];
  for (let i = 0; i < pre; i++) {
    for (let j = -1; ; ) {
      j += 1 + Math.floor(log(1 - rng.uniform()) / log1p(-p));
      if (!(j < post)) break;
      if (loops || i !== j) targets.push(j);
    }
    rowStart[i + 1] = targets.length;
  }
  return { rowStart, targets: Uint32Array.from(targets) };
}

test("connections by chance in bulk are those drawn one by one", () => {
  const p = fc.oneof(
    fc.double({ min: 1e-6, max: 0.999, noNaN: true }),
    fc.constantFrom(5e-324, 1e-12, 1 - 2 ** -53),
  );
  const size = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(place, p, size, size, fc.boolean(), (at, chance, pre, post, loops) => {
      const [bulk, single] = twins(at.seed, at.drawn);
      expect(connectByGaps(bulk, chance, pre, post, loops)).toEqual(
        oneByOne(single, chance, pre, post, loops),
      );
      expect(bulk.drawn).toBe(single.drawn);
    }),
    { numRuns: 60 },
  );
});
