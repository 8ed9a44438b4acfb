import { expect, test } from "vitest";
import { network } from "../../../../src/engine/network/network.ts";
import type { ShortTermSpec } from "../../../../src/engine/network/plasticity/shortTerm.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";

/** What each spike of a train adds to a counting neuron, over the weight. */
function responses(plasticity: ShortTermSpec, times: number[]): number[] {
  const net = network({
    populations: {
      in: { size: 1, neuron: "input" },
      n: { size: 1, neuron: { tauMem: Infinity, vThreshold: Infinity } },
    },
    projections: [{ from: "in", to: "n", weights: [2], delay: 1, plasticity }],
  });
  const simulation = new Simulation(net);
  simulation.stimulate(
    "in",
    times,
    times.map(() => 0),
  );
  let before = 0;
  return times.map(t => {
    simulation.runUntil(t + 1);
    const v = simulation.potential("n", 0);
    const added = (v - before) / 2;
    before = v;
    return added;
  });
}

const train = (n: number, interval: number) => Array.from({ length: n }, (_, k) => 5 + k * interval);

test.each([
  ["depressing", { use: 0.5, tauRec: 800 }],
  ["facilitating", { use: 0.05, tauRec: 100, tauFacil: 1000 }],
  ["both", { use: 0.2, tauRec: 300, tauFacil: 400 }],
])("a %s synapse begins at U and settles at the closed form", (_, p) => {
  for (const interval of [10, 25, 50, 200]) {
    const { use, tauRec, tauFacil = 0 } = p as ShortTermSpec;
    const got = responses({ kind: "short-term", ...p }, train(800, interval));
    expect(got[0]).toBeCloseTo(use, 12);
    const u = tauFacil > 0 ? use / (1 - (1 - use) * Math.exp(-interval / tauFacil)) : use;
    const e = Math.exp(-interval / tauRec);
    const x = (1 - e) / (1 - (1 - u) * e);
    expect(got.at(-1)).toBeCloseTo(u * x, 10);
  }
});

test("responses to an irregular train follow the recursion of the paper, and a long rest brings the first one back", () => {
  const [use, tauRec, tauFacil] = [0.2, 130, 530];
  const times = [3, 8, 8.5, 40, 41, 300, 50_000];
  let [u, R] = [0, 1];
  const expected = times.map((t, k) => {
    const dt = k > 0 ? t - times[k - 1] : Infinity;
    // Markram, Wang & Tsodyks 1998, eq. 1 to 3: R after the last spike, u at this one.
    R = 1 - (1 - R) * Math.exp(-dt / tauRec);
    u = use + u * (1 - use) * Math.exp(-dt / tauFacil);
    const response = u * R;
    R -= response;
    return response;
  });
  const got = responses({ kind: "short-term", use, tauRec, tauFacil }, times);
  got.forEach((x, k) => {
    expect(x).toBeCloseTo(expected[k], 12);
  });
  expect(got.at(-1)).toBeCloseTo(got[0], 12);
});
