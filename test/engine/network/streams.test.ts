import * as fc from "fast-check";
import { expect, test } from "vitest";
import { describe } from "../../../src/description/describe.ts";
import { type NetworkSpec, network } from "../../../src/engine/network/network.ts";
import { named } from "../../../src/engine/network/streams.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";

const cell = { vRest: 0, vThreshold: 10, vReset: 2, reset: "fixed" } as const;

/**
 * A recurrent network full of draws, twins and coincidences: equal constant delays and regular stimuli bring inputs of
 * many projections to one instant, where the order in which they are added shows in the last bits.
 */
const spec: NetworkSpec = {
  populations: {
    E: {
      size: 40,
      neuron: { ...cell, reset: "subtract", bias: 0.55 },
      initial: { v: rng => rng.uniformIn(0, 10) },
    },
    I: { size: 10, neuron: { ...cell, model: "lif-exp", tauExc: 3, tauInh: 7, weightAs: "peak", bias: 0.4 } },
    O: { size: 5, neuron: { ...cell, model: "lif-alpha", tauExc: 2, tauInh: 5, weightAs: "peak" } },
    in: { size: 20, neuron: "input" },
  },
  projections: [
    {
      ...{ from: "E", to: "E", connect: { kind: "probability", p: 0.2 }, delay: 1 },
      weights: rng => rng.uniformIn(0, 0.4),
      plasticity: { kind: "stdp-pair", aPlus: 0.02, aMinus: 0.02, wMax: 2 },
      delayKind: "dendritic",
    },
    { from: "E", to: "E", connect: { kind: "probability", p: 0.3 }, weights: 0.4, gain: 1 / 3, delay: 1 },
    { from: "E", to: "E", connect: { kind: "probability", p: 0.3 }, weights: 0.3, gain: 0.7, delay: 1 },
    { from: "E", to: "E", connect: { kind: "outDegree", n: 3 }, weights: 0.1, delay: 1 },
    {
      ...{ from: "E", to: "I", connect: { kind: "inDegree", n: 10 }, weights: rng => rng.normal(0.9, 0.1) },
      delay: rng => rng.uniformIn(0.5, 2),
      plasticity: { kind: "short-term", use: 0.4, tauRec: 50 },
    },
    { from: "I", to: "E", connect: { kind: "inDegree", n: 3 }, weights: -0.9, delay: 1 },
    { name: "more", from: "I", to: "E", connect: { kind: "inDegree", n: 3 }, weights: -0.9, delay: 1 },
    { from: "E", to: "O", connect: { kind: "probability", p: 0.5 }, weights: 0.9 },
    { from: "in", to: "E", connect: { kind: "outDegree", n: 4 }, weights: 1.3, delay: 0.3 },
  ],
  stimuli: [
    { to: "in", kind: "poisson", rate: 30 },
    { to: "in", kind: "poisson", rate: 20, start: 20 },
    { to: "E", kind: "poisson", rate: 100, weight: 1.7 },
    { to: "E", kind: "poisson", rate: 100, weight: -0.7 },
    { to: "E", kind: "regular", interval: 7.3, weight: 0.1 },
    { to: "E", kind: "regular", interval: 7.3, weight: 0.7 },
    { to: "E", kind: "regular", interval: 7.3, weight: 1 / 3 },
    { name: "late", to: "I", kind: "poisson", rate: 300, weight: 0.6, start: 30 },
    { to: "I", kind: "poisson", rate: 300, weight: 0.6 },
    { to: "O", kind: "current", current: 0.4, start: 10 },
    { to: "O", kind: "current", times: [5, 50], currents: [0.1, 0.3] },
  ],
};

/** Spikes and last potentials, to the last bit. */
function outcome(given: NetworkSpec, seed: number): string[] {
  const simulation = new Simulation(network(given, { seed }));
  simulation.run(100);
  const potentials = Array.from({ length: 40 }, (_, i) => `${simulation.potential("E", i)} of ${i}`);
  return [...spikesOf(simulation), ...potentials];
}

function spikes(given: NetworkSpec, seed: number): string[] {
  const simulation = new Simulation(network(given, { seed }));
  simulation.run(100);
  return spikesOf(simulation);
}

function spikesOf(simulation: Simulation): string[] {
  const { times, populations, populationIndex, neurons } = simulation.raster();
  return Array.from(times, (t, k) => `${t} ${populations[populationIndex[k]].name} ${neurons[k]}`).sort();
}

const shuffled = <T>(list: readonly T[], rng: Rng): T[] =>
  Array.from(rng.permutation(list.length), k => list[k]);

test("the order of populations, projections and stimuli in a description changes no spike", () => {
  const expected = [1, 2].map(seed => outcome(spec, seed));
  expect(expected[0].length).toBeGreaterThan(200);
  expect(expected[1]).not.toEqual(expected[0]);
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(1, 2), (order, seed) => {
      const rng = new Rng(order, "order");
      const other = {
        populations: Object.fromEntries(shuffled(Object.entries(spec.populations), rng)),
        projections: shuffled(spec.projections!, rng),
        stimuli: shuffled(spec.stimuli!, rng),
      };
      expect(outcome(other, seed)).toEqual(expected[seed - 1]);
    }),
    { numRuns: 40 },
  );
});

test("no two things of a network share a stream, and a new one of other names leaves the others' alone", () => {
  const of = ({ projections, stimuli }: NetworkSpec) => [
    ...named(projections!, ({ from, to }) => ["projection", from, to]),
    ...named(stimuli!, ({ to, kind }) => ["stimulus", to, kind]),
  ];
  const streams = of(spec).map(({ stream }) => stream);
  expect(new Set(streams).size).toBe(streams.length);
  const more: NetworkSpec = {
    ...spec,
    projections: [{ name: "new", from: "E", to: "E", weights: 0, delay: 1 }, ...spec.projections!],
  };
  expect(
    of(more)
      .slice(1)
      .map(({ stream }) => stream),
  ).toEqual(streams);
});

test("two stimuli of one target that differ in a number keep their own spikes when they change places", () => {
  const only = (stimuli: NonNullable<NetworkSpec["stimuli"]>) => ({
    populations: { in: { size: 3, neuron: "input" } as const },
    stimuli,
  });
  const [slow, fast] = [10, 400].map(rate => ({ to: "in", kind: "poisson", rate }) as const);
  const both = spikes(only([slow, fast]), 3);
  expect(spikes(only([fast, slow]), 3)).toEqual(both);
  // Equal stimuli are independent: no spike comes twice.
  const twice = spikes(only([fast, fast]), 3);
  expect(new Set(twice).size).toBe(twice.length);
});

test("twins of a description are told apart by what is written in it", () => {
  const model = (order: readonly [number, number]) => {
    const projections = ["uniform(0, 1)", "uniform(1, 2)"].map(weights => ({
      ...{ from: "in", to: "n", weights, delay: 1 },
      connect: { kind: "probability", p: 0.5 },
    }));
    const net = network(
      describe({
        name: "twins",
        populations: { in: { size: 20, neuron: "input" }, n: { size: 20, neuron: { vThreshold: 1 } } },
        projections: order.map(k => projections[k]),
      }).spec,
    );
    const simulation = new Simulation(net);
    return order.map((_, place) => Array.from(simulation.weights(place)));
  };
  const [low, high] = model([0, 1]);
  expect(model([1, 0])).toEqual([high, low]);
  expect(low.every(w => w < 1) && high.every(w => w >= 1)).toBe(true);
  expect(low.length).not.toBe(high.length);
});
