import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { exportCommand } from "../../src/cli/export.ts";
import { InputError } from "../../src/errors.ts";
import { encodeNetwork } from "../../src/io/networkFile.ts";
import { networkToNir } from "../../src/io/nir/export.ts";
import { writeNir } from "../../src/io/nir/file.ts";
import { decodeNpz } from "../../src/io/npz.ts";
import { readSonataSimulation } from "../../src/io/sonata/simulation.ts";
import { trained } from "../io/nir/graphs.ts";

const folder = mkdtempSync(join(tmpdir(), "hand-over-"));
const at = (name: string) => join(folder, name);

afterEach(() => vi.restoreAllMocks());

/** Runs the command; what it said on standard error. */
async function run(...args: string[]): Promise<string> {
  let told = "";
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  vi.spyOn(process.stderr, "write").mockImplementation(text => {
    told += String(text);
    return true;
  });
  await exportCommand().exitOverride().parseAsync(args, { from: "user" });
  vi.restoreAllMocks();
  return told;
}

/** What it refuses, in one line. */
async function refused(args: readonly string[], line: RegExp | string): Promise<void> {
  const error = await run(...args).then(
    () => null,
    (error: Error) => error,
  );
  vi.restoreAllMocks();
  expect(error).toBeInstanceOf(InputError);
  if (typeof line === "string") expect(error!.message).toBe(line);
  else expect(error!.message).toMatch(line);
}

const small = ["--set", "parameters.scale=0.05"];

test("a model becomes a program of PyNEST, in either mode", async () => {
  expect(await run("cuba", "--to", "nest", ...small, "--out", at("cuba.nest"))).toBe("");
  const text = readFileSync(join(at("cuba.nest"), "network.py"), "utf8");
  expect(text).toContain('nest.Create("iaf_psc_exp_ps", 160, {');
  expect(text).toContain("duration = 1000  # ms");
  const arrays = decodeNpz(readFileSync(join(at("cuba.nest"), "network.npz")), "network.npz");
  expect(arrays.get("V_m_0")?.shape).toEqual([160]);
  await run("cuba", "--to", "nest", ...small, "--mode", "grid", "--dt", "0.05", "--out", at("grid.nest"));
  const grid = readFileSync(join(at("grid.nest"), "network.py"), "utf8");
  expect(grid).toContain('nest.Create("iaf_psc_exp", 160, {');
  expect(grid).toContain("step = 0.05  # ms");
});

test("a model's file becomes a SONATA circuit; the same seed gives the same files, another one others", async () => {
  const model = {
    name: "made",
    populations: {
      in: { size: 4, neuron: "input" },
      n: { size: 5, neuron: { model: "lif", tauMem: "20 ms", vThreshold: "15 mV", reset: "fixed" } },
    },
    projections: [{ from: "in", to: "n", weights: "uniform(1, 2) mV", delay: "1 ms" }],
    stimuli: [{ to: "in", kind: "poisson", rate: "50 Hz" }],
  };
  writeFileSync(at("made.json"), JSON.stringify(model));
  const write = (seed: string, out: string) =>
    run(at("made.json"), "--to", "sonata", "--duration", "200", "--seed", seed, "--out", at(out));
  for (const [seed, out] of [
    ["1", "a"],
    ["1", "b"],
    ["2", "c"],
  ])
    await write(seed, out);
  const read = (out: string, file: string) => readFileSync(join(at(out), file));
  for (const file of ["edges.h5", "spikes_0.h5"]) {
    expect(read("b", file).equals(read("a", file))).toBe(true);
    expect(read("c", file).equals(read("a", file))).toBe(false);
  }
  const { spec, inputs, durationMs } = await readSonataSimulation(at("a"));
  expect(spec.projections).toHaveLength(1);
  expect(durationMs).toBe(200);
  // 4 x 50 Hz x 0.2 s, give or take.
  const [{ times }] = inputs as unknown as [{ times: readonly number[] }];
  expect(times.length).toBeGreaterThan(20);
  expect(times.length).toBeLessThan(70);
});

test("a network of another tool is handed over too", async () => {
  const { graph } = networkToNir(trained(), { lossy: true });
  await writeNir(graph, at("net.nir"));
  await refused(
    [at("net.nir"), "--to", "nest", "--out", at("nir")],
    /net\.nir: populations\..*reset: expected fixed, as NEST has, got "subtract"$/,
  );
});

test("what NEST has no partner for is refused by its field, and nothing is left", async () => {
  const cases: [string, RegExp][] = [
    ["song", /song: projections\[0\]\.delayKind: expected dendritic, as NEST has, got "axonal"/],
    [
      "distal-reward",
      /distal-reward: projections\[0\]\.plasticity\.kind: expected short-term, .*got "stdp-reward"/,
    ],
  ];
  for (const [model, line] of cases)
    for (const to of ["nest", "sonata"])
      await refused([model, "--to", to, "--out", at(`${model}.${to}`)], line);
  writeFileSync(at("trained.msgpack"), encodeNetwork(trained()));
  await refused(
    [at("trained.msgpack"), "--to", "nest", "--out", at("trained.nest")],
    /trained\.msgpack: populations\.\w+\.neuron\.reset: expected fixed, as NEST has, got "subtract"/,
  );
  for (const name of readdirSync(folder)) expect(name).not.toMatch(/^(song|distal|trained\.nest)/);
  expect(existsSync(at("song.nest"))).toBe(false);
});

test("options of models are refused where they say nothing", async () => {
  const csv = [at("trained.msgpack"), "--to", "csv"];
  await refused(
    [...csv, "--duration", "5"],
    "--duration: expected --to nest, or a model and --to sonata, got --to csv",
  );
  await refused(
    [...csv, "--set", "a=1"],
    "--set: expected --to nest, or a model and --to sonata, got --to csv",
  );
  await refused(["cuba", "--to", "sonata", "--mode", "exact"], /^--mode: expected grid, as BMTK/);
  await refused(
    ["cuba", "--to", "sonata", "--connect", "rules"],
    "--connect: expected drawn, as SONATA lists each edge, got rules",
  );
  await refused(["cube", "--to", "nest"], "cube: expected a file or folder, got nothing there");
});
