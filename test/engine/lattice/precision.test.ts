import { expect, test } from "vitest";
import { type NetworkSpec, network } from "../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../src/engine/network/neurons/index.ts";
import type { PlasticitySpec } from "../../../src/engine/network/plasticity/index.ts";
import { Simulation, type SimulationOptions } from "../../../src/engine/simulation.ts";
import type { Rng } from "../../../src/math/rng.ts";

const double: SimulationOptions = { mode: "grid", dt: 0.1, precision: "double" };
const fixed = { tauMem: 10, vThreshold: 15, reset: "fixed", tauRef: 2 } as const;

/** Inputs that no neuron decides: what the state is between them is known in closed form, to the exact mode. */
function below(neuron: NeuronSpec): NetworkSpec {
  return {
    populations: {
      in: { size: 5, neuron: "input" },
      n: {
        size: 3,
        neuron: { ...neuron, vThreshold: Infinity, bias: 0.3 } as NeuronSpec,
        initial: { v: 0.1 },
      },
    },
    projections: [{ from: "in", to: "n", weights: (r: Rng) => r.normal(0, 1), delay: 0.4 }],
    stimuli: [
      { to: "in", kind: "spikes", times: [1, 3, 3, 7, 12, 20, 20.1], neurons: [0, 1, 2, 3, 0, 4, 1] },
    ],
  };
}

test.each<[string, NeuronSpec]>([
  ["lif", fixed],
  ["lif-exp", { ...fixed, model: "lif-exp", tauExc: 3, tauInh: 8 }],
  ["lif-alpha", { ...fixed, model: "lif-alpha", tauExc: 3, tauInh: 8 }],
  ["alif", { ...fixed, model: "alif", beta: 1 }],
])("%s in double precision is the exact mode to 13 digits", (_, neuron) => {
  const built = () => network(below(neuron), { seed: 2 });
  const [exact, lattice, single] = [
    new Simulation(built()),
    new Simulation(built(), double),
    new Simulation(built(), { mode: "grid", dt: 0.1 }),
  ];
  for (const t of [0.5, 2, 8, 13, 25, 60]) {
    for (const simulation of [exact, lattice, single]) simulation.runUntil(t);
    for (let i = 0; i < 3; i++) {
      const v = exact.potential("n", i);
      expect(Math.abs(lattice.potential("n", i) - v)).toBeLessThan(1e-13 * (1 + Math.abs(v)));
    }
  }
  expect(Math.abs(single.potential("n", 0) - exact.potential("n", 0))).toBeGreaterThan(1e-9);
});

const learning = (plasticity?: PlasticitySpec): NetworkSpec => ({
  populations: {
    E: { size: 37, neuron: fixed, initial: { v: (r: Rng) => r.uniformIn(0, 15) } },
    I: { size: 11, neuron: { ...fixed, model: "lif-exp" } },
  },
  projections: [
    {
      ...{ name: "own", from: "E", to: "E", weights: 0.3, delay: 1.5 },
      connect: { kind: "probability", p: 0.2 },
      ...(plasticity && { plasticity, delayKind: "dendritic" }),
    },
    { from: "E", to: "I", weights: (r: Rng) => r.uniformIn(0, 0.4), delay: r => r.uniformIn(0.2, 4) },
    { from: "I", to: "E", weights: -0.4, delay: 1 },
  ],
  stimuli: [
    { to: "E", kind: "poisson", rate: 9000, weight: 0.3 },
    { to: "I", kind: "poisson", rate: 4000, weight: 0.3 },
  ],
});
const pairs: PlasticitySpec = { kind: "stdp-pair", aPlus: 0.01, aMinus: 0.012, wMax: 0.6 };

test.each([
  ["static", undefined],
  ["learning", pairs],
])("%s synapses: the spikes in double precision do not depend on the number of workers", (_, plasticity) => {
  const [one, ...others] = [1, 2, 3].map(workers => {
    const simulation = new Simulation(network(learning(plasticity), { seed: 5 }), { ...double, workers });
    simulation.run(200);
    simulation.close();
    return { raster: simulation.raster(), weights: simulation.weights("own") };
  });
  expect(one.raster.times.length).toBeGreaterThan(200);
  for (const other of others) expect(other).toEqual(one);
});

test("weights learn in double precision; the network's list has them rounded, and may be changed between runs", () => {
  const net = network(learning(pairs), { seed: 5 });
  const held = net.projections.find(({ name }) => name === "own")!.synapses.weights;
  const simulation = new Simulation(net, double);
  simulation.run(100);
  const weights = simulation.weights("own");
  expect(weights.some(w => w !== Math.fround(w))).toBe(true);
  expect(Float32Array.from(weights)).toEqual(held);

  held[3] = 0.5;
  simulation.run(0.1);
  const changed = simulation.weights("own");
  expect(changed[3]).toBeCloseTo(0.5, 1);
  expect(weights[3]).not.toBeCloseTo(0.5, 1);
  expect(changed.filter((w, s) => s !== 3 && Math.abs(w - weights[s]) > 0.05)).toEqual(new Float64Array(0));
});

test("a precision is one of two, of the grid mode", () => {
  const net = network(learning());
  expect(() => new Simulation(net, { mode: "grid", precision: "half" as "double" })).toThrow(
    "precision: expected one of single, double, got half",
  );
  expect(() => new Simulation(net, { precision: "double" })).toThrow(
    'precision: expected it with mode "grid", got "double"',
  );
});

test("neurons without an exact step are refused in double precision", () => {
  const net = network({ populations: { n: { size: 1, neuron: { model: "izhikevich" } } } });
  expect(() => new Simulation(net, double)).toThrow(
    'populations.n.neuron.model: expected neurons with an exact step for precision "double", which izhikevich has not',
  );
});
