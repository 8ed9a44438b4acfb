import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { presets } from "../../../models/presets.ts";
import { cellsOf } from "../../../src/cli/sweep/cells.ts";
import { distinct, sweepOf, titleOf } from "../../../src/cli/sweep/configurations.ts";
import { checkDeclaration, type Declaration, readDeclaration } from "../../../src/cli/sweep/declaration.ts";
import { InputError } from "../../../src/errors.ts";
import { failure, temporaryFolder } from "../../data/idxFiles.ts";
import { expectExit2 } from "../badInput.ts";
import { satisfies, sweepSchema } from "./schema.ts";

const whole: Declaration = {
  name: "all.of-it",
  preset: "pepita-fc-mnist",
  options: {
    dataset: "digits",
    rules: ["bp", "dfa"],
    hidden: [16, 8],
    replay: true,
    seeds: [1, 2],
    backend: "wasm",
  },
  grid: {
    learningRate: [0.1, "0.2"],
    optimiser: ["sgd", "adam"],
    noReset: [true, false],
    augment: [["crop:8+1", "flip"]],
  },
  random: {
    count: 3,
    seed: 0,
    draw: {
      dropout: { uniform: [0, 0.5] },
      weightDecay: { log: [1e-5, 0.1] },
      batch: { integer: [1, 20] },
      schedule: { choice: ["linear", "constant"] },
    },
  },
  select: { seeds: [3], over: ["learningRate", "dropout"] },
};

test("a preset's options hold beside those of the file, which say otherwise where they name them", async () => {
  const file = join(await temporaryFolder(), "s.json");
  const preset = {
    preset: "pepita-fc-mnist",
    options: { model: "lenet", rules: "bp" },
    grid: { epochs: [1, 2] },
  };
  writeFileSync(file, JSON.stringify(preset));
  const { options, grid, ...rest } = await readDeclaration(file);
  expect(rest).toEqual({ name: "s" });
  expect(grid).toEqual({ epochs: [1, 2] });
  const { hidden, epochs, ...others } = presets.get("pepita-fc-mnist")!.options;
  expect([hidden, epochs]).toEqual(["1024", "100"]);
  expect(options).toEqual({ ...others, rules: "bp", model: "lenet" });
});

test("what only rate twins can do is taken beside their name", async () => {
  const options = { dataset: "digits", rules: "bp", twins: "rate", activation: "tanh", loss: "binary" };
  const { runs } = await sweepOf({ options, grid: { augment: [["crop:8+1"]] } }, "s.json");
  expect(runs.map(({ options: { activation, loss, twins } }) => [activation, loss, twins])).toEqual([
    ["tanh", "binary", ["rate"]],
  ]);
});

test("the committed schema is that of the options there are", async () => {
  await expect(`${JSON.stringify(sweepSchema(), null, 2)}\n`).toMatchFileSnapshot(
    "../../../schemas/sweep.schema.json",
  );
});

test("the schema takes what the validator takes, and nothing else", () => {
  const schema = JSON.parse(
    readFileSync(new URL("../../../schemas/sweep.schema.json", import.meta.url), "utf8"),
  );
  const strange = [
    null,
    true,
    0,
    1,
    -1,
    1.5,
    1e300,
    "",
    "bp",
    "a/b",
    [],
    [1],
    [1, 2],
    [1, 1],
    [[1]],
    {},
    { x: 1 },
    { uniform: [0, 1] },
  ];
  let [taken, refused] = [0, 0];
  for (const variant of [whole, ...variants(whole, [...strange, { choice: [1], log: [1, 2] }])]) {
    const error = wrongOf(variant);
    expect(satisfies(variant, schema), `${JSON.stringify(variant)}: ${error}`).toBe(error === null);
    if (error === null) taken++;
    else refused++;
  }
  expect(Math.min(taken, refused)).toBeGreaterThan(200);
});

/** The document with one part, at any depth, replaced or taken away, or with one part more. */
function* variants(value: unknown, parts: readonly unknown[]): Generator<unknown> {
  yield* parts;
  if (Array.isArray(value)) {
    for (const [k, part] of value.entries()) {
      yield value.filter((_, other) => other !== k);
      for (const other of variants(part, parts)) yield value.with(k, other);
    }
    yield [...value, value[0]];
  } else if (typeof value === "object" && value !== null) {
    yield { ...value, unknown: 1 };
    for (const [key, part] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>;
      yield rest;
      for (const other of variants(part, parts)) yield { ...rest, [key]: other };
    }
  }
}

