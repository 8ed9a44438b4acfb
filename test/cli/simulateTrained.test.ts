import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { FeedForwardNetwork } from "../../src/engine/exact/feedForward.ts";
import { decodeNetwork, encodeNetwork, type TrainedNetwork } from "../../src/io/networkFile.ts";
import { networkToNir } from "../../src/io/nir/export.ts";
import { encodeRaster } from "../../src/io/raster/native.ts";
import { trained } from "../io/nir/graphs.ts";
import { threefactor } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "trained-"));
const [file, input] = ["net.msgpack", "input.msgpack"].map(name => join(folder, name)) as [string, string];
const times = Float64Array.from({ length: 40 }, (_, k) => 0.5 * k);
const neurons = Uint32Array.from({ length: 40 }, (_, k) => (3 * k) % 8);

beforeAll(() => {
  writeFileSync(file, encodeNetwork(trained()));
  const raster = { durationMs: 20, populations: [{ name: "input", size: 8 }], times, neurons };
  writeFileSync(
    input,
    encodeRaster({ ...raster, populationIndex: new Uint16Array(40), traces: [], metadata: {} }),
  );
});

async function simulate(...args: string[]) {
  const { code, stdout, stderr } = await threefactor("simulate", ...args, "--input", input, "--json");
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test("a trained network runs as it was trained, with delays that are set, and with synapses that a file adds", async () => {
  const { sizes, weights, biases, neuron, durationMs, inputGain } = trained();
  const net = new FeedForwardNetwork(sizes, weights, biases, neuron, durationMs);
  times.forEach((t, k) => {
    net.input.spikes.push(t, neurons[k]);
  });
  net.input.gain = inputGain;
  net.present(net.presentation());
  const plain = await simulate(file);
  expect(net.hiddenSpikes).toBeGreaterThan(10);
  expect(plain).toMatchObject({ model: "net", neurons: 16, synapses: 144, spikes: 40 + net.hiddenSpikes });

  // Weights are positive on the whole: what comes 19.6 ms later comes too late for most spikes.
  const late = await simulate(file, "--set", "projections[0].delay=19.6");
  expect(late.spikes).toBeLessThan(plain.spikes);

  const model = join(folder, "recurrent.json");
  const recurrent = { from: "hidden", to: "hidden", weights: -5, delay: "1 ms" };
  writeFileSync(
    model,
    JSON.stringify({ extends: "net.msgpack", name: "recurrent", projections: [recurrent] }),
  );
  const inhibited = await simulate(model);
  expect(inhibited).toMatchObject({ model: "recurrent", synapses: 144 + 144 });
  expect(inhibited.spikes).toBeLessThan(plain.spikes);
});

test("files that extend each other in a circle are refused", async () => {
  const [a, b] = ["a.json", "b.json"].map(name => join(folder, name)) as [string, string];
  writeFileSync(a, JSON.stringify({ extends: "b.json" }));
  writeFileSync(b, JSON.stringify({ extends: "a.json" }));
  const { code, stderr } = await threefactor("simulate", a);
  expect(code).toBe(2);
  expect(stderr).toContain("b.json: extends: expected no circle, got a.json");
});

test("a readout that fires does so in its file, in what it is exported to, and in simulate", async () => {
  const net: TrainedNetwork = { ...trained(), readoutThreshold: 0.05 };
  expect(decodeNetwork(encodeNetwork(net), "net").readoutThreshold).toBe(0.05);
  const kind = (of: TrainedNetwork) => networkToNir(of, { lossy: true }).graph.nodes.readout.type;
  expect([kind(trained()), kind(net)]).toEqual(["LI", "LIF"]);
  const path = join(folder, "fires.msgpack");
  writeFileSync(path, encodeNetwork(net));
  expect((await simulate(path)).spikes).toBeGreaterThan((await simulate(file)).spikes);
});
