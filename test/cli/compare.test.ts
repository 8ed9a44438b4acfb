import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { onlyIn } from "../../src/math/bitSet.ts";
import type { Results, RunRecord, RunResult } from "../../src/training/results.ts";
import { idxImages, idxLabels, tinySet } from "../data/idxFiles.ts";
import { sized } from "../long.ts";
import {
  type Ended,
  expectSame,
  filesUnder,
  json,
  progressOf,
  scratch,
  start,
  threefactor,
  untimed,
  waitUntilWithin,
} from "./process.ts";

const folder = scratch();
const small = ["--dataset", "digits", "--train-samples", "100", "--test-samples", "50", "--hidden", "8"];
const short = [...small, "--epochs", "2"];

describe("a run folder", () => {
  const out = folder("whole");
  let run: Ended;
  beforeAll(async () => {
    run = await threefactor("compare", ...short, "--out", out);
  });

  test("is announced by a table on stdout and progress on stderr", () => {
    expect(run.code).toBe(0);
    const lines = run.stdout.split("\n");
    expect(lines[0]).toMatch(/^rule +rate % +spike % +gap/);
    expect(lines.slice(1, 7).map(line => line.split(" ")[0])).toEqual([
      "bp",
      "dfa",
      "pepita",
      "pepita:sparse",
      "f3",
      "frozen",
    ]);
    expect(run.stdout).toContain(`Report: ${out}/report.html`);
    expect(run.stderr).toContain("[12/12] frozen spike seed 1: test");
  });

  test("holds the documented files, no checkpoint and nothing temporary", async () => {
    const [sorted, twins] = [
      ["bp", "dfa", "f3", "frozen", "pepita", "pepita-sparse"],
      ["rate", "spike"],
    ];
    expect(await filesUnder(out)).toEqual([
      ...sorted.flatMap(rule => twins.map(twin => join("networks", `${rule}-${twin}-seed1.msgpack`))).sort(),
      ...sorted.map(rule => join("rasters", `${rule}-seed1.msgpack`)).sort(),
      "report.html",
      "results.json",
      "run.json",
    ]);
    expect(await readFile(join(out, "report.html"), "utf8")).toMatch(/^<!doctype html>/i);
  });

  test("says in run.json what was asked, on what, and when", async () => {
    const record = await json<RunRecord>(out, "run.json");
    expect(record).toMatchObject({
      schema: "threefactor.run/1",
      command:
        "threefactor compare --dataset digits --train-samples 100 --test-samples 50 --hidden 8 --epochs 2",
      options: { dataset: "digits", hidden: [8], epochs: 2, trainSamples: 100, twins: ["rate", "spike"] },
      seeds: [1],
    });
    expect(Object.keys(record.versions)).toEqual(["threefactor", "node", "v8", "tensorflow"]);
    expect(["tfjs-node", "wasm", "cpu"]).toContain(record.backend);
    expect(record.library).toBe(record.backend);
    expect(Date.parse(record.endedAt!)).toBeGreaterThanOrEqual(Date.parse(record.startedAt));
  });

  test("gives every documented field of a run, and no field that makes no sense for it", async () => {
    const { schema, runs } = await json(out);
    expect(schema).toBe("threefactor.results/1");
    const both = [
      ...["rule", "twin", "dataset", "architecture", "seed", "epochs", "batch", "learningRate"],
      ...["testAccuracy", "testSamples", "validationAccuracy", "trainAccuracy", "trainSamples", "curve"],
      ...[
        "initialAlignmentDegrees",
        "alignmentDegrees",
        "confusion",
        "correct",
        "trainSamplesPerSecond",
        "wallSeconds",
      ],
    ];
    const spiking = [
      ...["encoder", "eligibility", "reading", "readout"],
      ...["inputSpikesPerSample", "hiddenSpikesPerSample", "outputSpikesPerSample"],
      ...["synapticEventsPerSample", "synapseUpdatesPerSample"],
    ];
    const feedback = ["initialFeedbackDegrees", "feedbackDegrees"];
    for (const run of runs) {
      const expected = [
        ...both,
        ...(run.twin === "spike" ? spiking : []),
        ...(["bp", "frozen"].includes(run.rule) ? [] : feedback),
      ];
      expect(Object.keys(run).sort(), `${run.rule} ${run.twin}`).toEqual(expected.sort());
      expect(run).toMatchObject({ dataset: "digits", architecture: "64-8-10", seed: 1, epochs: 2 });
      expect(run).toMatchObject({ testSamples: 50, trainSamples: 100 });
      expect(run.curve.map(point => point.epoch)).toEqual([1, 2]);
      expect(run.confusion.flat().reduce((sum, count) => sum + count)).toBe(50);
      expect(onlyIn(run.correct!, "0".repeat(14))).toEqual([Math.round(50 * run.testAccuracy), 0]);
      for (const share of [run.testAccuracy, run.validationAccuracy, run.trainAccuracy]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
    }
    const frozen = runs.find(run => run.rule === "frozen")!;
    expect(frozen.alignmentDegrees, "frozen changes no hidden layer").toEqual([]);
  });

  test("is the same for the same seed, and --json prints it alone on stdout", async () => {
    const again = folder("again");
    const { code, stdout } = await threefactor("compare", ...short, "--json", "--out", again);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(await json(again));
    await expectSame(again, out);
  });

  test("is not overwritten", async () => {
    const before = await untimed(out);
    const { code, stderr } = await threefactor("compare", ...short, "--out", out);
    expect([code, stderr]).toEqual([
      2,
      `threefactor: --out: ${out} holds a run already; expected another folder, or --resume\n`,
    ]);
    expect(await untimed(out)).toBe(before);
  });

  test("prints its table again when it is resumed after its end, and trains nothing", async () => {
    const record = await json<RunRecord>(out, "run.json");
    const { code, stdout, stderr } = await threefactor("compare", "--resume", "--out", out);
    expect([code, stdout]).toEqual([0, run.stdout]);
    expect(stderr).not.toContain("[");
    expect(await json<RunRecord>(out, "run.json")).toEqual(record);
    await expectSame(folder("again"), out);
  });

  test("can be given another report by threefactor report", async () => {
    const page = folder("page.html");
    const { code, stdout } = await threefactor("report", out, "--json", "--out", page);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(await json(out));
    expect(await readFile(page, "utf8")).toBe(await readFile(join(out, "report.html"), "utf8"));
  });
});

test("what was made of the labels stands on the first lines, in run.json and in results.json", async () => {
  const [out, set] = [folder("letters"), folder("letters set")];
  await mkdir(set);
  const labels = (count: number) => idxLabels(Array.from({ length: count }, (_, k) => [1, 2, 3, 26][k % 4]));
  const files = {
    ...tinySet(),
    "train-labels-idx1-ubyte": labels(24),
    "t10k-images-idx3-ubyte": idxImages(2000, 2, 3),
    "t10k-labels-idx1-ubyte": labels(2000),
  };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(set, name), bytes);
  const asked = ["--dataset", set, "--rules", "chance", "--twins", "rate", "--epochs", "1", "--hidden", "4"];
  const { code, stdout, stderr } = await threefactor("compare", ...asked, "--json", "--out", out);
  expect(code).toBe(0);
  const note = "labels are 1, 2, 3, 26: 4 classes in this order, and no others between";
  expect(stderr.split("\n")[1]).toBe(`note: ${note}`);
  const { notes, runs }: Results = JSON.parse(stdout);
  expect(notes).toEqual([note]);
  expect((await json<RunRecord>(out, "run.json")).notes).toEqual([note]);
  expect(runs[0]).toMatchObject({ architecture: "6-4-4", classNames: ["1", "2", "3", "26"] });
  // One in four, not one in 27: four standard deviations of 2,000 guesses on either side.
  expect(Math.abs(runs[0].testAccuracy - 1 / 4)).toBeLessThan(4 * Math.sqrt(((1 / 4) * (3 / 4)) / 2000));
});

