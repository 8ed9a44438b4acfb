import { expect, test } from "vitest";
import { network } from "../../../../src/engine/network/network.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { poissonTimes, sum, twoNeurons } from "./twoNeurons.ts";

const [pre, post] = [poissonTimes(1, 30, 500), poissonTimes(2, 30, 500)];
const base = { kind: "three-factor", eta: 0.1, tauPlus: 25, tauMinus: 40, tauEligibility: 300 } as const;

function past(times: number[], t: number, tau: number): number {
  return sum(times.filter(s => s <= t).map(s => Math.exp(-(t - s) / tau)));
}

test.each([
  ["trace", (t: number) => past(pre, t, 25)],
  [
    "timing",
    (t: number) => sum(post.filter(s => s <= t).map(s => past(pre, s, 25) * Math.exp(-(t - s) / 300))),
  ],
  [
    "pair",
    (t: number) =>
      sum(post.filter(s => s <= t).map(s => 0.7 * past(pre, s, 25) * Math.exp(-(t - s) / 300))) -
      sum(pre.filter(s => s <= t).map(s => 0.4 * past(post, s, 40) * Math.exp(-(t - s) / 300))),
  ],
] as const)("a modulator changes the weight by eta M e, with the %s eligibility", (eligibility, e) => {
  const plasticity = { ...base, eligibility, ...(eligibility === "pair" && { aPlus: 0.7, aMinus: 0.4 }) };
  const simulation = twoNeurons({ plasticity }, pre, post);
  simulation.run(400);
  simulation.modulate("plastic", 0);
  expect(simulation.weights("plastic")[0]).toBe(0.5);
  simulation.modulate("plastic", [2]);
  expect(simulation.weights("plastic")[0]).toBeCloseTo(0.5 + 0.2 * e(400), 5);
  simulation.at(480, () => simulation.modulate("plastic", -1));
  simulation.run(100);
  expect(simulation.weights("plastic")[0]).toBeCloseTo(0.5 + 0.2 * e(400) - 0.1 * e(480), 5);
});

test.each(["exact", "grid"] as const)(
  "online, %s mode: a spike changes the weight by eta M times what it leaves, after it has passed, if the gate is open",
  mode => {
    const neuron = { tauMem: 20, vThreshold: 1, tauRef: 6 } as const;
    const simulation = new Simulation(
      network({
        populations: { pre: { size: 1, neuron: "input" }, post: { size: 3, neuron } },
        projections: [
          {
            ...{
              name: "plastic",
              from: "pre",
              to: "post",
              weights: Float32Array.of(0.4, -0.4, 2.5),
              delay: 2,
            },
            plasticity: { kind: "three-factor", eligibility: "online", eta: 0.1, tauPlus: 10, end: 30 },
          },
        ],
      }),
      { mode },
    );
    simulation.stimulate("pre", [1, 4, 20, 40], [0, 0, 0, 0]);
    simulation.run(5);
    expect([...simulation.weights("plastic")]).toEqual([...Float32Array.of(0.4, -0.4, 2.5)]);
    simulation.modulate("plastic", [-1, -1, -1]);
    simulation.run(1);
    const left = (t: number) => 0.1 * Math.exp((t - 30) / 10);
    // The second is held below rest by its weight, the third above threshold by its refractory period.
    const after = (...weights: number[]) =>
      simulation.weights("plastic").forEach((w, s) => {
        expect(w).toBeCloseTo(weights[s], 6);
      });
    after(0.4 - left(6), -0.4, 2.5);
    simulation.modulate("plastic", [0, 0, 2]);
    simulation.run(20);
    after(0.4 - left(6), -0.4, 2.5);
    expect(simulation.synapseUpdates).toBe(1);
  },
);

test("modulators need a synapse that takes them, and one for each neuron", () => {
  const plain = twoNeurons({}, [], []);
  expect(() => plain.modulate("plastic", 1)).toThrow(
    "projections[0].plasticity: expected three-factor, got none",
  );
  expect(() => plain.reward(1)).toThrow(
    "reward: expected a projection with plasticity that takes rewards, got none",
  );
  const other = twoNeurons({ plasticity: { kind: "short-term", use: 0.5, tauRec: 100 } }, [], []);
  expect(() => other.modulate(0, 1)).toThrow("plasticity: expected three-factor, which takes modulators");
  const fitting = twoNeurons({ plasticity: base }, [], []);
  expect(() => fitting.modulate("plastic", [1, 2])).toThrow(
    "projections[0]: expected one modulator or 1, got 2",
  );
  expect(() => fitting.modulate("plastic", Number.NaN)).toThrow(
    "modulator of neuron 0: expected a finite number",
  );
  expect(() => fitting.modulate("other", 1)).toThrow(
    "projection: expected 0 to 1, or plastic, teacher->post, got other",
  );
});
