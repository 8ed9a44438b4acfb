import { expect, test } from "vitest";
import { describe, type ModelDescription } from "../../../src/description/describe.ts";
import { dense } from "../../../src/engine/network/architecture.ts";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";
import type { CircuitPlan } from "../../../src/rules/circuits/circuit.ts";
import { eachLabel, labelGoodness } from "../../../src/rules/circuits/labelGoodness.ts";

const rng = new Rng(5, "weights");
/** Neurons that are alike would fire together. */
const spread = () => 0.05 * rng.normal();
const [INPUTS, HIDDEN, CLASSES] = [12, 20, 3];
const plan = (weight: (i: number, j: number) => number): CircuitPlan => ({
  ...{ name: "circuit", architecture: dense([INPUTS, HIDDEN, CLASSES]) },
  ...{ learningRate: 0.01, hiddenRate: 5, schedule: "1" },
  weights: [
    Float32Array.from({ length: INPUTS * HIDDEN }, (_, s) => weight(Math.floor(s / HIDDEN), s % HIDDEN)),
    new Float32Array(HIDDEN * CLASSES),
  ],
  biases: [new Float32Array(HIDDEN), new Float32Array(CLASSES)],
  ...{ durationMs: 60, periodMs: 60, count: 1, epochs: 1, tau: 20, interval: 5, encoder: "rate" },
  thresholds: { hidden: 0.08, output: 0.1, error: 0.2 },
  samples: {
    // Labels stand in the first inputs.
    data: {
      samples: [Array.from({ length: INPUTS }, (_, i) => (i < CLASSES ? 0 : (i % 4) / 3))],
      labels: [1],
    },
    passes: 1,
    seed: 1,
  },
});

const simulated = (description: ModelDescription) =>
  new Simulation(network(describe(description).spec, { seed: 1 }), { mode: "grid", dt: 1 });

/** What weights of each input onto hidden neurons have changed by, summed over these, in each of the showings. */
function changes(given: CircuitPlan) {
  const simulation = simulated(labelGoodness(given));
  const read = () => {
    const weights = simulation.weights("input->hidden");
    return Array.from({ length: INPUTS }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < HIDDEN; j++) sum += weights[i * HIDDEN + j];
      return sum;
    });
  };
  // What permits learning is over a ms later.
  const at = [0, 19, 62, 79, 122].map(t => {
    simulation.run(t - simulation.time);
    return read();
  });
  return at.slice(1).map((sums, k) => sums.map((sum, i) => sum - at[k][i]));
}

test("a layer that is hardly active strengthens under the right label, and does not weaken under a wrong one", () => {
  const [settling, right, between, wrong] = changes(plan(() => 0.01 + spread()));

  for (const still of [settling, between, wrong]) expect(Math.hypot(...still)).toBe(0);
  expect(right[1]).toBeGreaterThan(0);
  expect([right[0], right[2]]).toEqual([0, 0]);
  expect(Math.min(...right)).toBe(0);
});

test("one that is active enough weakens under a wrong label, and does not strengthen under the right one", () => {
  const [settling, right, between, wrong] = changes(plan(() => 0.2 + spread()));
  for (const still of [settling, right, between]) expect(Math.hypot(...still)).toBe(0);
  expect(wrong[1]).toBe(0);
  expect(Math.min(wrong[0], wrong[2])).toBeLessThan(0);
  expect(Math.max(wrong[0], wrong[2])).toBe(0);
  expect(Math.max(...wrong)).toBe(0);
});

test("each output neuron counts hidden spikes under its own label alone", () => {
  const given = plan(i => (i < CLASSES ? [0.01, 0.2, 0.1][i] + spread() : spread()));
  const simulation = simulated(eachLabel(given));
  simulation.run(60 * CLASSES);
  const { times, neurons, populations, populationIndex } = simulation.raster();
  const counted = { hidden: new Float64Array(CLASSES), output: new Float64Array(CLASSES) };
  for (let k = 0; k < times.length; k++) {
    const { name } = populations[populationIndex[k]];
    const [label, within] = [Math.floor(times[k] / 60), times[k] % 60];
    if (name === "hidden" && within >= 20) counted.hidden[label]++;
    if (name === "output") {
      expect(neurons[k]).toBe(label);
      expect(within).toBeGreaterThanOrEqual(20);
      counted.output[label]++;
    }
  }
  const order = (counts: Float64Array) => [...counts.keys()].sort((a, b) => counts[a] - counts[b]);
  expect(order(counted.hidden)).toEqual([0, 2, 1]);
  expect(order(counted.output)).toEqual([0, 2, 1]);
  expect(counted.output[1]).toBeGreaterThan(counted.output[2] + 5);
});
