/** Three-factor plasticity of shared kernels: the change of a weight is the sum over the places where the kernel lies. */
import { expect, test } from "vitest";
import { network } from "../../../../src/engine/network/network.ts";
import { Simulation, type SimulationOptions } from "../../../../src/engine/simulation.ts";
import { Rng } from "../../../../src/math/rng.ts";
import { sum } from "./twoNeurons.ts";

/** A kernel of 2 x 2 on an image of 3 x 3: four neurons, each with a synapse of each weight. */
const synapses = [0, 1, 2, 3].flatMap(j =>
  [0, 1, 2, 3].map(k => {
    const [y, x] = [(j >> 1) + (k >> 1), (j & 1) + (k & 1)];
    return { i: 3 * y + x, j, k };
  }),
);
const END = 200;
/** Times of a lattice of 0.5 ms, one in three of it, so that no two kinds of spikes meet. */
const trains = (name: string, size: number, phase: number) =>
  Array.from({ length: size }, (_, i) => {
    const rng = new Rng(i, name);
    return Array.from({ length: END / 1.5 }, (_, n) => 1.5 * n + 0.5 * phase).filter(
      () => rng.uniform() < 0.1,
    );
  });
const [pre, post, errors] = [trains("pre", 9, 0), trains("post", 4, 1), trains("errors", 4, 2)];
const phases = [60.5, 120.5, 181];
const [tau, height, eta, delay] = [15, 0.5, -0.02, 1.5];
const M = [1, -0.5, 0.75, -1];
const consolidated = [1, -2, 0.5, 0];
const weights = [0.3, -0.2, 0.1, 0];

function learn(plasticity: object, options: SimulationOptions, cuts: readonly number[] = []): Simulation {
  const input = (size: number) => ({ size, neuron: "input" }) as const;
  const each = { connect: { kind: "oneToOne" } } as const;
  const simulation = new Simulation(
    network({
      populations: {
        ...{ pre: input(9), teacher: input(4), errors: input(4), phase: input(1) },
        post: {
          size: 4,
          neuron: { tauMem: 1, vThreshold: 1e6, reset: "fixed" },
          modulators: { error: { tau }, end: { tau: 1 } },
        },
      },
      projections: [
        {
          ...{ name: "plastic", from: "pre", to: "post", weights: Float32Array.from(weights) },
          connect: { kind: "convolution", shape: [3, 3, 1], kernel: [2, 2], filters: 1 },
          plasticity: {
            ...{ kind: "three-factor", modulator: "error", eta, height, tauPlus: 25, tauMinus: 40 },
            ...{ tauEligibility: 60, aPlus: 0.8, aMinus: 0.3, gate: "none" },
            ...plasticity,
          } as never,
        },
        { from: "teacher", to: "post", ...each, weights: 2e6 },
        { from: "errors", to: "post", target: "error", ...each, weights: Float32Array.from(M), delay },
        { from: "phase", to: "post", target: "end", weights: Float32Array.from(consolidated) },
      ],
    }),
    options,
  );
  for (const [name, all] of Object.entries({ pre, teacher: post, errors, phase: [phases] }))
    all.forEach((train, i) => {
      simulation.stimulate(
        name,
        train,
        train.map(() => i),
      );
    });
  for (const t of cuts) {
    simulation.runUntil(t);
    simulation.weights("plastic");
  }
  simulation.runUntil(END);
  return simulation;
}

const past = (train: readonly number[], t: number, tau: number) =>
  sum(train.filter(s => s <= t).map(s => Math.exp(-(t - s) / tau)));
