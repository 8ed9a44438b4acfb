import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { figureOf } from "../../experiments/paperFigure.ts";
import {
  type MeasuredRun,
  type Published,
  settingOf,
  tableOf,
  withEarlier,
} from "../../experiments/paperTable.ts";
import { sweepOf } from "../../src/cli/sweep/configurations.ts";
import { readDeclaration } from "../../src/cli/sweep/declaration.ts";
import { rules } from "../../src/index.ts";

const home = new URL("../../experiments/", import.meta.url).pathname;
const folders = readdirSync(home, { recursive: true, encoding: "utf8" })
  .filter(path => path.endsWith("sweep.json"))
  .map(path => path.slice(0, -"/sweep.json".length));

const cell: Published = {
  ...{ rule: "bp", dataset: "mnist", architecture: "784-1024-10", testAccuracy: 0.98, sd: 0.001 },
  ...{ epochs: 100, source: "a paper, table 1", confidence: "high" },
};
const runOf = (testAccuracy: number, seed = 1, rule = "bp", twin = "rate"): MeasuredRun => ({
  ...{ rule, twin, dataset: "mnist", architecture: "784-1024-10", seed, epochs: 100 },
  ...{ testAccuracy, wallSeconds: 1 },
});
const row = (table: string, n: number) => table.split("\n")[n + 2].slice(2, -2).split(" | ");

test("a published cell stands beside the mean, deviation and interval of its own runs", () => {
  const runs = [
    runOf(0.979),
    runOf(0.981, 2),
    runOf(0.983, 3),
    runOf(0.9, 1, "fa"),
    runOf(0.97, 1, "bp", "spike"),
  ];
  const table = tableOf([cell], runs);
  const [, , , published, rates, off, spikes] = row(table, 0);
  expect([published, off, spikes]).toEqual(["98.00 ± 0.10", "+0.10", "97.00 (n = 1)"]);
  expect(rates).toMatch(/^98\.10 ± 0\.20 \(n = 3, 9\d\.\d\d to 9\d\.\d\d\)$/);
  // A rule that the paper does not have follows, without a cell beside it.
  expect(row(table, 1)).toEqual(["`fa`", "mnist", "784-1024-10", "", "90.00 (n = 1)", "", ""]);
  expect(figureOf([cell], runs)).toContain("fa, mnist, 784-1024-10");
});

test("a cell is missed on both sides, a record from below", () => {
  const offOf = (published: Published, accuracy: number) =>
    row(tableOf([published], [runOf(accuracy)]), 0)[5];
  const record = { ...cell, record: true };
  expect([0.975, 0.9801, 0.99].map(accuracy => offOf(cell, accuracy))).toEqual([
    "-0.50, missed",
    "+0.01",
    "+1.00, missed",
  ]);
  expect([0.975, 0.9801, 0.99].map(accuracy => offOf(record, accuracy))).toEqual([
    "-0.50, missed",
    "+0.01",
    "+1.00",
  ]);
});

test("trainings of other lengths than the paper's, or than the rates', say so", () => {
  const short = { ...runOf(0.97, 1, "bp", "spike"), epochs: 30 };
  for (const epochs of [100, null])
    expect(row(tableOf([{ ...cell, epochs }], [runOf(0.98), short]), 0).slice(4)).toEqual([
      "98.00 (n = 1)",
      "+0.00",
      "97.00 (n = 1, 30 epochs)",
    ]);
  expect(
    row(
      tableOf(
        [cell],
        [
          { ...runOf(0.98), epochs: 20 },
          { ...runOf(0.97, 2), epochs: 20 },
        ],
      ),
      0,
    )[4],
  ).toMatch(/ to \d+\.\d, 20 epochs\)$/);
});