function wrongOf(value: unknown): string | null {
  try {
    checkDeclaration(value);
    return null;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
}

test.each<[unknown, string | RegExp]>([
  [{ preset: "pepita" }, "s.json: preset: expected one of pepita-fc-mnist, "],
  [[], "s.json: expected a sweep, an object with fields, got a list of 0"],
  [
    { girds: {} },
    "s.json: girds: expected a field of a sweep ($schema, name, preset, options, grid, random, select)",
  ],
  [
    { options: { learningrate: 1 } },
    "s.json: options.learningrate: expected a setting of compare (dataset, ",
  ],
  [
    { options: { learningRate: -1 } },
    "s.json: options.learningRate: --learning-rate: expected a number above 0, got -1",
  ],
  [{ options: { rules: "backprop" } }, "s.json: options.rules: "],
  [{ options: { replay: 1 } }, "s.json: options.replay: expected true or false, got 1"],
  [{ options: { epochs: true } }, "s.json: options.epochs: expected a text, a number or a list, got true"],
  [{ grid: { epochs: [1, 0] } }, "s.json: grid.epochs[1]: --epochs: expected an integer of 1 or more, got 0"],
  [{ grid: { epochs: 1 } }, "s.json: grid.epochs: expected a list of one value or more, got 1"],
  [{ grid: { seeds: [1] } }, "s.json: grid.seeds: expected a setting of compare (dataset, "],
  [
    { options: { epochs: 1 }, grid: { epochs: [1] } },
    "s.json: grid.epochs: expected an option that stands in one place, got it in two",
  ],
  [
    { grid: { epochs: [1] }, random: { count: 1, draw: { epochs: { integer: [1, 2] } } } },
    "s.json: random.draw.epochs: expected an option that stands in one place, got it in two",
  ],
  [{ random: { draw: {} } }, "s.json: random.count: expected an integer of 1 or more, got none"],
  [
    { random: { count: 1, draw: { dropout: { log: [0, 1] } } } },
    "s.json: random.draw.dropout.log: expected two numbers above 0, got a list of 2",
  ],
  [
    { random: { count: 1, draw: { dropout: { uniform: [1, 0] } } } },
    "s.json: random.draw.dropout.uniform: expected a range that rises, got 1 to 0",
  ],
  [
    { random: { count: 9, draw: { dropout: { uniform: [0, 9] } } } },
    /^s\.json: dropout [\d.]+: --dropout: expected a probability below 1, got / as never,
  ],
  [
    { select: { over: ["epochs"] } },
    "s.json: select.over: expected options that vary (none does), got epochs",
  ],
  [{ options: { model: "no.json" } }, "s.json: --model: expected "],
  [
    {
      grid: {
        epochs: Array.from({ length: 101 }, (_, k) => k + 1),
        batch: Array.from({ length: 100 }, (_, k) => k + 1),
      },
    },
    "s.json: grid: expected at most 10000 combinations, got 10100",
  ],
  [{ options: { model: "lenet", hidden: 4 } }, "s.json: expected model or hidden, got both"],
])("%j is refused in a line that names file, field and value", async (given, line) => {
  const checked = async () => sweepOf(checkedIn(given), "s.json");
  const { message } = await failure(checked());
  expect(message).toMatch(line instanceof RegExp ? line : new RegExp(`^${escaped(line)}`));
});

function checkedIn(given: unknown): Declaration {
  try {
    return checkDeclaration(given);
  } catch (error) {
    throw new InputError(`s.json: ${(error as Error).message}`);
  }
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

test("a file that is none ends with code 2 before a folder is made", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "s.json");
  const out = join(folder, "out");
  writeFileSync(file, '{ "grid": { "epochs": [0] } }');
  await expectExit2(
    ["sweep", file, "--out", out],
    `${file}: grid.epochs[0]: --epochs: expected an integer of 1 or more, got 0`,
  );
  await expectExit2(["sweep", join(folder, "no.json")], /no\.json: expected a file, got nothing there$/);
  await expectExit2(
    ["sweep", "status", folder],
    `${folder}: expected the folder of a sweep, got no sweep.json there`,
  );
  // What only the data can tell.
  writeFileSync(file, '{ "grid": { "epochs": [1] }, "options": { "rules": "bp", "trainSamples": 100000 } }');
  await expectExit2(
    ["sweep", file, "--out", out],
    /^\S+s\.json: bp rate seed 1 epochs 1: trainSamples: found 100000; expected /,
  );
  expect(() => readFileSync(join(out, "sweep.json"))).toThrow();
});

