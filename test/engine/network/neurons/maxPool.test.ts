import { expect, test } from "vitest";
import { network } from "../../../../src/engine/network/network.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { InputError } from "../../../../src/errors.ts";

const pooled = (shape: number[], size: number, tauMem = 20) =>
  network({
    populations: {
      in: { size: shape.reduce((a, b) => a * b), neuron: "input" },
      pool: {
        size: shape.reduce((a, b) => a * b),
        neuron: { model: "max-pool", tauMem, shape, size } as never,
      },
    },
    projections: [{ from: "in", to: "pool", connect: { kind: "oneToOne" }, weights: 1 }],
  });

test("without decay a pool passes on as many spikes as its busiest neuron had, at their times", () => {
  const simulation = new Simulation(pooled([2, 2, 1], 2, Infinity), { record: { spikes: ["pool"] } });
  // Neuron 1 fires thrice, the others less often and not before it.
  simulation.stimulate("in", [1, 1.5, 2, 3, 3.5, 4], [1, 0, 1, 1, 3, 0]);
  simulation.run(10);
  expect([...simulation.raster().times]).toEqual([1, 2, 3]);
});

test("the trace of a pool is the largest of its neurons', to half a spike, and channels are pools of their own", () => {
  const simulation = new Simulation(pooled([3, 4, 2], 2), { record: { spikes: ["pool"] } });
  const input: [number, number][] = [];
  for (let k = 0; k < 200; k++) input.push([k * 0.37, (k * 7) % 24]);
  simulation.stimulate(
    "in",
    input.map(([t]) => t),
    input.map(([, i]) => i),
  );
  simulation.run(80);
  const { times, neurons } = simulation.raster();
  const trace = (spikes: number[]) => spikes.reduce((sum, t) => sum + Math.exp((t - 80) / 20), 0);
  const timesOf = (i: number) => input.filter(([, n]) => n === i).map(([t]) => t);
  for (const c of [0, 1]) {
    for (const x of [0, 2]) {
      const members = [0, 1].flatMap(y => [x, x + 1].map(column => (y * 4 + column) * 2 + c));
      const largest = Math.max(...members.map(i => trace(timesOf(i))));
      const passed = trace([...times.keys()].filter(k => members.includes(neurons[k])).map(k => times[k]));
      expect(Math.abs(passed - largest)).toBeLessThanOrEqual(0.5 + 1e-9);
    }
  }
  // The third row fills no window.
  expect(neurons.every(i => i < 16)).toBe(true);
});

test("a shape that is not the population's, and the grid mode, are refused", () => {
  expect(() =>
    network({
      populations: {
        pool: { size: 5, neuron: { model: "max-pool", tauMem: 20, shape: [2, 2, 1], size: 2 } },
      },
    }),
  ).toThrow(
    new InputError("populations.pool.neuron.shape: expected 5 neurons, the population's size, got 4"),
  );
  expect(() => new Simulation(pooled([2, 2, 1], 2), { mode: "grid" })).toThrow(
    /got max-pool; use the exact mode/,
  );
});
