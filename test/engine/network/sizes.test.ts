/** What cannot fit is refused before anything of it is made, and what would not end is stopped. */
import { describe, expect, test } from "vitest";
import { type NetworkSpec, network, type ProjectionSpec } from "../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../src/engine/network/neurons/index.ts";
import { inMemory, Room } from "../../../src/engine/network/room.ts";
import type { StimulusSpec } from "../../../src/engine/network/stimuli/stimulus.ts";
import { Simulation, type SimulationOptions } from "../../../src/engine/simulation.ts";
import { InputError } from "../../../src/errors.ts";
import { plainly } from "../../plain/plainly.ts";

const cell: NeuronSpec = { tauMem: 20, vThreshold: 1 };
const grid: SimulationOptions = { mode: "grid", dt: 0.1 };
const modes: readonly [string, SimulationOptions][] = [
  ["exact", {}],
  ["grid", grid],
];

test.each<[number, Omit<ProjectionSpec, "from" | "to" | "weights">, string]>([
  [1e6, {}, "synapses"],
  [1e6, { connect: { kind: "all" } }, "synapses"],
  [1e6, { connect: { kind: "probability", p: 0.9 } }, "synapses"],
  [1e6, { connect: { kind: "probability", p: () => 0 } }, "pairs of neurons with a probability each"],
  [10, { connect: { kind: "inDegree", n: 1e12 } }, "synapses"],
  [10, { connect: { kind: "outDegree", n: 1e12 } }, "synapses"],
  [10, { connect: { kind: "total", n: 1e12 } }, "synapses"],
  [10, { connect: { kind: "total", n: 2 ** 32 } }, "synapses"],
  [
    9,
    {
      connect: { kind: "convolution", shape: [3, 3, 1], kernel: [1e6, 1e6], filters: 1, padding: 499_999 },
    },
    "weights",
  ],
])("%d neurons with more synapses than fit are refused: %j", (size, projection, what) => {
  for (const weights of [0.1, () => 0.1]) {
    const spec: NetworkSpec = {
      populations: { a: { size, neuron: cell } },
      projections: [{ from: "a", to: "a", delay: 1, weights, ...projection }],
    };
    expect(() => network(spec)).toThrow(InputError);
    expect(() => network(spec)).toThrow(
      new RegExp(`^projections\\[0\\]\\.connect.*: expected at most \\d+ ${what}.*, got \\d+`),
    );
  }
});

test("synapses of several projections are counted together", () => {
  const most = (room: Room) =>
    Number(/at most (\d+)/.exec(String(fault(() => room.take("n", 1e15, "x", 8))))![1]);
  const room = new Room();
  const before = most(room);
  room.take("n", 1000, "x", 8);
  expect(most(room)).toBe(before - 1000);
  expect(() => room.take("n", 2, "x", 8, 1)).toThrow("n: expected at most 1 x, got 2");
});

test("memory that runs out all the same is said in one line, and other faults stay what they are", () => {
  expect(() => inMemory("network", () => new Float64Array(2 ** 52))).toThrow(
    /^network: expected one that fits into memory \([\d.]+ GiB\), got one that does not: Invalid typed array length/,
  );
  const endless = (): number => 1 + endless();
  expect(() => inMemory("network", endless)).toThrow(RangeError);
});

function fault(make: () => void): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  return null;
}

test("a list that does not fit its populations is refused before delays are drawn", () => {
  expect(() =>
    network({
      populations: { a: { size: 1e6, neuron: cell } },
      projections: [{ from: "a", to: "a", weights: [1], delay: () => 1 }],
    }),
  ).toThrow("projections[0].weights: expected 1000000 x 1000000 = 1000000000000 numbers, got 1");
});

test.each(["input", cell] as const)("2^31 neurons are refused: %j", neuron => {
  expect(() => network({ populations: { a: { size: 2 ** 31, neuron } } })).toThrow(
    "populations.a.size: expected at most 2147483647, got 2147483648",
  );
});

test("the taps of a convolution cost what there is of them, however far its kernel reaches", () => {
  const { synapses } = network({
    populations: { a: { size: 3, neuron: "input" }, b: { size: 3, neuron: cell } },
    projections: [
      {
        ...{ from: "a", to: "b", weights: 1 },
        connect: {
          kind: "convolution",
          shape: [3, 1, 1],
          kernel: [2_000_001, 1],
          filters: 1,
          padding: "same",
        },
      },
    ],
  }).projections[0];
  expect(synapses.synapses).toBe(9);
});

