import * as fc from "fast-check";
import { expect, test } from "vitest";
import { denseOf, windowOf } from "../../../../src/engine/exact/windows/windowOf.ts";
import { type NetworkSpec, network, type ProjectionSpec } from "../../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../../src/engine/network/neurons/index.ts";
import { Simulation, type SimulationOptions } from "../../../../src/engine/simulation.ts";
import type { Rng } from "../../../../src/math/rng.ts";
import { sized } from "../../../long.ts";

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const jumping = fc
  .record({
    tauMem: between(2, 40),
    vRest: fc.constantFrom(0, -60),
    threshold: between(5, 15),
    reset: between(0, 5),
    tauRef: fc.constantFrom(0.3, 0.5, 2),
    /** In parts of the rheobase: above 1 the neuron fires alone. */
    bias: fc.constantFrom(0, 0, 0.9, 1.1),
  })
  .map(({ threshold, reset, bias, ...p }) => ({
    ...{ ...p, model: "lif" as const, reset: "fixed" as const },
    ...{ vThreshold: p.vRest + threshold, vReset: p.vRest - reset, bias: (bias * threshold) / p.tauMem },
  }));

const filtered = jumping.chain(p =>
  fc
    .record({ tauExc: between(0.5, 8), tauInh: between(0.5, 8) })
    .map(taus => ({ ...p, ...taus, model: "lif-exp" as const, weightAs: "peak" as const })),
);

/** Neurons that no kernel moves. */
const others = jumping.chain(({ model: _, ...p }) =>
  fc.constantFrom<NeuronSpec>(
    { ...p, model: "alif", tauAdapt: 40, beta: 1 },
    { ...p, model: "alif", reset: "subtract", tauRef: 0, tauAdapt: 40, beta: 1 },
    { ...p, model: "lif-alpha", tauExc: 1, tauInh: 3, weightAs: "peak" },
    { ...p, model: "lif", reset: "subtract" },
    { ...p, model: "lif", reset: "subtract", tauRef: 0 },
    { ...p, model: "lif", tauRef: 0 },
    { ...p, model: "lif-exp", tauExc: 2, tauInh: 5, reset: "subtract", weightAs: "peak" },
  ),
);

interface Kind {
  readonly drawnWeights: boolean;
  readonly drawnDelays: boolean;
  readonly learns: "no" | "all" | "nearest";
  readonly poisson: boolean;
  readonly seed: number;
}

const kinds = fc.record<Kind>({
  drawnWeights: fc.boolean(),
  drawnDelays: fc.boolean(),
  learns: fc.constantFrom("no" as const, "all" as const, "nearest" as const),
  poisson: fc.boolean(),
  seed: fc.integer({ min: 0, max: 99 }),
});

/** Inputs, two populations that excite and inhibit each other, and input from outside. */
function recurrent(
  neuron: NeuronSpec,
  { drawnWeights, drawnDelays, learns, poisson, seed }: Kind,
): NetworkSpec {
  const vRest = (neuron as { vRest: number }).vRest;
  const weight = (mean: number) => (drawnWeights ? (rng: Rng) => mean * rng.uniformIn(0.2, 1.8) : mean);
  const projection = (from: string, to: string, mean: number, delay: number): ProjectionSpec => ({
    ...{ from, to, weights: weight(mean), connect: { kind: "inDegree", n: 12 } },
    delay: drawnDelays && delay > 0 ? (rng: Rng) => delay * rng.uniformIn(0.5, 1.5) : delay,
  });
  const stdp = { kind: "stdp-pair", aPlus: 0.02, aMinus: 0.021, wMax: 4, pairing: learns } as const;
  return {
    populations: {
      in: { size: 12, neuron: "input" },
      E: { size: 31, neuron, initial: { v: (rng: Rng) => vRest + rng.uniformIn(-1, 1) } },
      I: { size: 10, neuron },
    },
    projections: [
      ...[projection("in", "E", 1.5, 0), projection("in", "I", 1.5, 0.5), projection("E", "I", 0.7, 0.5)],
      {
        ...projection("E", "E", 0.8, 1.25),
        ...(learns !== "no" && { plasticity: { ...stdp, pairing: learns }, delay: 1.25 }),
      },
      ...[projection("I", "E", -1.5, 1), projection("I", "I", -1, 0.75)],
    ],
    stimuli: [
      { to: "in", kind: "poisson", rate: 60 + (seed % 7) * 20 },
      ...(poisson ? [{ to: "E", kind: "poisson", rate: 900, weight: 0.8, start: 5, stop: 90 } as const] : []),
      { to: "I", kind: "regular", interval: 7, weight: 3 },
      { to: "E", kind: "current", neurons: [3, 4], current: 0.4, start: 20.3, stop: 60 },
    ],
  };
}

