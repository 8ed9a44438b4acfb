import fc from "fast-check";
import { expect, test } from "vitest";
import { ruleGroups } from "../../src/report/groups.ts";
import { formatTable, tableHtml, tableRows } from "../../src/report/table.ts";
import { resultsOf, runOf, twoTwins } from "./fixture.ts";

test("the gap is spike minus rate in points", () => {
  const [bp, pepita] = tableRows(ruleGroups(twoTwins));
  expect(bp.gap!.mean).toBeCloseTo(-0.5);
  expect(pepita.gap!.mean).toBeCloseTo(1);
});

test("of a circuit neurons count that fire for themselves, in all layers, and none that pass their spikes on", () => {
  const spikesPerSample = {
    ...{ input: 1, bias: 2, "hidden 1": 4, "hidden 2": 8, "hidden 1 clean": 16, output: 32, label: 64 },
    ...{ "error+": 128, "error-": 256, "error+ to readout": 512, "error- of hidden 2": 1024 },
  };
  const [row] = tableRows(ruleGroups(resultsOf(runOf("fa", "circuit", 0.9, { spikesPerSample }))));
  expect(
    [row.circuitHidden, row.circuitOutput, row.circuitErrors, row.circuitLabels].map(of => of!.mean),
  ).toEqual([12, 32, 1408, 64]);
  expect([row.rateAccuracy, row.hiddenSpikes]).toEqual([undefined, undefined]);
});

test("over seeds the gap pairs runs of the same seed", () => {
  const results = resultsOf(
    runOf("bp", "rate", 0.9, { seed: 1 }),
    runOf("bp", "rate", 0.8, { seed: 2 }),
    runOf("bp", "spike", 0.88, { seed: 1 }),
    runOf("bp", "spike", 0.78, { seed: 2 }),
    runOf("bp", "spike", 0.1, { seed: 3 }),
  );
  const [{ gap, rateAccuracy }] = tableRows(ruleGroups(results));
  expect(gap!.mean).toBeCloseTo(-2);
  expect(gap!.sd).toBeCloseTo(0);
  expect(rateAccuracy!.mean).toBeCloseTo(85);
  expect(rateAccuracy!.sd).toBeCloseTo(Math.sqrt(50));
});

test("the terminal's table is aligned", () => {
  expect(formatTable(twoTwins, 90).split("\n")).toEqual([
    "rule             rate %  spike %  gap  hidden spikes   events  rate/s  spike/s",
    "bp                   97       97   -1           36.3  104,000   8,000    1,500",
    "pepita:textbook      90       91   +1           36.3  104,000   8,000    1,500",
    "frozen               93       91   -2           36.3  104,000   8,000    1,500",
    "spike: direct current, no input spikes",
  ]);
  const coded = twoTwins.runs.map(run => ({ ...run, encoder: "rate" }));
  expect(formatTable({ ...twoTwins, runs: coded })).not.toContain("current");
});

test("what does not fit into a line stands below, after the names again", () => {
  expect(formatTable(twoTwins, 60).split("\n").slice(0, 8)).toEqual([
    "rule             rate %  spike %  gap  hidden spikes",
    "bp                   97       97   -1           36.3",
    "pepita:textbook      90       91   +1           36.3",
    "frozen               93       91   -2           36.3",
    "",
    "rule              events  rate/s  spike/s",
    "bp               104,000   8,000    1,500",
    "pepita:textbook  104,000   8,000    1,500",
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 40, max: 200 }), width => {
      for (const line of formatTable(twoTwins, width).split("\n"))
        expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});

test("one run has the digits that its number of test samples supports", () => {
  const row = (testSamples: number) =>
    formatTable(resultsOf(runOf("bp", "rate", 0.97123, { testSamples }))).split("\n")[1];
  expect([10_000, 1000, 100].map(row)).toEqual([
    "bp     97.12   8,000",
    "bp      97.1   8,000",
    "bp      97.1   8,000",
  ]);
});

test("columns without a value are left out and single holes marked", () => {
  const rateOnly = formatTable(resultsOf(runOf("bp", "rate", 0.97)));
  expect(rateOnly).toBe("rule  rate %  rate/s\nbp        97   8,000");
  const mixed = formatTable(resultsOf(runOf("bp", "rate", 0.97), runOf("dfa", "spike", 0.9)));
  expect(mixed.split("\n")[1]).toMatch(/^bp +97 +- +- +- +8,000 +-$/);
});

test("several seeds show mean and deviation", () => {
  const results = resultsOf(runOf("bp", "rate", 0.9), runOf("bp", "rate", 0.92, { seed: 2 }));
  expect(formatTable(results)).toContain("91.0 ± 1.4 [90.0, 92.0]");
  expect(tableHtml(ruleGroups(results), "x")).toContain("91.0<small> ± 1.4 [90.0, 92.0]</small>");
});

test("names and caption are escaped in the page's table", () => {
  const html = tableHtml(ruleGroups(resultsOf(runOf("<b>x", "rate", 0.9))), "<i>");
  expect(html).not.toContain("<b>");
  expect(html).not.toContain("<i>");
  expect(html).toContain("&#60;b&#62;x");
});
