import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type NetworkSpec, network } from "../../src/engine/network.ts";
import { Simulation, type SimulationOptions } from "../../src/engine/simulation.ts";
import { decodeRaster, encodeRaster } from "../../src/io/rasterFile.ts";
import type { Rng } from "../../src/math/rng.ts";

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

const modes: readonly [string, SimulationOptions][] = [
  ["exact", {}],
  ["grid", { mode: "grid", dt: 0.1 }],
];

test.each(modes)("the %s mode gives the committed raster", (name, options) => {
  const simulation = new Simulation(network(spec, { seed: 11 }), options);
  simulation.run(200);
  const raster = simulation.raster();
  const file = new URL(`golden/${name}.msgpack`, import.meta.url);
  if (process.env.GOLDEN === "write") writeFileSync(file, encodeRaster(raster));
  expect(raster.times.length).toBeGreaterThan(500);
  for (let p = 0; p < 4; p++) expect(raster.populationIndex.includes(p)).toBe(true);
  expect(raster).toEqual(decodeRaster(readFileSync(file), file.pathname));
});
