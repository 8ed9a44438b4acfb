import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { exportCommand } from "../../src/cli/export.ts";
import { simulateCommand } from "../../src/cli/simulate.ts";
import { networkToNir } from "../../src/io/nir/export.ts";
import { writeNir } from "../../src/io/nir/file.ts";
import { type NirGraph, tensor } from "../../src/io/nir/graph.ts";
import { encodeRaster } from "../../src/io/raster/native.ts";
import { writeSonataNetwork } from "../../src/io/sonata/network.ts";
import { trained } from "../io/nir/graphs.ts";
import { simulationConfig, writeCircuit, writeSpikes } from "../io/sonata/files.ts";

const folder = mkdtempSync(join(tmpdir(), "imported-"));
const [nir, bare, circuit, recording] = ["net.nir", "bare.nir", "circuit", "input.msgpack"].map(name =>
  join(folder, name),
) as [string, string, string, string];

beforeAll(async () => {
  const net = trained();
  const { graph } = networkToNir(net, { lossy: true });
  await writeNir(graph, nir);
  const { metadata: _, ...without } = graph;
  await writeNir(without as NirGraph, bare);
  await writeSonataNetwork(net, circuit);
  const times = Float64Array.from({ length: 30 }, (_, k) => 0.5 * k);
  const raster = {
    durationMs: 25,
    populations: [{ name: "input", size: 8 }],
    times,
    populationIndex: new Uint16Array(30),
    neurons: Uint32Array.from(times, (_, k) => (3 * k) % 8),
    traces: [],
    metadata: {},
  };
  writeFileSync(recording, encodeRaster(raster));
});
afterEach(() => vi.restoreAllMocks());

