import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { simulateCommand } from "../../src/cli/simulate.ts";
import { currentPerTrace } from "../../src/engine/layers.ts";
import { networkToNir } from "../../src/io/nirExport.ts";
import { writeNir } from "../../src/io/nirFile.ts";
import type { NirGraph } from "../../src/io/nirGraph.ts";
import { encodeRaster } from "../../src/io/rasterFile.ts";
import { writeSonataNetwork } from "../../src/io/sonataNetwork.ts";
import { trained } from "../io/nirGraphs.ts";

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
  const scale = currentPerTrace(net.neuron.tauMem, net.durationMs);
  await writeSonataNetwork(
    net,
    circuit,
    net.biases.map(b => b.map(x => x * scale)),
  );
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
