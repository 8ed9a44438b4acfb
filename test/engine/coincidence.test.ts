import { expect, test } from "vitest";
import { FeedForwardNetwork } from "../../src/engine/exact/feedForward.ts";
import { LifLayer } from "../../src/engine/exact/lifLayer.ts";
import { LayerKernel } from "../../src/engine/kernels/layerKernel.ts";
import { type NetworkSpec, network } from "../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../src/engine/network/neurons/index.ts";
import { lif } from "../../src/engine/network/neurons/lif.ts";
import { SpikeTrain } from "../../src/engine/record/spikeTrain.ts";
import { Simulation, type SimulationOptions } from "../../src/engine/simulation.ts";

/** Events that are meant to coincide at multiples of a step do, whichever sums their times are. */

const range = (n: number, from = 0) => Array.from({ length: n }, (_, k) => from + k);
const modes: readonly [string, SimulationOptions][] = [
  ["exact", {}],
  ["grid", { mode: "grid", dt: 0.1 }],
];
const PAIRS = 199;

/** Spikes of i at k steps reach c after d steps, when those of j at k + d steps make c fire. */
function strengthened(
  perMs: number,
  d: number,
  delay: unknown,
  options: SimulationOptions,
  start = 0,
): number {
  const simulation = new Simulation(
    network({
      populations: {
        i: { size: PAIRS, neuron: "input" },
        j: { size: PAIRS, neuron: "input" },
        c: { size: PAIRS, neuron: { tauMem: 20, vThreshold: 1, reset: "fixed" } },
      },
      projections: [
        {
          ...{ from: "i", to: "c", connect: { kind: "oneToOne" }, weights: 0.5, delay: delay as number },
          plasticity: { kind: "stdp-pair", aPlus: 0.01, aMinus: 0.01, wMin: 0, wMax: 1 },
        },
        { from: "j", to: "c", connect: { kind: "oneToOne" }, weights: 5, delay: 0 },
      ],
    }),
    options,
  );
  const steps = range(PAIRS, 1).map(k => k + start);
  simulation.stimulate(
    "i",
    steps.map(k => k / perMs),
    range(PAIRS),
  );
  simulation.stimulate(
    "j",
    steps.map(k => (k + d) / perMs),
    range(PAIRS),
  );
  simulation.runUntil((PAIRS + 1 + start + d) / perMs);
  return simulation.weights(0).filter(w => w > 0.5).length;
}

test.each(modes)("%s: all pairs that arrive when the neuron fires strengthen their synapse", (_, options) => {
  for (let d = 1; d <= 60; d++) expect([d, strengthened(10, d, d / 10, options)]).toEqual([d, PAIRS]);
});

test("so do those of a delay for each synapse, listed or drawn", () => {
  for (let d = 1; d <= 60; d += 3) {
    expect([d, strengthened(10, d, range(PAIRS).fill(d / 10), {})]).toEqual([d, PAIRS]);
    expect([d, strengthened(10, d, () => d / 10, {})]).toEqual([d, PAIRS]);
  }
});

test("and those of other clocks, and a quarter of an hour later", () => {
  for (const perMs of [3, 4, 7, 44.1, 100, 1000])
    for (const d of [1, 2, 5, 31]) expect(strengthened(perMs, d, d / perMs, {})).toBe(PAIRS);
  for (const d of [1, 3, 7, 22]) expect(strengthened(10, d, d / 10, {}, 1e7)).toBe(PAIRS);
});

const fires = (neuron: NeuronSpec): NetworkSpec => ({
  populations: { in: { size: 2, neuron: "input" }, c: { size: 1, neuron } },
  projections: [{ from: "in", to: "c", weights: [5, 0.25], delay: 0 }],
});

