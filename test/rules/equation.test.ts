import { expect, test } from "vitest";
import { ruleCard } from "../../src/cli/ruleCard.ts";
import { rules, whyNoCircuit } from "../../src/rules/index.ts";

const wide = (text: string) => [...text.normalize("NFC")].length;

test.each(rules.map(rule => [rule.name, rule] as const))(
  "%s says its equation and its three factors",
  (_, rule) => {
    const lines = rule.equation?.split("\n") ?? [];
    expect(lines.at(-1)).toBeTruthy();
    for (const line of lines) expect(wide(line), line).toBeLessThanOrEqual(68);
    // What changes, and by what: every equation has such a line.
    expect(rule.equation).toMatch(/ΔWₗ? = /);
    const factors = Object.values(rule.factors ?? {});
    expect(factors.length).toBe(3);
    for (const factor of factors) expect(factor).toMatch(/\w/);
  },
);

test("rules of one and the same change of weights differ in their third factor, and say so", () => {
  const told = rules.map(({ equation }) => equation);
  const same = rules.filter(({ equation }) => told.filter(other => other === equation).length > 1);
  // Alike but for what the equation does not say: how the network decides, and whether it is a control.
  expect(same.map(({ name }) => name)).toEqual(["ff", "ff:readout"]);
});

test("a rule whole fits 80 columns, and has all that it says of itself", () => {
  for (const rule of rules) {
    const noCircuit = whyNoCircuit(rule);
    const lines = ruleCard(rule, noCircuit === null ? {} : { noCircuit });
    for (const line of lines) expect(wide(line), line).toBeLessThanOrEqual(80);
    const words = lines.join(" ").replaceAll(/\s+/g, " ");
    const { title, source, equation = "", factors, synapseKnows, options = {} } = rule;
    const said = [
      title,
      source,
      equation,
      ...Object.values(factors ?? {}),
      synapseKnows,
      noCircuit ?? "circuit yes",
    ];
    for (const { paper, doc } of Object.values(options)) said.push(paper, doc);
    for (const text of said) expect(words).toContain(text.replaceAll(/\s+/g, " "));
  }
});

test("activities that the rule bounds are said to be bounded", () => {
  for (const rule of rules)
    expect(ruleCard(rule, {}).join("\n").includes("at most 1;"), rule.name).toBe(rule.saturation === 1);
});

test("a rule of somebody's own may say nothing of it", () => {
  const { equation: _, factors: __, ...rule } = rules[0];
  const lines = ruleCard({ ...rule, name: "mine" }, { file: "my-rule.js", unavailable: "it has no spikes" });
  expect(lines).toContain("equation    none is given");
  expect(lines).toContain("factors     none are given");
  expect(lines).toContain("defined in  my-rule.js");
  expect(lines).toContain("spike       no: it has no spikes");
});
