import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";
import type { RunRecord } from "../src/training/results.ts";
import { expectSame, json, scratch, startWith } from "./cli/process.ts";

/*
 * Somebody else's package, which has installed the packed one and defines one of each.
 */

const root = fileURLToPath(new URL("..", import.meta.url));
const at = scratch();
const own = at("own");
const main = join(own, "node_modules/threefactor/dist/src/cli/main.js");

beforeAll(() => {
  const modules = join(own, "node_modules");
  mkdirSync(join(modules, "threefactor"), { recursive: true });
  const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", own];
  const tarball = execFileSync("npm", pack, { cwd: root, encoding: "utf8" }).trim();
  const unpack = ["-xzf", join(own, tarball), "--strip-components=1", "-C", join(modules, "threefactor")];
  execFileSync("tar", unpack);
  // What it depends on, as an installation without a network finds it.
  for (const name of readdirSync(join(root, "node_modules")).filter(name => !name.startsWith(".")))
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  writeFileSync(join(own, "package.json"), '{ "type": "module" }');
  for (const file of ["plugin.js", "types.ts"])
    copyFileSync(join(root, "test/extension", file), join(own, file));
});

/** The installed program in the package's folder. */
function run(args: string[], env = {}, cwd = own) {
  return startWith({ cwd, main, env }, ...args).ended;
}

const job = [
  ...["compare", "--plugin", "plugin.js", "--rules", "positive-dfa", "--dataset", "bars"],
  ...["--encoder", "sparse", "--hidden", "8", "--epochs", "4", "--batch", "6"],
];

test("one of each is trained with, by threads too, killed, and goes on to the same bits", async () => {
  const whole = await run([...job, "--out", "runs/whole"]);
  expect(whole.code, whole.stderr).toBe(0);
  const { runs } = await json(join(own, "runs/whole"));
  expect(runs).toMatchObject(
    ["rate", "spike"].map(twin => ({ rule: "positive-dfa", twin, dataset: "bars" })),
  );
  for (const { testAccuracy, twin } of runs) expect(testAccuracy, twin).toBeGreaterThan(0.5);

  const killed = await run([...job, "--workers", "2", "--out", "runs/killed"], { STOP_AT: "train 1 " });
  expect(killed.signal).toBe("SIGKILL");
  const record = await json<RunRecord>(join(own, "runs/killed"), "run.json");
  expect(record.command).toContain(" --plugin plugin.js ");
  expect(record.plugins).toEqual([
    { file: "../../plugin.js", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);

  renameSync(join(own, "plugin.js"), join(own, "moved.js"));
  const resume = ["compare", "--resume", "--workers", "2", "--out"];
  const gone = await run([...resume, "runs/killed"]);
  expect([gone.code, gone.stderr]).toEqual([
    2,
    expect.stringMatching(
      /^threefactor: --resume: runs\/killed began with the plugin \.\.\/\.\.\/plugin\.js, sha256 \w+, got nothing there; --plugin says where it is now\n$/,
    ),
  ]);
  writeFileSync(join(own, "plugin.js"), "export const x = 1;");
  const changed = await run([...resume, "runs/killed"]);
  expect([changed.code, changed.stderr]).toEqual([
    2,
    expect.stringMatching(/began with the plugin .*, sha256 (\w+), got (?!\1)\w{64}\n$/),
  ]);
  // The same under another name; killed again.
  const named = [...resume, "runs/killed", "--plugin", "moved.js"];
  expect((await run(named, { STOP_AT: "train 2 " })).signal).toBe("SIGKILL");
  renameSync(join(own, "moved.js"), join(own, "plugin.js"));
  // From another folder, without being told of the plugin.
  const resumed = await run([...resume, "killed"], {}, join(own, "runs"));
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stderr).toContain(`plugin: ${join(own, "plugin.js")}\n`);
  await expectSame(join(own, "runs/whole"), join(own, "runs/killed"));
  expect(readFileSync(join(own, "runs/killed/report.html"), "utf8")).toContain("../../plugin.js");
});

test("its neuron and plasticity run in networks of files, with units and errors from their tables", async () => {
  const network = (every: unknown, share: unknown) => ({
    name: "mine",
    populations: {
      input: { size: 2, neuron: "input" },
      cell: { size: 1, neuron: { model: "counter", every, window: "0.004 s" } },
      lif: { size: 1, neuron: { vThreshold: 1, tauMem: "20 ms" } },
    },
    projections: [
      { from: "input", to: "cell", weights: 1 },
      { from: "input", to: "lif", weights: 7, plasticity: { kind: "tiring", share } },
    ],
    stimuli: [{ kind: "regular", to: "input", neurons: [0, 1], interval: "3 ms" }],
  });
  const simulate = (model: object) => {
    writeFileSync(join(own, "net.json"), JSON.stringify(model));
    return run(["simulate", "net.json", "--plugin", "plugin.js", "--duration", "31", "--json"]);
  };
  const done = await simulate(network(4, 0.9));
  expect(done.code, done.stderr).toBe(0);
  const { populations } = JSON.parse(done.stdout) as { populations: { name: string; meanRate: number }[] };
  const spikes = populations.map(({ name, meanRate }) => [
    name,
    Math.round(meanRate * 0.031 * (name === "input" ? 2 : 1)),
  ]);
  // Ten times two inputs: four make a spike; of the other cell, those of the first time are enough, and no later ones.
  expect(spikes).toEqual([
    ["input", 20],
    ["cell", 5],
    ["lif", 1],
  ]);
  const refused = await simulate(network(4, 1));
  expect([refused.code, refused.stderr]).toEqual([
    2,
    "threefactor: projections[1].plasticity.share: expected a share from 0 to 1, got 1\n",
  ]);
});

test("what it has trained is exported, and its rule stands in the list with its file", async () => {
  const to = ["--plugin", "plugin.js", "--json"];
  const circuit = await run([
    "export",
    "runs/whole/networks/positive-dfa-spike-seed1.msgpack",
    "--to",
    "sonata",
    ...to,
  ]);
  expect(circuit.code, circuit.stderr).toBe(0);
  expect(JSON.parse(circuit.stdout).files[0].path).toMatch(/positive-dfa-spike-seed1\.sonata$/);
  const { rules } = JSON.parse((await run(["rules", ...to])).stdout);
  expect(rules.at(-1)).toMatchObject({
    ...{ name: "positive-dfa", forms: ["rate", "spike"], file: join(own, "plugin.js") },
    seen: { spike: { output: "direct", weightsAbove: "no" } },
  });
});

test("its types are checked, and those of what it defines", () => {
  const program = ts.createProgram([join(own, "types.ts")], {
    ...{ strict: true, allowJs: true, checkJs: true, exactOptionalPropertyTypes: true, noEmit: true },
    ...{ target: ts.ScriptTarget.ES2023, lib: ["lib.es2023.d.ts"], types: ["node"], skipLibCheck: true },
    ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  });
  const found = ts.getPreEmitDiagnostics(program);
  expect(ts.formatDiagnostics(found, ts.createCompilerHost({}))).toBe("");
});
