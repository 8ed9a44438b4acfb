import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { networkModels } from "../../models/index.ts";
import { decodeRaster } from "../../src/io/raster/native.ts";
import { expectExit2 } from "./badInput.ts";
import { threefactor } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "simulate-"));

function simulate(...args: string[]) {
  const done = spawnSync(process.execPath, ["dist/src/cli/main.js", "simulate", ...args], {
    encoding: "utf8",
  });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

const model = {
  name: "pair",
  parameters: { J: "0.6 mV", r: "200 Hz" },
  populations: {
    in: { size: 20, neuron: "input" },
    out: {
      size: 10,
      neuron: { model: "lif", tauMem: "20 ms", vThreshold: "5 mV", tauRef: "2 ms", reset: "fixed" },
    },
  },
  projections: [{ from: "in", to: "out", weights: "J", delay: "uniform(1, 2) ms" }],
  stimuli: [{ to: "in", kind: "poisson", rate: "r" }],
};

test("a model file runs, gives the documented fields, and the same numbers for the same seed", () => {
  const file = join(folder, "pair.json");
  writeFileSync(file, JSON.stringify(model));
  const out = join(folder, "pair.msgpack");
  const first = simulate(file, "--duration", "500", "--json", "--seed", "3", "--out", out);
  expect(first).toMatchObject({ status: 0, stderr: "" });
  const result = JSON.parse(first.stdout);
  expect(result).toMatchObject({
    model: "pair",
    neurons: 10,
    synapses: 200,
    durationMs: 500,
    mode: "exact",
    seed: 3,
  });
  for (const field of [
    "spikes",
    "meanRate",
    "synapticEvents",
    "buildSeconds",
    "runSeconds",
    "bytesPerSynapse",
  ]) {
    expect(typeof result[field], field).toBe("number");
  }
  const again = JSON.parse(simulate(file, "--duration", "500", "--json", "--seed", "3").stdout);
  expect([again.spikes, again.synapticEvents]).toEqual([result.spikes, result.synapticEvents]);
  const raster = decodeRaster(readFileSync(out), out);
  expect(raster.times.length).toBe(result.spikes);
  expect(raster.metadata).toMatchObject({ model: "pair", seed: 3 });
  const recording = simulate(
    file,
    "--duration",
    "50",
    "--seed",
    "3",
    "--record",
    "spikes,v:20-21,29",
    "--out",
    out,
  );
  expect(recording.status).toBe(0);
  const { traces } = decodeRaster(readFileSync(out), out);
  expect(traces.map(trace => `${trace.population} ${trace.neuron}`)).toEqual(["out 0", "out 1", "out 9"]);
  for (const { times, values } of traces) {
    expect(times.length).toBe(501);
    expect(Math.max(...values)).toBeLessThan(5);
    expect(new Set(values).size).toBeGreaterThan(100);
  }
  // Spikes of the inputs are not the neurons'.
  expect(result.meanRate).toBeCloseTo(result.populations[1].meanRate, 9);
  // 20 inputs x 200 Hz x 0.6 mV x 20 ms = 48 mV: far above threshold, so --set of a tenth of the rate silences most.
  const quiet = JSON.parse(
    simulate(file, "--duration", "500", "--json", "--set", "parameters.r=20 Hz").stdout,
  );
  expect(quiet.populations[1].meanRate).toBeLessThan(result.populations[1].meanRate / 2);
});

test.each([
  [
    ["nobody"],
    `model: expected one of ${Object.keys(networkModels).join(", ")}, or a file that exists, got nobody`,
  ],
  [["no.json"], "no.json: expected a file, got nothing there"],
  [["cuba", "--duration", "-3"], "--duration: expected a number above 0, got -3"],
  ...Object.entries({ coba: "lif-cond-exp", polychronous: "izhikevich" }).map(
    ([model, neuron]): [string[], string] => [
      [model, "--mode", "exact"],
      `populations.E.neuron.model: expected neurons with an exact solution between events, which ${neuron} has not; use mode "grid" (--mode grid)`,
    ],
  ),
  [["cuba", "--record", "v"], "--record: expected spikes or spikes,v:NEURONS such as spikes,v:0-4, got v"],
  [["cuba", "--record", "spikes,v:4000"], "--record: expected neurons below 4000, got 4000"],
  [["cuba", "--set", "parameters.q=1"], "--set: expected a parameter"],
  [["cuba", "--set", "projections[2].delay=-1 ms"], "projections[2].delay: expected 0 ms or more, got -1"],
  [
    ["cuba", "--set", "populations.E.neuron.tauExc=0 ms"],
    "populations.E.neuron.tauExc: expected a time in ms above 0",
  ],
])("simulate %j is one clear line and exit code 2", (args, message) => {
  const { status, stdout, stderr } = simulate(...args);
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain(message);
});

test("the grid mode puts spikes on multiples of --dt, and says so", () => {
  const file = join(folder, "grid.json");
  writeFileSync(file, JSON.stringify(model));
  const out = join(folder, "grid.msgpack");
  const done = simulate(file, "--duration", "500", "--json", "--mode", "grid", "--dt", "0.25", "--out", out);
  expect(done).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(done.stdout)).toMatchObject({ mode: "grid", dt: 0.25 });
  const { times, populationIndex } = decodeRaster(readFileSync(out), out);
  expect(populationIndex.filter(p => p === 1).length).toBeGreaterThan(10);
  for (const t of times) expect(Number.isInteger(4 * t)).toBe(true);
  const refused: [string[], string][] = [
    [["--mode", "clock"], "--mode: expected one of exact, grid, got clock\n"],
    [["--workers", "2"], "--workers: expected it with --mode grid, got 2\n"],
    [["--dt", "0.1"], "--dt: expected it with --mode grid, got 0.1\n"],
    [["--precision", "double"], "--precision: expected it with --mode grid, got double\n"],
    [["--mode", "grid", "--dt", "0"], "--dt: expected a number above 0, got 0\n"],
    [
      ["--mode", "grid", "--dt", "9"],
      "projections[0].delay: expected 0, or at least half of dt = 9 ms, got 1.",
    ],
  ];
  for (const [flags, line] of refused) {
    const { status, stderr, stdout } = simulate(file, ...flags);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(line);
  }
});

