import { expect, test } from "vitest";
import { ruleGroups } from "../../src/report/groups.ts";
import { type NamedRaster, reportSections } from "../../src/report/sections.ts";
import type { Results } from "../../src/training/results.ts";
import { rasterOf, resultsOf, runOf, traceOf, twoTwins } from "./fixture.ts";

function sectionsOf(results: Results, rasters: readonly NamedRaster[] = []) {
  return reportSections(ruleGroups(results), results, rasters);
}

test("sections without data are left out", () => {
  expect(sectionsOf(twoTwins).map(section => section.id)).toEqual([
    "accuracy",
    "differences",
    "learning",
    "alignment",
    "confusion",
  ]);
  expect(sectionsOf(resultsOf())).toEqual([]);
  const bare = runOf("bp", "rate", 0.9, { curve: [], confusion: [] });
  expect(sectionsOf(resultsOf(bare)).map(section => section.id)).toEqual(["accuracy"]);
});

test("a sample's choices are rules, with the seed where it matters", () => {
  const raster = rasterOf([[1, 1, 1]]);
  const named = (rule: string, seed: number) => ({ name: `${rule}-${seed}`, rule, seed, raster });
  const choicesOf = (rasters: NamedRaster[]) =>
    sectionsOf(twoTwins, rasters)
      .find(section => section.id === "sample")!
      .choices.map(choice => choice.name);
  expect(choicesOf([named("bp", 1), named("frozen", 1)])).toEqual(["bp", "frozen"]);
  expect(choicesOf([named("bp", 1), named("bp", 2)])).toEqual(["bp, seed 1", "bp, seed 2"]);
});

test("the facts of a sample start with label and decision", () => {
  const rasters = [{ name: "a", rule: "bp", seed: 1, raster: rasterOf([[1, 1, 1]]) }];
  const [choice] = sectionsOf(twoTwins, rasters).find(section => section.id === "sample")!.choices;
  expect(choice.facts).toBe("label 1, decision 0 (wrong), 100 ms, vThreshold 1");
  expect(choice.plots[0].label).toContain("direct current, no input spikes");
});

test("classes are called what the data call them, in the facts and at the ends of the readout's lines", () => {
  const metadata = { label: 1, decision: 0, labelName: "26", decisionName: "cat <b>" };
  const traces = [0, 1].map(neuron => traceOf("output", neuron, [[0, neuron]]));
  const rasters = [{ name: "a", rule: "bp", seed: 1, raster: rasterOf([[1, 1, 1]], { metadata, traces }) }];
  const results = resultsOf(runOf("bp", "spike", 0.9, { classNames: ["cat <b>", "26"] }));
  const [choice] = sectionsOf(results, rasters).find(section => section.id === "sample")!.choices;
  expect(choice.facts).toBe("label 26, decision cat <b> (wrong), 100 ms");
  const readout = choice.plots.find(plot => plot.title === "Readout potentials")!;
  expect(readout.label).toMatch(/highest at the end first: 26, cat <b>\.$/);
  expect(readout.figure.data.map(trace => trace.name)).toEqual(["class cat &lt;b&gt;", "class 26"]);
});

test("circuits are drawn, rule by rule, above the sample that they were shown", () => {
  const outline = (rule: string) => ({
    rule,
    populations: [{ name: "in", size: 3 }],
    ...{ projections: [], periodMs: 60, phases: {} },
  });
  const rasters = [{ name: "a", rule: "fa", seed: 1, raster: rasterOf([[1, 1, 1]]) }];
  const sections = reportSections(ruleGroups(twoTwins), twoTwins, rasters, ["dfa", "fa"].map(outline));
  const names = sections.map(({ id }) => id);
  expect(names.indexOf("circuits")).toBe(names.indexOf("sample") - 1);
  const { choices } = sections.find(({ id }) => id === "circuits")!;
  expect(choices.map(({ name, drawing }) => [name, drawing!.title])).toEqual([
    ["dfa", "The circuit of dfa"],
    ["fa", "The circuit of fa"],
  ]);
});

test("only rules with lines can be switched", () => {
  const alignment = sectionsOf(twoTwins).find(section => section.id === "alignment")!;
  expect(alignment.rules!.map(rule => rule.name)).toEqual(["bp", "pepita:textbook"]);
});