function run(spec: NetworkSpec, options: SimulationOptions, cuts: readonly number[], learns = false) {
  const simulation = new Simulation(network(spec, { seed: 3 }), options);
  for (const cut of cuts) simulation.runUntil(cut);
  const { times, neurons, populationIndex } = simulation.raster();
  const potentials = Array.from({ length: 31 }, (_, i) => simulation.potential("E", i));
  const weights = learns ? simulation.weights("E->E") : null;
  return { times, neurons, populationIndex, potentials, weights, events: simulation.synapticEvents };
}

/** How many populations are moved by windows as they get much Poisson input. */
function denseIn(spec: NetworkSpec): number {
  const net = network(spec);
  const stimuli = net.stimuli.map(make => make());
  return denseOf(net, stimuli, windowOf(net)).size;
}

/** Whoever hears of spikes has them one by one, in `EventLoop`. */
const oneByOne = { onSpike: () => {} };

test.each([
  ["potentials that jump", jumping],
  ["currents", filtered],
] as const)(
  "%s: the spikes of the queue, to 1e-9 ms, and the same bits however a run is cut",
  (_, neurons) => {
    let spikes = 0;
    let [windows, networks, dense] = [0, 0, 0];
    fc.assert(
      fc.property(neurons, kinds, (neuron, kind) => {
        const spec = recurrent(neuron, kind);
        // Time constants that are nearly alike have no modes, and such neurons stay in the queue.
        networks++;
        if (windowOf(network(spec)) > 0) windows++;
        dense += denseIn(spec);
        const learns = kind.learns !== "no";
        const own = run(spec, {}, [60], learns);
        const other = run(spec, oneByOne, [60], learns);
        expect(own.times.length).toBe(other.times.length);
        own.times.forEach((t, k) => {
          expect(Math.abs(t - other.times[k])).toBeLessThan(1e-9);
        });
        expect([own.neurons, own.populationIndex]).toEqual([other.neurons, other.populationIndex]);
        expect(own.events).toBe(other.events);
        own.potentials.forEach((v, i) => {
          expect(v).toBeCloseTo(other.potentials[i], 8);
        });
        own.weights?.forEach((w, s) => {
          expect(Math.abs(w - other.weights![s])).toBeLessThan(1e-6);
        });
        const cut = run(spec, {}, [0.01, 17, 17.3, 20.3, 44, 59.999, 60], learns);
        expect(cut).toEqual(own);
        spikes += own.times.length;
      }),
      { numRuns: sized(12, 30) },
    );
    expect(spikes).toBeGreaterThan(3000);
    expect(windows).toBeGreaterThan(0.8 * networks);
    if (neurons === filtered) expect(dense).toBeGreaterThan(0.1 * networks);
  },
);

test("other neurons: the bits of the queue, however a run is cut", () => {
  let [spikes, windows, networks] = [0, 0, 0];
  fc.assert(
    fc.property(others, kinds, (neuron, kind) => {
      const spec = recurrent(neuron, { ...kind, learns: "no" });
      networks++;
      if (windowOf(network(spec)) > 0) windows++;
      const own = run(spec, {}, [60]);
      expect(own).toEqual(run(spec, oneByOne, [60]));
      expect(run(spec, {}, [0.01, 17, 17.3, 20.3, 44, 59.999, 60])).toEqual(own);
      spikes += own.times.length;
    }),
    { numRuns: sized(14, 30) },
  );
  expect(spikes).toBeGreaterThan(2000);
  expect(windows).toBe(networks);
});

test("inputs of one instant count together, whatever their order", () => {
  // 4 and -3 arrive at once and leave it below threshold; 6 alone crosses it.
  const neuron = { tauMem: 20, vThreshold: 5, reset: "fixed", tauRef: 2 } as const;
  const spec: NetworkSpec = {
    populations: { in: { size: 3, neuron: "input" }, n: { size: 1, neuron } },
    projections: [
      {
        ...{ from: "in", to: "n", delay: 0.3 },
        weights: Float32Array.of(6, -3, 6),
        connect: { kind: "pairs", pre: [0, 1, 2], post: [0, 0, 0] },
      },
    ],
    stimuli: [{ to: "in", kind: "spikes", times: [0.6, 0.6, 40.1], neurons: [0, 1, 2] }],
  };
  const simulation = new Simulation(network(spec));
  simulation.run(60);
  const { times, populationIndex } = simulation.raster();
  const fired = Array.from(times).filter((_, k) => populationIndex[k] === 1);
  expect(fired).toHaveLength(1);
  expect(fired[0]).toBeCloseTo(40.4, 12);
});