async function simulate(...args: string[]) {
  const printed = { out: "", told: "" };
  vi.spyOn(process.stdout, "write").mockImplementation(text => {
    printed.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation(text => {
    printed.told += String(text);
    return true;
  });
  await simulateCommand()
    .exitOverride()
    .parseAsync([...args, "--json"], { from: "user" });
  vi.restoreAllMocks();
  return { ...JSON.parse(printed.out), told: printed.told };
}

test("a network runs the same from NIR and from a SONATA circuit, on the spikes of a recording", async () => {
  const [one, other] = [
    await simulate(nir, "--input", recording),
    await simulate(circuit, "--input", recording),
  ];
  expect(one.durationMs).toBe(25);
  expect(one.spikes).toBeGreaterThan(60);
  expect(other.spikes).toBe(one.spikes);
  expect(one.told).toMatch(/net\.nir: took times in s, and 0\.1 ms as how long a spike lasts/);
  expect(one.notes[0]).toMatch(/^took times in s/);
});

test("unit and step of a NIR file are inferred, or what the options say", async () => {
  const inferred = await simulate(bare, "--duration", "5");
  expect(inferred.notes).toEqual([
    "took times in s, and 0.1 ms as how long a spike lasts",
    expect.stringMatching(/^time unit: took s, since the file does not say/),
    expect.stringMatching(/^dt: took tau \/ r = /),
  ]);
  const told = await simulate(bare, "--duration", "5", "--nir-unit", "ms", "--nir-dt", "0.5");
  expect(told.notes).toEqual(["took times in ms, and 0.5 ms as how long a spike lasts"]);
});

const perPopulation = ({ populations, durationMs }: Awaited<ReturnType<typeof simulate>>) =>
  Object.fromEntries(
    populations.map(({ name, size, meanRate }: { name: string; size: number; meanRate: number }) => [
      name,
      Math.round((meanRate * size * durationMs) / 1000),
    ]),
  );

test("a SONATA simulation runs as its configuration says, unless options say another thing", async () => {
  const path = join(folder, "sonata");
  await writeCircuit(path, { edgeTypes: "edge_type_id model_template\n30 static_synapse\n" });
  const whole = await simulate(path);
  expect([whole.durationMs, whole.model, perPopulation(whole)]).toEqual([50, "sonata", { src: 4, cells: 3 }]);
  const delays = /edges\.h5: src_to_cells: the file has no delays: took 1 ms, the default of NEST$/;
  expect(whole.notes).toEqual([expect.stringMatching(delays)]);
  expect(whole.told).toMatch(new RegExp(delays, "m"));
  expect(await simulate(path, "--mode", "grid")).toMatchObject({ dt: 0.1, spikes: 7 });
  expect(await simulate(path, "--mode", "grid", "--dt", "0.5")).toMatchObject({ dt: 0.5, spikes: 7 });
  const spikes = join(path, "src_spikes.h5");
  const played = await simulate(path, "--input", spikes);
  expect([perPopulation(played), played.durationMs]).toEqual([perPopulation(whole), 50]);
  expect(played.notes).toContain("inputs.in: left out, as other spikes are given");
  const short = await simulate(join(path, "circuit_config.json"), "--input", spikes, "--duration", "20");
  expect([perPopulation(short), short.durationMs]).toEqual([{ src: 3, cells: 3 }, 20]);
});

test("a SONATA circuit leaves its folder with --allow-outside only, in its files and in a recording's", async () => {
  const [path, away] = [join(folder, "strict"), join(folder, "away")];
  await writeCircuit(away);
  const { in: input } = simulationConfig.inputs;
  const inputs = { in: { ...input, input_file: "../away/src_spikes.h5" } };
  await writeCircuit(path, { simulation: { ...simulationConfig, inputs } });
  await expect(simulate(path)).rejects.toThrow(
    /inputs\.in\.input_file: expected a file in .*; --allow-outside reads it$/,
  );
  expect(perPopulation(await simulate(path, "--allow-outside"))).toEqual({ src: 4, cells: 3 });
  await expect(simulate(nir, "--allow-outside")).rejects.toThrow(
    /^--allow-outside: expected a SONATA circuit, got/,
  );
  const recorded = join(folder, "recorded");
  await writeCircuit(recorded, {
    simulation: { run: { tstop: 50 }, output: { output_dir: "../away", spikes_file: "all.h5" } },
    circuit: {},
  });
  await writeSpikes(join(away, "all.h5"));
  const out = join(folder, "o.csv");
  const write = (...more: string[]) =>
    exportCommand()
      .exitOverride()
      .parseAsync([join(recorded, "simulation_config.json"), "--to", "csv", "--out", out, ...more], {
        from: "user",
      });
  await expect(write()).rejects.toThrow(/output: expected a file in .*; --allow-outside reads it$/);
  vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  await write("--allow-outside");
  expect(readFileSync(out, "utf8")).toMatch(/\n5,src,0\n10,src,0\n10,src,1\n30,src,1\n$/);
});

test("a NIR file whose step cannot be told is refused by its name, and the option is in ms", async () => {
  const path = join(folder, "unit.nir");
  const ones = (value: number) => tensor(Float64Array.of(value, value));
  const fields = { tau: ones(0.005), r: ones(1), v_leak: ones(0), v_threshold: ones(0.01), v_reset: ones(0) };
  const input = { type: "Input", fields: { shape: tensor(BigInt64Array.of(2n)) } };
  await writeNir(
    { type: "NIRGraph", nodes: { input, lif: { type: "LIF", fields } }, edges: [["input", "lif"]] },
    path,
  );
  await expect(simulate(path)).rejects.toThrow(/unit\.nir: dt: .* --nir-dt in ms, such as --nir-dt 0\.1$/);
  expect((await simulate(path, "--nir-dt", "0.1")).notes[0]).toBe(
    "took times in s, and 0.1 ms as how long a spike lasts",
  );
});

test.each<[string[], string | RegExp]>([
  [[circuit, "--nir-dt", "1"], /^--nir-dt: expected a NIR file, got .*circuit$/],
  [[nir, "--nir-unit", "us"], "--nir-unit: expected one of s, ms, got us"],
  [[nir, "--set", "a=1"], /^--set: expected a model of threefactor, got .*net\.nir$/],
  [[recording], /input\.msgpack: expected a network as NIR or as a SONATA circuit, .*, got msgpack$/],
  [
    ["cuba", "--duration", "1", "--input", recording],
    /expected a population named as an input \(none\), got input$/,
  ],
])("refuses %s with one line", async (args, message) => {
  await expect(simulate(...args)).rejects.toThrow(message);
});

test("what is wrong within a file is said with its name", async () => {
  const broken = join(folder, "broken.nir");
  const net = trained();
  net.weights[1][5] = Number.NaN;
  await writeNir(networkToNir(net, { lossy: true }).graph, broken);
  await expect(simulate(broken)).rejects.toThrow(/broken\.nir: .*expected a finite number, got NaN$/);
});
