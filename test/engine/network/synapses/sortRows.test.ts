import fc from "fast-check";
import { expect, test } from "vitest";
import { sortRows } from "../../../../src/engine/network/synapses/sortRows.ts";
import { Rng } from "../../../../src/math/rng.ts";

const lengths = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant(17_000)), { maxLength: 6 });

test("rows come in order of delay, then target, then place, whatever goes with them", () => {
  fc.assert(
    fc.property(lengths, fc.nat(), fc.boolean(), fc.boolean(), (rows, seed, ascending, single) => {
      const rng = new Rng(seed);
      const starts = Uint32Array.of(0, ...rows);
      for (let i = 1; i < starts.length; i++) starts[i] += starts[i - 1];
      const n = starts.at(-1)!;
      const targets = Uint32Array.from({ length: n }, () => rng.integer(2 ** 32));
      if (ascending) for (let i = 0; i < rows.length; i++) targets.subarray(starts[i], starts[i + 1]).sort();
      const list = (number: (k: number) => number) => {
        const out = single ? new Float32Array(n) : new Float64Array(n);
        for (let k = 0; k < n; k++) out[k] = number(k);
        return out;
      };
      // Some alike, and zeros of both signs.
      const delays = list(() =>
        rng.integer(2) ? rng.integer(3) * (rng.integer(2) - 0.5) ** 2 : rng.normal() ** 2,
      );
      for (let s = 0; s < n; s += 7) delays[s] = rng.integer(2) ? 0 : -0;
      const weights = Float32Array.from({ length: n }, (_, s) => s);
      const order = Array.from({ length: n }, (_, s) => s);
      const expected = rows.flatMap((_, i) =>
        order
          .slice(starts[i], starts[i + 1])
          .sort((a, b) => delays[a] - delays[b] || targets[a] - targets[b] || a - b),
      );
      const was = [targets.slice(), delays.slice()];
      sortRows({ starts, targets, places: null, length: 1, shared: false }, weights, delays);
      expect(weights).toEqual(Float32Array.from(expected));
      expect(targets).toEqual(Uint32Array.from(expected, s => was[0][s]));
      expect(delays).toEqual(list(k => was[1][expected[k]]));
    }),
    { numRuns: 8 },
  );
});
