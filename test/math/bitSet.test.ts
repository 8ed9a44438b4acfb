import fc from "fast-check";
import { expect, test } from "vitest";
import { bitText, onlyIn } from "../../src/math/bitSet.ts";

test("bits are counted from the lowest of the first byte", () => {
  expect(bitText([true, false, false, false, true, false, false, false, false, true])).toBe("1102");
  expect(bitText([])).toBe("");
});

test("what only one of two has is counted on either side", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean())), pairs => {
      const [a, b] = [0, 1].map(side => bitText(pairs.map(pair => pair[side])));
      expect(onlyIn(a, b)).toEqual([
        pairs.filter(([x, y]) => x && !y).length,
        pairs.filter(([x, y]) => y && !x).length,
      ]);
    }),
  );
});
