import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scratch, threefactor } from "../cli/process.ts";

const at = scratch();

/** A module far from any installed package. */
function file(name: string, text: string): string {
  const path = at(name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** What a process prints, as JSON line by line, that has the built package as `library`. */
function printed(script: string): unknown[] {
  const library = JSON.stringify(new URL("../../dist/src/index.js", import.meta.url));
  const say = "const say = value => console.log(JSON.stringify(value));";
  const whole = `import * as library from ${library};${say}${script}`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", whole], {
    encoding: "utf8",
  });
  return output
    .trimEnd()
    .split("\n")
    .map(line => JSON.parse(line));
}

const wrong: [name: string, text: string | null, line: string | RegExp][] = [
  ["none.mjs", null, "expected a file, got nothing there"],
  ["syntax.mjs", "export const = 3;", /got SyntaxError: .*; node .*syntax\.mjs says where$/],
  [
    "thrown.mjs",
    '\n\nthrow new TypeError("too\\nlong");',
    "expected a module that can be imported, got TypeError: too, at thrown.mjs:3",
  ],
  ["nothing.mjs", "throw null;", "expected a module that can be imported, got null"],
  [
    "lost.mjs",
    'import "nowhere-to-be-found";',
    /got Cannot find package 'nowhere-to-be-found' imported from .*lost\.mjs$/,
  ],
  ["waiting.mjs", "await new Promise(() => {});", "expected an end, got an await of what never comes"],
  ["empty.mjs", "", /^expected exports made by defineRule, .* or defineDataset, got no export$/],
  ["other.mjs", 'export const [a, b] = [null, { name: "x" }];', /got a, b$/],
  [
    "taken.mjs",
    'import { defineEncoder } from "threefactor"; defineEncoder({ name: "Rate", create() {} });',
    "encoder Rate: expected another name, since threefactor has rate",
  ],
  [
    "wrong.mjs",
    'import { defineRule, ruleNamed } from "threefactor"; defineRule({ ...ruleNamed("bp"), name: "x", title: 3 });',
    "rule x: title: expected a string, got 3",
  ],
];

test("a module finds the package that loads it, though it has none installed, or another one", () => {
  file("node_modules/threefactor/index.js", 'throw new Error("another copy");');
  const first = file(
    "first.mjs",
    'import { defineEncoder } from "threefactor"; export default [defineEncoder({ name: "morse", create() {} })];',
  );
  const second = file(
    "second.mjs",
    'import { Rng } from "threefactor/browser"; import { defineDataset } from "threefactor"; export const set = defineDataset({ name: "waves", load: () => Rng });',
  );
  const found = printed(`
    for (const path of ${JSON.stringify([first, second, first])}) await library.loadPlugin(path);
    say([library.encoders, library.datasets].map(list => list.map(({ name }) => name).slice(-2)));
    say(library.Rng === await library.datasets.at(-1).load());
  `);
  expect(found).toEqual([
    [
      ["recording", "morse"],
      ["ssc", "waves"],
    ],
    true,
  ]);
});

test("a module that cannot be taken is refused with one line, which names the file", () => {
  const paths = wrong.map(([name, text]) => (text === null ? at(name) : file(name, text)));
  const found = printed(`
    for (const path of ${JSON.stringify(paths)})
      await library.loadPlugin(path).catch(error => say([error instanceof library.InputError, error.message]));
  `) as [boolean, string][];
  expect(found.map(([expected]) => expected)).toEqual(wrong.map(() => true));
  wrong.forEach(([, , line], k) => {
    const [start, rest] = [paths[k], found[k][1].slice(paths[k].length + 2)];
    expect(found[k][1].startsWith(`${start}: `), found[k][1]).toBe(true);
    if (typeof line === "string") expect(rest).toBe(line);
    else expect(rest).toMatch(line);
  });
});

test("one that is not there ends the program with 2", async () => {
  const { code, stdout, stderr } = await threefactor("rules", "--plugin", "none.mjs");
  expect([code, stdout, stderr]).toEqual([
    2,
    "",
    "threefactor: none.mjs: expected a file, got nothing there\n",
  ]);
});
