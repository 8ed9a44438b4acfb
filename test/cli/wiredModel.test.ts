import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { compareOptions, plans, recordedOptions } from "../../src/cli/compareOptions.ts";
import { type CompareFlags, settingsOf } from "../../src/cli/compareTable.ts";
import { startNetwork } from "../../src/cli/startNetwork.ts";
import { trainedNetwork } from "../../src/cli/trainedNetwork.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/data/index.ts";
import { decode, encode } from "../../src/io/msgpack.ts";
import { decodeNetwork, encodeNetwork } from "../../src/io/networkFile.ts";
import { networkToNir } from "../../src/io/nir/export.ts";
import { decodeRaster } from "../../src/io/raster/native.ts";
import { writeSonataNetwork } from "../../src/io/sonata/network.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import type { RunState } from "../../src/training/runState.ts";
import { type Trained, train } from "../../src/training/train.ts";
import { threefactor } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "wired-"));
const model = {
  name: "wired",
  layers: [
    { kind: "conv", filters: 2, size: 3, delay: "1 ms", rate: 0.1 },
    { kind: "maxpool", size: 2 },
    { kind: "dense", units: 9, delay: 2 },
    { kind: "dense", units: 8, delay: "uniform(1, 5) ms" },
  ],
  readoutDelay: 0.5,
  projections: [
    { from: "hidden 2", to: "hidden 2", weights: "normal(-0.05, 0.1)", delay: "1.5 ms" },
    {
      from: "hidden 1",
      to: "hidden 3",
      name: "skip",
      connect: { kind: "probability", p: 0.2 },
      weights: "normal(0, 0.1)",
      delay: "uniform(1, 3) ms",
    },
  ],
};
const file = write("wired", model);

function write(name: string, of: unknown): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(of));
  return path;
}

let data: Dataset;
beforeAll(async () => {
  await selectBackend("wasm");
  data = await loadDataset("digits", { trainSamples: 12, testSamples: 4 });
});

const common = { rules: "dfa", twins: "spike", epochs: "2", batch: "4" };

/** The plan of a run, by its options as run.json holds them. */
function planOf(flags: CompareFlags) {
  const options = compareOptions({ ...common, ...flags });
  return plans(recordedOptions(JSON.parse(JSON.stringify(options)), "run.json"), data)[0];
}

test("a layered model's delays and synapses are trained, kept in its file, and run there as they were", async () => {
  const out = join(folder, "run");
  const shared = ["--rules", "dfa", "--train-samples", "30", "--test-samples", "5", "--epochs", "1"];
  const ran = await threefactor("compare", ...shared, "--model", file, "--twins", "spike", "--out", out);
  expect(ran.stderr).not.toContain("expected");
  expect(ran.code).toBe(0);
  const [network, raster] = ["networks/dfa-spike-seed1", "rasters/dfa-seed1"].map(name =>
    join(out, `${name}.msgpack`),
  );
  const { wiring, layers } = decodeNetwork(readFileSync(network), network);
  expect(layers).toHaveLength(4);
  expect(wiring!.delays).toEqual([1, 2, expect.any(Float64Array), 0.5]);
  expect(wiring!.projections).toMatchObject([{ from: "hidden 2", delay: 1.5 }, { name: "skip" }]);

  const seen = join(folder, "seen.msgpack");
  const again = await threefactor("simulate", network, "--input", raster, "--out", seen, "--json");
  expect(again.code).toBe(0);
  const hidden = (path: string) => {
    const { populations, populationIndex, times, neurons } = decodeRaster(readFileSync(path), path);
    return [...times.keys()].flatMap(k => {
      const { name } = populations[populationIndex[k]];
      return name.startsWith("hidden") ? [[name, times[k], neurons[k]]] : [];
    });
  };
  expect(hidden(raster).length).toBeGreaterThan(20);
  expect(hidden(seen)).toEqual(hidden(raster));
});

test("a run goes on from its state, and another one from its network, with the same synapses", async () => {
  const plan = planOf({ model: file, seed: "3" });
  let state: RunState | null = null;
  const onEpoch = (at: RunState) => {
    state ??= decode(encode(at), "state") as RunState;
  };
  const whole = await train(plan, data, { onEpoch });
  const resumed = await train(plan, data, {}, state);
  const facts = ({ result: { curve, confusion } }: Trained) => ({ curve, confusion });
  expect(facts(resumed)).toEqual(facts(whole));
  expect(resumed.parameters).toEqual(whole.parameters);

  const path = join(folder, "start.msgpack");
  writeFileSync(path, encodeNetwork(trainedNetwork(plan, data, whole)));
  const start = await startNetwork(path);
  const options = compareOptions({ ...common, model: path }, start);
  const before = start!.layers(0, 0).wiring!;
  const copy = structuredClone(before);
  const [next] = plans({ ...options, seeds: [1, 2] }, data, start);
  const learned = await train(next, data);
  const ends = ({ projections }: typeof before) => projections!.map(({ weights, ...rest }) => rest);
  expect(ends(learned.parameters.wiring!)).toEqual(ends(copy));
  // Two rules or seeds begin with the same file.
  expect(before).toEqual(copy);
  expect(learned.parameters.wiring).not.toEqual(copy);

  const network = decodeNetwork(encodeNetwork(trainedNetwork(plan, data, whole)), "x");
  expect(() => networkToNir(network, { lossy: true })).toThrow(/^nir: expected layers without delays/);
  await expect(writeSonataNetwork(network, join(folder, "circuit"))).rejects.toThrow(/^sonata: expected/);
});