test("runs of a sweep with a setting have a cell of their own", () => {
  const setting = settingOf("sweep+weight-decay.json")!;
  const decayed = { ...runOf(0.97), setting };
  const table = tableOf([cell, { ...cell, setting, testAccuracy: 0.971 }], [runOf(0.98), decayed]);
  expect(row(table, 0).slice(0, 5)).toEqual([
    "`bp`",
    "mnist",
    "784-1024-10",
    "98.00 ± 0.10",
    "98.00 (n = 1)",
  ]);
  expect(row(table, 1).slice(3, 6)).toEqual(["97.10 ± 0.10", "97.00 (n = 1)", "-0.10"]);
  expect(row(table, 1)[0]).toBe("`bp`, weight decay");
  expect(settingOf("sweep-baselines.json")).toBeUndefined();
});

test.each([
  [0.9795, 0.001, "-0.05"],
  [0.9781, 0.001, "-0.19"],
  [0.9779, 0.001, "-0.21, missed"],
  [0.9829, null, "+0.29"],
  [0.9831, null, "+0.31, missed"],
])("%d beside 98 %% with a deviation of %s is off by %s", (accuracy, sd, off) => {
  expect(row(tableOf([{ ...cell, sd }], [runOf(accuracy)]), 0)[5]).toBe(off);
});

test("what has not been run says so, and so does a cell whose width no source gives", () => {
  const open = tableOf([{ ...cell, architecture: null }], []);
  expect(row(open, 0)).toEqual(["`bp`", "mnist", "?", "98.00 ± 0.10", "not run yet", ""]);
  expect(row(tableOf([{ ...cell, architecture: null }], [runOf(0.98)]), 0)[2]).toBe("784-1024-10");
});

test.each(folders)(
  "%s: its sweeps can be run, and its cells are of known rules, with a source",
  async folder => {
    for (const file of readdirSync(home + folder).filter(name => /^sweep.*\.json$/.test(name))) {
      const path = `${home}${folder}/${file}`;
      const { runs, choices } = await sweepOf(await readDeclaration(path), path);
      expect(runs.length + choices.length).toBeGreaterThan(0);
    }
    const published: Published[] = JSON.parse(readFileSync(`${home}${folder}/published.json`, "utf8"));
    expect(published.length).toBeGreaterThan(0);
    for (const { rule, testAccuracy, sd, source, confidence } of published) {
      expect(rules.map(({ name }) => name)).toContain(rule);
      expect(testAccuracy).toBeGreaterThan(0.1);
      expect(testAccuracy).toBeLessThan(1);
      expect(sd ?? 0).toBeLessThan(0.02);
      expect(source).not.toBe("");
      expect(["high", "medium", "low"]).toContain(confidence);
    }
  },
);

test.each(folders.filter(folder => existsSync(`${home}${folder}/measured.json`)))(
  "%s: its page and the first page show the table of what was measured",
  folder => {
    const read = (path: string) => readFileSync(home + path, "utf8");
    const { runs } = JSON.parse(read(`${folder}/measured.json`));
    const table = tableOf(JSON.parse(read(`${folder}/published.json`)), runs);
    expect(read(`${folder}/README.md`)).toContain(`<!-- table -->\n${table}\n<!-- end -->`);
    const first = read("../README.md");
    if (first.includes(`<!-- ${folder} -->`))
      expect(first).toContain(`<!-- ${folder} -->\n${table}\n<!-- end -->`);
  },
);

test("runs of earlier sittings stay, and give way to the same cell's run of the same seed", () => {
  const row = (seed: number, testAccuracy: number, twin = "rate", epochs = 100) => ({
    ...{ rule: "bp", twin, dataset: "mnist", architecture: "784-500-10", seed, epochs },
    ...{ testAccuracy, wallSeconds: 1 },
  });
  const all = withEarlier([row(1, 0.1), row(3, 0.3), row(1, 0.4, "spike")], [row(2, 0.2), row(1, 0.9)]);
  expect(all).toEqual([row(1, 0.9), row(2, 0.2), row(3, 0.3), row(1, 0.4, "spike")]);
  // Other epochs are another run.
  expect(withEarlier([row(1, 0.1, "rate", 1)], [row(1, 0.2)])).toHaveLength(2);
});