const stimuli: readonly [StimulusSpec, string][] = [
  [
    { to: "in", kind: "poisson", rate: 1e12 },
    "stimuli[0].rate: expected at most 1000000000 Hz, got 1000000000000",
  ],
  [{ to: "in", kind: "poisson", rate: [1, 1e12] }, "stimuli[0].rate: expected at most 1000000000 Hz"],
  [
    { to: "in", kind: "poisson", rate: () => 1, bound: 1e12 },
    "stimuli[0].bound: expected at most 1000000000 Hz",
  ],
  [{ to: "n", kind: "poisson", rate: 1e12, weight: 1 }, "stimuli[0].rate: expected at most 1000000000 Hz"],
  [
    { to: "n", kind: "poisson", rate: 1e12, weight: [1, 1] },
    "stimuli[0].rate: expected at most 1000000000 Hz",
  ],
  [
    { to: "in", kind: "regular", interval: 1e-9 },
    "stimuli[0].interval: expected 0.000001 ms or more, got 1e-9",
  ],
];
test.each(stimuli)("a rate beyond all use is refused: %j", (stimulus, message) => {
  const populations = { in: { size: 2, neuron: "input" as const }, n: { size: 2, neuron: cell } };
  expect(() => network({ populations, stimuli: [stimulus] })).toThrow(message);
});

describe.each(modes)("in the mode %s", (_, options) => {
  const inputs = (stimulus: StimulusSpec, more: SimulationOptions = {}) =>
    new Simulation(network({ populations: { in: { size: 1000, neuron: "input" } }, stimuli: [stimulus] }), {
      ...options,
      ...more,
    });

  test("a run whose spikes, bins or samples do not fit into memory is refused before it begins", () => {
    const fast: StimulusSpec = { to: "in", kind: "poisson", rate: 1e8, delay: 1 };
    const refused = /^record\.spikes: expected at most \d+ spikes, for which there is memory .*, got 9\d+$/;
    expect(() => inputs(fast).run(1e5)).toThrow(refused);
    expect(() => inputs({ to: "in", kind: "regular", interval: 1e-5, start: 1e4 }).run(1e5)).toThrow(refused);
    // Not while the inputs are silent, nor where nobody keeps their spikes.
    expect(() => inputs({ ...fast, start: 10 }).run(10)).not.toThrow();
    const slow: StimulusSpec = { to: "in", kind: "poisson", rate: 1 };
    const rates = [{ population: "in", bin: 1e-9 }];
    expect(() => inputs(slow, { record: { rates } }).run(1e5)).toThrow(
      /^record\.rates\[0\]\.bin: expected at most \d+ bins in this time, .*, got \d+$/,
    );
    const simulation = new Simulation(network({ populations: { n: { size: 1, neuron: cell } } }), {
      ...options,
      record: { neurons: [{ population: "n", neurons: [0], interval: 1e-9 }] },
    });
    expect(() => simulation.run(1e6)).toThrow(
      /^record\.neurons\[0\]\.interval: expected at most \d+ samples in this time, .*, got 1\d+$/,
    );
  });

  test("parrots whose spikes double are stopped", () => {
    const own = { from: "a", to: "a", weights: 1, delay: 1 };
    for (const size of [1, 300]) {
      const net = network({
        populations: { a: { size, neuron: { model: "parrot" } } },
        projections: ["x", "y"].map(name => ({ ...own, name, connect: { kind: "oneToOne" } })),
        stimuli: [{ to: "a", kind: "spikes", times: [1], neurons: [0], weight: 1 }],
      });
      expect(() => new Simulation(net, options).run(1000)).toThrow(/^a, .*expected fewer/);
    }
  });
});

const ring = (delay: number, names: readonly string[], chain = false): NetworkSpec => ({
  populations: {
    in: { size: 1, neuron: "input" },
    ...Object.fromEntries(names.map(name => [name, { size: 1, neuron: { model: "parrot" } }])),
  },
  projections: [
    { from: "in", to: names[0], weights: 1 },
    ...names
      .map((from, k) => ({ from, to: names[(k + 1) % names.length], weights: 1, delay }))
      .slice(0, chain ? -1 : undefined),
  ],
  stimuli: [{ to: "in", kind: "poisson", rate: 1000 }],
});

test("a loop of tiny delays ends, in whatever population it goes round", () => {
  for (const names of [["a"], ["a", "b", "c"]]) {
    expect(() => new Simulation(network(ring(1e-9, names))).run(1000)).toThrow(
      /^[abc], neuron 0, t = [\d.]+ ms: expected at most 101000 spikes of the population in this run/,
    );
    expect(() => new Simulation(network(ring(1e-9, names)), grid)).toThrow(
      "delay: expected 0, or at least half of dt = 0.1 ms, got 1e-9",
    );
  }
  const self: NetworkSpec = {
    populations: { n: { size: 1, neuron: cell } },
    projections: [{ from: "n", to: "n", weights: 1.5, delay: 1e-9 }],
    stimuli: [{ to: "n", kind: "spikes", times: [1], neurons: [0], weight: 2 }],
  };
  expect(() => new Simulation(network(self)).run(1000)).toThrow("n, neuron 0, t = 1.0000");
});

test("parrots that hear no parrot after them repeat any rate", () => {
  const spec = {
    ...ring(1, ["a", "b"], true),
    stimuli: [{ to: "in", kind: "regular", interval: 1e-3 } as const],
  };
  const simulation = new Simulation(network(spec));
  simulation.run(100);
  expect(simulation.raster().times.length).toBeGreaterThan(290_000);
});

