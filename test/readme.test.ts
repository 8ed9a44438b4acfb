import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rules } from "../src/rules/index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README's table has every rule, as the list describes it, and no other", () => {
  const rows = readme.split("\n").filter(line => /^\| `/.test(line));
  expect(rows).toEqual(
    rules.map(r => `| \`${r.name}\` | ${r.title} | ${r.presentations} | ${r.synapseKnows} | ${r.source} |`),
  );
});

test("the README's links lead to files", () => {
  for (const [, path] of readme.matchAll(/\]\((?!http)([^)#]+)\)/g)) {
    expect(() => readFileSync(new URL(`../${path}`, import.meta.url)), path).not.toThrow();
  }
});
