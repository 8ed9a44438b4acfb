/** `compare --twins rate,spike,circuit` as a user meets it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeRaster } from "../../src/io/raster/native.ts";
import type { CircuitOutline, RunResult } from "../../src/training/results.ts";
import {
  type Ended,
  expectSame,
  filesUnder,
  json,
  scratch,
  start,
  threefactor,
  waitUntilWithin,
} from "./process.ts";

const folder = scratch();
const small = ["--dataset", "digits", "--train-samples", "40", "--test-samples", "20", "--hidden", "8"];
const job = [
  ...[...small, "--circuit-mode", "grid", "--circuit-duration", "40", "--epochs", "2"],
  ...["--rules", "dfa", "--twins", "rate,spike,circuit"],
];

describe("a run of three twins", () => {
  const out = folder("three");
  let run: Ended;
  let runs: readonly RunResult[];
  const twin = (name: string) => runs.find(r => r.twin === name)!;
  beforeAll(async () => {
    run = await threefactor("compare", ...job, "--out", out);
    ({ runs } = await json(out));
  });

  test("has a third column, and those of its spikes, its events, its own time and its speed", () => {
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("[3/3] dfa circuit seed 1: test")]);
    // Tables one below the other, each with the rules again.
    const tables = run.stdout.split("\n\n").map(text => text.split("\n").map(line => line.split(/ {2,}/)));
    const cells = new Map(
      tables.flatMap(([[first, ...heads], dfa]) =>
        first === "rule" ? heads.map((head, k) => [head, dfa[k + 1]] as const) : [],
      ),
    );
    const { spikesPerSample: fired, ...circuit } = twin("circuit");
    const shown = (number: number, digits: number) =>
      number.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const count = (number: number) => shown(number, number < 100 ? 1 : 0);
    expect(Object.fromEntries(cells)).toMatchObject({
      "rate %": shown(100 * twin("rate").testAccuracy, 0),
      "circuit %": shown(100 * circuit.testAccuracy, 0),
      "output spikes": count(fired!.output),
      "error spikes": count(fired!["error+"] + fired!["error-"]),
      "label spikes": count(fired!.label),
      "circuit events": count(circuit.synapticEventsPerSample!),
      "its s/sample": "0.040",
      "circuit/s": count(circuit.trainSamplesPerSecond),
    });
    expect(run.stdout).toContain(count(fired!.hidden));
  });

  test("has in results.json what each population fires, from the same start as the other forms", () => {
    const { spikesPerSample: fired, ...circuit } = twin("circuit");
    expect(Object.keys(fired!)).toEqual([
      ...["input", "bias", "attention", "hidden", "output", "label", "error+", "error-"],
    ]);
    // A label neuron fires every 2 ms, the bias every 5, and attention every ms of the last two thirds.
    expect(fired).toMatchObject({ label: 20, bias: 8, attention: 27 });
    expect(circuit.msPerSample).toBe(40);
    expect(circuit.synapticEventsPerSample).toBeGreaterThan(8 * fired!.input);
    for (const other of ["rate", "spike"])
      expect(twin(other).initialFeedbackDegrees).toEqual(circuit.initialFeedbackDegrees);
  });

  test("leaves a drawing of each circuit, and rasters with error and label neurons", async () => {
    expect((await filesUnder(out)).filter(file => file.startsWith("circuits"))).toEqual([
      join("circuits", "dfa.json"),
    ]);
    const dfa = await json<CircuitOutline>(out, join("circuits", "dfa.json"));
    const raster = decodeRaster(await readFile(join(out, "rasters", "dfa-circuit-seed1.msgpack")), "raster");
    expect(raster.populations).toEqual(dfa.populations.map(({ name, size }) => ({ name, size })));
    const fires = new Set([...raster.populationIndex].map(p => raster.populations[p].name));
    for (const name of ["hidden", "output", "label", "error-"]) expect([...fires]).toContain(name);
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toContain("<h3>The circuit of dfa</h3>");
    expect(page).toContain("error- (10 neurons): ");
  });

  test("ends with the same bits when it was stopped in a circuit and resumed, on any number of workers", async () => {
    const killed = folder("killed");
    const running = start("compare", ...job, "--workers", "2", "--no-report", "--out", killed);
    await waitUntilWithin(killed, 2, running);
    running.child.kill("SIGKILL");
    expect((await running.ended).signal).toBe("SIGKILL");
    expect((await threefactor("compare", "--resume", "--workers", "3", "--out", killed)).code).toBe(0);
    await expectSame(killed, out);
    expect(await filesUnder(killed)).toEqual(await filesUnder(out));
  });
});
