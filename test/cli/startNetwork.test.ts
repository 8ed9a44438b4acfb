import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { compareOptions, plans, recordedOptions } from "../../src/cli/compareOptions.ts";
import { startNetwork } from "../../src/cli/startNetwork.ts";
import { trainedNetwork } from "../../src/cli/trainedNetwork.ts";
import { type Dataset, loadDataset } from "../../src/data/index.ts";
import { encodeNetwork, layeredNetwork, type TrainedNetwork } from "../../src/io/networkFile.ts";
import { networkToNir } from "../../src/io/nir/export.ts";
import { readNir, writeNir } from "../../src/io/nir/file.ts";
import type { NirNode } from "../../src/io/nir/graph.ts";
import { writeSonataNetwork } from "../../src/io/sonata/network.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { createTrainer, train } from "../../src/training/train.ts";
import { threefactor } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "start-"));
const small = { rules: "bp", epochs: "4", learningRate: "0.3" };
let data: Dataset;
/** Networks trained a little, fully connected and with kernels, and their accuracy in rates and in spikes. */
const trained: Record<"dense" | "conv", { network: TrainedNetwork; accuracies: number[] }> = {} as never;

const conv = JSON.stringify({
  name: "kernels",
  layers: [
    { kind: "conv", filters: 3, size: 3 },
    { kind: "avgpool", size: 2 },
  ],
});

beforeAll(async () => {
  await selectBackend("wasm");
  data = await loadDataset("digits", { trainSamples: 200, testSamples: 100 });
  for (const [kind, flags] of [["dense", { hidden: "12" }] as const, ["conv", { model: conv }] as const]) {
    const [rate, spike] = plans(compareOptions({ ...small, ...flags }), data);
    const done = await train(spike, data);
    const inRates = createTrainer({ ...rate, settings: { ...rate.settings, start: done.parameters } }, data);
    trained[kind] = {
      network: trainedNetwork(spike, data, done),
      accuracies: [inRates.evaluate(data.test).accuracy, done.result.testAccuracy],
    };
    inRates.dispose();
  }
});

/** Accuracies in rates and spikes with the weights of a file, and whether they learn on. */
async function goOn(model: string): Promise<number[]> {
  const start = await startNetwork(model);
  const options = compareOptions({ ...small, model }, start);
  expect(recordedOptions(JSON.parse(JSON.stringify(options)), "run.json", start)).toEqual(options);
  return plans(options, data, start).map(plan => {
    const trainer = createTrainer(plan, data);
    const { accuracy } = trainer.evaluate(data.test);
    const before = trainer.parameters();
    trainer.learn(
      Uint32Array.from({ length: 20 }, (_, n) => n),
      0.1,
      0,
    );
    expect(trainer.parameters()).not.toEqual(before);
    trainer.dispose();
    // The next run begins where the first one did.
    expect(plan.settings.start!.weights[0]).toEqual(before.weights[0]);
    return accuracy;
  });
}

test("a trained network goes on from its file, with kernels too", async () => {
  for (const kind of ["dense", "conv"] as const) {
    const { network, accuracies } = trained[kind];
    expect(Math.min(...accuracies)).toBeGreaterThan(0.5);
    const file = join(folder, `${kind}.msgpack`);
    writeFileSync(file, encodeNetwork(network));
    expect(await goOn(file)).toEqual(accuracies);
  }
});

test("so it does by NIR, where it is fully connected; kernels become a list, which is refused by its name", async () => {
  const { network, accuracies } = trained.dense;
  const file = join(folder, "dense.nir");
  await writeNir(networkToNir(network, { lossy: true }).graph, file);
  expect(await goOn(file)).toEqual(accuracies);
  const start = (await startNetwork(file))!;
  const own = layeredNetwork(network);
  const got = start.layers(network.durationMs, network.inputGain);
  const apart = (a: readonly Float32Array[], b: readonly Float32Array[]) =>
    Math.max(...a.flatMap((part, l) => [...part].map((x, k) => Math.abs(x - b[l][k]))));
  expect(apart(got.weights, own.weights)).toBeLessThan(1e-6);
  expect(apart(got.biases, own.biases)).toBeLessThan(1e-6);
  const kernels = join(folder, "conv.nir");
  await writeNir(networkToNir(trained.conv.network, { lossy: true }).graph, kernels);
  await expect(startNetwork(kernels)).rejects.toThrow(
    "--model: conv.nir: projection input->hidden_1: expected all synapses or those of a kernel, got pairs",
  );
});