test("a grid has every combination; draws stay in their range, and more of them change none", () => {
  expect(cellsOf({ grid: { epochs: [1, 2], batch: [3, 4] } })).toEqual([
    { epochs: 1, batch: 3 },
    { epochs: 1, batch: 4 },
    { epochs: 2, batch: 3 },
    { epochs: 2, batch: 4 },
  ]);
  const draw = {
    dropout: { uniform: [0, 0.5] },
    learningRate: { log: [1e-4, 1] },
    batch: { integer: [5, 7] },
  } as const;
  const cells = cellsOf({ random: { count: 300, draw } }) as Record<string, number>[];
  for (const { dropout, learningRate, batch } of cells) {
    expect(dropout >= 0 && dropout < 0.5 && learningRate >= 1e-4 && learningRate < 1).toBe(true);
    expect([5, 6, 7]).toContain(batch);
  }
  const share = (ok: (cell: Record<string, number>) => boolean) => cells.filter(ok).length / 300;
  // Half of the logarithms lie below 0.01: 300 draws stray by 0.12 in less than one of 10^4 cases.
  expect(Math.abs(share(({ learningRate }) => learningRate < 0.01) - 0.5)).toBeLessThan(0.12);
  expect(Math.abs(share(({ dropout }) => dropout < 0.25) - 0.5)).toBeLessThan(0.12);
  expect(Math.abs(share(({ batch }) => batch === 6) - 1 / 3)).toBeLessThan(0.12);
  expect(
    cellsOf({ random: { count: 10, draw: { ...draw, weightDecay: { choice: [1, 2] } } } }),
  ).toMatchObject(cells.slice(0, 10));
  expect(cellsOf({ random: { count: 10, seed: 2, draw } })).not.toEqual(cells.slice(0, 10));
});

test("a hash is of all that decides a run's numbers, and runs that differ in nothing are one", async () => {
  const options = { rules: ["bp", "ff"], seeds: [1, 2] };
  const sweep = await sweepOf(
    { options, grid: { vThreshold: [0.1, 0.2], ruleOptions: ["ff.theta=1", "ff.theta=2"] } },
    "s",
  );
  // 4 cells, 2 rules, 2 forms, 2 seeds; bp reads no option of ff's, and rates no threshold.
  expect(sweep.runs).toHaveLength(32);
  const count = (rule: string, twin: string) =>
    distinct(sweep.runs).filter(run => run.rule === rule && run.twin === twin).length;
  expect([count("bp", "rate"), count("bp", "spike"), count("ff", "rate"), count("ff", "spike")]).toEqual([
    2, 4, 4, 8,
  ]);
  // Written otherwise, the same run.
  const other = await sweepOf(
    { options: { rules: "ff", seeds: "2", vThreshold: "0.20", ruleOptions: ["ff.theta=2"] } },
    "s",
  );
  const hashes = sweep.runs.map(({ hash }) => hash);
  for (const { hash, twin } of other.runs) expect(hashes.includes(hash), twin).toBe(true);
  expect(titleOf(sweep.runs[0])).toBe("bp rate seed 1 vThreshold 0.1, ruleOptions ff.theta=1");
});

test("a selection is over all that varies but rule, form and task, and measures on validation", async () => {
  const declaration: Declaration = {
    options: { rules: ["bp", "dfa"], twins: "rate", seeds: [1, 2, 3] },
    grid: { hidden: [8, 16], learningRate: [0.1, 0.2], vThreshold: [1, 2] },
    select: { over: ["learningRate", "vThreshold"] },
  };
  const { runs, choices } = await sweepOf(declaration, "s");
  expect(runs).toEqual([]);
  expect(
    choices.map(({ rule, twin, label, candidates }) => [rule, twin, label, candidates.map(c => c.label)]),
  ).toEqual(
    ["hidden 8", "hidden 16"].flatMap(hidden =>
      ["bp", "dfa"].map(rule => [rule, "rate", hidden, ["learningRate 0.1", "learningRate 0.2"]]),
    ),
  );
  const [{ trials, runs: follow }] = choices[0].candidates;
  expect(trials.map(({ seed, options }) => [seed, options.measure])).toEqual([[1, "validation"]]);
  expect(follow.map(({ seed, options }) => [seed, options.measure])).toEqual(
    [1, 2, 3].map(seed => [seed, "test"]),
  );
  const { choices: all } = await sweepOf({ ...declaration, select: { seeds: [7, 8] } }, "s");
  expect(all.map(({ candidates }) => candidates.length)).toEqual([4, 4]);
  expect(all[0].candidates[0].trials.map(({ seed }) => seed)).toEqual([7, 8]);
});
