import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import ts from "typescript";
import { expect, test } from "vitest";
import { commands } from "../src/cli/commands.ts";
import type { Results } from "../src/training/results.ts";
import { startWith } from "./cli/process.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const readme = read("README.md");
const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
  .filter(name => name.endsWith(".md") && !name.startsWith("site"))
  .map(name => `docs/${name.replaceAll("\\", "/")}`);

test("the README is short", () => {
  expect(readme.split("\n").length).toBeLessThanOrEqual(220);
});

test("every command in the README and the pages is one of the program's, with options that it takes", async () => {
  const made = new Map<string, Command>();
  for (const [name, , load] of commands) made.set(name, await load());
  const seen = new Set<string>();
  for (const page of ["README.md", ...pages]) {
    for (const line of shellLines(read(page))) {
      const words = wordsOf(line.replace(/^npm start -- /, "threefactor compare "));
      if (words[0] !== "threefactor" || words[1] === "help" || words[1]?.startsWith("-")) continue;
      const where = `${page}: ${line}`;
      let command = made.get(words[1]);
      expect(command, where).toBeDefined();
      let rest = words.slice(2);
      const inner = command!.commands.find(one => one.name() === rest[0]);
      if (inner) [command, rest] = [inner, rest.slice(1)];
      const plugin = rest.indexOf("--plugin");
      if (plugin >= 0) rest.splice(plugin, 2);
      expect(command!.parseOptions(rest).unknown, where).toEqual([]);
      seen.add(words[1]);
    }
  }
  // Every command is shown somewhere.
  expect([...seen].sort()).toEqual([...made.keys()].sort());
});

test.each([
  ["threefactor rules dfa", /^dfa: DFA\n[\s\S]*equation {4}δₗ = \(Bₗ e\) ⊙ f′\(aₗ\)/],
  ["threefactor simulate brunel --duration 100 --set parameters.g=6", /spikes/],
  ["threefactor simulate cuba --mode grid --dt 0.1", /spikes/],
  ["threefactor export cuba --to nest --out cuba.nest", /cuba\.nest/],
])("the README's command runs as it stands: %s", async (line, printed) => {
  expect(shellLines(readme)).toContain(line);
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  const run = await startWith({ cwd: folder }, ...wordsOf(line).slice(1)).ended;
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toMatch(printed);
});

test("the README's program of the library runs as it stands, and agrees with the types", () => {
  const [, code] = /## As a library[\s\S]*?```ts\n([\s\S]*?)```/.exec(readme)!;
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  });
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  // Resolves the package by its own name from here, and writes elsewhere.
  const program = outputText.replace('"spikes.nwb"', JSON.stringify(join(folder, "spikes.nwb")));
  const run = spawnSync(process.execPath, ["--input-type=module", "-"], {
    cwd: root,
    input: program,
    encoding: "utf8",
  });
  expect(run.status, run.stderr).toBe(0);
  expect(run.stdout).toContain("Float64Array(3) [ 5, 8, 9.5 ]");
  expect(readdirSync(folder)).toEqual(["spikes.nwb"]);
});

test("a rule of one's own, as the page of extending has it, learns in both forms", async () => {
  const page = read("docs/howto/extend.md");
  const [, code, commands] = /```js\n([\s\S]*?)```\n\n```sh\n([\s\S]*?)```/.exec(page)!;
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

test("the model file of the page on model files runs", async () => {
  const [, model] = /```json\n(\{\n {2}"name": "two"[\s\S]*?)```/.exec(read("docs/howto/model-file.md"))!;
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  writeFileSync(join(folder, "two.json"), model);
  const run = await startWith(
    { cwd: folder },
    "simulate",
    "two.json",
    "--duration",
    "500",
    "--set",
    "parameters.g=8",
    "--json",
  ).ended;
  expect(run.code, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout).spikes).not.toBe(0);
});

/** The commands of blocks of a shell, without what is said of them. */
function shellLines(page: string): string[] {
  return [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
    block
      .split("\n")
      .map(line => line.replace(/\s+#.*$/, "").trim())
      .flatMap(line => line.split(" && "))
      .filter(line => /^(?:threefactor|npm start) /.test(line)),
  );
}

/** As a shell splits a line; what comes after a > is where the output goes. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([word]) => word.replaceAll('"', ""));
  const to = words.indexOf(">");
  return to < 0 ? words : words.slice(0, to);
}