test("the precision of the grid mode is the model's, or that of --precision", () => {
  const [plain, doubled] = ["plain", "doubled"].map(name => join(folder, `${name}.json`));
  writeFileSync(plain, JSON.stringify(model));
  writeFileSync(doubled, JSON.stringify({ ...model, precision: "double" }));
  const precisionOf = (...args: string[]) =>
    JSON.parse(simulate(...args, "--duration", "10", "--json", "--mode", "grid").stdout).precision;
  expect(precisionOf(plain)).toBe("single");
  expect(precisionOf(plain, "--precision", "double")).toBe("double");
  expect(precisionOf(doubled)).toBe("double");
  expect(precisionOf(doubled, "--precision", "single")).toBe("single");
  writeFileSync(doubled, JSON.stringify({ ...model, precision: "half" }));
  expect(simulate(doubled).stderr).toContain("precision: expected one of single, double, got half");
});

test("names of a model and its populations reach the terminal as they are written, not as they are obeyed", () => {
  const file = join(folder, "escape.json");
  const name = "\u001b]0;hacked\u0007\u001b[2J\nnext";
  writeFileSync(file, JSON.stringify({ name, populations: { "a\u009b31m": { size: 2, neuron: "input" } } }));
  const { status, stdout, stderr } = simulate(file, "--duration", "1");
  expect([status, stderr]).toEqual([0, ""]);
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/^\\u001b\]0;hacked\\u0007\\u001b\[2J\\u000anext: 0 neurons, /);
  expect(lines[1]).toMatch(/^ {2}a\\u009b31m +0\.00 Hz, /);
  expect(stdout).not.toMatch(/[^\n\P{Cc}]/u);
  const json = simulate(file, "--duration", "1", "--json").stdout;
  expect(JSON.parse(json)).toMatchObject({ model: name, populations: [{ name: "a\u009b31m" }] });
  expect(json).not.toMatch(/[^\n\P{Cc}]/u);
});

test("nor do those of files, options and fields in an error", () => {
  const line = /^threefactor: .*\\u001b\[31m.*\n$/;
  for (const args of [
    ["\u001b[31m"],
    ["\u001b[31m.json"],
    ["song", "--\u001b[31m"],
    ["song", "--duration", "\u001b[31m"],
    ["song", "--set", "\u001b[31m=1"],
    ["song", "--input", "\u001b[31m"],
    ["song", "--duration", "1", "--out", "/dev/null/\u001b[31m"],
  ]) {
    const { status, stderr } = simulate(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(line);
    expect(stderr).not.toMatch(/[^\n\P{Cc}]/u);
  }
});

test("a model that states its step runs in the grid mode, in that step, unless it is told otherwise", async () => {
  const asked = ["simulate", "coba", "--set", "parameters.scale=0.05", "--duration", "5", "--json"];
  const how = async (...more: string[]) => JSON.parse((await threefactor(...asked, ...more)).stdout);
  expect(await how()).toMatchObject({ mode: "grid", dt: 0.1 });
  expect(await how("--dt", "0.05")).toMatchObject({ mode: "grid", dt: 0.05 });
  await expectExit2([...asked, "--mode", "exact"], /lif-cond-exp/);
  const izhikevich = [
    "simulate",
    "polychronous",
    "--set",
    "parameters.scale=0.1",
    "--duration",
    "5",
    "--json",
  ];
  expect(JSON.parse((await threefactor(...izhikevich)).stdout)).toMatchObject({ mode: "grid", dt: 1 });
});