describe("a lattice", () => {
  const spec = (fields: object, neuron: NeuronSpec = cell, size = 2): NetworkSpec => ({
    populations: { in: { size, neuron: "input" }, n: { size, neuron } },
    projections: [{ from: "in", to: "n", weights: 2, ...fields }],
    stimuli: [{ to: "in", kind: "spikes", times: [1], neurons: [0] }],
  });

  test.each<[string, NetworkSpec]>([
    ["one number", spec({ delay: 1e9 })],
    ["one each", spec({ delay: [1, 2, 3, 1e9] })],
    ["listed synapses", spec({ connect: { kind: "total", n: 3 }, delay: () => 1e9 })],
    [
      "a kernel",
      spec({ connect: { kind: "convolution", shape: [2, 1, 1], kernel: [1, 1], filters: 1 }, delay: 1e9 }),
    ],
    ["plastic", spec({ delay: 1e9, plasticity: { kind: "short-term", use: 0.5, tauRec: 10 } })],
  ])("refuses a delay of 1e9 ms, which the exact mode has: %s", (_, network_) => {
    expect(() => new Simulation(network(network_), grid)).toThrow(
      /^projections\[0\]\.delay: expected at most 16777216 steps of dt = 0.1 ms on a lattice, got 1000000000 ms; the exact/,
    );
    const exact = new Simulation(network(network_));
    exact.run(2e9);
    expect(exact.synapticEvents).toBeGreaterThan(0);
  });

  test("delivers after a long delay that it has room for", () => {
    const long = new Simulation(network(spec({ delay: 20_000 })), { mode: "grid", dt: 1 });
    long.run(20_005);
    expect(Array.from(long.raster().times)).toEqual([1, 20_001, 20_001, 20_001, 20_001]);
  });

  test.each(["fixed", "subtract"] as const)("refuses a refractory time of 1e9 ms, with reset %s", reset => {
    expect(() => new Simulation(network(spec({}, { ...cell, reset, tauRef: 1e9 })), grid)).toThrow(
      "populations.n.neuron.tauRef: expected at most 16777216 steps of dt = 0.1 ms on a lattice, got 1000000000 ms",
    );
  });

  test("refuses steps so small that traces or the run have too many", () => {
    const fine: SimulationOptions = { mode: "grid", dt: 1e-9 };
    const stdp = { kind: "stdp-pair", aPlus: 0.1, aMinus: 0.1, wMax: 9 };
    const learns = spec(
      { weights: () => 2, connect: { kind: "all" }, plasticity: stdp },
      { ...cell, reset: "fixed" },
    );
    expect(() => new Simulation(network(learns), fine)).toThrow(
      "projections[0].plasticity.tauPlus: expected at most 16777216 steps of dt = 1e-9 ms on a lattice, got 20 ms",
    );
    expect(() => new Simulation(network(spec({})), fine).run(1000)).toThrow(
      "end: expected at most 2147483646 steps of dt = 1e-9 ms, got 1000 ms; the exact mode has no such limit",
    );
  });

  test("refuses more delays of each row than its memory has room for", () => {
    const many = spec(
      { connect: { kind: "outDegree", n: 1 }, delay: (rng: { uniform(): number }) => 1 + 9 * rng.uniform() },
      cell,
      100_000,
    );
    expect(() => new Simulation(network(many), { mode: "grid", dt: 1e-4 })).toThrow(
      /^network: expected one that fits into the 4 GiB of the kernels, got one that needs more than [\d.]+ GiB/,
    );
  });

  test("takes more spikes in one step than its list holds, in every kind of rows", () => {
    const size = 5;
    const times = new Float64Array(12_000).fill(1);
    const neurons = times.map((_, k) => k % size);
    const quiet: NeuronSpec = { tauMem: Infinity, vThreshold: 1e9, reset: "fixed", tauRef: 1 };
    const net = () =>
      network({
        populations: { in: { size, neuron: "input" }, n: { size, neuron: quiet } },
        projections: [
          { name: "dense", from: "in", to: "n", weights: Array.from({ length: 25 }, (_, k) => k), delay: 1 },
          { name: "listed", from: "in", to: "n", weights: 0.5, connect: { kind: "total", n: 9 }, delay: 2 },
          {
            ...{
              name: "learns",
              from: "in",
              to: "n",
              weights: () => 1,
              connect: { kind: "oneToOne" },
              delay: 3,
            },
            plasticity: { kind: "stdp-pair", aPlus: 0.1, aMinus: 0.1, wMax: 9 },
          },
        ],
        stimuli: [{ to: "in", kind: "spikes", times, neurons }],
      });
    const potentials = (options: SimulationOptions) => {
      const simulation = new Simulation(net(), options);
      simulation.run(10);
      simulation.close();
      return Array.from({ length: size }, (_, i) => simulation.potential("n", i));
    };
    const exact = potentials({});
    expect(Math.min(...exact)).toBeGreaterThan(1e5);
    for (const more of [{}, { workers: 2 }]) expect(potentials({ ...grid, ...more })).toEqual(exact);
    expect(plainly(() => potentials(grid))).toEqual(exact);
  });
});
