import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareOptions, plans } from "../../src/cli/compareOptions.ts";
import { readRuleOptions, ruleOptionsText } from "../../src/cli/ruleOptions.ts";
import { loadDataset } from "../../src/data/index.ts";
import { threefactor } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "rule-options-"));
const file = (name: string, content: string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

test("a list and a file of options mean the same, and each rule gets its own", async () => {
  const list = "usf.scale=biotorch,ff.theta=2,pepita:sparse.gain=3";
  const path = file(
    "options.json",
    '{ "pepita:sparse": { "gain": 3 }, "usf": { "scale": "biotorch" }, "ff": { "theta": 2 } }',
  );
  const text = "ff.theta=2,pepita:sparse.gain=3,usf.scale=biotorch";
  for (const typed of [list, path]) {
    const options = compareOptions({ rules: "bp,ff,usf,pepita:sparse", ruleOptions: typed });
    expect(options.ruleOptions).toBe(text);
    const chosen = plans(options, await loadDataset("digits")).map(({ rule, settings }) => [
      rule,
      settings.ruleOptions,
    ]);
    expect(Object.fromEntries(chosen)).toEqual({
      bp: undefined,
      ff: { theta: 2 },
      usf: { scale: "biotorch" },
      "pepita:sparse": { gain: 3 },
    });
  }
  expect(ruleOptionsText(readRuleOptions("rule-options", text))).toBe(text);
});

test.each<[string, string]>([
  ["ff.theta", '--rule-options: expected rule.option=value, got "ff.theta"'],
  ["ff.theta=much", '--rule-options: ff.theta: expected a number of 0 or more, got "much"'],
  ["ff.tau=1", '--rule-options: ff: option "tau": expected one of theta, slope, label, neutral'],
  [
    file("list.json", "[1]"),
    `--rule-options: ${join(folder, "list.json")}: expected a map of options by rule`,
  ],
  [
    file("deep.json", '{ "ff": { "theta": [1] } }'),
    `--rule-options: ${join(folder, "deep.json")}: ff: theta: expected a number or a word`,
  ],
])("refuses %s", (text, message) => {
  expect(() => readRuleOptions("rule-options", text)).toThrow(message);
});

test("rules NAME shows one rule with its options and the paper's values, and refuses an earlier name", async () => {
  const { stdout, code } = await threefactor("rules", "pepita:sparse", "--json");
  expect(code).toBe(0);
  const { rules } = JSON.parse(stdout);
  expect(rules).toHaveLength(1);
  expect(rules[0]).toMatchObject({ name: "pepita:sparse", options: { gain: { default: 2, paper: "1" } } });
  const earlier = await threefactor("rules", "pepita:textbook");
  expect(earlier.code).toBe(2);
  expect(earlier.stderr).toMatch(/^threefactor: rule: expected pepita, .*got pepita:textbook\n$/);
});