test.each([
  ["lif", { tauMem: 20, vThreshold: 1, reset: "fixed" }],
  ["if", { model: "if", vThreshold: 1, reset: "fixed" }],
  ["alif", { model: "alif", tauMem: 20, vThreshold: 1, beta: 0.1, reset: "fixed" }],
] as const)("%s: input at the end of the refractory time counts", (_, neuron) => {
  for (const [, options] of modes) {
    for (const r of [1, 3, 7, 11, 22]) {
      const potentials = range(50, 1).map(k => {
        const simulation = new Simulation(network(fires({ ...neuron, tauRef: r / 10 })), options);
        simulation.stimulate("in", [k / 10, (k + r) / 10], [0, 1]);
        simulation.runUntil((k + r) / 10);
        return simulation.potential("c", 0);
      });
      for (const v of potentials) expect(v).toBeCloseTo(0.25, 14);
    }
  }
});

test("what waits for that end fires then, after the inputs of the instant, in layers as in the queue", () => {
  for (const r of [1, 3, 7, 11, 22]) {
    for (let k = 1; k < 60; k++) {
      const neuron = lif({ tauMem: 20, vThreshold: 1, tauRef: r / 10 });
      const times = (inhibits: boolean) => {
        const train = new SpikeTrain();
        train.push(k / 10, 0);
        if (inhibits) train.push((k + r) / 10, 1);
        const given = Float32Array.from([...range(9).fill(2.8), ...range(9).fill(-2)]);
        const kernel = new LayerKernel(2, 9);
        kernel.weights.set(given);
        const layers = [
          new LifLayer(2, 9, given, neuron),
          new LifLayer(2, 9, kernel.weights, neuron, kernel),
        ];
        const swept = layers.map(layer => {
          layer.present(train, 1, new Float64Array(9), 20);
          return [...layer.spikes.times.subarray(0, layer.spikes.length)];
        });
        const simulation = new Simulation(
          network({
            populations: { in: { size: 2, neuron: "input" }, c: { size: 9, neuron } },
            projections: [{ from: "in", to: "c", weights: given, delay: 0 }],
          }),
          { record: { spikes: ["c"] } },
        );
        simulation.stimulate(
          "in",
          train.times.subarray(0, train.length),
          train.neurons.subarray(0, train.length),
        );
        simulation.run(20);
        return [...swept, [...simulation.raster().times]];
      };
      const first = range(9).fill(k / 10);
      for (const layer of times(true)) expect(layer).toEqual(first);
      for (const layer of times(false)) expect(layer).toEqual([...first, ...range(9).fill((k + r) / 10)]);
    }
  }
});

test("crossings that lie on a step are on it, so that inhibition of that instant comes first", () => {
  for (const [, options] of modes) {
    for (const p of [1, 3, 7, 11]) {
      const spec = fires({ model: "if", vThreshold: p / 10, bias: 1 });
      const simulation = new Simulation(network(spec), { ...options, record: { spikes: ["c"] } });
      simulation.run(30);
      expect([...simulation.raster().times].slice(0, 20)).toEqual(range(20, 1).map(k => (k * p) / 10));
    }
  }
  for (let k = 3; k < 100; k++) {
    const simulation = new Simulation(
      network({
        populations: {
          in: { size: 1, neuron: "input" },
          c: { size: 1, neuron: { model: "if", vThreshold: k / 10, bias: 1 } },
        },
        projections: [{ from: "in", to: "c", weights: -1, delay: 0.3 }],
      }),
      { record: { spikes: ["c"] } },
    );
    simulation.stimulate("in", [(k - 3) / 10], [0]);
    simulation.runUntil(k / 10);
    expect(simulation.raster().times.length).toBe(0);
  }
});

/** A spike at k steps with a delay of d steps, seen at k + d steps. */
const path = (d: number): NetworkSpec => ({
  populations: { in: { size: 1, neuron: "input" }, c: { size: 1, neuron: { model: "li" } } },
  projections: [{ from: "in", to: "c", weights: 1, delay: d / 10 }],
});

test.each(modes)("%s: callbacks, probes and ends of runs see what arrives at their instant", (_, options) => {
  for (const d of [1, 3, 7, 15, 22]) {
    for (let k = 1; k < 60; k++) {
      const record = { neurons: [{ population: "c", neurons: [0], times: [(k + d) / 10] }] };
      const simulation = new Simulation(network(path(d)), { ...options, record });
      simulation.stimulate("in", [k / 10], [0]);
      let seen = 0;
      simulation.at((k + d) / 10, () => {
        seen = simulation.potential("c", 0);
      });
      simulation.runUntil((k + d) / 10);
      for (const v of [seen, simulation.potential("c", 0), simulation.raster().traces[0].values[0]])
        expect(v).toBeCloseTo(1, 14);
    }
  }
});

