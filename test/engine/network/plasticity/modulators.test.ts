import { expect, test } from "vitest";
import { describe } from "../../../../src/description/describe.ts";
import { Inference } from "../../../../src/engine/lattice/batch/inference.ts";
import {
  type NetworkSpec,
  network,
  type PopulationSpec,
  type ProjectionSpec,
} from "../../../../src/engine/network/network.ts";
import { Simulation, type SimulationOptions } from "../../../../src/engine/simulation.ts";
import { poissonTimes, sum } from "./twoNeurons.ts";

const [pre, post, errors] = [poissonTimes(1, 40, 600), poissonTimes(2, 40, 600), poissonTimes(3, 50, 600)];
const [tau, feedback, delay] = [15, 0.75, 1.5];
const base = { kind: "three-factor", modulator: "error", eta: 0.1, height: 0.5 } as const;
const times = { tauPlus: 25, tauMinus: 40, tauEligibility: 300 } as const;

/** One synapse onto a neuron that fires when its teacher says so, and a modulator which spikes reach late. */
function oneSynapse(
  plasticity: object,
  options: SimulationOptions = {},
  trains: readonly (readonly number[])[] = [pre, post, errors],
): Simulation {
  const neuron = { tauMem: 1, vThreshold: 1e6, reset: "fixed" } as const;
  const input = { size: 1, neuron: "input" } as const;
  const populations = {
    ...{ pre: input, teacher: input, errors: input },
    post: { size: 1, neuron, modulators: { error: { tau }, other: { tau: 3 } } },
  };
  const simulation = new Simulation(
    network({
      populations,
      projections: [
        { name: "plastic", from: "pre", to: "post", weights: [0.5], plasticity: plasticity as never },
        { from: "teacher", to: "post", weights: [2e6] },
        { from: "errors", to: "post", target: "error", weights: [feedback / 2], gain: 2, delay },
      ],
    }),
    options,
  );
  ["pre", "teacher", "errors"].forEach((name, k) => {
    simulation.stimulate(
      name,
      trains[k],
      trains[k].map(() => 0),
    );
  });
  return simulation;
}

const arrivals = errors.map(t => t + delay);
const decayed = (train: readonly number[], t: number, tau: number) =>
  sum(train.filter(s => s <= t).map(s => Math.exp(-(t - s) / tau)));
const U = (t: number) => feedback * decayed(arrivals, t, tau);
const x = (t: number) => 0.5 * decayed(pre, t, 25);
/** Jumps of the eligibilities: when, and how high; and the time constant by which they decay. */
const left: Record<string, [time: number, by: number][]> = {
  trace: pre.map(t => [t, 0.5]),
  timing: post.map(t => [t, x(t)]),
  pair: [
    ...post.map(t => [t, 0.8 * x(t)] as [number, number]),
    ...pre.map(t => [t, -0.3 * decayed(post, t, 40)] as [number, number]),
  ],
};
const kinds = ["trace", "timing", "pair"] as const;
const tauOf = (kind: string) => (kind === "trace" ? 25 : 300);
const e = (kind: string, t: number) =>
  sum(left[kind].filter(([s]) => s <= t).map(([s, by]) => by * Math.exp(-(t - s) / tauOf(kind))));

test("spikes raise a modulator by their weight when they arrive, and it decays by its own time constant", () => {
  const simulation = oneSynapse({ ...base, eligibility: "online" });
  for (const t of [0, 1, 77.7, 300, 599]) {
    simulation.runUntil(t);
    expect(simulation.modulator("post", "error")[0]).toBeCloseTo(U(t), 12);
    expect(simulation.modulator("post", "other")[0]).toBe(0);
  }
  expect(() => simulation.modulator("post", "dopamine")).toThrow(
    "post: modulator: expected one of error, other, got dopamine",
  );
  // 300 time constants later nothing has grown too large.
  simulation.stimulate("errors", [6000], [0]);
  simulation.runUntil(6010);
  expect(simulation.modulator("post", "error")[0]).toBeCloseTo(feedback * Math.exp(-8.5 / tau), 12);
});

const at = (train: readonly number[], by: (t: number) => number, until: number) =>
  0.5 + 0.1 * sum(train.filter(t => t <= until).map(by));