const arrivals = errors.map(train => train.map(t => t + delay).filter(t => t <= END));
const U = (j: number, t: number) => M[j] * past(arrivals[j], t, tau);
/** Jumps of a synapse's eligibility, and the time constant by which they decay. */
function left(kind: string, i: number, j: number): { jumps: [number, number][]; tauOf: number } {
  if (kind === "trace") return { jumps: pre[i].map(t => [t, height]), tauOf: 25 };
  const up = kind === "pair" ? 0.8 : 1;
  const jumps = post[j].map((t): [number, number] => [t, up * height * past(pre[i], t, 25)]);
  const down = pre[i].map((t): [number, number] => [t, -0.3 * past(post[j], t, 40)]);
  return { jumps: kind === "pair" ? [...jumps, ...down] : jumps, tauOf: 60 };
}
function e(kind: string, i: number, j: number, t: number): number {
  const { jumps, tauOf } = left(kind, i, j);
  return sum(jumps.filter(([s]) => s <= t).map(([s, by]) => by * Math.exp(-(t - s) / tauOf)));
}
/** The integral of U e of one synapse. */
function integral(kind: string, i: number, j: number): number {
  const { jumps, tauOf } = left(kind, i, j);
  const both = 1 / (1 / tau + 1 / tauOf);
  return sum(
    jumps.flatMap(([s, by]) =>
      arrivals[j].map(r => {
        const from = Math.max(s, r);
        const start = by * M[j] * Math.exp(-(from - s) / tauOf - (from - r) / tau);
        return start * both * (1 - Math.exp(-(END - from) / both));
      }),
    ),
  );
}
/** Changes of one synapse that wait for a phase's end, and count by what it says to the neuron. */
const waiting = (i: number, j: number, at: (t: number) => number) =>
  sum(
    phases.map((end, n) => {
      const own = pre[i].filter(t => t <= end && t > (phases[n - 1] ?? -1));
      return consolidated[j] * sum(own.map(at));
    }),
  );

type Synapse = readonly [i: number, j: number];
const cases: [string, object, (...synapse: Synapse) => number][] = [
  ["online", { eligibility: "online" }, (i, j) => sum(pre[i].map(t => height * U(j, t)))],
  ...["trace", "timing", "pair"].flatMap((kind): (typeof cases)[number][] => [
    [`${kind}, pre`, { eligibility: kind }, (i, j) => sum(pre[i].map(t => U(j, t) * e(kind, i, j, t)))],
    [
      `${kind}, post`,
      { eligibility: kind, read: "post" },
      (i, j) => sum(post[j].map(t => U(j, t) * e(kind, i, j, t))),
    ],
    [
      `${kind}, arrival`,
      { eligibility: kind, read: "arrival" },
      (i, j) => sum(arrivals[j].map(t => M[j] * e(kind, i, j, t))),
    ],
    [`${kind}, continuous`, { eligibility: kind, read: "continuous" }, (i, j) => integral(kind, i, j)],
  ]),
  [
    "online, consolidated",
    { eligibility: "online", consolidate: "end" },
    (i, j) => waiting(i, j, t => height * U(j, t)),
  ],
  [
    "trace, consolidated",
    { eligibility: "trace", consolidate: "end" },
    (i, j) => waiting(i, j, t => U(j, t) * e("trace", i, j, t)),
  ],
];

test.each(cases)(
  "%s: a weight changes by the sum over the kernel's places, in both modes",
  (_, plasticity, change) => {
    const expected = weights.map(
      (w, k) => w + eta * sum(synapses.filter(one => one.k === k).map(({ i, j }) => change(i, j))),
    );
    const exact = learn(plasticity, {}).weights("plastic");
    exact.forEach((w, k) => {
      expect(w).toBeCloseTo(expected[k], 5);
    });
    expect(Math.max(...expected.map((w, k) => Math.abs(w - weights[k])))).toBeGreaterThan(0.01);
    // Spikes of one instant come in another order, and sums have other last bits.
    learn(plasticity, { mode: "grid", dt: 0.5 })
      .weights("plastic")
      .forEach((w, k) => {
        expect(Math.abs(w - exact[k])).toBeLessThan(1e-6);
      });
    const inPieces = learn(plasticity, {}, [0.1, 33.3, 60.5, 150]).weights("plastic");
    expect(inPieces).toEqual(exact);
  },
);

test("a shared weight that moves continuously stops at its bound when an event finds it beyond", () => {
  const free = learn({ read: "continuous" }, {}).weights("plastic");
  const [wMin, wMax] = [-0.25, 0.375];
  const bound = learn({ read: "continuous", wMin, wMax }, {}, [40, 80]).weights("plastic");
  expect(free.some(w => w < wMin || w > wMax)).toBe(true);
  for (const w of bound) expect(w >= wMin && w <= wMax).toBe(true);
});
