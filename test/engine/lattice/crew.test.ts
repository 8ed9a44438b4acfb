import { describe, expect, test } from "vitest";
import { shares } from "../../../src/engine/lattice/crew.ts";
import { type NetworkSpec, network } from "../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../src/engine/network/neurons/index.ts";
import { Simulation, type SimulationOptions } from "../../../src/engine/simulation.ts";
import type { Rng } from "../../../src/math/rng.ts";
import { plainly } from "../../plain/plainly.ts";

const neurons: Record<string, NeuronSpec> = {
  lif: { tauMem: 20, vThreshold: 15, reset: "fixed", tauRef: 2 },
  subtractive: { tauMem: 20, vThreshold: 15, tauRef: 1 },
  "lif-exp": { model: "lif-exp", tauMem: 20, tauExc: 5, tauInh: 10, vThreshold: 5, weightAs: "drive" },
  alif: { model: "alif", tauMem: 20, vThreshold: 8, tauAdapt: 50, beta: 0.5 },
  "lif-cond-exp": { model: "lif-cond-exp", gLeak: 4, eExc: 60, eInh: -15, vThreshold: 10, tauRef: 2 },
  "lif-cond-exp, euler": {
    ...{
      model: "lif-cond-exp",
      integrator: "euler",
      gLeak: 4,
      eExc: 60,
      eInh: -15,
      vThreshold: 10,
      tauRef: 2,
    },
  },
  izhikevich: { model: "izhikevich", bias: 3 },
  "izhikevich, euler": { model: "izhikevich", integrator: "euler", bias: 3 },
  adex: { model: "adex", gLeak: 4, eExc: 60, eInh: -15, vT: 8, vThreshold: 40, a: 1, b: 0.2, tauRef: 2 },
};

/** Everything that members share: sparse and dense rows, delays, Poisson input, synapses that learn in both ways. */
function everything(neuron: NeuronSpec): NetworkSpec {
  const weights = (rng: Rng) => rng.uniformIn(0, 1.2);
  return {
    populations: {
      E: { size: 203, neuron },
      I: { size: 50, neuron },
      none: { size: 3, neuron: { model: "parrot" } },
    },
    projections: [
      {
        ...{ from: "E", to: "E", connect: { kind: "probability", p: 0.1 }, weights, delay: 1.5 },
        plasticity: { kind: "stdp-pair", aPlus: 0.01, aMinus: 0.0105, wMax: 2 },
      },
      {
        ...{
          from: "E",
          to: "I",
          connect: { kind: "inDegree", n: 20 },
          delay: rng => rng.uniformIn(0.1, 3),
          weights,
        },
        plasticity: { kind: "short-term", use: 0.5, tauRec: 100 },
      },
      {
        from: "I",
        to: "E",
        connect: { kind: "outDegree", n: 40 },
        weights: -2,
        delay: rng => rng.uniformIn(0.5, 2),
      },
      { from: "I", to: "I", weights: rng => rng.normal(-0.5, 0.4), delay: 1 },
      { from: "I", to: "none", connect: { kind: "outDegree", n: 1 }, weights: 1 },
    ],
    stimuli: [
      { to: "E", kind: "poisson", rate: 5000, weight: 0.4 },
      { to: "I", kind: "poisson", rate: 5000, weight: 0.4 },
    ],
  };
}

function run(spec: NetworkSpec, options: SimulationOptions) {
  const simulation = new Simulation(network(spec, { seed: 8 }), { mode: "grid", ...options });
  simulation.run(13);
  simulation.run(37);
  const result = {
    raster: simulation.raster(),
    weights: simulation.weights("E->E"),
    potentials: Array.from({ length: 203 }, (_, i) => simulation.potential("E", i)),
    events: simulation.synapticEvents,
  };
  simulation.close();
  return result;
}

describe("a crew", () => {
  test.each(Object.keys(neurons))("gives the same bits for any number of members: %s", name => {
    const spec = everything(neurons[name]);
    const alone = run(spec, {});
    expect(alone.raster.times.length).toBeGreaterThan(50);
    for (const workers of ["lif", "adex"].includes(name) ? [2, 4] : [2])
      expect(run(spec, { workers })).toEqual(alone);
    // This thread's part by plain loops, the others' by kernels.
    expect(plainly(() => run(spec, { workers: 3 }))).toEqual(alone);
  });

  test("shares a population in whole blocks", () => {
    for (const [size, members] of [
      [1, 4],
      [8, 2],
      [203, 4],
      [12_500, 3],
    ] as const) {
      const parts = shares(size, members);
      expect(parts[0][0]).toBe(0);
      expect(parts.at(-1)![1]).toBe(8 * Math.ceil(size / 8));
      parts.forEach(([first, last], m) => {
        expect([first % 8, last % 8, first]).toEqual([0, 0, m === 0 ? 0 : parts[m - 1][1]]);
      });
    }
  });

  test("refuses a number of workers that cannot be", () => {
    const spec: NetworkSpec = { populations: { a: { size: 1, neuron: { vThreshold: 1 } } } };
    expect(() => new Simulation(network(spec), { mode: "grid", workers: 0 })).toThrow(
      "workers: expected 1 to 64, got 0",
    );
  });
});
