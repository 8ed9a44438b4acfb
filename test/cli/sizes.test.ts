import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scratch, threefactor } from "./process.ts";

const path = scratch();
const cell = { tauMem: 20, vThreshold: 1 };
const relay = { model: "parrot" };

/** Small files that ask for more than a machine has, or for what does not end. */
const cases: readonly [string, object, string[], RegExp][] = [
  [
    "synapses",
    {
      populations: { a: { size: 1e6, neuron: cell } },
      projections: [{ from: "a", to: "a", weights: 0.1, delay: 1 }],
    },
    [],
    /^threefactor: projections\[0\]\.connect: expected at most \d+ synapses, .*, got 1000000000000\n$/,
  ],
  [
    "delay",
    {
      populations: { a: { size: 2, neuron: "input" }, b: { size: 1, neuron: cell } },
      projections: [{ from: "a", to: "b", weights: 2, delay: 1e9 }],
    },
    ["--mode", "grid"],
    /^threefactor: projections\[0\]\.delay: expected at most 16777216 steps of dt = 0.1 ms on a lattice, got .*\n$/,
  ],
  [
    "loop",
    {
      populations: { i: { size: 1, neuron: "input" }, a: { size: 1, neuron: relay } },
      projections: [
        { from: "i", to: "a", weights: 1 },
        { from: "a", to: "a", weights: 1, delay: 1e-9 },
      ],
      stimuli: [{ kind: "poisson", to: "i", rate: 1000 }],
    },
    [],
    /^threefactor: a, neuron 0, t = [\d.]+ ms: expected at most 101000 spikes of the population in this run; .*\n$/,
  ],
];

test.each(cases)("%s beyond all bounds end in one line", async (name, model, flags, line) => {
  const file = path(`${name}.json`);
  writeFileSync(file, JSON.stringify({ name, ...model }));
  const { code, stdout, stderr } = await threefactor("simulate", file, ...flags);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(line);
  expect(stderr.length).toBeLessThan(500);
});
