import fc from "fast-check";
import { expect, test } from "vitest";
import { network } from "../../../../src/engine/network/network.ts";
import { SparseProjection } from "../../../../src/engine/network/synapses/sparse.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { Rng } from "../../../../src/math/rng.ts";

test("a sparse projection that holds every pair gives the spikes of a dense one, delays included", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.boolean(), (seed, delays) => {
      const rng = new Rng(seed, "sparse test");
      const weights = Float32Array.from({ length: 5 * 7 }, () => rng.uniformIn(-0.3, 0.7));
      const delay = delays ? Float32Array.from({ length: 35 }, () => 1 + rng.integer(4)) : 1.5;
      const times = Float64Array.from({ length: 80 }, () => 50 * rng.uniform());
      const neurons = Array.from(times, () => rng.integer(5));
      const run = (connect?: { kind: "all" }) => {
        const simulation = new Simulation(
          network({
            populations: { in: { size: 5, neuron: "input" }, out: { size: 7, neuron: { vThreshold: 1 } } },
            projections: [
              {
                from: "in",
                to: "out",
                weights: Float32Array.from(weights),
                delay: typeof delay === "number" ? delay : Float32Array.from(delay),
                ...(connect && { connect }),
              },
            ],
          }),
        );
        simulation.stimulate("in", times, neurons);
        simulation.run(60);
        return simulation;
      };
      const [dense, sparse] = [run(), run({ kind: "all" })];
      expect(sparse.raster()).toEqual(dense.raster());
      expect(sparse.synapticEvents).toBe(80 * 7);
    }),
    { numRuns: 60 },
  );
});

test("weights and delays can be drawn for each synapse, the same for the same seed", () => {
  const build = (seed: number) =>
    network(
      {
        populations: { in: { size: 50, neuron: "input" }, out: { size: 40, neuron: { vThreshold: 1 } } },
        projections: [
          {
            from: "in",
            to: "out",
            connect: { kind: "probability", p: 0.3 },
            weights: (rng, pre, post) => pre + post / 100 + 1e-3 * rng.uniform(),
            delay: rng => rng.uniformIn(1, 2),
          },
        ],
      },
      { seed },
    ).projections[0].synapses as SparseProjection;
  const a = build(5);
  expect(build(5)).toEqual(a);
  expect(build(6).targets).not.toEqual(a.targets);
  for (let i = 0; i < 50; i++) {
    for (let s = a.rowStart[i]; s < a.rowStart[i + 1]; s++) {
      expect(a.weights[s] - i - a.targets[s] / 100).toBeGreaterThan(-1e-5);
      expect(a.weights[s] - i - a.targets[s] / 100).toBeLessThan(1.1e-3);
      if (s > a.rowStart[i]) expect(a.delays![s]).toBeGreaterThanOrEqual(a.delays![s - 1]);
    }
  }
});

test("impossible synapses are refused", () => {
  const make = (targets: number[], weights: number[], delay: number | number[]) => () =>
    new SparseProjection(
      3,
      Uint32Array.of(0, 1, 2),
      Uint32Array.from(targets),
      Float32Array.from(weights),
      typeof delay === "number" ? delay : Float32Array.from(delay),
    );
  expect(make([0, 3], [1, 1], 1)).toThrow("targets[1]: expected a neuron below 3, got 3");
  expect(make([0, 2], [1, Number.NaN], 1)).toThrow("weights[1]: expected a finite number, got NaN");
  expect(make([0, 2], [1], 1)).toThrow("weights: expected 2, one per synapse, got 1");
  expect(make([0, 2], [1, 1], -2)).toThrow("delay: expected 0 ms or more, got -2");
  expect(make([0, 2], [1, 1], [1, -2])).toThrow("delay[1]: expected 0 ms or more, got -2");
});
