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