test.each(["exact", "grid"] as const)("%s mode: a presynaptic spike changes the weight by eta U", mode => {
  // On the lattice, where both modes have them at the same times.
  const [pre, errors] = [
    [3, 5.5, 20],
    [1, 4, 30],
  ];
  const simulation = oneSynapse({ ...base, eligibility: "online", gate: "none" }, { mode }, [
    pre,
    [],
    errors,
  ]);
  simulation.run(40);
  const U = (t: number) =>
    feedback *
    decayed(
      errors.map(s => s + delay),
      t,
      tau,
    );
  const expected = at(pre, t => 0.5 * U(t), 40);
  expect(simulation.weights("plastic")[0]).toBeCloseTo(expected, 6);
  // The same by hand: of the two spikes at 1 and 4 ms, the second arrives together with the presynaptic one at 5.5 ms.
  const [a, b, c] = [0.5, 3, 17.5].map(since => Math.exp(-since / 15));
  const last = Math.exp(-14.5 / 15);
  expect(expected).toBeCloseTo(0.5 + 0.1 * 0.5 * 0.75 * (a + (b + 1) + (c + last)), 12);
});

test.each(kinds)("read at presynaptic spikes, %s: w += eta U e", eligibility => {
  const simulation = oneSynapse({ ...base, ...times, eligibility, aPlus: 0.8, aMinus: 0.3 });
  for (const until of [250, 600]) {
    simulation.runUntil(until);
    expect(simulation.weights("plastic")[0]).toBeCloseTo(
      at(pre, t => U(t) * e(eligibility, t), until),
      5,
    );
  }
});

test.each(kinds)("read at postsynaptic spikes, %s: w += eta U e", eligibility => {
  const simulation = oneSynapse({ ...base, ...times, eligibility, aPlus: 0.8, aMinus: 0.3, read: "post" });
  for (const until of [250, 600]) {
    simulation.runUntil(until);
    expect(simulation.weights("plastic")[0]).toBeCloseTo(
      at(post, t => U(t) * e(eligibility, t), until),
      5,
    );
  }
});

test.each(kinds.flatMap(kind => ([0, 2000] as const).map(late => [kind, late] as const)))(
  "read continuously, %s, %d ms late: dw/dt = eta U e in closed form",
  (eligibility, late) => {
    const shifted = [pre, post, errors].map(train => train.map(t => t + late));
    const simulation = oneSynapse(
      { ...base, ...times, eligibility, aPlus: 0.8, aMinus: 0.3, read: "continuous", eta: 0.01 },
      {},
      shifted,
    );
    const both = 1 / (1 / tau + 1 / tauOf(eligibility));
    // Each jump of the one with each of the other, from the later of both on.
    const expected = (end: number) =>
      0.5 +
      0.01 *
        sum(
          left[eligibility].flatMap(([s, by]) =>
            arrivals.map(r => {
              const from = Math.max(s, r);
              if (from >= end) return 0;
              const start = by * feedback * Math.exp(-(from - s) / tauOf(eligibility) - (from - r) / tau);
              return start * both * (1 - Math.exp(-(end - from) / both));
            }),
          ),
        );
    for (const until of [100.3, 250, 600, 4000]) {
      simulation.runUntil(until + late);
      expect(simulation.weights("plastic")[0]).toBeCloseTo(expected(until), 6);
    }
    expect(Math.abs(expected(600) - 0.5)).toBeGreaterThan(0.1);
  },
);

test.each(kinds)("read when its spikes arrive, %s: w += eta M e by their weight", eligibility => {
  const simulation = oneSynapse({ ...base, ...times, eligibility, aPlus: 0.8, aMinus: 0.3, read: "arrival" });
  for (const until of [250, 600]) {
    simulation.runUntil(until);
    expect(simulation.weights("plastic")[0]).toBeCloseTo(
      at(arrivals, t => feedback * e(eligibility, t), until),
      5,
    );
  }
  expect(() => simulation.modulate("plastic", 1)).toThrow(
    "plasticity: expected three-factor, which takes modulators",
  );
});

