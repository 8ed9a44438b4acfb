import { expect, test } from "vitest";
import { ruleGroups, summarize } from "../../src/report/groups.ts";
import { resultsOf, runOf } from "./fixture.ts";

test("rules keep their order and the control comes last", () => {
  const results = resultsOf(
    runOf("frozen", "rate", 0.9),
    runOf("dfa", "rate", 0.9),
    runOf("bp", "spike", 0.9),
  );
  expect(ruleGroups(results).map(group => group.name)).toEqual(["dfa", "bp", "frozen"]);
});

test("runs on different data are never averaged", () => {
  const results = resultsOf(runOf("bp", "rate", 0.9), runOf("bp", "rate", 0.5, { dataset: "mnist" }));
  expect(ruleGroups(results).map(group => group.name)).toEqual([
    "bp (digits, 64-128-2)",
    "bp (mnist, 64-128-2)",
  ]);
});

test("one value has no deviation, several have the sample one", () => {
  expect(summarize([3])).toEqual({ mean: 3 });
  expect(summarize([1, 3])).toEqual({ mean: 2, sd: Math.SQRT2, interval: [1, 3] });
  expect(summarize([undefined, null, Number.NaN])).toBeUndefined();
});