test("one seed after the other, each with all its rules and twins; with all samples there is no validation", async () => {
  const out = folder("seeds");
  const all = ["--train-samples", "1297", "--test-samples", "20", "--hidden", "4", "--epochs", "1"];
  const asked = ["--rules", "frozen,bp", "--twins", "rate", "--seeds", "1,2"];
  const { code } = await threefactor("compare", ...all, ...asked, "--out", out);
  expect(code).toBe(0);
  const { runs }: Results = await json(out);
  expect(runs.map(run => [run.seed, run.rule, run.twin])).toEqual([
    [1, "frozen", "rate"],
    [1, "bp", "rate"],
    [2, "frozen", "rate"],
    [2, "bp", "rate"],
  ]);
  expect(runs[0].confusion).not.toEqual(runs[2].confusion);
  expect(runs.some(run => "validationAccuracy" in run || "validationAccuracy" in run.curve[0])).toBe(false);
});

describe("a run that was stopped", () => {
  // Two rules with a memory: F3 keeps errors, the weight mirror its feedback weights.
  const long = [...small, "--train-samples", "300", "--max-spikes", "4", "--v-threshold", "0.25"];
  const job = [...long, "--rules", "f3,wm", "--epochs", "30"];
  const whole = folder("uninterrupted");
  beforeAll(async () => {
    expect((await threefactor("compare", ...job, "--out", whole)).code).toBe(0);
  });

  test("ends with the numbers of an uninterrupted one, wherever it was killed", async () => {
    const out = folder("killed");
    let args = job;
    const killed = [0, 1, 2, 3].slice(sized(2, 0));
    for (const done of killed) {
      const running = start("compare", ...args, "--out", out);
      await waitUntilWithin(out, done, running);
      running.child.kill("SIGKILL");
      expect((await running.ended).signal).toBe("SIGKILL");
      const reached = await progressOf(out);
      expect(reached.done).toBe(done);
      expect(reached.epochs).toBeGreaterThan(0);
      expect(reached.epochs).toBeLessThan(30);
      expect((await json<RunRecord>(out, "run.json")).endedAt).toBeUndefined();
      args = ["--resume"];
    }
    // What a write that was killed half-way leaves.
    await writeFile(join(out, ".threefactor-4194305__0.0_elsewhere.tmp"), "half");
    expect((await threefactor("compare", "--resume", "--out", out)).code).toBe(0);
    await expectSame(out, whole);
    expect(await filesUnder(out)).toEqual(await filesUnder(whole));
  });

  test("exits with 130 on an interrupt and one line that names the command to go on with", async () => {
    const out = folder("interrupted run");
    const running = start("compare", ...job, "--out", out);
    await waitUntilWithin(out, 0, running);
    running.child.kill("SIGINT");
    const { code, signal, stdout, stderr } = await running.ended;
    expect([code, signal, stdout]).toEqual([130, null, ""]);
    const lines = stderr.trimEnd().split("\n").slice(1);
    expect(lines).toEqual([
      expect.stringMatching(
        /^threefactor: interrupted in epoch \d+; go on from its last finished epoch with: /,
      ),
    ]);
    expect((await progressOf(out)).epochs).toBeGreaterThan(0);

    const command = lines[0].split(" with: ")[1];
    expect(command).toBe(`threefactor compare --resume --out "${out}"`);
    expect((await threefactor("compare", "--resume", "--out", out)).code).toBe(0);
    await expectSame(out, whole);
  });
});

