import { expect, test } from "vitest";
import { auditCircuit } from "../../../src/audit/circuit.ts";
import { describe } from "../../../src/description/describe.ts";
import { dense } from "../../../src/engine/network/architecture.ts";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";
import { errorThroughWeights } from "../../../src/rules/circuits/errorThroughWeights.ts";

const architecture = dense([12, 8, 6, 3]);
const rng = new Rng(3, "weights");
const drawn = (n: number, deviation: number, mean = 0) =>
  Float32Array.from({ length: n }, () => deviation * rng.normal() + mean);
const weights = [96, 48, 18].map(n => drawn(n, 0.4, 0.1));
const F = drawn(36, 0.05);

const described = () =>
  errorThroughWeights(
    {
      ...{ name: "circuit", architecture, learningRate: 0.1, hiddenRate: 7, schedule: "1" },
      weights: weights.map(w => w.slice()),
      biases: [8, 6, 3].map(n => new Float32Array(n)),
      ...{ durationMs: 60, periodMs: 60, count: 1, epochs: 1, tau: 20, interval: 5, encoder: "rate" },
      thresholds: { hidden: 0.08, output: 0.1, error: 0.2 },
      samples: {
        data: {
          samples: [0, 1, 2].map(k => Array.from({ length: 12 }, (_, i) => ((i + k) % 4) / 3)),
          labels: [0, 1, 2],
        },
        ...{ passes: 10, seed: 1 },
      },
    },
    F,
  );

test.each(["exact", "grid"] as const)(
  "%s mode: twins keep the weights of the synapses that carry the sample",
  mode => {
    const simulation = new Simulation(network(describe(described()).spec, { seed: 1 }), {
      ...(mode === "grid" ? { mode, dt: 1 } : { mode }),
    });
    simulation.runSamples(12);
    for (const [l, [from, to]] of [
      ["input", "hidden 1"],
      ["hidden 1", "hidden 2"],
    ].entries()) {
      const own = Float32Array.from(simulation.weights(`${from}->${to}`));
      expect(own).not.toEqual(weights[l]);
      const n = architecture.sizes[l + 1];
      for (const sign of ["+", "-"]) {
        const twin = simulation.weights(`${from}${sign}->c${l + 1}`);
        own.forEach((w, s) => {
          const place = 2 * n * Math.floor(s / n) + (s % n);
          expect(twin[place]).toBe(w);
          expect(twin[place + n]).toBe(-w);
        });
      }
    }
  },
);

test("what the twins carry is the error alone: without any at the input, sample spikes cancel", () => {
  const whole = described();
  const cut = whole.projections!.filter(each => !(each as { to: string }).to.startsWith("c0"));
  const carried = (projections: readonly unknown[]) => {
    const spikes: number[] = [];
    const simulation = new Simulation(network(describe({ ...whole, projections }).spec, { seed: 1 }), {
      ...{ mode: "grid", dt: 1 },
      onSample: ({ counts }) => spikes.push(...counts("c1"), ...counts("c2")),
    });
    simulation.runSamples(6);
    return spikes.reduce((sum, n) => sum + n, 0);
  };
  expect(carried(whole.projections!)).toBeGreaterThan(0);
  expect(carried(cut)).toBe(0);
});

test("the audit says that two synapses share a change", () => {
  const { synapses } = auditCircuit(described());
  const shares = (name: string) => synapses.find(each => each.name === name)!.sharesWith;
  expect(shares("input->hidden 1")).toEqual(["input+->c1", "input-->c1"]);
  expect(shares("hidden 2->output")).toEqual([]);
});