test.each(["exact", "grid"] as const)(
  "%s mode: with a modulator that consolidates, changes wait for its spikes and count by their weights",
  mode => {
    const input = { size: 1, neuron: "input" } as const;
    const simulation = new Simulation(
      network({
        populations: {
          ...{ pre: input, errors: input, phase: input },
          // One neuron that the signal reaches twice as strongly, and one that it does not reach.
          post: { size: 3, neuron: { vThreshold: 9 }, modulators: { error: { tau }, a: { tau: 1 } } },
        },
        projections: [
          {
            ...{ name: "plastic", from: "pre", to: "post", weights: 0.5 },
            plasticity: {
              ...{ ...base, eligibility: "online", gate: "none", consolidate: "a" },
              ...{ wMin: 0.25, wMax: 0.6 },
            },
          },
          { from: "errors", to: "post", target: "error", weights: 1 },
          { from: "phase", to: "post", target: "a", weights: [1, 2, 0], delay: 1 },
        ],
      }),
      { mode },
    );
    simulation.stimulate("errors", [0], [0]);
    simulation.stimulate("pre", [0, 5, 20, 30], [0, 0, 0, 0]);
    simulation.stimulate("phase", [9, 19, 50], [0, 0, 0]);
    const U = (t: number) => 0.05 * Math.exp(-t / tau);
    const after = (t: number, weights: number[]) => {
      simulation.runUntil(t);
      simulation.weights("plastic").forEach((w, s) => {
        expect(w).toBeCloseTo(weights[s], 6);
      });
    };
    after(9.9, [0.5, 0.5, 0.5]);
    const first = U(0) + U(5);
    expect(0.5 + 2 * first).toBeGreaterThan(0.6);
    after(10, [0.5 + first, 0.6, 0.5]);
    // The spike of 20 ms arrives with the second signal, and waits for the third.
    after(40, [0.5 + first, 0.6, 0.5]);
    const second = U(20) + U(30);
    after(60, [Math.min(0.6, 0.5 + first + second), 0.6, 0.5]);
    expect(simulation.synapseUpdates).toBe(12);
  },
);

test("gates look at a neuron as thresholds have been tested: its drive, or a window of its membrane", () => {
  const weightsAfter = (gate: object, weights: number[]) => {
    const neuron = { tauMem: 20, vThreshold: 1, reset: "subtract" } as const;
    const simulation = new Simulation(
      network({
        populations: {
          pre: { size: 1, neuron: "input" },
          post: { size: weights.length, neuron, modulators: { error: { tau: 1e6 } } },
        },
        projections: [
          { from: "pre", to: "post", target: "error", weights: 1 },
          {
            ...{ name: "plastic", from: "pre", to: "post", weights: Float32Array.from(weights) },
            plasticity: { ...base, height: 1, eligibility: "online", eta: -1, ...gate },
          },
        ],
      }),
    );
    simulation.stimulate("pre", [1], [0]);
    simulation.run(2);
    return [...simulation.weights("plastic")].map((w, k) => Math.round((w - weights[k]) * 1000) / 1000 + 0);
  };
  // Potentials after the spike: 0.25, -0.25, 0.5 and one spike less, 0.75.
  const potentials = [0.25, -0.25, 1.5, 0.75];
  expect(weightsAfter({ gate: "none" }, potentials)).toEqual([-1, -1, -1, -1]);
  expect(weightsAfter({}, potentials)).toEqual([-1, 0, -1, -1]);
  expect(weightsAfter({ gate: "window", vMin: -0.3, vMax: 0.6 }, potentials)).toEqual([-1, -1, -1, 0]);
  expect(weightsAfter({ gate: "window", vMin: 0.3 }, potentials)).toEqual([0, 0, -1, -1]);
});

const cell: PopulationSpec = {
  size: 2,
  neuron: { vThreshold: 10 },
  modulators: { error: { tau: 10 }, reward: { tau: 100 } },
};
const spec = (
  plasticity: object | undefined,
  target?: unknown,
  n: object = cell,
  more: ProjectionSpec[] = [],
): NetworkSpec => ({
  populations: { in: { size: 2, neuron: "input" }, n: n as PopulationSpec },
  projections: [
    { from: "in", to: "n", weights: 1, plasticity: plasticity as never },
    { from: "in", to: "n", weights: 1, target: target as string },
    ...more,
  ],
});
const reads = { kind: "three-factor", eta: 1, modulator: "error" };

