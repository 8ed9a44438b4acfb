import { expect, test } from "vitest";
import { type NetworkSpec, network } from "../../../src/engine/network/network.ts";
import { relax } from "../../../src/engine/network/neurons/lif.ts";
import { Simulation, type SimulationOptions } from "../../../src/engine/simulation.ts";

const spec: NetworkSpec = {
  populations: {
    in: { size: 20, neuron: "input" },
    n: { size: 5, neuron: { model: "lif-exp", vThreshold: 1, tauExc: 3, reset: "fixed" } },
  },
  projections: [
    {
      ...{ from: "in", to: "n", weights: new Float32Array(100).fill(0.05), delay: 1 },
      plasticity: { kind: "stdp-pair", aPlus: 0.01, aMinus: 0.01, wMax: 0.2 },
    },
  ],
  stimuli: [{ to: "in", kind: "poisson", rate: 50 }],
};

function run(record: SimulationOptions["record"], cuts: number[] = [], ms = 300) {
  const own = {
    ...spec,
    projections: [{ ...spec.projections![0], weights: new Float32Array(100).fill(0.05) }],
  };
  const simulation = new Simulation(network(own), record && { record });
  for (const t of cuts) simulation.runUntil(t);
  simulation.runUntil(ms);
  return simulation;
}

test("spikes of chosen populations are kept, and recording does not disturb a run", () => {
  const all = run(undefined).raster();
  const some = run({
    spikes: ["n"],
    neurons: [
      { population: "n", neurons: [0, 3], interval: 0.7 },
      { population: "n", neurons: [1], quantity: "current", times: [5, 5, 100.25] },
    ],
    weights: [{ projection: "in->n", interval: 50 }],
    rates: [{ population: "in", bin: 10 }],
  }).raster();
  const kept = [...all.times.keys()].filter(k => all.populationIndex[k] === 1);
  expect(kept.length).toBeGreaterThan(20);
  expect([...some.times]).toEqual(kept.map(k => all.times[k]));
  expect(run({ spikes: false }).raster().times.length).toBe(0);
});

test("probes read the exact values of their times, however a run is cut", () => {
  const record: SimulationOptions["record"] = {
    neurons: [
      { population: "n", neurons: [2], times: [0, 40, 77.7] },
      { population: "n", neurons: [2], quantity: "current", start: 40, stop: 60, interval: 20 },
    ],
    weights: [{ projection: 0, synapses: [7, 50], times: [100, 300] }],
  };
  const { traces } = run(record, [39, 40, 41, 77.7]).raster();
  expect(run(record).raster().traces).toEqual(traces);
  expect(traces.map(t => `${t.population} ${t.neuron} ${t.quantity}`)).toEqual([
    "n 2 v",
    "n 2 current",
    "n 2 weight in->n[7]",
    "n 0 weight in->n[50]",
  ]);
  const at = (t: number) => run(undefined, [], t);
  expect([...traces[0].values]).toEqual([0, 40, 77.7].map(t => at(t).potential("n", 2)));
  expect([...traces[1].times]).toEqual([40, 60]);
  expect([...traces[1].values]).toEqual([40, 60].map(t => at(t).synapticCurrent("n", 2)));
  expect([...traces[3].values]).toEqual([100, 300].map(t => at(t).weights(0)[50]));
});

test("population rates count spikes per neuron and second in whole bins", () => {
  const simulation = run({ rates: [{ population: "in", bin: 7 }] });
  const { traces, times, populationIndex } = simulation.raster();
  const { values, times: ends, quantity } = traces[0];
  expect([quantity, ends.length, ends[0], ends[41]]).toEqual(["rate", 42, 7, 294]);
  values.forEach((hz, b) => {
    const count = [...times.keys()].filter(
      k => populationIndex[k] === 0 && times[k] >= 7 * b && times[k] < 7 * (b + 1),
    ).length;
    expect(hz).toBeCloseTo(count / 20 / 0.007, 9);
  });
});

test("a constant current is seen in the potential at every sample", () => {
  const p = { tauMem: 20, vThreshold: 10, vRest: 0, reset: "fixed", vReset: 0, tauRef: 0 } as const;
  const net = network({
    populations: { n: { size: 1, neuron: p } },
    stimuli: [{ to: "n", kind: "current", current: 0.2, start: 5, stop: 15 }],
  });
  const simulation = new Simulation(net, {
    record: { neurons: [{ population: "n", neurons: [0], interval: 1 }] },
  });
  simulation.run(30);
  const { times, values } = simulation.raster().traces[0];
  times.forEach((t, k) => {
    const end = relax(p, 0, 0.2, Math.min(10, Math.max(0, t - 5)));
    expect(values[k]).toBeCloseTo(relax(p, end, 0, Math.max(0, t - 15)), 12);
  });
});

test.each<[SimulationOptions["record"], string]>([
  [{ spikes: ["m"] }, "record.spikes: expected one of in, n, got m"],
  [{ rates: [{ population: "n", bin: 0 }] }, "record.rates[0].bin: expected a time in ms above 0, got 0"],
  [
    { neurons: [{ population: "n", neurons: [5], interval: 1 }] },
    "record.neurons[0].neurons[0]: expected 0 to 4, got 5",
  ],
  [
    { neurons: [{ population: "x", neurons: [0], interval: 1 }] },
    "record.neurons[0].population: expected one of in, n, got x",
  ],
  [
    { neurons: [{ population: "n", neurons: [0] }] },
    "record.neurons[0].interval: expected a time in ms above 0",
  ],
  [
    { neurons: [{ population: "in", neurons: [0], interval: 1 }] },
    "in: an input population has no potential",
  ],
  [
    { weights: [{ projection: "x", interval: 1 }] },
    "record.weights[0].projection: expected 0 to 0, or in->n, got x",
  ],
])("recordings of what is not there are refused: %#", (record, message) => {
  expect(() => run(record)).toThrow(message);
});
