/** Signals that all neurons of a population get, of either sign, and that spikes of another population let through. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { network, type PopulationSpec } from "../../../../src/engine/network/network.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { sum } from "./twoNeurons.ts";

const input = (size = 1): PopulationSpec => ({ size, neuron: "input" });
const spikes = (simulation: Simulation, trains: Record<string, readonly number[]>) => {
  for (const [name, times] of Object.entries(trains))
    simulation.stimulate(
      name,
      times,
      times.map(() => 0),
    );
};

const train = fc
  .uniqueArray(fc.integer({ min: 0, max: 799 }), { maxLength: 25 })
  .map(steps => steps.sort((a, b) => a - b).map(step => step / 2));

test("spikes onto a modulator that is read continuously are the dopamine of stdp-reward, of either sign", () => {
  const plasticities = {
    reward: (times: readonly number[], amounts: readonly number[]) => ({
      ...{ kind: "stdp-reward", aPlus: 1, aMinus: 0.6, tauPlus: 20, tauMinus: 30, tauEligibility: 400 },
      ...{ tauDopamine: 150, baseline: 0, eta: 0.001, wMin: -50, wMax: 50 },
      rewards: { times, amount: amounts },
    }),
    modulator: () => ({
      ...{ kind: "three-factor", aPlus: 1, aMinus: 0.6, tauPlus: 20, tauMinus: 30, tauEligibility: 400 },
      ...{ eligibility: "pair", read: "continuous", modulator: "dopamine" },
      ...{ eta: 0.001, wMin: -50, wMax: 50 },
    }),
  };
  fc.assert(
    fc.property(
      train,
      train,
      train,
      train,
      fc.constantFrom("exact", "grid"),
      (pre, post, good, bad, mode) => {
        const rewards = [...good.map(t => [t, 0.5] as const), ...bad.map(t => [t, -0.8] as const)];
        rewards.sort(([a], [b]) => a - b);
        const learnt = (plasticity: object) => {
          const simulation = new Simulation(
            network({
              populations: {
                ...{ pre: input(), teacher: input(), good: input(), bad: input() },
                post: {
                  size: 1,
                  neuron: { tauMem: 1, vThreshold: 1e6, reset: "fixed" },
                  modulators: { dopamine: { tau: 150 } },
                },
              },
              projections: [
                { name: "plastic", from: "pre", to: "post", weights: [0.5], plasticity: plasticity as never },
                { from: "teacher", to: "post", weights: [2e6] },
                { from: "good", to: "post", target: "dopamine", weights: 0.5 },
                { from: "bad", to: "post", target: "dopamine", weights: -0.8 },
              ],
            }),
            { mode: mode as "exact" | "grid", ...(mode === "grid" && { dt: 0.5 }) } as never,
          );
          spikes(simulation, { pre, teacher: post, good, bad });
          simulation.run(500);
          return simulation.weights("plastic")[0];
        };
        const times = rewards.map(([t]) => t);
        const amounts = rewards.map(([, amount]) => amount);
        expect(learnt(plasticities.modulator())).toBeCloseTo(learnt(plasticities.reward(times, amounts)), 4);
      },
    ),
    { numRuns: 25, seed: 4 },
  );
});

const tau = 15;
/** A modulator that two populations raise and lower, and signals by which it acts: on none, on some, and for longer. */
function permitted(plasticity: object, mode: "exact" | "grid", delay: number | Float32Array) {
  const simulation = new Simulation(
    network({
      populations: {
        ...{ pre: input(), teacher: input(), reward: input(), punishment: input(), phase: input() },
        post: {
          size: 3,
          neuron: { tauMem: 20, vThreshold: 1e6, reset: "fixed" },
          modulators: { value: { tau }, now: { tau: 1 } },
        },
      },
      projections: [
        {
          ...{ name: "plastic", from: "pre", to: "post", weights: 0, delay },
          plasticity: {
            ...{
              kind: "three-factor",
              modulator: "value",
              permit: "now",
              eta: 0.1,
              tauPlus: 25,
              gate: "none",
            },
            ...plasticity,
          } as never,
        },
        { from: "teacher", to: "post", weights: 2e6 },
        { from: "reward", to: "post", target: "value", weights: 1 },
        { from: "punishment", to: "post", target: "value", weights: -2 },
        { from: "phase", to: "post", target: "now", weights: Float32Array.of(1, 0, 2) },
      ],
    }),
    mode === "grid" ? { mode, dt: 0.5 } : { mode },
  );
  const phase = Array.from({ length: 11 }, (_, k) => 20 + k);
  const pre = [10, 20, 25.5, 31, 31.5, 40];
  const post = [12, 22.5, 31, 31.5, 41];
  spikes(simulation, { pre, teacher: post, reward: [5], punishment: [22], phase });
  simulation.run(60);
  const value = (t: number) =>
    (t >= 5 ? Math.exp(-(t - 5) / tau) : 0) - (t >= 22 ? 2 * Math.exp(-(t - 22) / tau) : 0);
  const x = (t: number) => sum(pre.filter(s => s <= t).map(s => Math.exp(-(t - s) / 25)));
  return { weights: [...simulation.weights("plastic")], value, x };
}

test.each([
  ["exact", "a row", 0],
  ["grid", "a row", 0],
  ["exact", "synapse by synapse", new Float32Array(3)],
  ["grid", "synapse by synapse", new Float32Array(3)],
] as const)(
  "%s mode, %s: a modulator of either sign acts at presynaptic spikes while spikes of another population permit it",
  (mode, _, delay) => {
    const { weights, value } = permitted({ eligibility: "online" }, mode, delay);
    // Signals of weight w come each ms until 30 ms, and are at w / (1 - 1/e) then: above a half for 1.15 ms, or 1.84.
    const of = (...times: number[]) => 0.1 * sum(times.map(value));
    const expected = [of(20, 25.5, 31), 0, of(20, 25.5, 31, 31.5)];
    weights.forEach((w, j) => {
      expect(w).toBeCloseTo(expected[j], 6);
    });
    expect(value(20)).toBeGreaterThan(0.3);
    expect(value(25.5)).toBeLessThan(-1);
  },
);

test.each(["exact", "grid"] as const)("%s mode: and so it does at postsynaptic spikes", mode => {
  const { weights, value, x } = permitted({ eligibility: "trace", read: "post" }, mode, 0);
  const of = (...times: number[]) => 0.1 * sum(times.map(t => value(t) * x(t)));
  const expected = [of(22.5, 31), 0, of(22.5, 31, 31.5)];
  weights.forEach((w, j) => {
    expect(w).toBeCloseTo(expected[j], 6);
  });
});
