import { expect, test } from "vitest";
import { describe, type ModelDescription } from "../../../src/description/describe.ts";
import { dense } from "../../../src/engine/network/architecture.ts";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";
import { ACTIVITY_DECAY, type CircuitPlan } from "../../../src/rules/circuits/circuit.ts";
import { errorInput } from "../../../src/rules/circuits/errorAtInput.ts";
import { ownProducts } from "../../../src/rules/circuits/ownProducts.ts";

const architecture = dense([12, 6, 3]);
const rng = new Rng(3, "weights");
const weights = [72, 18].map(n => Float32Array.from({ length: n }, () => 0.4 * rng.normal() + 0.1));
/** A network's weights are the lists that it is given. */
const plan = (): CircuitPlan => ({
  ...{ name: "circuit", architecture, learningRate: 0.01, hiddenRate: 5, schedule: "1" },
  weights: weights.map(w => w.slice()),
  biases: [6, 3].map(n => new Float32Array(n)),
  ...{ durationMs: 60, periodMs: 60, count: 1, epochs: 1, tau: 20, interval: 5, encoder: "rate" },
  thresholds: { hidden: 0.08, output: 0.1, error: 0.2 },
  samples: {
    data: { samples: [Array.from({ length: 12 }, (_, i) => (i % 4) / 3)], labels: [1] },
    passes: 1,
    seed: 1,
  },
});
const input = errorInput(architecture, new Rng(1, "feedback"));
const silent = { ...input, F: input.F.map(() => 0) };

/** What hidden weights have changed by at a time [ms]. */
function change(description: ModelDescription, until: number): Float64Array {
  const simulation = new Simulation(network(describe(description).spec, { seed: 1 }), {
    mode: "grid",
    dt: 1,
  });
  const read = () => Float64Array.from(simulation.weights("input->hidden"));
  const before = read();
  simulation.run(until);
  return read().map((w, s) => w - before[s]);
}

/** The description without what synapses do in the second showing. */
function halved(description: ModelDescription): ModelDescription {
  const projections = (description.projections as { plasticity?: unknown }[]).map(each =>
    Array.isArray(each.plasticity) ? { ...each, plasticity: each.plasticity[0] } : each,
  );
  return { ...description, projections };
}

const size = (changes: Float64Array) => Math.hypot(...changes);

test("where no error reaches the input, both halves cancel but for a share of activity", () => {
  const whole = change(ownProducts(plan(), silent, true), 185);
  const half = change(halved(ownProducts(plan(), silent, true)), 185);
  expect(size(half)).toBeGreaterThan(0.01);
  expect(Math.max(...half)).toBe(0);
  const share = size(whole) / size(half);
  expect(share).toBeGreaterThan(0);
  expect(Math.abs(share - ACTIVITY_DECAY / (1 + ACTIVITY_DECAY))).toBeLessThan(0.03);
  const moved = change(ownProducts(plan(), input, true), 185);
  expect(size(moved)).toBeGreaterThan(3 * size(whole));
});

test("changes that wait are made after the second showing, others in the one that they are of", () => {
  const until = (t: number, waiting: boolean) => change(ownProducts(plan(), input, waiting), t);
  expect(size(until(183, true))).toBe(0);
  expect(size(until(185, true))).toBeGreaterThan(0);
  const first = until(90, false);
  expect(Math.max(...first)).toBe(0);
  expect(Math.min(...first)).toBeLessThan(0);
  expect(Math.max(...until(180, false).map((by, s) => by - first[s]))).toBeGreaterThan(0);
});
