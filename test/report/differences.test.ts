import { expect, test } from "vitest";
import { bitText } from "../../src/math/bitSet.ts";
import { contenders, differencesOf } from "../../src/report/differences.ts";
import { differencePlots } from "../../src/report/figures/differences.ts";
import { ruleGroups } from "../../src/report/groups.ts";
import { formatDifferences } from "../../src/report/table.ts";
import { resultsOf, runOf } from "./fixture.ts";

const right = (wrong: readonly number[]) => bitText(Array.from({ length: 10 }, (_, k) => !wrong.includes(k)));
const results = resultsOf(
  runOf("bp", "rate", 0.9, { seed: 1, correct: right([0]) }),
  runOf("bp", "rate", 0.8, { seed: 2, correct: right([0, 1]) }),
  runOf("dfa", "rate", 0.7, { seed: 2, correct: right([1, 2, 3]) }),
  runOf("dfa", "rate", 0.4, { seed: 1, correct: right([4, 5, 6, 7, 8, 9]) }),
  runOf("dfa", "rate", 0.1, { seed: 3 }),
);

test("runs of one seed are paired, sample by sample", () => {
  const [difference, ...more] = differencesOf(contenders(ruleGroups(results)));
  expect(more).toEqual([]);
  expect(difference).toMatchObject({ first: "bp, rate", second: "dfa, rate", seeds: [1, 2] });
  expect(difference.points.mean).toBeCloseTo(30);
  expect(difference.points.interval!.map(Math.round)).toEqual([10, 50]);
  expect(difference.samples).toEqual([
    { first: 6, second: 1, p: expect.closeTo(16 / 128, 12) },
    { first: 2, second: 1, p: 1 },
  ]);
  const [head, row, note] = formatDifferences([difference]).split("\n");
  expect(head).toBe("test accuracy                      points    McNemar p");
  expect(row).toBe("bp, rate - dfa, rate  +30 ± 28 [+10, +50]  0.125 1.000");
  expect(note).toContain("[95 % bootstrap interval]");
});

test("of one seed the points have the digits that the samples decided differently support", () => {
  const runs = [0, 100].map((wrong, k) =>
    runOf(["bp", "dfa"][k], "rate", 1 - wrong / 10_000, {
      testSamples: 10_000,
      correct: bitText(Array.from({ length: 10_000 }, (_, n) => n >= wrong)),
    }),
  );
  const differences = differencesOf(contenders(ruleGroups(resultsOf(...runs))));
  // A hundred of ten thousand: 1 point, give or take a tenth.
  expect(formatDifferences(differences).split("\n")[1]).toBe("bp, rate - dfa, rate   +1.00     <0.001");
});

test("other test sets, and runs that do not say which samples were right, are not compared by sample", () => {
  const other = runOf("kp", "rate", 0.5, { seed: 1, testSamples: 20, correct: right([]) });
  const silent = runOf("fa", "rate", 0.5, { seed: 1 });
  const found = differencesOf(contenders(ruleGroups(resultsOf(results.runs[0], other, silent))));
  expect(found.map(({ first, second, samples }) => [first, second, samples])).toEqual([
    ["bp, rate", "fa, rate", [null]],
  ]);
});

test("the figure has a row and a column for each rule", () => {
  const [plot] = differencePlots(ruleGroups(results), "rate");
  expect(plot.figure.data[0].z).toEqual([
    [0, 30],
    [-30, 0],
  ]);
  expect(JSON.stringify(plot.figure)).toContain("McNemar p = 0.125, 1.000");
  expect(differencePlots(ruleGroups(results), "spike")).toEqual([]);
});