test("an interrupt is heard between runs that are too short to look up", async () => {
  const out = folder("short runs");
  const many = [...small, "--epochs", "1", "--rules", "frozen", "--twins", "rate"];
  const seeds = Array.from({ length: 400 }, (_, k) => k).join();
  const running = start("compare", ...many, "--seeds", seeds, "--out", out);
  while ((await progressOf(out)).done < 3) await new Promise(resolve => setTimeout(resolve, 10));
  running.child.kill("SIGINT");
  expect((await running.ended).code).toBe(130);
  const { done } = await progressOf(out);
  expect(done).toBeLessThan(400);
  expect((await json(out)).runs).toHaveLength(done);
});

test("another backend can be asked for, and a resumed run stays on its own", async () => {
  const out = folder("on cpu");
  const job = [...short, "--rules", "frozen", "--twins", "rate", "--backend", "cpu"];
  expect((await threefactor("compare", ...job, "--out", out)).code).toBe(0);
  expect((await json<RunRecord>(out, "run.json")).backend).toBe("cpu");
  const before: RunResult = (await json(out)).runs[0];
  const { code, stderr } = await threefactor("compare", "--resume", "--out", out);
  expect([code, stderr]).toEqual([0, expect.stringContaining("tensors on cpu")]);
  expect((await json(out)).runs).toEqual([before]);
});
