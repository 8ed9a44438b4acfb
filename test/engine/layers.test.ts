import fc from "fast-check";
import { expect, test } from "vitest";
import { architectureFrom, type LayerSpec } from "../../src/description/layeredModel.ts";
import { FeedForwardNetwork } from "../../src/engine/feedForward.ts";
import { layeredSpec, populationNames } from "../../src/engine/layers.ts";
import { network } from "../../src/engine/network.ts";
import { Simulation } from "../../src/engine/simulation.ts";
import { Rng } from "../../src/math/rng.ts";

const conv = fc.record({
  kind: fc.constant("conv" as const),
  filters: fc.integer({ min: 1, max: 3 }),
  size: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 2 }),
  padding: fc.integer({ min: 0, max: 1 }),
});
const pool = fc.record({
  kind: fc.constantFrom("maxpool" as const, "avgpool" as const),
  size: fc.constant(2),
});
const dense = fc.record({ kind: fc.constant("dense" as const), units: fc.integer({ min: 1, max: 6 }) });
const stacks: fc.Arbitrary<LayerSpec[]> = fc.oneof(
  fc.array(dense, { maxLength: 2 }),
  fc.tuple(conv, dense),
  fc.tuple(conv, pool, dense),
  fc.tuple(conv, pool),
  fc.tuple(
    conv,
    pool,
    conv.map(own => ({ ...own, padding: 1 })),
    dense,
  ),
);

test("a layered network fires the same spikes as the populations and projections that it is", () => {
  let spikes = 0;
  fc.assert(
    fc.property(
      stacks,
      fc.nat(1000),
      fc.constantFrom(0, 1.5),
      fc.constantFrom(20, 8),
      (layers, seed, tauRef, tauMem) => {
        const durationMs = 20;
        const architecture = architectureFrom({ name: "any", layers }, [7, 6, 2], 3, "any");
        const rng = new Rng(seed, "layers");
        const weights = architecture.layers.map(({ rows, columns }) =>
          Float32Array.from({ length: rows * columns }, () => rng.uniformIn(-0.4, 0.8)),
        );
        const biases = architecture.layers.map(({ columns }) =>
          Float32Array.from({ length: columns }, () => rng.uniformIn(-0.2, 0.4)),
        );
        const neuron = { tauMem, vThreshold: 0.3, tauRef };
        const net = new FeedForwardNetwork(architecture, weights, biases, neuron, durationMs);
        for (let k = 0; k < 60; k++)
          net.input.spikes.push(durationMs * rng.uniform(), rng.integer(architecture.sizes[0]!));
        net.input.spikes.sort(durationMs);
        net.input.gain = 0.5;
        const seen = net.present(net.presentation());

        const spec = layeredSpec({ architecture, weights, biases, neuron, durationMs, inputGain: 0.5 });
        const simulation = new Simulation(network(spec));
        const { times, neurons, length } = net.input.spikes;
        simulation.stimulate("input", times.subarray(0, length), neurons.subarray(0, length));
        simulation.run(durationMs);
        const raster = simulation.raster();
        const names = populationNames(architecture.layers.length);
        names.slice(0, -1).forEach((name, p) => {
          const q = raster.populations.findIndex(population => population.name === name);
          const at = [...raster.times.keys()].filter(k => raster.populationIndex[k] === q);
          const train = seen.spikes[p]!;
          expect(at.map(k => raster.neurons[k])).toEqual([...train.neurons.subarray(0, train.length)]);
          at.forEach((k, n) => {
            expect(Math.abs(raster.times[k]! - train.times[n]!)).toBeLessThan(1e-9);
          });
          if (p > 0) spikes += at.length;
        });
        seen.logits.forEach((logit, j) => {
          expect(Math.abs(simulation.potential("readout", j) - logit)).toBeLessThan(1e-9);
        });
      },
    ),
    { numRuns: 150 },
  );
  expect(spikes).toBeGreaterThan(1000);
});
