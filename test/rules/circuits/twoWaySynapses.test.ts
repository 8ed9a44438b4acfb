import { expect, test } from "vitest";
import { describe } from "../../../src/description/describe.ts";
import { dense } from "../../../src/engine/network/architecture.ts";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";
import { twoWayCircuit } from "../../../src/rules/circuits/twoWaySynapses.ts";

const architecture = dense([12, 6, 3]);
const rng = new Rng(3, "weights");
const weights = [72, 18].map(n => Float32Array.from({ length: n }, () => 0.3 * rng.normal() + 0.1));
const B = [72, 18].map(n => Float32Array.from({ length: n }, () => 0.3 * rng.normal()));

/** Changes of the readout and of the feedback of either sign by one sample, [hidden, classes]. */
function changes(learningRate: number, hiddenRate = 0) {
  const description = twoWayCircuit(
    {
      ...{ name: "circuit", architecture, learningRate, hiddenRate, schedule: "1" },
      weights: weights.map(w => w.slice()),
      biases: [6, 3].map(n => new Float32Array(n)),
      ...{ durationMs: 60, periodMs: 60, count: 1, epochs: 1, tau: 20, interval: 5, encoder: "rate" },
      thresholds: { hidden: 0.02, output: 0.02, error: 0.04 },
      samples: {
        data: { samples: [Array.from({ length: 12 }, (_, i) => (i % 4) / 3)], labels: [1] },
        ...{ passes: 1, seed: 1 },
      },
    },
    B,
  );
  const simulation = new Simulation(network(describe(description).spec, { seed: 1 }), {
    mode: "grid",
    dt: 1,
  });
  const reads = ["hidden->output", "sent+->hidden", "sent-->hidden"].map(name => {
    const before = Float64Array.from(simulation.weights(name));
    return () => simulation.weights(name).map((w, s) => w - before[s]);
  });
  simulation.runSamples(1);
  const [readout, up, down] = reads.map(read => Float64Array.from(read()));
  const turned = (change: Float64Array) =>
    Float64Array.from({ length: 18 }, (_, s) => change[(s % 3) * 6 + Math.floor(s / 3)]);
  return { readout, up: turned(up), down: turned(down) };
}

function cosine(a: Float64Array, b: Float64Array): number {
  const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, s) => sum + value * y[s], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

test("feedback of either sign changes as the forward weights do", () => {
  const { readout, up, down } = changes(1e-3);
  expect(Math.max(...readout)).toBeGreaterThan(0);
  expect(Math.min(...readout)).toBeLessThan(0);
  for (const change of [up, down]) {
    expect(cosine(change, readout)).toBeGreaterThan(0.97);
    expect(Math.hypot(...change) / Math.hypot(...readout)).toBeGreaterThan(0.5);
    expect(Math.hypot(...change) / Math.hypot(...readout)).toBeLessThan(2);
  }
});
