/** A circuit that cannot be is refused with the field named, before anything runs. */
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { simulateCommand } from "../../src/cli/simulate.ts";
import { InputError } from "../../src/errors.ts";
import { failure } from "../data/idxFiles.ts";
import { scratch, threefactor } from "./process.ts";

const folder = scratch();

const modulators: Record<string, unknown> = { error: { tau: "20 ms" } };
const circuit = {
  name: "circuit",
  populations: {
    input: { size: 2, neuron: "input" },
    label: { size: 1, neuron: "input" },
    hidden: { size: 3, neuron: { tauMem: "20 ms", vThreshold: 1 }, modulators },
  },
  projections: [
    {
      ...{ from: "input", to: "hidden", weights: 0.5 },
      plasticity: { kind: "three-factor", eligibility: "online", modulator: "error", eta: -0.1 },
    },
    { from: "label", to: "hidden", target: "error", weights: 1, delay: "1 ms" },
  ] as Record<string, unknown>[],
  stimuli: [
    { to: "input", kind: "samples", encoder: "rate", interval: "5 ms" },
    { to: "label", kind: "labels", interval: "4 ms", during: "learn" },
  ],
  stream: {
    data: { samples: [[1, 0.5]], labels: [0] },
    duration: "40 ms",
    phases: { settle: { start: 0, stop: "20 ms" }, learn: { start: "20 ms", stop: "40 ms" } },
  },
};

type Circuit = typeof circuit;

const faults: [what: string, spoil: (circuit: Circuit) => void, line: string][] = [
  [
    "plasticity that reads a modulator which nobody projects to",
    ({ projections }) => projections.pop(),
    "projections[0].plasticity.modulator: expected a modulator of hidden that a projection targets, which are none; " +
      'got "error"',
  ],
  [
    "a modulator of an input population",
    ({ populations, projections }) => {
      Object.assign(populations.input, { modulators });
      projections.push({ from: "hidden", to: "input", target: "error", weights: 1 });
    },
    "populations.input.modulators: expected none, as an input population receives nothing",
  ],
  [
    "a projection onto one",
    ({ projections }) => projections.push({ from: "hidden", to: "input", target: "error", weights: 1 }),
    "projections[2].to: input is an input population and receives nothing",
  ],
  [
    "a modulator without time",
    ({ populations }) => {
      populations.hidden.modulators.error = { tau: "0 ms" };
    },
    "populations.hidden.modulators.error.tau: expected a time in ms above 0, got 0",
  ],
  [
    "phases that overlap",
    ({ stream }) => {
      stream.phases.learn.start = "19 ms";
    },
    "stream.phases.learn.start: expected 20 ms or later, where settle stops, as phases do not overlap, got 19",
  ],
];

function written(name: string, spoil: (circuit: Circuit) => void): string {
  const own = structuredClone(circuit);
  spoil(own);
  const file = folder(`${name}.json`);
  writeFileSync(file, JSON.stringify(own));
  return file;
}

test.each(faults)("%s", async (what, spoil, line) => {
  const file = written(what, spoil);
  const error = await failure(simulateCommand().parseAsync([file, "--duration", "40"], { from: "user" }));
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toBe(line);
});

test("as a process: exit code 2 and one line, where the circuit that has no fault runs", async () => {
  const [[, spoil, line]] = faults;
  const bad = written("bad", spoil);
  expect(await threefactor("simulate", bad, "--duration", "40", "--json")).toMatchObject({
    ...{ code: 2, stdout: "", stderr: `threefactor: ${line}\n` },
  });
  const good = await threefactor(
    "simulate",
    written("good", () => {}),
    "--duration",
    "40",
    "--json",
  );
  expect([good.code, JSON.parse(good.stdout).neurons]).toEqual([0, 3]);
});
