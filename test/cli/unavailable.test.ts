import { expect, test } from "vitest";
import { knowsAhead, spikingUnavailable } from "../../src/cli/unavailable.ts";
import { loadDataset } from "../../src/data/index.ts";
import { type Rule, ruleNamed, rules } from "../../src/rules/index.ts";
import { spikingTrainer } from "../../src/training/spikingTrainer.ts";
import { settings } from "../rules/small.ts";

const dfa = ruleNamed("dfa");
/** A rule that says why it has no spiking form; no rule of the list has to. */
const rateOnly: Rule = {
  ...dfa,
  name: "rate-only",
  create: (...of) => ({ ...dfa.create(...of), spiking: { unavailable: "it reads all weights at once" } }),
};

test("a rule without a spiking form says why, where it is asked for one", async () => {
  expect(spikingUnavailable(rateOnly)).toBe("it reads all weights at once");
  expect(knowsAhead(rateOnly)).toBe(false);
  const data = await loadDataset("digits", { trainSamples: 5 });
  expect(() => spikingTrainer(rateOnly, data, { ...settings, sizes: [64, 5, 10] })).toThrow(
    "rate-only: has no spiking form: it reads all weights at once",
  );
});

test("every rule of the list has a spiking form", () => {
  for (const rule of rules) expect(spikingUnavailable(rule), rule.name).toBeNull();
});

test("the third factor is known beforehand where it is the label's, or left by an earlier presentation", () => {
  const early = rules.filter(knowsAhead).map(({ name }) => name.split(":")[0]);
  expect([...new Set(early)]).toEqual(["drtp", "f3", "frozen", "shallow", "chance"]);
});