test.each(modes)(
  "%s: a run in pieces of a step ends on the step, where rewards and the rest may come",
  (_, options) => {
    const simulation = new Simulation(
      network({
        populations: { in: { size: 1, neuron: "input" }, c: { size: 1, neuron: { vThreshold: 1 } } },
        projections: [
          { from: "in", to: "c", weights: 0.5, delay: 0.1, plasticity: { kind: "stdp-reward", wMax: 1 } },
        ],
      }),
      options,
    );
    for (let k = 1; k <= 300; k++) {
      simulation.run(0.1);
      expect(simulation.time).toBe(k / 10);
      // Sums of steps lie on either side.
      for (const t of [k * 0.1, k / 10, (k + 3) / 10 - 0.3]) {
        simulation.reward(1, t);
        simulation.at(t, () => {});
        simulation.stimulate("in", [t], [0]);
      }
    }
    expect(simulation.raster().populationIndex.filter(p => p === 0).length).toBe(3 * 299);
  },
);

test("a reward is the same, known beforehand or given then, at a sum of times or at their step", () => {
  const rewarded = (k: number, known: boolean) => {
    const times = known ? [k / 10 + 0.3] : [];
    const simulation = new Simulation(
      network({
        populations: { in: { size: 1, neuron: "input" }, c: { size: 1, neuron: { vThreshold: 0.4 } } },
        projections: [
          {
            ...{ from: "in", to: "c", weights: 0.5, delay: 0.1 },
            plasticity: { kind: "stdp-reward", wMax: 1, rewards: { times, amount: 1 } },
          },
        ],
      }),
    );
    simulation.stimulate("in", [0.1, k / 10, (k + 3) / 10], [0, 0, 0]);
    if (!known) simulation.at((k + 3) / 10, () => simulation.reward(1));
    simulation.run(100);
    return simulation.weights(0)[0];
  };
  for (let k = 1; k < 100; k++) expect(rewarded(k, true)).toBe(rewarded(k, false));
});

test.each(modes)("%s: a stimulus ends before its stop, and a recording with it", (_, options) => {
  for (const d of [1, 3, 7, 11, 22]) {
    for (let n = 2; n < 40; n++) {
      const [interval, start] = [d / 10, 0.3];
      const stop = (3 + n * d) / 10;
      const record = { neurons: [{ population: "c", neurons: [0], interval, start, stop }] };
      const simulation = new Simulation(
        network({
          populations: { in: { size: 1, neuron: "input" }, c: { size: 1, neuron: { model: "li" } } },
          stimuli: [{ to: "in", kind: "regular", interval, start, stop }],
        }),
        { ...options, record },
      );
      simulation.runUntil(stop + 1);
      const { times, traces } = simulation.raster();
      expect([...times]).toEqual(range(n - 1, 1).map(k => (3 + k * d) / 10));
      expect([...traces[0].times]).toEqual(range(n + 1).map(k => (3 + k * d) / 10));
    }
  }
});

test("rates count the spike at the border of two bins in the later one, and the last bin of a run", () => {
  const simulation = new Simulation(network({ populations: { in: { size: 1, neuron: "input" } } }), {
    record: { rates: [{ population: "in", bin: 0.1 }] },
  });
  simulation.stimulate(
    "in",
    range(100).map(k => k * 0.1),
    range(100).fill(0),
  );
  simulation.runUntil(9.95);
  const [rate] = simulation.raster().traces;
  expect([...rate.times]).toEqual(range(99, 1).map(k => k / 10));
  expect(new Set(rate.values)).toEqual(new Set([10_000]));
});

test("a presentation ends on its step as well", () => {
  const net = new FeedForwardNetwork(
    ...([[1, 1], [new Float32Array(1)], [new Float32Array(1)]] as const),
    { tauMem: 20, vThreshold: 1, tauRef: 0 },
    7 * 0.7,
  );
  expect(net.durationMs).toBe(4.9);
});
