import { expect, test } from "vitest";
import { controlSentences } from "../../src/report/control.ts";
import { ruleGroups } from "../../src/report/groups.ts";
import { resultsOf, runOf, twoTwins } from "./fixture.ts";

test("each rule and twin that is not above the control is named, equality included", () => {
  expect(controlSentences(ruleGroups(twoTwins))).toEqual([
    "Not above the frozen control: pepita:textbook, rate twin (90.00 % against 93.00 %).",
    "Not above the frozen control: pepita:textbook, spike twin (91.00 % against 91.00 %).",
  ]);
});

test("one sentence says that all are above, with the smallest margin", () => {
  const results = resultsOf(
    runOf("bp", "rate", 0.97),
    runOf("dfa", "rate", 0.945),
    runOf("frozen", "rate", 0.93),
    runOf("dfa", "spike", 0.94),
    runOf("frozen", "spike", 0.91),
  );
  expect(controlSentences(ruleGroups(results))).toEqual([
    "Every rule is above the frozen control of its twin; the smallest margin is 1.50 points (dfa, rate twin).",
  ]);
});

test("a missing control is said, not passed over", () => {
  const results = resultsOf(
    runOf("bp", "rate", 0.97),
    runOf("bp", "spike", 0.95),
    runOf("frozen", "rate", 0.9),
  );
  expect(controlSentences(ruleGroups(results))[0]).toBe(
    "No frozen control to compare with in the spike twin.",
  );
});
