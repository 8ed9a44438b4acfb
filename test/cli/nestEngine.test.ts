import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { simulateCommand } from "../../src/cli/simulate.ts";
import { InputError } from "../../src/errors.ts";
import { encodeNpy, encodeNpyText } from "../../src/io/npy.ts";
import { npzPieces } from "../../src/io/npz.ts";
import { decodeRaster, encodeRaster } from "../../src/io/raster/native.ts";
import { start, startWith } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "nest-engine-"));
const [python, launcher, asked] = ["python", "launch it", "asked.txt"].map(name => join(folder, name)) as [
  string,
  string,
  string,
];

/** A program of the shell. */
function program(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

// In place of a Python with NEST: says what it has, or leaves the spikes that a rank is to have.
program(
  python,
  `if [ "$1" = -c ]; then echo "found \${STUB_FOUND:-True}"; exit 0; fi
echo "$0 $@" >> "${asked}"
[ -z "$STUB_ENDS" ] || { echo "Traceback" >&2; echo "no room for it" >&2; exit "$STUB_ENDS"; }
cp "${folder}/rank-\${STUB_RANK:-0}.npz" "$(dirname "$1")/spikes-\${STUB_RANK:-0}.npz"`,
);
program(
  launcher,
  `echo "launched $@" >> "${asked}"; shift 2; for r in 0 1; do STUB_RANK=$r "$@" || exit 1; done`,
);

/** The spikes of a rank: time [ms], place of the population, neuron. */
function left(rank: number, ranks: number, spikes: [number, number, number][]): void {
  const column = (k: number) => Float64Array.from(spikes, spike => spike[k]);
  const entries: [string, Uint8Array][] = [
    ["times", encodeNpy(column(0))],
    ["population", encodeNpy(column(1))],
    ["neuron", encodeNpy(column(2))],
    ["ranks", encodeNpy(Float64Array.of(ranks))],
    ["seconds", encodeNpy(Float64Array.of(0.5 + rank, 2 - rank))],
    ["version", encodeNpyText(["3.9"])],
  ];
  const pieces = npzPieces(entries.map(([name, bytes]) => [name, [bytes]] as const));
  writeFileSync(join(folder, `rank-${rank}.npz`), Buffer.concat([...pieces]));
}

const model = {
  name: "pair",
  populations: {
    in: { size: 2, neuron: "input" },
    out: { size: 3, neuron: { model: "lif", tauMem: "20 ms", vThreshold: "5 mV", reset: "fixed" } },
  },
  projections: [{ from: "in", to: "out", weights: "2 mV", delay: "1 ms" }],
  stimuli: [{ to: "in", kind: "regular", interval: "10 ms", start: "5 ms" }],
};
const file = join(folder, "pair.json");
writeFileSync(file, JSON.stringify(model));

beforeEach(() => writeFileSync(asked, ""));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Runs the command; what it printed. */
async function simulate(...args: string[]): Promise<string> {
  let printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation(text => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await simulateCommand()
    .exitOverride()
    .parseAsync([file, ...args], { from: "user" });
  vi.restoreAllMocks();
  return printed;
}

const nest = ["--engine", "nest", "--python", python];

test("the network goes to NEST, and its spikes come back as of any simulation", async () => {
  left(0, 1, [
    [7.5, 1, 2],
    [5, 0, 1],
    [5, 0, 0],
  ]);
  const out = join(folder, "out.msgpack");
  const printed = await simulate(...nest, "--duration", "10", "--threads", "3", "--seed", "4", "--out", out);
  expect(printed.split("\n")[0]).toBe("pair: 3 neurons, 6 synapses, 10 ms, seed 4, NEST 3.9");
  expect(printed).toContain("\n  out        33.33 Hz");
  expect(printed).toContain("\n  3 spikes\n");
  expect(decodeRaster(readFileSync(out), out)).toMatchObject({
    durationMs: 10,
    times: Float64Array.of(5, 5, 7.5),
    populationIndex: Uint16Array.of(0, 0, 1),
    neurons: Uint32Array.of(0, 1, 2),
    metadata: { model: "pair", seed: 4 },
  });
  // A folder of its own, with the number of threads, which is gone.
  const [, script] = /^\S+ (\S+)\/network\.py 3\n$/.exec(readFileSync(asked, "utf8"))!;
  expect(existsSync(script)).toBe(false);
});

test("ranks are started by the launcher, and their spikes are one raster in order of time", async () => {
  left(0, 2, [
    [9, 1, 0],
    [3.0000000001, 1, 2],
  ]);
  left(1, 2, [[6, 1, 1]]);
  const keep = join(folder, "kept");
  const out = join(folder, "ranks.msgpack");
  const mpi = ["--mpi", `"${launcher}" -n 2`, "--mode", "grid", "--keep", keep];
  mkdirSync(keep);
  // Of a run with more ranks.
  writeFileSync(join(keep, "spikes-2.npz"), "");
  const told = JSON.parse(await simulate(...nest, ...mpi, "--duration", "20", "--out", out, "--json"));
  expect(told).toMatchObject({
    ...{ engine: "NEST 3.9", mode: "grid", dt: 0.1, ranks: 2, spikes: 3, synapses: 6, runSeconds: 2 },
    ...{ synapticEvents: null, populations: [{ meanRate: 0 }, { meanRate: 50 }] },
  });
  const raster = decodeRaster(readFileSync(out), out);
  expect([...raster.times]).toEqual([3, 6, 9]);
  expect([...raster.neurons]).toEqual([2, 1, 0]);
  const run = `${python} ${keep}/network.py 1`;
  expect(readFileSync(asked, "utf8")).toBe(`launched -n 2 ${run}\n${run}\n${run}\n`);
  expect(readdirSync(keep).sort()).toEqual(
    ["nest.log", "network.npz", "network.py", "spikes-0.npz", "spikes-1.npz"].sort(),
  );
  expect(readFileSync(join(keep, "network.py"), "utf8")).toContain('nest.Create("iaf_psc_delta", 3, {');
});

test("a recording is what inputs emit there too", async () => {
  left(0, 1, []);
  const recording = join(folder, "in.msgpack");
  const raster = {
    ...{ durationMs: 30, populations: [{ name: "in", size: 2 }], traces: [], metadata: {} },
    ...{ times: Float64Array.of(3, 4), populationIndex: Uint16Array.of(0, 0), neurons: Uint32Array.of(1, 0) },
  };
  writeFileSync(recording, encodeRaster(raster));
  const keep = join(folder, "recorded");
  const printed = await simulate(...nest, "--input", recording, "--keep", keep);
  expect(printed).toContain("30 ms");
  const text = readFileSync(join(keep, "network.py"), "utf8");
  expect(text.match(/spike_generator/g)).toHaveLength(2);
});

test("without NEST, or with one that cannot do it, there is one line that says how to get it", async () => {
  const refused = async (args: readonly string[], line: RegExp | string) => {
    const error = await simulate(...args).then(
      () => null,
      (error: Error) => error,
    );
    vi.restoreAllMocks();
    expect(error).toBeInstanceOf(InputError);
    expect(error!.message).toMatch(line);
  };
  const nowhere = join(folder, "nowhere");
  const expected =
    "--engine nest: expected a Python with NEST 3 (pip install nest-simulator; --python names another)";
  await refused(
    ["--engine", "nest", "--python", nowhere],
    `${expected}, got ${JSON.stringify(nowhere)}, which cannot be started (ENOENT)`,
  );
  vi.stubEnv("STUB_FOUND", "False");
  await refused(nest, `${expected}, got ${JSON.stringify(python)} without it`);
  await refused(
    [...nest, "--mpi", "mpirun"],
    /^--mpi: expected a NEST that was built with MPI .*, got one without$/,
  );
  vi.unstubAllEnvs();
  await refused(
    [...nest, "--mpi", nowhere],
    `--mpi: expected a program, got ${JSON.stringify(nowhere)} (ENOENT)`,
  );
  await refused(
    [...nest, "--keep", file],
    `--keep: expected a folder that can be written, got ${JSON.stringify(file)} (EEXIST)`,
  );
  left(0, 2, []);
  await refused(nest, /: expected the spikes of 2 ranks of NEST, got spikes-0\.npz$/);
  await refused([...nest, "--workers", "2"], "--workers: expected --threads with --engine nest, got 2");
  await refused(
    [...nest, "--precision", "single"],
    "--precision: expected double, as NEST computes, got single",
  );
  await refused(
    [...nest, "--record", "spikes,v:2"],
    "--record: expected spikes with --engine nest, got potentials too",
  );
  for (const [option, value] of Object.entries({
    threads: "2",
    python: "p",
    mpi: "m",
    connect: "rules",
    keep: "k",
  }))
    await refused([`--${option}`, value], `--${option}: expected it with --engine nest, got ${value}`);
  await refused(
    [...nest, "--set", "populations.out.neuron.reset=subtract"],
    "populations.out.neuron.reset: expected fixed, as NEST has",
  );
});

test("networks that no list could hold go over as rules, and nothing is drawn here", async () => {
  left(0, 1, []);
  const keep = join(folder, "ruled");
  const huge = ["--set", "populations.out.size=3000000", "populations.in.size=500"];
  await expect(simulate(...nest, ...huge, "--connect", "drawn")).rejects.toThrow(
    "--connect: expected rules for more than 268435456 synapses, got drawn for 1500000000",
  );
  const some = ["--set", "populations.out.size=300000", "populations.in.size=500"];
  const told = JSON.parse(await simulate(...nest, ...some, "--keep", keep, "--json"));
  expect(told).toMatchObject({ neurons: 300_000, synapses: 150_000_000 });
  expect(told.notes).toContain("synapses are drawn anew, by NEST's own rules");
  expect(readFileSync(join(keep, "network.py"), "utf8")).toContain(
    'draw("in", "out", 0, {"rule": "all_to_all"}, "static_synapse", 2.0, 1.0)',
  );
  const few = JSON.parse(await simulate(...nest, "--connect", "rules", "--json"));
  expect(few).toMatchObject({ synapses: 6 });
});

test("an interrupt ends NEST too, and leaves nothing", async () => {
  const [slow, pid] = [join(folder, "slow"), join(folder, "pid")];
  program(slow, `[ "$1" != -c ] || { echo "found True"; exit 0; }\necho "$$ $1" > "${pid}"; exec sleep 60`);
  const { child, ended } = start("simulate", file, "--engine", "nest", "--python", slow);
  const line = () => (existsSync(pid) ? readFileSync(pid, "utf8") : "");
  await expect.poll(line, { timeout: 20_000, interval: 20 }).toMatch(/^\d+ \S+\n$/);
  const [its, script] = line().trim().split(" ") as [string, string];
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ signal: "SIGINT", stdout: "", stderr: "" });
  expect(existsSync(script)).toBe(false);
  const alive = () => {
    try {
      return process.kill(Number(its), 0);
    } catch {
      return false;
    }
  };
  await expect.poll(alive, { timeout: 5_000, interval: 20 }).toBe(false);
});

test("an interrupt before NEST begins leaves nothing either", async () => {
  const TMPDIR = mkdtempSync(join(folder, "tmp-"));
  const large = ["--set", "populations.out.size=1000000"];
  const { child, ended } = startWith({ env: { TMPDIR } }, "simulate", file, ...nest, ...large);
  const made = () => readdirSync(TMPDIR).filter(name => name.startsWith("threefactor-nest-"));
  await expect.poll(made, { timeout: 60_000, interval: 2 }).toHaveLength(1);
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ signal: "SIGINT", stdout: "", stderr: "" });
  expect(made()).toEqual([]);
  expect(readFileSync(asked, "utf8")).toBe("");
});

test("NEST's own failure is told by its last line", async () => {
  vi.stubEnv("STUB_ENDS", "3");
  const { code, stdout, stderr } = await start("simulate", file, ...nest).ended;
  expect({ code, stdout, stderr }).toEqual({
    ...{ code: 1, stdout: "" },
    stderr: "threefactor: NEST ended with 3: no room for it\n",
  });
});
