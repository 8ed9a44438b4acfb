import { expect, test } from "vitest";
import { describe } from "../../../src/description/describe.ts";
import { dense } from "../../../src/engine/network/architecture.ts";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { angleDegrees } from "../../../src/math/matrix.ts";
import { Rng } from "../../../src/math/rng.ts";
import { feedbackLearned } from "../../../src/rules/circuits/learnedFeedback.ts";
import { mirrorCircuit } from "../../../src/rules/circuits/mirrorSynapses.ts";

const architecture = dense([12, 10, 8, 3]);
const rng = new Rng(3, "weights");
const drawn = (deviation: number) =>
  [120, 80, 24].map(n => Float32Array.from({ length: n }, () => deviation * rng.normal()));
const weights = drawn(0.3);
const B = drawn(0.1);

test("noise turns the feedback of every layer towards the forward weights, and nothing else learns of it", () => {
  const description = mirrorCircuit(
    {
      ...{ name: "circuit", architecture, learningRate: 0, hiddenRate: 1, schedule: "1" },
      weights: weights.map(w => w.slice()),
      biases: [10, 8, 3].map(n => new Float32Array(n)),
      ...{ durationMs: 30, periodMs: 30, count: 1, epochs: 500, tau: 20, interval: 5, encoder: "rate" },
      thresholds: { hidden: 0.08, output: 0.1, error: 0.2 },
      samples: {
        data: { samples: [Array.from({ length: 12 }, (_, i) => (i % 4) / 3)], labels: [1] },
        ...{ passes: 500, seed: 1 },
      },
    },
    B,
  );
  const simulation = new Simulation(network(describe(description).spec, { seed: 1 }), {
    mode: "grid",
    dt: 1,
    record: { spikes: false },
  });
  const feedback = () =>
    feedbackLearned(architecture, name => simulation.weights(name.replace(" error", "")));
  const degrees = () => [1, 2].map(l => angleDegrees(feedback()[l], weights[l]));
  for (const angle of degrees()) expect(Math.abs(angle - 90)).toBeLessThan(20);
  simulation.runSamples(500);
  for (const angle of degrees()) expect(angle).toBeLessThan(45);
  expect(simulation.weights("sent+->hidden 2")).toEqual(simulation.weights("sent-->hidden 2"));
  expect(Float32Array.from(simulation.weights("hidden 1->hidden 2"))).toEqual(weights[1]);
});
