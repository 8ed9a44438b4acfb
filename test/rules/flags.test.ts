import { expect, test } from "vitest";
import { type Rule, ruleNamed, rules } from "../../src/rules/index.ts";
import { spikingTrainer } from "../../src/training/spikingTrainer.ts";
import { settings, smallData } from "./small.ts";

/** What rules say of themselves; `conformance.test.ts` holds it against their forms. */

const drtp = ruleNamed("drtp");
const trained = (rule: Rule) => () => spikingTrainer(rule, smallData(), settings);

test("a rule without a spiking form says why, where it is asked for one", () => {
  const rateOnly: Rule = { ...drtp, name: "rate-only", rateOnly: "it reads all weights at once" };
  expect(trained(rateOnly)).toThrow("rate-only: has no spiking form: it reads all weights at once");
});

test("a rule whose forms are not what it says is refused", () => {
  const { spiking: _, ...forms } = drtp.create({ sizes: [14, 5], layers: [] } as never, {} as never, 1);
  expect(trained({ ...drtp, create: () => forms })).toThrow(
    "rule drtp: spiking: expected a function without rateOnly, got none",
  );
  expect(trained({ ...drtp, knowsAhead: false })).toThrow(
    "rule drtp: knowsAhead: expected true, since a function ahead is there, got false",
  );
  expect(trained({ ...ruleNamed("dfa"), knowsAhead: true })).toThrow(
    "rule dfa: knowsAhead: expected false, since no function ahead is there, got true",
  );
});

test("every rule of the list has a spiking form", () => {
  for (const rule of rules) expect(rule.rateOnly, rule.name).toBeUndefined();
});

test("the third factor is known beforehand where it is the label's, or left by an earlier presentation", () => {
  const early = rules.filter(rule => rule.knowsAhead).map(({ name }) => name.split(":")[0]);
  expect([...new Set(early)]).toEqual(["drtp", "f3", "frozen", "shallow", "chance"]);
});
