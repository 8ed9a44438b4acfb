import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { spikingAudit } from "../src/audit/spiking.ts";
import { spikingCells } from "../src/cli/auditTables.ts";
import { seenSettings } from "../src/cli/rules.ts";
import { rules } from "../src/rules/index.ts";
import type { Results } from "../src/training/results.ts";
import { startWith } from "./cli/process.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README's table has every rule, as the list describes it, and no other", () => {
  const rows = readme.split("\n").filter(line => /^\| `/.test(line));
  expect(rows).toEqual(
    rules.map(r => `| \`${r.name}\` | ${r.title} | ${r.presentations} | ${r.synapseKnows} | ${r.source} |`),
  );
});

test("the README says of every rule what its spiking form was seen to read", () => {
  const settings = seenSettings({});
  const alike = new Map<string, string[]>();
  for (const rule of rules) {
    const found = spikingAudit(rule, settings);
    if (!found) continue;
    const cells = spikingCells(found).join(" | ");
    alike.set(cells, [...(alike.get(cells) ?? []), `\`${rule.name}\``]);
  }
  const head = readme.indexOf("| pre | signed |");
  const rows = readme.slice(head, readme.indexOf("\n\n", head)).split("\n").slice(2);
  expect(rows).toEqual([...alike].map(([cells, names]) => `| ${cells} | ${names.join(", ")} |`));
});

test("the README's rule of one's own learns in both forms, with the command beside it", async () => {
  const [, code, commands] = /## Extending[\s\S]*?```js\n([\s\S]*?)```\n\n```sh\n([\s\S]*?)```/.exec(readme)!;
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  writeFileSync(join(folder, "my-rule.js"), code);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const words = commands.split("\n")[0].split(" ").slice(1);
  const small = ["--train-samples", "400", "--hidden", "32", "--epochs", "4", "--rules", "shortfall,frozen"];
  const run = await startWith({ cwd: folder }, ...words, ...small, "--out", "run", "--json").ended;
  expect(run.code, run.stderr).toBe(0);
  const { runs }: Results = JSON.parse(run.stdout);
  const [rate, spike, frozenRate, frozenSpike] = runs.map(({ testAccuracy }) => testAccuracy);
  // Above the control, whose hidden layers do not learn.
  expect(rate - frozenRate).toBeGreaterThan(0.08);
  expect(spike - frozenSpike).toBeGreaterThan(0.08);
});

test("the README's links lead to files", () => {
  for (const [, path] of readme.matchAll(/\]\((?!http)([^)#]+)\)/g)) {
    expect(() => readFileSync(new URL(`../${path}`, import.meta.url)), path).not.toThrow();
  }
});
