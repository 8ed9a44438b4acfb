import { expect, test } from "vitest";
import type { HomeostasisSpec } from "../../../../src/engine/network/plasticity/homeostasis.ts";
import { poissonTimes, twoNeurons, weightAfter } from "./twoNeurons.ts";

const rule: HomeostasisSpec = { kind: "homeostasis", targetRate: 5, tauRate: 500, tauScaling: 10_000 };

test("the weights of a silent neuron grow exponentially", () => {
  expect(weightAfter(5000, { plasticity: rule }, [], [])).toBeCloseTo(0.5 * Math.exp(0.5), 10);
});

test("the factor follows a numerical integration of the rate, bounds included", () => {
  for (const [hz, extra] of [
    [3, {}],
    [12, {}],
    [12, { scaleMin: 0.97, scaleMax: 1.01 }],
  ] as const) {
    const spikes = poissonTimes(7, hz, 5000);
    const w = weightAfter(5000, { plasticity: { ...rule, ...extra } }, [], spikes);
    const { scaleMin = 0, scaleMax = Infinity } = extra as Partial<HomeostasisSpec>;
    const h = 0.01;
    let [q, logScale, next] = [0, 0, 0];
    for (let t = 0; t < 5000 - h / 2; t += h) {
      const middle = q * Math.exp(-h / 2 / 500);
      logScale += (h * (1 - middle)) / 10_000;
      logScale = Math.min(Math.log(scaleMax), Math.max(Math.log(scaleMin), logScale));
      q *= Math.exp(-h / 500);
      while (next < spikes.length && spikes[next] < t + h) {
        q += 1000 / (500 * 5);
        next++;
      }
    }
    expect(w).toBeCloseTo(0.5 * Math.exp(logScale), 4);
  }
});

test("a neuron at its target keeps its weights, and reading them does not move them", () => {
  const regular = Array.from({ length: 200 }, (_, k) => 200 * k);
  const simulation = twoNeurons({ plasticity: rule }, [], regular);
  simulation.run(20_000);
  const before = simulation.weights("plastic")[0];
  simulation.run(19_999);
  const after = simulation.weights("plastic")[0];
  expect(Math.abs(after / before - 1)).toBeLessThan(0.01);
});