test("weights of all synapses may become weights of each between runs", () => {
  const neuron = { tauMem: 20, vThreshold: 5, reset: "fixed", tauRef: 2 } as const;
  const spec: NetworkSpec = {
    populations: { in: { size: 1, neuron: "input" }, n: { size: 2, neuron } },
    projections: [{ from: "in", to: "n", delay: 0.5, weights: 1, connect: { kind: "probability", p: 1 } }],
    stimuli: [{ to: "in", kind: "spikes", times: [1, 21], neurons: [0, 0] }],
  };
  const net = network(spec);
  const simulation = new Simulation(net);
  simulation.run(10);
  expect(simulation.potential("n", 1)).toBeCloseTo(Math.exp(-8.5 / 20), 12);
  net.projections[0].synapses.weights[1] = 4;
  simulation.runUntil(21.5);
  expect(simulation.potential("n", 0)).toBeCloseTo(1 + Math.exp(-1), 10);
  expect(simulation.potential("n", 1)).toBeCloseTo(4 + Math.exp(-1), 10);
});

const current: NeuronSpec = {
  ...{ model: "lif-exp", tauMem: 10, tauExc: 0.5, tauInh: 2, vRest: -65, vThreshold: -50, vReset: -65 },
  ...{ reset: "fixed", tauRef: 2, weightAs: "peak" as const },
};

test("much input at once, of very many neurons", () => {
  const delay = (rng: Rng) => rng.uniformIn(0.2, 3);
  const spec: NetworkSpec = {
    populations: { E: { size: 401, neuron: current, initial: { v: (rng: Rng) => rng.uniformIn(-65, -50) } } },
    projections: [{ from: "E", to: "E", weights: 0.4, delay, connect: { kind: "inDegree", n: 200 } }],
    stimuli: [
      { to: "E", kind: "poisson", rate: 25_000, weight: 0.06 },
      { to: "E", kind: "poisson", rate: 5_000, weight: -0.1, start: 2 },
    ],
  };
  expect(denseIn(spec)).toBe(1);
  const own = run(spec, {}, [12]);
  const other = run(spec, oneByOne, [12]);
  expect(own.times.length).toBeGreaterThan(1000);
  expect(own.neurons).toEqual(other.neurons);
  expect(own.events).toBe(other.events);
  own.times.forEach((t, k) => {
    expect(Math.abs(t - other.times[k])).toBeLessThan(1e-9);
  });
  expect(run(spec, {}, [0.33, 4.44, 4.45, 7, 12])).toEqual(own);
});

test("what is on its way has the weights of its arrival", () => {
  const spec: NetworkSpec = {
    populations: { in: { size: 3, neuron: "input" }, n: { size: 5, neuron: current } },
    projections: [
      { from: "in", to: "n", delay: (rng: Rng) => rng.uniformIn(1, 20), weights: 1 },
      { from: "in", to: "n", delay: (rng: Rng) => rng.uniformIn(1, 20), weights: -0.5 },
    ],
    stimuli: [
      { to: "in", kind: "regular", interval: 3 },
      { to: "n", kind: "poisson", rate: 2000, weight: 0.1 },
    ],
  };
  expect(denseIn(spec)).toBe(1);
  const potentials = [{}, oneByOne].map(options => {
    const net = network(spec);
    const simulation = new Simulation(net, options);
    for (const [k, end] of [10.03, 16.6, 30].entries()) {
      simulation.runUntil(end);
      net.projections[0].synapses.weights.fill(2 - k, 3, 9);
    }
    return Array.from({ length: 5 }, (_, i) => simulation.potential("n", i));
  });
  potentials[0].forEach((v, i) => {
    expect(v).toBeCloseTo(potentials[1][i], 9);
  });
  expect(Math.max(...potentials[0])).toBeGreaterThan(-64);
});

test("a long rest costs no windows", () => {
  const neuron = { tauMem: 20, vThreshold: 5, reset: "fixed", tauRef: 2 } as const;
  const spec: NetworkSpec = {
    populations: { in: { size: 1, neuron: "input" }, n: { size: 2, neuron } },
    projections: [
      { from: "in", to: "n", delay: 0.01, weights: 6 },
      { from: "n", to: "n", delay: 0.01, weights: -1 },
    ],
    stimuli: [{ to: "in", kind: "spikes", times: [1, 1e6], neurons: [0, 0] }],
  };
  const simulation = new Simulation(network(spec));
  simulation.run(1e6 + 1);
  expect(simulation.raster().times.length).toBe(6);
});
