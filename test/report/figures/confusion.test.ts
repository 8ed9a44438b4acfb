import { expect, test } from "vitest";
import { confusionPlots } from "../../../src/report/figures/confusion.ts";
import { ruleGroups } from "../../../src/report/groups.ts";
import { resultsOf, runOf } from "../fixture.ts";

test("cells hold counts over all seeds, coloured by share of the true class", () => {
  const results = resultsOf(runOf("bp", "spike", 0.9), runOf("bp", "spike", 0.9, { seed: 2 }));
  const plots = confusionPlots(ruleGroups(results)[0]);
  expect(plots).toHaveLength(1);
  const [{ figure, caption }] = plots;
  expect(figure.data[0].text).toEqual([
    ["8", "2"],
    ["", "10"],
  ]);
  expect(figure.data[0].z).toEqual([
    [0.8, 0.2],
    [0, 1],
  ]);
  expect(caption).toBe("18 of 20 right, 2 seeds together. Empty cells are zero.");
});

test("a twin without a matrix is left out", () => {
  const [group] = ruleGroups(
    resultsOf(runOf("bp", "rate", 0.9, { confusion: [] }), runOf("bp", "spike", 0.9)),
  );
  expect(confusionPlots(group).map(plot => plot.title)).toEqual(["bp, spike"]);
});

test("numbers are not written into a hundred classes", () => {
  const confusion = Array.from({ length: 100 }, (_, i) =>
    Array.from({ length: 100 }, (_, j) => Number(i === j)),
  );
  const [group] = ruleGroups(resultsOf(runOf("bp", "rate", 1, { confusion })));
  expect(confusionPlots(group)[0].figure.data[0].texttemplate).toBeUndefined();
});

test("classes stand under the names that the data give them, as text", () => {
  const classNames = ["cat <b>", "a very long name"];
  const [group] = ruleGroups(resultsOf(runOf("bp", "spike", 0.9, { classNames })));
  const { xaxis, yaxis } = confusionPlots(group)[0].figure.layout as Record<string, Record<string, unknown>>;
  for (const axis of [xaxis, yaxis])
    expect(axis).toMatchObject({ tickvals: [0, 1], ticktext: ["cat &lt;b&gt;", "a very long…"] });
});
