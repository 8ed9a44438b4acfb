import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { modesOf } from "../../src/engine/exact/modes/modeRows.ts";
import { type NetworkSpec, network } from "../../src/engine/network/network.ts";
import { Simulation, type SimulationOptions } from "../../src/engine/simulation.ts";
import { decodeRaster, encodeRaster } from "../../src/io/raster/native.ts";
import type { Rng } from "../../src/math/rng.ts";
import { plainly } from "../plain/plainly.ts";

/**
 * Spikes that must stay the same bits, whatever is made faster. Where a change of them is meant, write them anew with
 * `GOLDEN=write npx vitest run test/engine/golden.test.ts`, and say why in the commit.
 */
const spec: NetworkSpec = {
  populations: {
    in: { size: 30, neuron: "input" },
    E: {
      size: 80,
      neuron: {
        model: "lif-exp",
        tauMem: 20,
        tauExc: 5,
        tauInh: 10,
        vThreshold: 10,
        weightAs: "drive",
        tauRef: 2,
        reset: "fixed",
      },
      initial: { v: (rng: Rng) => rng.uniformIn(0, 10) },
    },
    I: { size: 20, neuron: { tauMem: 10, vThreshold: 12, tauRef: 1, bias: 0.9 } },
    A: { size: 10, neuron: { model: "alif", tauMem: 20, vThreshold: 8, tauAdapt: 50, beta: 1 } },
  },
  projections: [
    {
      ...{
        from: "in",
        to: "E",
        connect: { kind: "probability", p: 0.4 },
        delay: (rng: Rng) => rng.uniformIn(0.2, 3),
      },
      weights: (rng: Rng) => rng.uniformIn(0, 6),
    },
    {
      ...{ from: "E", to: "E", connect: { kind: "inDegree", n: 10 }, weights: 1.5, delay: 1.5 },
      plasticity: { kind: "stdp-pair", aPlus: 0.01, aMinus: 0.0105, wMax: 4 },
    },
    { from: "E", to: "I", connect: { kind: "outDegree", n: 5 }, weights: 2, delay: 0.8 },
    { from: "I", to: "E", weights: (rng: Rng) => -rng.uniformIn(0, 4), delay: 1 },
    { from: "E", to: "A", weights: 0.7, delay: 2 },
  ],
  stimuli: [
    { to: "in", kind: "poisson", rate: 60 },
    { to: "E", kind: "poisson", rate: 1500, weight: 1.2 },
    { to: "A", kind: "regular", interval: 3, weight: 1.5 },
  ],
};

/** Whole rows of static synapses reach all neurons, so that the exact mode keeps their state by modes. */
const rows: NetworkSpec = {
  populations: {
    in: { size: 40, neuron: "input" },
    E: {
      size: 120,
      neuron: {
        ...{ model: "lif-exp", tauMem: 20, tauExc: 5, tauInh: 10, tauRef: 2, reset: "fixed" },
        ...{ vRest: -60, vReset: -60, vThreshold: -50, weightAs: "peak", bias: 0.2 },
      },
      initial: { v: (rng: Rng) => rng.uniformIn(-60, -50) },
    },
    I: {
      size: 30,
      neuron: {
        ...{ model: "lif-exp", tauMem: 10, tauExc: 3, tauInh: 6, tauRef: 1, reset: "fixed" },
        ...{ vThreshold: 8, weightAs: "drive" },
      },
    },
    // Its excitation decays the slowest, and its neurons fire alone.
    B: {
      size: 20,
      neuron: {
        ...{ model: "lif-exp", tauMem: 8, tauExc: 12, tauInh: 4, tauRef: 3, reset: "fixed" },
        ...{ vThreshold: 5, bias: 0.7 },
      },
    },
  },
  projections: [
    {
      ...{ from: "in", to: "E", connect: { kind: "probability", p: 0.3 }, delay: 0 },
      weights: (rng: Rng) => rng.uniformIn(0, 3),
    },
    { from: "E", to: "E", connect: { kind: "inDegree", n: 12 }, weights: 0.9, delay: 1.5 },
    { from: "E", to: "I", connect: { kind: "inDegree", n: 20 }, weights: 30, delay: 0.8 },
    {
      ...{ from: "I", to: "E", connect: { kind: "probability", p: 0.5 }, delay: 1 },
      weights: (rng: Rng) => -rng.uniformIn(0, 2),
    },
    { from: "I", to: "B", connect: { kind: "outDegree", n: 6 }, weights: -0.03, delay: 0.3 },
    { from: "E", to: "B", connect: { kind: "probability", p: 0.1 }, weights: 0.05, delay: 2 },
  ],
  stimuli: [
    { to: "in", kind: "poisson", rate: 80 },
    { to: "E", kind: "poisson", rate: 600, weight: 0.6 },
    { to: "B", kind: "current", neurons: [3, 4], current: 0.2, start: 50, stop: 120 },
  ],
};

const cases: readonly [string, NetworkSpec, SimulationOptions][] = [
  // Whoever hears of spikes has them one by one, from the queue.
  ["exact", spec, { onSpike: () => {} }],
  ["windows", spec, {}],
  ["grid", spec, { mode: "grid", dt: 0.1 }],
  ["modes", rows, {}],
];
const directly = (run: () => void) => run();
const ways: readonly [string, (run: () => void) => void][] = [
  ["kernels", directly],
  ["plain loops", plainly],
];
// Nothing in the first has a kernel.
const runs = cases.flatMap(([name, ...more]) =>
  ways.slice(0, name === "exact" ? 1 : 2).map(([way, by]) => [name, way, by, ...more] as const),
);

test("whole rows are delivered to modes", () => {
  expect(modesOf(network(rows)).groups.map(Boolean)).toEqual([false, true, true, true]);
});

test.each(runs)("%s: the committed raster, by %s", (name, _, by, spec, options) => {
  let simulation!: Simulation;
  by(() => {
    simulation = new Simulation(network(spec, { seed: 11 }), options);
    simulation.run(200);
  });
  const raster = simulation.raster();
  const file = new URL(`golden/${name}.msgpack`, import.meta.url);
  if (process.env.GOLDEN === "write") writeFileSync(file, encodeRaster(raster));
  expect(raster.times.length).toBeGreaterThan(500);
  for (let p = 0; p < 4; p++) expect(raster.populationIndex.includes(p)).toBe(true);
  expect(raster).toEqual(decodeRaster(readFileSync(file), file.pathname));
});
