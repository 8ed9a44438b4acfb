import { expect, test } from "vitest";
import { alignedLayers, alignmentPlots, learningPlots } from "../../../src/report/figures/curves.ts";
import { ruleGroups } from "../../../src/report/groups.ts";
import { ruleStyles } from "../../../src/report/palette.ts";
import { resultsOf, runOf, twoTwins } from "../fixture.ts";

const groups = ruleGroups(twoTwins);
const styles = ruleStyles(groups);

test("each rule and twin is one line, rate dashed and spike solid", () => {
  const [accuracy, loss] = learningPlots(groups, styles);
  expect(accuracy.figure.data).toHaveLength(6);
  const [rate, spike] = accuracy.figure.data;
  expect(rate).toMatchObject({ name: "bp, rate", x: [1, 2], y: [50, 75], line: { dash: "dash" } });
  expect(spike).toMatchObject({ name: "bp, spike", legendgroup: "bp", line: { dash: "solid" } });
  expect(loss.figure.data[0].y).toEqual([1.5, 0.5]);
});

test("without validation samples only the loss is drawn", () => {
  const curve = [{ epoch: 1, trainLoss: 1, alignmentDegrees: [] }];
  const plain = ruleGroups(resultsOf(runOf("bp", "rate", 0.9, { curve })));
  expect(learningPlots(plain, ruleStyles(plain)).map(plot => plot.title)).toEqual(["Training loss"]);
});

test("several seeds are drawn pale behind their mean", () => {
  const curve = [{ epoch: 1, trainLoss: 2.5, alignmentDegrees: [] }];
  const seeds = ruleGroups(resultsOf(runOf("bp", "rate", 0.9), runOf("bp", "rate", 0.9, { seed: 2, curve })));
  const { data } = learningPlots(seeds, ruleStyles(seeds)).at(-1)!.figure;
  expect(data.map(trace => trace.y)).toEqual([[1.5, 0.5], [2.5], [2, 0.5]]);
  expect(data.map(trace => trace.opacity)).toEqual([0.3, 0.3, undefined]);
});

test("a loss that falls by much is drawn on a logarithmic axis", () => {
  const curve = [2, 0.01].map((trainLoss, i) => ({ epoch: i + 1, trainLoss, alignmentDegrees: [] }));
  const falling = ruleGroups(resultsOf(runOf("bp", "rate", 0.9, { curve })));
  expect(learningPlots(falling, ruleStyles(falling))[0].figure.layout.yaxis).toMatchObject({ type: "log" });
});

test("angles leave out runs that have none and mark 90 degrees", () => {
  const [update, ...rest] = alignmentPlots(groups, styles, 0);
  expect(rest).toEqual([]);
  expect(update.figure.data.map(trace => trace.legendgroup)).not.toContain("frozen");
  expect(update.figure.data[0].y).toEqual([80, 60]);
  expect(update.figure.layout.shapes).toMatchObject([{ y0: 90, y1: 90 }]);
  expect(alignedLayers(groups)).toBe(1);
  expect(alignmentPlots(groups, styles, 1)).toEqual([]);
});

test("the feedback angle gets its own figure where a rule has one", () => {
  const curve = [{ epoch: 1, trainLoss: 1, alignmentDegrees: [70], feedbackDegrees: [85] }];
  const dfa = ruleGroups(resultsOf(runOf("dfa", "spike", 0.9, { curve })));
  const plots = alignmentPlots(dfa, ruleStyles(dfa), 0);
  expect(plots.map(plot => plot.figure.data[0].y)).toEqual([[70], [85]]);
});

test("angles before training stand at epoch 0", () => {
  const started = ruleGroups(resultsOf(runOf("dfa", "rate", 0.9, { initialAlignmentDegrees: [90] })));
  const [update] = alignmentPlots(started, ruleStyles(started), 0);
  expect(update.figure.data[0]).toMatchObject({ x: [0, 1, 2], y: [90, 80, 60] });
});
