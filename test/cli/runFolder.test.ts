import { existsSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { RunFolder } from "../../src/cli/runFolder.ts";
import { decode, encode } from "../../src/io/msgpack.ts";
import { failure } from "../data/idxFiles.ts";
import { expectExit2, expectInputError } from "./badInput.ts";
import { filesUnder, scratch, start, waitUntilWithin } from "./process.ts";

const folder = scratch();
const kept = folder("kept");
let places = 0;

// F3 has a memory, so that every part of a checkpoint is there.
beforeAll(async () => {
  const job = ["--dataset", "digits", "--train-samples", "100", "--hidden", "8", "--epochs", "500"];
  const running = start("compare", ...job, "--rules", "f3", "--twins", "rate", "--out", kept);
  await waitUntilWithin(kept, 0, running);
  running.child.kill("SIGKILL");
  await running.ended;
});

type Change = (bytes: Buffer) => string | Uint8Array;

/** A copy of the folder with one file changed. */
async function changed(file: string, change: Change): Promise<string> {
  const out = folder(`changed ${places++}`);
  await cp(kept, out, { recursive: true });
  await mkdir(join(out, "rasters"), { recursive: true });
  // What a process leaves that is killed while it writes; a refused run leaves that as well.
  await writeFile(join(out, `${file}.1.tmp`), "half");
  const bytes = existsSync(join(out, file)) ? await readFile(join(out, file)) : Buffer.alloc(0);
  await writeFile(join(out, file), change(bytes));
  return out;
}

const as =
  (text: string): Change =>
  () =>
    text;
const record =
  (change: object): Change =>
  bytes =>
    JSON.stringify({ ...JSON.parse(bytes.toString()), ...change });
const options =
  (change: object): Change =>
  bytes => {
    const whole = JSON.parse(bytes.toString());
    return JSON.stringify({ ...whole, options: { ...whole.options, ...change } });
  };
const checkpoint =
  (change: object): Change =>
  bytes =>
    encode({ ...(decode(bytes, "") as object), ...change });
const state =
  (change: object): Change =>
  bytes => {
    const whole = decode(bytes, "") as { state: object };
    return encode({ ...whole, state: { ...whole.state, ...change } });
  };

describe("a run folder that does not fit is not resumed, and stays as it is", () => {
  const floats = (count: number) => new Float32Array(count);
  const weights = [floats(64 * 8), floats(8 * 10)];
  const biases = [floats(8), floats(10)];
  const run = "run.json";
  const point = "checkpoint.msgpack";

  const cases: [file: string, what: string, change: Change, line: RegExp][] = [
    [run, "cut short", bytes => bytes.subarray(0, 100), /run\.json: expected JSON, got "/],
    [run, "a list", as("[]"), /run\.json: expected a map, got a list of 0$/],
    [run, "another document", record({ schema: "x" }), /run\.json: schema: expected .*, got "x"$/],
    [run, "no options", record({ options: null }), /run\.json: options: expected a map, got null$/],
    [run, "unknown rule", options({ rules: ["x"] }), /run\.json: options: rule: expected .*, got x$/],
    [run, "no sizes", options({ hidden: {} }), /run\.json: options: hidden: expected .* got a map$/],
    [run, "text for a number", options({ epochs: "500" }), /options: epochs: .* like 500, got "500"$/],
    [
      run,
      "a plugin without its checksum",
      record({ plugins: [{ file: "x.js" }] }),
      /plugins: expected a list, each a file and its sha256, got a list of 1$/,
    ],
    [
      run,
      "a plugin that is not there",
      record({ plugins: [{ file: "x.js", sha256: "0" }] }),
      /^--resume: .* began with the plugin x\.js, sha256 0, got nothing there; --plugin says/,
    ],
    [run, "unknown backend", record({ backend: "x" }), /^backend: expected one of .*, got x$/],
    [point, "cut short", bytes => bytes.subarray(0, 200), /\.msgpack: expected MessagePack /],
    [point, "text", as("damaged"), /\.msgpack: /],
    [point, "empty", as(""), /\.msgpack: expected MessagePack /],
    [point, "runs no list", checkpoint({ done: 3 }), /\.msgpack: done: expected a list, got 3$/],
    [point, "empty run", checkpoint({ done: [{}] }), /done\[0\]: rule: expected text, got none$/],
    [point, "state no map", checkpoint({ state: 1 }), /\.msgpack: state: expected a map, got 1$/],
    [
      point,
      "no parameters",
      state({ parameters: 0 }),
      /weights of layer 1: expected 512 32-bit floats, got none$/,
    ],
    [
      point,
      "weights of another network",
      state({ parameters: { weights: [weights[0], floats(70)], biases } }),
      /checkpoint\.msgpack: weights of layer 2: expected 80 32-bit floats, got 70$/,
    ],
    [
      point,
      "too few biases",
      state({ parameters: { weights, biases: [biases[0]] } }),
      /biases of layer 2: .* none$/,
    ],
    [
      point,
      "weights of one layer more",
      state({ parameters: { weights: [...weights, floats(1)], biases } }),
      /checkpoint\.msgpack: weights: expected those of 2 layers, got 3$/,
    ],
    [
      point,
      "angles no numbers",
      state({ initialAlignmentDegrees: ["x"] }),
      /initialAlignmentDegrees: expected a list of numbers, got a list of 1$/,
    ],
    [point, "costs no numbers", state({ cost: { x: [] } }), /cost: expected a map of numbers, got a map$/],
    [point, "other memory", state({ memory: floats(8) }), /memory of the rule: expected 1000 .* got 8$/],
    [point, "no memory", state({ memory: null }), /memory of the rule: expected 1000 .* got null$/],
    [point, "too many epochs", state({ epochsDone: 501 }), /epochsDone: expected at most 500, got 501$/],
    [
      point,
      "no curve",
      state({ curve: [] }),
      /curve: expected one point for each of \d+ epochs, got a list of 0$/,
    ],
  ];
  test.each(cases)("%s: %s", async (file, _, change, line) => {
    const out = await changed(file, change);
    // The lock of the run that was killed is taken over and given back, where the folder is one of a run.
    const files = async () => (await filesUnder(out)).filter(name => name !== "run.lock");
    const before = await files();
    await expectInputError(["--resume", "--out", out], line);
    expect(await files()).toEqual(before);
  });

  test("as a process", async () => {
    const out = await changed(run, as("damaged"));
    await expectExit2(["compare", "--resume", "--out", out], `${out}/run.json: expected JSON, got "damaged"`);
  });

  test("runs that are finished out of order", async () => {
    const done = {
      ...{ rule: "bp", twin: "rate", dataset: "digits", architecture: "64-8-10", seed: 1, epochs: 500 },
      ...{ learningRate: 1, testAccuracy: 0, testSamples: 1, trainAccuracy: 0, trainSamples: 1, curve: [] },
      ...{ alignmentDegrees: [], confusion: [], trainSamplesPerSecond: 1, wallSeconds: 1 },
    };
    await expectInputError(
      ["--resume", "--out", await changed(point, checkpoint({ done: [done] }))],
      /finished run 1: expected f3 rate seed 1, got bp rate seed 1$/,
    );
    await expectInputError(
      ["--resume", "--out", await changed(point, checkpoint({ done: [done, done] }))],
      /expected at most 1 finished runs, got 2$/,
    );
  });

  test("other options than the run's", async () => {
    const resume = ["--resume", "--out", kept];
    await expectInputError([...resume, "--epochs", "2"], /was run with epochs 500, got 2$/);
    await expectInputError([...resume, "--seed", "2"], /was run with seeds \[1\], got \[2\]$/);
    await expectInputError([...resume, "--backend", "cpu"], /^--backend: .* was begun on .*, got cpu$/);
  });

  test("a folder without a run", () =>
    expectInputError(
      ["--resume", "--out", folder("none")],
      `${folder("none")}/run.json: expected a file, got nothing there`,
    ));
});

describe("a report says which file of the folder is damaged", () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ["results.json", '{"schema":"threefactor.results/1","runs":[{"rule":"bp"}]}', /runs\[0\]: twin: /],
    ["results.json", '{"schema":"threefactor.results/2"}', /schema: expected threefactor\.results\/1, got /],
    ["rasters/bp-seed1.msgpack", "damaged", /bp-seed1\.msgpack: /],
    [
      "rasters/bp-seed1.msgpack",
      encode({ format: "threefactor.raster/1" }),
      /bp-seed1\.msgpack: durationMs: /,
    ],
  ])("%s", async (file, content, line) => {
    const run = new RunFolder(await changed(file, () => content));
    const error = await failure(file === "results.json" ? run.results() : run.rasters());
    expect(error.message).toMatch(line);
    expect(error.message).toContain(run.path);
  });
});