test("each seed draws delays and synapses of its own", async () => {
  const drawn = ["3", "4", "3"].map(async seed => {
    const { settings, ...plan } = planOf({ model: file, seed });
    return (await train({ ...plan, settings: { ...settings, epochs: 0 } }, data)).parameters.wiring;
  });
  const [a, b, c] = await Promise.all(drawn);
  expect(a).toEqual(c);
  expect(a!.delays![2]).not.toEqual(b!.delays![2]);
  expect(a!.projections![1].connect).not.toEqual(b!.projections![1].connect);
});

test.each<[what: string, flags: CompareFlags]>([
  ["forced", {}],
  ["forced for online learning", { rules: "drtp", eligibility: "online" }],
])("the queue can be %s, and gives what the sweep gives", async (_, flags) => {
  const settings = ["sweep", "queue"].map(presentations => settingsOf(compareOptions({ presentations })));
  expect(settings.map(({ presentations }) => presentations)).toEqual(["sweep", "queue"]);
  expect(settingsOf(compareOptions({}))).not.toHaveProperty("presentations");
  const runs = ["sweep", "queue"].map(async presentations => {
    const plan = planOf({ presentations, precision: "double", hidden: "12", ...flags });
    const { result, parameters } = await train(plan, data);
    const { trainSamplesPerSecond, wallSeconds, ...rest } = result;
    return { rest, parameters };
  });
  const [sweep, queue] = await Promise.all(runs);
  expect(queue).toEqual(sweep);
});

test.each<[what: string, change: object, flags: CompareFlags, message: RegExp]>([
  ["the sweep", {}, { presentations: "sweep" }, /^--presentations: expected queue for wired, .*, got sweep$/],
  ["another", {}, { presentations: "both" }, /^--presentations: expected one of sweep, queue, got both$/],
  ["rates", {}, { twins: "rate,spike" }, /^--model: wired: projections: rates .*; expected --twins spike$/],
  [
    "no hidden layer",
    {},
    { rules: "shallow" },
    /^--model: wired: expected rules .* hidden layers, got shallow$/,
  ],
  ["layer by layer", {}, { rules: "ff" }, /^--model: wired: ff: wiring: expected none for a rule that/],
  [
    "a loop",
    { projections: [{ from: "hidden 2", to: "hidden 2", weights: 1 }] },
    {},
    /delay above 0 .* hidden 2$/,
  ],
  [
    "an end",
    { projections: [{ from: "hidden", to: "hidden", weights: 1 }] },
    {},
    /projections\[0\]\.from: .* got "hidden"$/,
  ],
  [
    "a source",
    { projections: [{ from: "readout", to: "hidden 1", weights: 1 }] },
    {},
    /\.from: expected .* got "readout"$/,
  ],
  [
    "a field",
    { projections: [{ from: "input", to: "readout", gain: 2 }] },
    {},
    /projections\[0\]\.gain: expected one of name/,
  ],
  ["no map", { projections: [3] }, {}, /projections\[0\]: expected a map, got 3$/],
  ["no list", { projections: {} }, {}, /projections: expected a list, got /],
  ["a unit", { readoutDelay: "3 mV" }, {}, /^--model: wired: readoutDelay: expected a time .*, got .*3 mV/],
  [
    "no time",
    { readoutDelay: -1 },
    {},
    /^--model: wired: readoutDelay: expected a time of 0 ms or more, got -1$/,
  ],
  [
    "a kernel's",
    { layers: [{ kind: "conv", filters: 1, size: 3, delay: "uniform(1, 2) ms" }], projections: [] },
    {},
    /one for all synapses/,
  ],
])("%s is refused before a run begins", (_, change, flags, message) => {
  const path = write("wrong", { ...model, ...change });
  expect(() => planOf({ model: path, ...flags })).toThrow(message);
});

test("delays alone leave the rates as they are", () => {
  const { projections, ...delayed } = model;
  const options = compareOptions({ ...common, twins: "rate,spike", model: write("delayed", delayed) });
  expect(plans(options, data).map(({ twin }) => twin)).toEqual(["rate", "spike"]);
});
