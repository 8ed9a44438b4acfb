import { expect, test } from "vitest";
import { accuracyPlot } from "../../../src/report/figures/accuracy.ts";
import { ruleGroups } from "../../../src/report/groups.ts";
import { ruleStyles } from "../../../src/report/palette.ts";
import type { Results } from "../../../src/training/results.ts";
import { resultsOf, runOf, twoTwins } from "../fixture.ts";

function plotOf(results: Results) {
  const groups = ruleGroups(results);
  return accuracyPlot(groups, ruleStyles(groups));
}

test("the control is a horizontal line per twin at its accuracy", () => {
  const { data } = plotOf(twoTwins).figure;
  expect(data.find(trace => trace.name === "frozen, rate")!.y).toEqual([93, 93]);
  expect(data.find(trace => trace.name === "frozen, spike")!.y).toEqual([91, 91]);
  expect(data.find(trace => trace.name === "bp, spike")!.y).toEqual([96.5]);
});

test("the range holds every mean, deviation and control", () => {
  const results = resultsOf(
    runOf("bp", "rate", 0.99),
    runOf("bp", "rate", 0.89, { seed: 2 }),
    runOf("frozen", "rate", 0.7),
  );
  const { range } = plotOf(results).figure.layout.yaxis as { range: [number, number] };
  expect(range[0]).toBeLessThan(70);
  expect(range[1]).toBeGreaterThan(94 + 7);
});

test("a twin that is alone stands in the middle of its place", () => {
  const { data } = plotOf(resultsOf(runOf("bp", "rate", 0.9))).figure;
  expect(data).toHaveLength(1);
  expect(data[0].x).toEqual([0]);
});

test("the control alone is drawn as a rule", () => {
  const { data } = plotOf(resultsOf(runOf("frozen", "rate", 0.9))).figure;
  expect(data.map(trace => trace.mode)).toEqual(["markers"]);
});
