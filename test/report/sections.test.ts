import { expect, test } from "vitest";
import { ruleGroups } from "../../src/report/groups.ts";
import { type NamedRaster, reportSections } from "../../src/report/sections.ts";
import type { Results } from "../../src/training/results.ts";
import { rasterOf, resultsOf, runOf, twoTwins } from "./fixture.ts";

function sectionsOf(results: Results, rasters: readonly NamedRaster[] = []) {
  return reportSections(ruleGroups(results), results, rasters);
}

test("sections without data are left out", () => {
  expect(sectionsOf(twoTwins).map(section => section.id)).toEqual([
    "accuracy",
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
  expect(choice.plots[0].label).toContain("driven by current");
});

test("only rules with lines can be switched", () => {
  const alignment = sectionsOf(twoTwins).find(section => section.id === "alignment")!;
  expect(alignment.rules!.map(rule => rule.name)).toEqual(["bp", "pepita:textbook"]);
});
