import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareOptions, networkFor, plans, recordedOptions } from "../../src/cli/compareOptions.ts";
import { openRun } from "../../src/cli/openRun.ts";
import { loadDataset } from "../../src/data/index.ts";
import { decodeNetwork } from "../../src/io/networkFile.ts";
import { threefactor } from "./process.ts";

const folder = mkdtempSync(join(tmpdir(), "layered-"));
const model = {
  name: "tiny",
  layers: [
    { kind: "conv", filters: 3, size: 3, rate: 0.1 },
    { kind: "maxpool", size: 2 },
    { kind: "dense", units: 8 },
  ],
  learningRates: { default: 0.1 },
};
const file = join(folder, "tiny.json");
writeFileSync(file, JSON.stringify(model));

test("a file's network is kept in the run's options, so that the run does not depend on it any more", async () => {
  const data = await loadDataset("digits", { trainSamples: 10, testSamples: 10 });
  const options = compareOptions({ model: file, rules: "bp" });
  writeFileSync(join(folder, "other.json"), "{}");
  const again = recordedOptions(JSON.parse(JSON.stringify(options)), "run.json");
  expect(again).toEqual(options);
  expect(networkFor(again, data).sizes).toEqual([64, 108, 8, 10]);
  expect(plans(again, data).map(({ settings }) => settings.learningRate)).toEqual([0.1, 0.2 * 0.1]);
});

test("what is wrong with a model is said in one line", async () => {
  const options = (text: string) => () => compareOptions({ model: text });
  expect(options("nothing")).toThrow(
    /^--model: expected pepita-conv, .* or a file that exists, got "nothing"$/,
  );
  const wrong = join(folder, "wrong.json");
  writeFileSync(wrong, '{"name": "a", "layers": [{"kind": "conv", "filters": 0, "size": 3}]}');
  expect(options(wrong)).toThrow(
    /wrong\.json: layers\[0\] \(conv\): filters: expected an integer of 1 or more, got 0$/,
  );
  writeFileSync(wrong, "{");
  expect(options(wrong)).toThrow(/wrong\.json: expected JSON, got /);
  const data = await loadDataset("digits", { trainSamples: 10, testSamples: 10 });
  expect(() => plans(compareOptions({ model: "sign-concordant-bn" }), data)).toThrow(
    /^--model: sign-concordant-bn: layers\[3\] \(conv\): size: expected at most 2, got 5$/,
  );
  const normalised = { name: "n", layers: [{ kind: "dense", units: 3 }, { kind: "batchnorm" }] };
  writeFileSync(wrong, JSON.stringify(normalised));
  expect(() => plans(compareOptions({ model: wrong }), data)).toThrow(
    /^--model: n: layers\[1\] \(batchnorm\): needs a batch, .*; expected --twins rate$/,
  );
});

test("what is wrong with other options is said before the file is read", async () => {
  await expect(openRun({ model: "no.json" })).rejects.toThrow(/^--model: expected .*, got "no\.json"$/);
  await expect(openRun({ model: "no.json", epochs: "0" })).rejects.toThrow(/^--epochs: expected an integer/);
  await expect(openRun({ model: "no.json", seeds: "1,1" })).rejects.toThrow(
    /^--seeds: expected each value once/,
  );
});

test("compare trains a convolutional network in both twins, and leaves rasters and networks of it", async () => {
  const out = join(folder, "run");
  const args = [
    "compare",
    "--model",
    file,
    "--rules",
    "bp,pepita",
    "--epochs",
    "1",
    "--encoder",
    "current",
    "--json",
  ];
  const { stdout, code } = await threefactor(
    ...[...args, "--train-samples", "60", "--test-samples", "20", "--out", out],
  );
  expect(code).toBe(0);
  for (const run of JSON.parse(stdout).runs) expect(run.architecture).toBe("8x8x1-3c3-2p-8-10");
  const path = join(out, "networks", "bp-spike-seed1.msgpack");
  const network = decodeNetwork(readFileSync(path), path);
  expect(network.layers).toHaveLength(3);
  expect(network.weights[0]).toHaveLength(27);
  const refused = await threefactor(...["export", path, "--to", "nir", "--out", join(folder, "a.nir")]);
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^threefactor: nir: expected average pools, got a max pool of spikes/),
  });
});
