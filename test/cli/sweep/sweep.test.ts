import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Results, RunRecord } from "../../../src/training/results.ts";
import { type Ended, filesUnder, json, progressOf, scratch, start, threefactor } from "../process.ts";
import { came } from "./came.ts";

const at = scratch();
const options = {
  ...{ dataset: "digits", trainSamples: 100, testSamples: 50, hidden: 8, epochs: 3 },
  ...{ rules: "dfa", seeds: [1, 2], backend: "wasm" },
};

function declared(name: string, declaration: object): string {
  const file = at(name);
  writeFileSync(file, JSON.stringify(declaration));
  return file;
}

test("a selection keeps samples to choose by, though its runs learn all of them", async () => {
  const all = { ...options, trainSamples: 1297, epochs: 1, hidden: 4, twins: "rate", seeds: [1] };
  const file = declared("all.json", { options: all, grid: { learningRate: [0.02, 0.5] }, select: {} });
  const run = await threefactor("sweep", file, "--out", at("all"));
  expect(run.code, run.stderr).toBe(0);
  const folders = readdirSync(join(at("all"), "configurations")).map(name =>
    join(at("all"), "configurations", name),
  );
  const made = await Promise.all(folders.map(async folder => (await json(folder)).runs[0].trainSamples));
  expect(made.sort()).toEqual([1097, 1097, 1297]);
});

describe("a sweep with a selection", () => {
  const grid = { learningRate: [0.02, 0.5] };
  const file = declared("chosen.json", { options, grid, select: {} });
  const out = at("chosen");
  let [run, other]: Ended[] = [];
  beforeAll(async () => {
    const words = ["sweep", file, "--out", out, "--workers", "1"];
    [run, other] = await Promise.all([threefactor(...words), threefactor(...words)]);
  });

  test("may be run by two processes that share its folder, for one result", () => {
    expect([run.code, other.code], other.stderr).toEqual([0, 0]);
    expect(other.stdout).toBe(run.stdout);
    expect(readdirSync(join(out, "configurations"))).toHaveLength(8);
    expect(existsSync(join(out, "failed"))).toBe(false);
  });

  test("trains what is best on validation from all seeds, and merges that into one table", async () => {
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^rule +rate % +spike % +gap/);
    const { runs, notes } = await json(out);
    expect(runs.map(({ rule, twin, seed }) => `${rule} ${twin} ${seed}`)).toEqual(
      ["dfa"].flatMap(rule =>
        ["rate", "spike"].flatMap(twin => [1, 2].map(seed => `${rule} ${twin} ${seed}`)),
      ),
    );
    const selected = JSON.parse(readFileSync(join(out, "selected.json"), "utf8"));
    for (const [k, choice] of selected.choices.entries()) {
      const accuracies = choice.candidates.map((c: { validationAccuracy: number }) => c.validationAccuracy);
      const best = choice.candidates[accuracies.indexOf(Math.max(...accuracies))];
      expect(choice.chosen).toBe(best.label);
      expect(notes![k]).toContain(
        `chosen on validation: ${choice.rule} ${choice.twin}: ${choice.chosen}, validation`,
      );
      const [first] = runs.filter(({ rule, twin }) => rule === choice.rule && twin === choice.twin);
      // The run that was chosen by, made again with the test part measured: the same network.
      expect(first.validationAccuracy).toBe(Math.max(...accuracies));
      expect(first.configuration).toBeUndefined();
    }
    expect(run.stderr).toMatch(/\[8\/8\] [0-9a-f]{12} \S+ \S+ seed [12]: test [\d.]+ % in [\d.]+ s\n$/);
  });

  test("does not measure a trial on the test part", async () => {
    const folders = readdirSync(join(out, "configurations")).map(name => join(out, "configurations", name));
    const all = await Promise.all(
      folders.map(
        async folder => [await json<RunRecord>(folder, "run.json"), (await json(folder)).runs[0]] as const,
      ),
    );
    const trials = all.filter(([{ options }]) => options.measure === "validation");
    expect([all.length, trials.length]).toEqual([8, 4]);
    for (const [{ notes }, { testAccuracy, validationAccuracy, testSamples }] of trials) {
      expect(notes).toEqual(["accuracies are of validation samples, and the test part is not read"]);
      expect(testAccuracy).toBe(validationAccuracy);
      expect(testSamples).not.toBe(50);
    }
  });

  test("runs nothing twice, and leaves folders that the other commands read", async () => {
    const before = await came(out);
    const again = await threefactor("sweep", file, "--out", out, "--json");
    expect(again.stderr).not.toMatch(/\[\d+\/8\]/);
    expect((JSON.parse(again.stdout) as Results).runs).toHaveLength(4);
    expect(await came(out)).toEqual(before);
    const [one] = readdirSync(join(out, "configurations"));
    const report = await threefactor("report", join(out, "configurations", one));
    expect([report.code, report.stderr]).toEqual([0, ""]);
    const whole = await threefactor("report", out);
    expect(whole.stdout.split("\n").slice(0, 2)).toEqual(run.stdout.split("\n").slice(0, 2));
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain(
      "One test sample in the trained network",
    );
  });

  test("says how far it is, also with --json", async () => {
    const status = await threefactor("sweep", "status", out);
    expect(status.stdout.split("\n").slice(0, 2)).toEqual(["select: 4 runs, 4 done", "run: 4 runs, 4 done"]);
    const { stages, running, failed } = JSON.parse(
      (await threefactor("sweep", "status", out, "--json")).stdout,
    );
    expect(stages[1]).toEqual({
      stage: "run",
      total: 4,
      done: 4,
      running: 0,
      begun: 0,
      waiting: 0,
      failed: 0,
    });
    expect([running, failed]).toEqual([[], []]);
  });
});