test("so it does by SONATA, which does not say what a spike of the input stands for: the encoder does", async () => {
  const { network, accuracies } = trained.dense;
  const circuit = join(folder, "dense.sonata");
  await writeSonataNetwork(network, circuit);
  expect(await goOn(circuit)).toEqual(accuracies);
});

test("what cannot be trained is refused by its name", async () => {
  const file = join(folder, "fixed.nir");
  await writeNir(networkToNir(trained.dense.network, { lossy: true }).graph, join(folder, "own.nir"));
  const { metadata, ...graph } = await readNir(join(folder, "own.nir"));
  await writeNir({ ...graph, metadata: { ...metadata, reset: "none" } }, file);
  await expect(startNetwork(file)).rejects.toThrow(
    "--model: fixed.nir: population hidden_1: expected reset subtract, got fixed",
  );
  const delay: NirNode = {
    type: "Delay",
    fields: { delay: { shape: [12], data: new Float32Array(12).fill(0.002) } },
  };
  const late = join(folder, "late.nir");
  const edges = graph.edges.flatMap(([from, to]) =>
    from === "hidden_1"
      ? ([
          [from, "delay"],
          ["delay", to],
        ] as const)
      : [[from, to] as const],
  );
  await writeNir({ ...graph, metadata: metadata!, nodes: { ...graph.nodes, delay }, edges }, late);
  await expect(startNetwork(late)).rejects.toThrow(
    /^--model: late\.nir: projection hidden_1->readout: expected no delay, got 2/,
  );
  const own = join(folder, "own.nir");
  const start = await startNetwork(own);
  const asked = (flags: Parameters<typeof compareOptions>[0]) => () =>
    plans(compareOptions({ model: own, ...flags }, start), data, start);
  expect(asked({ rules: "shallow" })).toThrow(/expected rules that train its hidden layers, got shallow$/);
  expect(asked({ rules: "bp", vThreshold: "0.2" })).toThrow(
    /^--v-threshold: expected 0\.0\d+, that of .*, got 0\.2$/,
  );
  expect(asked({ rules: "bp", encoder: "latency" })).toThrow(
    /^--encoder: expected current, rate or poisson where/,
  );
  const others = { ...data, name: "others", inputs: 63, shape: [9, 7] };
  expect(() => plans(compareOptions({ rules: "bp", model: own }, start), others, start)).toThrow(
    /expected 63 inputs, as others has, got 64$/,
  );
});

test("compare records the file and its checksum, and goes on with no other", async () => {
  const file = join(folder, "recorded.msgpack");
  writeFileSync(file, encodeNetwork(trained.dense.network));
  const out = join(folder, "run");
  const args = ["compare", "--model", file, "--rules", "bp", "--epochs", "1", "--train-samples", "40"];
  const { code, stderr } = await threefactor(...[...args, "--test-samples", "20", "--out", out]);
  expect(code, stderr).toBe(0);
  const record = JSON.parse(readFileSync(join(out, "run.json"), "utf8"));
  expect(record.start).toEqual({ file, sha256: (await startNetwork(file))!.sha256 });
  expect(await threefactor("compare", "--resume", "--out", out)).toMatchObject({ code: 0 });
  writeFileSync(file, encodeNetwork({ ...trained.dense.network, maxSpikes: 17 }));
  expect(await threefactor("compare", "--resume", "--out", out)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /^threefactor: --resume: .* began with .*, sha256 [0-9a-f]{64}, got [0-9a-f]{64}\n$/,
    ),
  });
});