test.each<[NetworkSpec, string]>([
  [
    spec(reads, undefined),
    "projections[0].plasticity.modulator: expected a modulator of n that a projection targets, which are none; " +
      'got "error"',
  ],
  [
    spec([{ kind: "short-term", use: 1, tauRec: 1 }, reads], "reward"),
    "projections[0].plasticity[1].modulator: expected a modulator of n that a projection targets, which are reward; " +
      'got "error"',
  ],
  [
    spec(undefined, "dopamine"),
    'projections[1].target: expected one of membrane, error, reward, got "dopamine"',
  ],
  [
    spec(undefined, "error", { size: 2, neuron: { vThreshold: 1 } }),
    'projections[1].target: expected membrane, as n has no modulators, got "error"',
  ],
  [
    spec(undefined, "error", { ...cell, neuron: "input" }),
    "populations.n.modulators: expected none, as an input population receives nothing",
  ],
  [
    spec(undefined, "error", cell, [{ from: "n", to: "in", target: "error", weights: 1 }]),
    "projections[2].to: in is an input population and receives nothing",
  ],
  ...[0, -1, Number.NaN, Infinity].map((tau): [NetworkSpec, string] => [
    spec(undefined, "error", { ...cell, modulators: { error: { tau } } }),
    `populations.n.modulators.error.tau: expected a time in ms above 0, got ${tau}`,
  ]),
  [
    spec(undefined, "error", { ...cell, modulators: { error: 10 } }),
    "populations.n.modulators.error: expected a modulator, an object with fields, got 10",
  ],
  [
    spec(undefined, "error", { ...cell, modulators: { error: { tau: 1, baseline: 2 } } }),
    "populations.n.modulators.error.baseline: expected a field of a modulator (tau)",
  ],
  [
    spec(undefined, "membrane", { ...cell, modulators: { membrane: { tau: 1 } } }),
    'populations.n.modulators: expected another name than "membrane" of a modulator',
  ],
  [spec({ ...reads, modulator: 3 }, "error"), "projections[0].plasticity.modulator: expected a name, got 3"],
  [
    spec({ ...reads, eligibility: "online", read: "post" }, "error"),
    "projections[0].plasticity.read: expected pre with online, got post",
  ],
  [
    spec({ kind: "three-factor", eta: 1, read: "continuous" }, "error"),
    "projections[0].plasticity.read: expected pre without a modulator, got continuous",
  ],
  [
    spec({ ...reads, consolidate: "reward" }, "error"),
    "projections[0].plasticity.consolidate: expected a modulator of n that a projection targets, which are error; " +
      'got "reward"',
  ],
  [
    spec({ ...reads, consolidate: "error" }, "error"),
    "projections[0].plasticity.consolidate: expected another modulator, got error",
  ],
  [
    spec({ kind: "three-factor", eta: 1, consolidate: "error" }, "error"),
    "projections[0].plasticity.consolidate: expected none without a modulator, got error",
  ],
  [
    spec({ ...reads, consolidate: "reward", read: "continuous" }, "error"),
    "projections[0].plasticity.read: expected pre or post with consolidate, got continuous",
  ],
  [
    spec({ ...reads, read: "arrival", gate: "drive" }, "error"),
    "projections[0].plasticity.gate: expected none with arrival, got drive",
  ],
  [
    spec({ ...reads, read: "continuous", gate: "window" }, "error"),
    "projections[0].plasticity.gate: expected none with continuous, got window",
  ],
  [
    spec({ kind: "three-factor", eta: 1, gate: "drive" }, "error"),
    "projections[0].plasticity.gate: expected none without online or a modulator, got drive",
  ],
  [
    spec({ ...reads, gate: "window", vMin: 2, vMax: 1 }, "error"),
    "projections[0].plasticity.vMax: expected above vMin (2), got 1",
  ],
  [
    spec({ ...reads, read: "sometimes" }, "error"),
    "projections[0].plasticity.read: expected one of pre, post, continuous, arrival, got sometimes",
  ],
])("a network that cannot be is refused with the field named: %#", (wrong, message) => {
  expect(() => network(wrong)).toThrow(message);
});

test("what has no modulators refuses projections onto them", () => {
  const net = network(spec(undefined, "error"));
  expect(() => new Inference(net, { durationMs: 10 })).toThrow(
    'projections[1].target: expected the membrane, got "error"; use Simulation',
  );
});

test("a file says it with units, and weights onto a modulator are numbers", () => {
  const model = {
    name: "modulated",
    parameters: { tauU: "10 ms" },
    populations: {
      in: { size: 1, neuron: "input" },
      n: { size: 2, neuron: { vThreshold: "1 mV" }, modulators: { error: { tau: "2 * tauU" } } },
    },
    projections: [
      { from: "in", to: "n", target: "error", weights: "normal(1, 0.1)", delay: "1 ms" },
      {
        ...{ name: "plastic", from: "in", to: "n", weights: "0.1 mV" },
        plasticity: { ...reads, eligibility: "online", gate: "window", vMin: "-1 mV" },
      },
    ],
  };
  const { spec: read } = describe(model);
  const net = network(read);
  expect([...net.populations[1].modulators]).toEqual([["error", 20]]);
  const simulation = new Simulation(net);
  simulation.stimulate("in", [0, 21], [0, 0]);
  simulation.run(21);
  const { weights } = net.projections.find(({ target }) => target === "error")!.synapses;
  simulation.modulator("n", "error").forEach((u, j) => {
    expect(u).toBeCloseTo(weights[j] * Math.exp(-1), 6);
    expect(simulation.weights("plastic")[j]).toBeCloseTo(0.1 + u, 6);
  });
  const wrong = structuredClone(model);
  wrong.projections[0].weights = "1 mV";
  expect(() => describe(wrong)).toThrow(/^projections\[0\]\.weights: expected a number/);
  const unknown = {
    ...model,
    populations: { ...model.populations, n: { ...model.populations.n, modulators: { error: { tua: 1 } } } },
  };
  expect(() => describe(unknown)).toThrow("populations.n.modulators.error.tua: expected one of tau");
});