test("a grid without a selection shows each combination, and what fails is noted and not tried again", async () => {
  const [file, plugin, out] = [at("grid.mjs"), at("rule.mjs"), at("grid")];
  const few = { ...options, rules: "mine", twins: "rate", epochs: 1, seeds: 1 };
  writeFileSync(
    file,
    `export default { options: ${JSON.stringify(few)}, grid: { learningRate: [0.1, 1].concat(1e30) } };`,
  );
  const definition = 'defineRule({ ...ruleNamed("bp"), name: "mine" })';
  writeFileSync(
    plugin,
    `import { defineRule, ruleNamed } from "threefactor";\nexport const mine = ${definition};`,
  );
  const sweep = (...words: string[]) => threefactor("--plugin", plugin, "sweep", ...words);
  const run = await sweep(file, "--out", out, "--workers", "1");
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toMatch(/^rule +rate %.*\nmine \(learningRate 0\.1\) .*\nmine \(learningRate 1\) /);
  expect(run.stdout).toMatch(/note: failed: mine rate seed 1 learningRate\s+1e\+30: [\s\S]*diverged/);
  const { runs, notes } = await json(out);
  expect(runs.map(({ configuration }) => configuration)).toEqual(["learningRate 0.1", "learningRate 1"]);
  expect(notes).toHaveLength(1);
  expect((await json<RunRecord>(out, "run.json")).plugins).toMatchObject([{ file: "../rule.mjs" }]);
  const status = (await sweep("status", out)).stdout;
  expect(status).toMatch(/^run: 3 runs, 2 done, 1 failed\nfailed: [\s\S]*diverged/);
  for (const line of status.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  // What stays the same is not run again in the same folder, and what failed only when it is asked for.
  const more = declared("grid.json", { options: few, grid: { learningRate: [0.1, 0.2, 1e30] } });
  const longer = await sweep(more, "--out", out);
  expect([longer.stderr.match(/: test /g)?.length, longer.stderr.match(/: failed: /g)]).toEqual([1, null]);
  expect((await json(out)).runs).toHaveLength(2);
  expect((await sweep(more, "--out", out, "--retry")).stderr).toMatch(/\[3\/3\] .*: failed: .*diverged/);
});

test("a dry run lists the runs with their time, also where one of them diverges, and writes nothing", async () => {
  const file = declared("dry.json", {
    options: { ...options, rules: "bp" },
    grid: { learningRate: [1e9, 0.2] },
    select: {},
  });
  const out = at("dry");
  const run = await threefactor("sweep", file, "--out", out, "--dry-run", "--json", "--workers", "2");
  expect(run.code, run.stderr).toBe(0);
  const { configurations, toCome, hours, workers } = JSON.parse(run.stdout);
  expect(configurations.map((c: { twin: string; label: string }) => `${c.twin} ${c.label}`)).toEqual([
    ...["rate learningRate 1000000000", "rate learningRate 0.2"],
    ...["spike learningRate 1000000000", "spike learningRate 0.2"],
  ]);
  expect([toCome, workers, existsSync(out)]).toEqual([4, 2, false]);
  expect(hours).toBeGreaterThan(0);
});

test("a sweep ends with one configuration that was killed again and again, and with code 130 when it is interrupted", async () => {
  const few = { ...options, rules: "bp", twins: "rate", epochs: 100_000, seeds: 1 };
  const file = declared("long.json", { options: few });
  const out = at("long");
  const running = start("sweep", file, "--out", out, "--workers", "1");
  const folder = async () => {
    for (;;) {
      const made = existsSync(join(out, "configurations")) ? readdirSync(join(out, "configurations")) : [];
      if (made.length > 0) return join(out, "configurations", made[0]);
      await new Promise(done => setTimeout(done, 20));
    }
  };
  const one = await folder();
  while ((await progressOf(one)).epochs === 0) await new Promise(done => setTimeout(done, 20));
  // An epoch in between: that is no death in a row.
  const owner = () => JSON.parse(readFileSync(join(one, "run.lock"), "utf8")).pid as number;
  const first = owner();
  process.kill(first, "SIGKILL");
  const before = (await progressOf(one)).epochs;
  while ((await progressOf(one)).epochs <= before) await new Promise(done => setTimeout(done, 20));
  expect(owner()).not.toBe(first);
  expect((await threefactor("sweep", "status", out)).stdout).toMatch(
    /^run: 1 runs, 1 running\nrunning: \S+ bp rate seed 1, epoch \d+\/100000/,
  );
  running.child.kill("SIGTERM");
  const { code, stderr } = await running.ended;
  expect([code, stderr]).toEqual([
    130,
    expect.stringContaining(
      `go on from the last finished epochs with: threefactor sweep ${file} --out ${out}\n`,
    ),
  ]);
  expect((await filesUnder(out)).filter(name => /lock|tmp/.test(name))).toEqual([]);
});
