import { expect, test } from "vitest";
import { type NetworkSpec, network } from "../../../src/engine/network/network.ts";
import { Simulation, type SimulationOptions } from "../../../src/engine/simulation.ts";
import { plainly } from "../../plain/plainly.ts";

/** So many neurons that a target takes 4 bytes; a chain reaction that begins in 50 of them. */
const large: NetworkSpec = {
  populations: {
    in: { size: 50, neuron: "input" },
    many: { size: 70_000, neuron: { tauMem: 20, vThreshold: 1, tauRef: 2 } },
  },
  projections: [
    { from: "in", to: "many", connect: { kind: "outDegree", n: 20 }, weights: 1.5, delay: 1 },
    { from: "many", to: "many", connect: { kind: "outDegree", n: 3 }, weights: 1.2, delay: 0.7 },
  ],
};

test("populations that need wide targets give the same spikes in every way, and share their list of targets", () => {
  const net = network(large, { seed: 3 });
  const bytes = net.projections.reduce((sum, { synapses }) => sum + synapses.bytes, 0);
  const synapses = net.projections.reduce((sum, p) => sum + p.synapses.synapses, 0);
  const run = (options: SimulationOptions) => {
    const simulation = new Simulation(net, { mode: "grid", ...options });
    simulation.stimulate("in", new Float64Array(50).fill(1), [...Array(50).keys()]);
    simulation.run(6);
    simulation.close();
    return { raster: simulation.raster(), bytes: simulation.synapseBytes };
  };
  const first = run({});
  expect(first.raster.times.length).toBeGreaterThan(5000);
  // What the loops add is where rows begin, not the targets again.
  expect(first.bytes - bytes).toBeLessThan(2 * synapses);
  // Each now finds the targets in the memory of the one before.
  for (const options of [{}, { workers: 2 }, {}]) expect(run(options).raster).toEqual(first.raster);
  expect(plainly(() => run({})).raster).toEqual(first.raster);
  expect(net.projections.reduce((sum, { synapses }) => sum + synapses.bytes, 0)).toBe(bytes);
});

test("drawn weights and targets lie in the memory of a simulation alone, and others read and change them there", () => {
  const spec: NetworkSpec = {
    populations: {
      in: { size: 40, neuron: "input" },
      many: { size: 300, neuron: { model: "lif-exp", tauMem: 20, tauExc: 5, tauInh: 5, vThreshold: 2 } },
    },
    projections: [
      {
        ...{ from: "in", to: "many", connect: { kind: "inDegree", n: 20 } },
        weights: rng => rng.normal(1, 0.1),
        delay: rng => rng.uniformIn(0.5, 3),
      },
    ],
  };
  const run = (net: ReturnType<typeof network>, options: SimulationOptions = {}) => {
    const simulation = new Simulation(net, { mode: "grid", ...options });
    simulation.stimulate("in", new Float64Array(40).fill(1), [...Array(40).keys()]);
    simulation.run(20);
    return simulation;
  };
  const [net, other] = [network(spec, { seed: 2 }), network(spec, { seed: 2 })];
  const synapses = net.projections[0].synapses;
  const before = [
    synapses.heldWeights.slice(),
    Uint32Array.from(synapses.runs.targets),
    synapses.bytes,
  ] as const;
  const first = run(net);
  expect(first.raster().times.length).toBeGreaterThan(100);
  expect(synapses.heldWeights).toEqual(before[0]);
  expect(Uint32Array.from(synapses.runs.targets)).toEqual(before[1]);
  // Targets of 2 bytes instead of 4; what is more are the places of the delays.
  const places = 4 * (40 * new Set(synapses.delays!.map(d => Math.round(d * 10))).size + 1);
  expect(first.synapseBytes).toBe(before[2] - 2 * synapses.synapses + places);
  for (const options of [{}, { workers: 2 }, { precision: "double" }] as const) {
    const same = run(net, options);
    expect(same.raster()).toEqual(run(other, options).raster());
    same.close();
  }
  // Other weights, among them some of the other sign: as in a network that was made with them.
  for (const weights of [synapses.weights, other.projections[0].synapses.weights])
    for (let s = 0; s < weights.length; s++) weights[s] *= s % 5 ? 1.5 : -0.5;
  expect(run(net).raster()).toEqual(run(other).raster());
  first.run(first.time + 20);
  const anew = run(network(spec, { seed: 2 }));
  const list = anew.network.projections[0].synapses.weights;
  list.set(synapses.weights);
  anew.run(anew.time + 20);
  expect(first.raster()).toEqual(anew.raster());
});
