import { expect, test } from "vitest";
import { ThreadMemory } from "../../src/engine/kernels/threadMemory.ts";
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
] as const)(
  "%s with %o: weights of which several change their rows are those that one changes",
  (rule, more) => {
    const make = (common: ThreadMemory | null) =>
      spikingTrainer(ruleNamed(rule), data, { ...settings, ...more }, common);
    const alone = make(null);
    const first = new ThreadMemory(THREADS);
    const several = [
      make(first),
      // What others begin with is not theirs to say.
      ...[1, 2].map(place => make(new ThreadMemory(THREADS, place, first.made))),
    ];
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      alone.learn(all, 0.05, epoch);
      const numbers = Array.from(all, () => new Float64Array(several[0].pieces!.log.room));
      several.forEach(({ pieces }, place) => {
        pieces!.begin(all, 0.05, epoch);
        // Each presents some.
        all.forEach((index, k) => {
          if (k % THREADS === place) pieces!.present(index, pieces!.log.at(numbers[k]));
        });
      });
      several.forEach(({ pieces }, place) => {
        pieces!.divide(place, THREADS);
        all.forEach((index, k) => {
          pieces!.learn(index, pieces!.log.at(numbers[k]));
        });
        pieces!.end();
        pieces!.divide(0, 1);
      });
    }
    const cost = alone.cost();
    for (const one of several) {
      expect(one.parameters()).toEqual(alone.parameters());
      expect(one.memory).toEqual(alone.memory);
      expect(one.cost()).toEqual(cost);
    }
  },
);

test.each([{ optimiser: "momentum" }, { eligibility: "timing" }] as const)(
  "with %o each thread changes weights of its own",
  more => {
    const common = new ThreadMemory(2);
    expect(spikingTrainer(ruleNamed("dfa"), data, { ...settings, ...more }, common).pieces!.shared).toBe(
      false,
    );
    expect(common.made).toEqual([]);
  },
);
