import { expect, test } from "vitest";
import { ruleNamed } from "../../src/rules/index.ts";
import { spikingTrainer } from "../../src/training/spikingTrainer.ts";
import { everySample, settings, smallData } from "../rules/small.ts";

const data = smallData();
const all = everySample(data);
const [THREADS, EPOCHS] = [3, 3];

test.each([
  ["dfa", { precision: "double" }],
  ["dfa", { precision: "single" }],
  ["kp", { weightDecay: 0.01 }],
  ["pepita", { activityDecay: 0.01, encoder: "current" }],
  ["f3:target", { eligibility: "trace" }],
] as const)("%s with %o: rows changed by several are those that one changes", (rule, more) => {
  const make = () => spikingTrainer(ruleNamed(rule), data, { ...settings, ...more });
  const alone = make();
  const several = Array.from({ length: THREADS }, make);
  const weights = new Float32Array(several[0].pieces!.rows!.count);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    alone.learn(all, 0.05, epoch);
    several.forEach(({ pieces }, place) => {
      const { rows } = pieces!;
      pieces!.begin(all, 0.05, epoch);
      const log = pieces!.log.at(new Float64Array(pieces!.log.room));
      rows!.divide(place, THREADS);
      for (const index of all) {
        pieces!.present(index, log);
        pieces!.learn(index, log);
      }
      pieces!.end();
      rows!.give(weights);
    });
    for (const { pieces } of several) {
      pieces!.rows!.take(weights);
      pieces!.rows!.divide(0, 1);
    }
  }
  const cost = alone.cost();
  for (const one of several) {
    expect(one.parameters()).toEqual(alone.parameters());
    expect(one.memory).toEqual(alone.memory);
    expect(one.cost()).toEqual(cost);
  }
});

test.each([{ optimiser: "momentum" }, { eligibility: "timing" }] as const)(
  "with %o each thread changes all weights",
  more => {
    expect(spikingTrainer(ruleNamed("dfa"), data, { ...settings, ...more }).pieces!.rows).toBeUndefined();
  },
);
