import { mkdtempSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { recordingModel, twinModel } from "../../models/index.ts";
import { compareOptions, plans } from "../../src/cli/compareOptions.ts";
import { defineDataset, loadDataset } from "../../src/data/index.ts";
import type { RunRecord } from "../../src/training/results.ts";
import { timesDiffer, writeNmnist } from "../data/events/nmnistFiles.ts";
import { type Ended, expectSame, json, scratch, start, threefactor, waitUntilWithin } from "./process.ts";

const at = scratch();
const dataDir = mkdtempSync(join(tmpdir(), "recordings-"));
beforeAll(() => writeNmnist(dataDir, { train: 8, test: 2 }, timesDiffer));

const compare = ["compare", "--dataset", "nmnist", "--data-dir", dataDir, "--hidden", "16"];
const small = [...compare, "--rules", "dfa", "--v-threshold", "0.05", "--epochs", "4"];
const firstLine = ({ stderr }: Ended) => stderr.split("\n")[0];

describe("a comparison on recordings", () => {
  let run: Ended;
  beforeAll(async () => {
    run = await threefactor(...small, "--out", at("whole"));
  });

  test("shows the spiking form the recordings, and says so first and in run.json", async () => {
    expect(run.code, run.stderr).toBe(0);
    expect(firstLine(run)).toMatch(
      /^nmnist 2312-16-10: DFA; rates: counts per input; spikes: recordings with their times, 320 ms; spiking twins in single precision; tensors on /,
    );
    const { saw, options } = await json<RunRecord>(at("whole"), "run.json");
    expect(saw).toEqual({ rate: "counts per input", spike: "recordings with their times, 320 ms" });
    expect(options).toMatchObject({
      precision: "single",
      encoder: "recording",
      maxSpikes: recordingModel("nmnist")!.maxSpikes,
    });
    expect(await readFile(join(at("whole"), "report.html"), "utf8")).toContain(
      "rates: counts per input; spikes: recordings with their times, 320 ms",
    );
    const { runs } = await json(at("whole"));
    // Ten pixels with five events each; counts tell nothing.
    expect(runs.map(({ inputSpikesPerSample }) => inputSpikesPerSample)).toEqual([undefined, 50]);
    expect(runs[0].testAccuracy).toBe(0.1);
  });

  test("gives the same numbers by two workers, and after it was killed", async () => {
    const out = at("killed");
    const running = start(...small, "--workers", "2", "--out", out);
    await waitUntilWithin(out, 1, running);
    running.child.kill("SIGKILL");
    await running.ended;
    const again = await threefactor("compare", "--resume", "--out", out, "--data-dir", dataDir);
    expect(again.code, again.stderr).toBe(0);
    expect(firstLine(again)).toContain("spikes: recordings with their times, 320 ms");
    await expectSame(at("whole"), out);
  });
});

test("other encoders are given counts, as long as ever, and said to be", async () => {
  const counted = await threefactor(
    ...[...small, "--encoder", "rate", "--twins", "spike", "--epochs", "1"],
    ...["--learning-rate", "0.01", "--out", at("counts")],
  );
  expect(counted.code, counted.stderr).toBe(0);
  expect(firstLine(counted)).toContain(
    "; spikes: rate code, up to 4 spikes per input, of counts per input; spiking twins in single precision; tensors",
  );
  expect((await json<RunRecord>(at("counts"), "run.json")).saw).not.toHaveProperty("rate");
  const data = await loadDataset("nmnist", { dataDir });
  const [{ settings }] = plans(compareOptions({ dataset: "nmnist", encoder: "poisson" }), data);
  const { durationMs, tauMem, maxSpikes } = twinModel("nmnist");
  expect(settings).toMatchObject({ durationMs, tauMem, maxSpikes });
});

test.each([
  [
    [...compare, "--augment", "flip"],
    "--augment: expected none with --encoder recording, which shows recordings as they are, got flip",
  ],
  [
    ["compare", "--encoder", "recording"],
    "--encoder: expected current, rate, poisson or latency for digits, whose samples are no recordings of events, got recording",
  ],
])("what recordings cannot be is refused in one line: %s", async (args, line) => {
  const { code, stdout, stderr } = await threefactor(...args, "--out", at("none"));
  expect([code, stdout, stderr]).toEqual([2, "", `threefactor: ${line}\n`]);
});

test("the rate form alone may have augmented counts", () => {
  const rates = { dataset: "nmnist", twins: "rate", augment: "flip" };
  expect(compareOptions(rates)).toMatchObject({ augment: "flip" });
  expect(() => compareOptions({ ...rates, twins: "spike" })).toThrow(/^--augment: /);
  expect(compareOptions({ ...rates, twins: "spike", encoder: "rate" }).augment).toBe("flip");
});

test("a data set that is defined says whether its samples are recordings, which say how long they last", async () => {
  const part = { recordings: [0, 1].map(k => ({ times: [3, 80.25], inputs: [k, 1 - k] })), labels: [0, 1] };
  const set = {
    train: part,
    test: { ...part, recordings: [part.recordings[0], { times: [999], inputs: [0] }] },
  };
  defineDataset({ name: "defined-recordings", recordings: true, load: () => ({ ...set, shape: [1, 2] }) });
  const options = compareOptions({ dataset: "defined-recordings", rules: "dfa" });
  expect(options.encoder).toBe("recording");
  const [{ settings }] = plans(options, await loadDataset("defined-recordings"));
  // By the training part alone.
  expect(settings).toMatchObject({ durationMs: 81, tauMem: 40.5 });
  defineDataset({ name: "defined-counts", load: () => ({ ...set, shape: [1, 2] }) });
  expect(compareOptions({ dataset: "defined-counts" }).encoder).toBe("rate");
  const asked = compareOptions({ dataset: "defined-counts", encoder: "recording" });
  expect(plans(asked, await loadDataset("defined-counts"))[0].settings.durationMs).toBe(81);
});
