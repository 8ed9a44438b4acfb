import { expect, test } from "vitest";
import { distinct, sweepOf } from "../../../src/cli/sweep/configurations.ts";
import { Costs, durationText, fits, secondsLeft } from "../../../src/cli/sweep/costs.ts";

const GB = 1e9;

test("a process is started where what all will have fits into what nobody has", () => {
  const two = [
    { expected: 2 * GB, used: 0.5 * GB },
    { expected: 2 * GB, used: 2.5 * GB },
  ];
  // 1.5 GB are still to come, and a tenth is left over.
  expect(fits(2 * GB, two, 4 * GB)).toBe(true);
  expect(fits(2 * GB, two, 3.8 * GB)).toBe(false);
  // The user's own bound is for all of them: 2, 2.5 and the new one.
  expect(fits(2 * GB, two, 100 * GB, 6.5 * GB)).toBe(true);
  expect(fits(2 * GB, two, 100 * GB, 6.4 * GB)).toBe(false);
  // One always runs.
  expect(fits(200 * GB, [], 1 * GB, 1)).toBe(true);
});

test("what is alike costs the same, and what has not been seen as much as the largest", async () => {
  const declaration = {
    options: { rules: "dfa", epochs: 4 },
    grid: { hidden: [8, 800], learningRate: [0.1, 0.2] },
  };
  const [small, smallSpike, , , large] = (await sweepOf(declaration, "s")).runs;
  const other = (await sweepOf({ ...declaration, options: { rules: "dfa", epochs: 8, seeds: 7 } }, "s"))
    .runs[0];
  const costs = new Costs();
  expect([costs.seconds(small), costs.bytes(small)]).toEqual([null, 2 ** 30]);
  expect(secondsLeft([[small, 0]], costs, 1)).toBe(null);
  costs.learnSeconds(small, 10);
  costs.learnBytes(small, 3 * GB);
  costs.learnBytes(small, 2 * GB);
  expect([costs.seconds(other), costs.bytes(other)]).toEqual([80, 3 * GB]);
  expect([costs.seconds(large), costs.bytes(large)]).toEqual([40, 3 * GB]);
  costs.learnSeconds(large, 30);
  costs.learnBytes(large, 5 * GB);
  expect([costs.bytes(small), costs.bytes(smallSpike)]).toEqual([3 * GB, 5 * GB]);
  expect(costs.seconds(smallSpike)).toBe(80);
  // 20 s and 120 s by two: the longer one alone decides.
  expect(
    secondsLeft(
      [
        [small, 0.5],
        [large, 0],
      ],
      costs,
      2,
    ),
  ).toBe(120);
  expect(
    secondsLeft(
      [
        [small, 0],
        [small, 0],
        [small, 0],
        [small, 0],
      ],
      costs,
      2,
    ),
  ).toBe(80);
  expect(distinct([small, small])).toHaveLength(1);
});

test.each([
  [0.04, "0.0 s"],
  [42.4, "42 s"],
  [59.6, "1 min"],
  [3599, "1 h 0 min"],
  [3900, "1 h 5 min"],
])("%d s are shown as %s", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