const readings: [string, object][] = [
  ["online", { eligibility: "online" }],
  ["online in a window", { eligibility: "online", gate: "window", vMin: 0.1 }],
  ["pre", { eligibility: "pair" }],
  ["post in a window", { eligibility: "timing", read: "post", gate: "window", vMax: 0.5 }],
  ["continuous", { read: "continuous" }],
  ["arrival", { eligibility: "pair", read: "arrival" }],
  ["online where permitted", { eligibility: "online", permit: "other" }],
  ["post where permitted", { eligibility: "timing", read: "post", permit: "other" }],
  ["a tag, online", { eligibility: "online", consolidate: "other" }],
  ["a tag, post", { eligibility: "trace", read: "post", consolidate: "other" }],
];

/** A recurrent network on the lattice, whose neurons modulate each other. */
function recurrent(plasticity: object, options: SimulationOptions, cuts: readonly number[] = []) {
  // Jumps of the potential: spikes come when others arrive, and lie on the lattice.
  const neuron = { tauMem: 20, vThreshold: 1, tauRef: 2, reset: "subtract" } as const;
  const spec: NetworkSpec = {
    populations: {
      in: { size: 6, neuron: "input" },
      phase: { size: 1, neuron: "input" },
      relay: { size: 6, neuron: { model: "parrot" } },
      n: { size: 8, neuron, modulators: { error: { tau: 15 }, other: { tau: 40 } } },
    },
    projections: [
      { from: "in", to: "relay", connect: { kind: "oneToOne" }, weights: 1, delay: 1 },
      // Some delays differ.
      {
        ...{ name: "plastic", from: "relay", to: "n", delay: (_, pre) => 0.5 + 0.5 * (pre % 3) },
        ...{ weights: rng => rng.uniformIn(0, 0.5) },
        plasticity: {
          kind: "three-factor",
          modulator: "error",
          eta: -0.01,
          wMin: 0,
          wMax: 1,
          ...plasticity,
        } as never,
      },
      { from: "relay", to: "n", target: "error", weights: rng => rng.normal() },
      { from: "n", to: "n", target: "error", weights: rng => rng.normal(), delay: 1.5 },
      { from: "phase", to: "n", target: "other", weights: 1, delay: 0.5 },
      { from: "n", to: "n", weights: 0.02, delay: 1 },
    ],
  };
  const simulation = new Simulation(network(spec), options);
  const steps = (seed: number) => poissonTimes(seed, 60, 300).map(t => Math.round(t));
  for (let i = 0; i < 6; i++) {
    const own = steps(i);
    simulation.stimulate(
      "in",
      own,
      own.map(() => i),
    );
  }
  simulation.stimulate("phase", [49.5, 120, 200, 290], [0, 0, 0, 0]);
  for (const t of cuts) {
    simulation.runUntil(t);
    simulation.weights("plastic");
    simulation.modulator("n", "error");
  }
  simulation.runUntil(300);
  return simulation;
}

test.each(readings)("%s: cutting a run and reading change nothing", (_, plasticity) => {
  const [whole, pieces] = [[], [0, 0.1, 33.33, 34, 120, 299.5]].map(cuts => recurrent(plasticity, {}, cuts));
  expect(pieces.weights("plastic")).toEqual(whole.weights("plastic"));
  expect(pieces.raster()).toEqual(whole.raster());
});

test.each(readings)("%s: on the lattice both modes give the same bits", (_, plasticity) => {
  const [exact, grid] = ([{}, { mode: "grid", dt: 0.5 }] as const).map(options =>
    recurrent(plasticity, options),
  );
  const start = recurrent({ ...plasticity, eta: 0 }, {}).weights("plastic");
  expect(grid.raster().times).toEqual(exact.raster().times);
  const a = exact.weights("plastic");
  expect(grid.weights("plastic")).toEqual(a);
  expect(grid.modulator("n", "error")).toEqual(exact.modulator("n", "error"));
  expect(exact.raster().times.length).toBeGreaterThan(200);
  expect(Math.max(...a.map((w, s) => Math.abs(w - start[s])))).toBeGreaterThan(0.02);
});
