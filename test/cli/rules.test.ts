import { expect, test } from "vitest";
import { ruleNamed, rules } from "../../src/rules/index.ts";
import { threefactor } from "./process.ts";

test("the tables of what was seen fit a terminal of 80 columns, and hold every rule", async () => {
  const { stdout, code } = await threefactor("rules");
  expect(code).toBe(0);
  expect(stdout).not.toContain("undefined");
  const [synapses, spiking] = stdout.slice(stdout.indexOf("What a synapse")).split("What hidden synapses");
  for (const table of [synapses, spiking]) {
    const lines = table.split("\n");
    expect(lines.filter(line => line.length > 80)).toEqual([]);
    const names = lines.map(line => line.split(" ")[0]);
    for (const { name } of rules) expect(names).toContain(name);
  }
});

test("rules NAME shows its spiking form in the settings that are asked for, and says which", async () => {
  const asked = ["--reading", "drive", "--encoder", "poisson", "--modulation", "spikes", "--batch", "1"];
  const { stdout } = await threefactor("rules", "pepita", "--json", ...asked);
  const document = JSON.parse(stdout);
  expect(document.settings).toMatchObject({
    ...{ reading: "drive", readout: "potential", encoder: "poisson", modulation: "spikes" },
    ...{ replay: false, eligibility: "trace", batch: 1 },
  });
  expect(document.rules[0].spiking).toEqual({
    ...{ pre: "spikes", signed: false, post: "potential", third: "nothing", others: "potential" },
    ...{ replayed: false, reset: true, changesAfter: "sample" },
  });
  const text = (await threefactor("rules", "pepita", ...asked, "--replay")).stdout;
  expect(text).toContain("--reading drive --readout potential --encoder poisson --modulation spikes");
  expect(text).toMatch(/^pepita +spikes +no +V +- +V +yes +yes +sample$/m);
});

test("rules NAME shows one rule whole: equation, factors, forms, source, options", async () => {
  const { stdout } = await threefactor("rules", "dfa");
  for (const line of stdout.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
  expect(stdout).toContain("equation    δₗ = (Bₗ e) ⊙ f′(aₗ)\n            ΔWₗ = −η δₗ hₗ₋₁ᵀ\n");
  expect(stdout).toContain("  modulator Bₗ e: output error through fixed random weights\n");
  expect(stdout).toContain("--rule-options dfa.hiddenRate=1\n");
  const [rule] = JSON.parse((await threefactor("rules", "dfa", "--json")).stdout).rules;
  expect(rule).toMatchObject({ equation: ruleNamed("dfa").equation, factors: ruleNamed("dfa").factors });
});

test("of rules that cannot learn while spikes come, --eligibility online says so", async () => {
  const { stdout } = await threefactor("rules", "--eligibility", "online");
  const table = stdout.slice(stdout.indexOf("What hidden synapses"));
  const rowOf = (name: string) => table.split("\n").find(line => line.startsWith(`${name} `));
  for (const { name, knowsAhead } of rules)
    if (!knowsAhead) expect(rowOf(name), name).toContain("knows its third factor only after a presentation");
  for (const name of ["drtp", "f3"]) expect(rowOf(name)).toMatch(/ spike$/);
  for (const name of ["frozen", "chance"]) expect(rowOf(name)).toContain("no hidden synapse changes");
});

test("a setting that is none is refused in one line", async () => {
  const { code, stderr } = await threefactor("rules", "dfa", "--reading", "mind");
  expect(code).toBe(2);
  expect(stderr).toBe("threefactor: --reading: expected one of spikes, drive, got mind\n");
});
