import fc from "fast-check";
import { expect, test } from "vitest";
import { network, type ProjectionSpec } from "../../../../src/engine/network/network.ts";
import type { Connectivity } from "../../../../src/engine/network/synapses/connect.ts";
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
    ).projections[0].synapses;
  const a = build(5);
  expect(build(5)).toEqual(a);
  const { starts, targets } = a.runs;
  expect(build(6).runs.targets).not.toEqual(targets);
  for (let i = 0; i < 50; i++) {
    for (let s = starts[i]; s < starts[i + 1]; s++) {
      expect(a.weights[s] - i - targets[s] / 100).toBeGreaterThan(-1e-5);
      expect(a.weights[s] - i - targets[s] / 100).toBeLessThan(1.1e-3);
      if (s > starts[i]) expect(a.delays![s]).toBeGreaterThanOrEqual(a.delays![s - 1]);
    }
  }
});

const listed = { connect: { kind: "pairs", pre: [0, 1], post: [0, 2] } } as const;

test.each<[Partial<ProjectionSpec>, string, { connect?: Connectivity }?]>([
  [{ weights: [1, Number.NaN] }, "weights[1]: expected a finite number, got NaN"],
  [{ weights: Number.NaN }, "weights: expected a finite number, got NaN"],
  [{ weights: [1] }, "weights: expected one number, or 2, got 1"],
  [{ delay: -2 }, "delay: expected 0 ms or more, got -2"],
  [{ delay: [1, -2] }, "delay[1]: expected 0 ms or more, got -2"],
  [{ gain: Infinity }, "gain: expected a finite number, got Infinity"],
  [{ connect: { kind: "all" }, weights: [1, 2, 3] }, "weights: expected one number, or 6, got 3"],
  [{ weights: [1, 2, 3] }, "weights: expected 2 x 3 = 6 numbers, got 3", {}],
  [{ weights: new Float32Array(6), delay: [1] }, "delay: expected one number or 6 numbers, got 1", {}],
  [
    { weights: new Float32Array(6), delay: [1, 1, 1, 1, 1, -1] },
    "delay[5]: expected 0 ms or more, got -1",
    {},
  ],
])("impossible synapses are refused: %#", (more, message, connect = listed) => {
  const projection = { from: "in", to: "out", ...connect, weights: 1, ...more };
  const populations = {
    in: { size: 2, neuron: "input" },
    out: { size: 3, neuron: { vThreshold: 1 } },
  } as const;
  expect(() => network({ populations, projections: [projection] })).toThrow(`projections[0].${message}`);
});

test("delays of a matrix stay what they are, in 4 bytes where these say the same", () => {
  const synapsesOf = (delay: ProjectionSpec["delay"]) =>
    network({
      populations: { in: { size: 40, neuron: "input" }, out: { size: 50, neuron: { vThreshold: 1 } } },
      projections: [{ from: "in", to: "out", weights: new Float32Array(2000), delay: delay! }],
    }).projections[0].synapses;
  const rng = new Rng(1, "delays");
  const ends = 4 * 41;
  for (const [each, bytes] of [
    [() => 1 + rng.integer(40) / 10, 16],
    [() => 1 + rng.uniform(), 20],
  ] as const) {
    const given = Array.from({ length: 2000 }, each);
    const held = synapsesOf(given);
    for (let i = 0; i < 40; i++) {
      const sorted = given.slice(50 * i, 50 * i + 50).sort((a, b) => a - b);
      expect(sorted.map((_, cursor) => held.delayAt(i, cursor))).toEqual(sorted);
    }
    expect(held.minDelay).toBe(Math.min(...given));
    expect(held.bytes).toBe(2000 * bytes + ends);
    const drawn = synapsesOf(Float32Array.from(given));
    expect(drawn.bytes).toBe(2000 * 16 + ends);
    expect(Math.abs(drawn.delayAt(0, 0) - held.delayAt(0, 0))).toBeLessThan(1e-6);
  }
});
