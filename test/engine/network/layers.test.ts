import fc from "fast-check";
import { expect, test } from "vitest";
import { architectureFrom, type LayerSpec } from "../../../src/description/layeredModel.ts";
import { FeedForwardNetwork } from "../../../src/engine/exact/feedForward.ts";
import { layeredSpec, populationNames } from "../../../src/engine/network/layers.ts";
import { layersOf } from "../../../src/engine/network/layersOf.ts";
import { type NetworkSpec, network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";

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
          net.input.spikes.push(durationMs * rng.uniform(), rng.integer(architecture.sizes[0]));
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
          const train = seen.spikes[p];
          expect(at.map(k => raster.neurons[k])).toEqual([...train.neurons.subarray(0, train.length)]);
          at.forEach((k, n) => {
            expect(Math.abs(raster.times[k] - train.times[n])).toBeLessThan(1e-9);
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

test("the network of layers is those layers again", () => {
  fc.assert(
    fc.property(stacks, fc.nat(1000), fc.constantFrom(20, Infinity), (layers, seed, tauMem) => {
      const architecture = architectureFrom({ name: "any", layers }, [7, 6, 2], 3, "any");
      const rng = new Rng(seed, "layers");
      const draw = (n: number) => Float32Array.from({ length: n }, () => rng.uniformIn(-1, 1));
      const weights = architecture.layers.map(({ rows, columns }) => draw(rows * columns));
      const biases = architecture.layers.map(({ columns }) => draw(columns));
      // Without a hidden layer nothing says a threshold.
      const neuron = {
        tauMem,
        ...(layers.length > 0 ? { vThreshold: 0.3, tauRef: 2 } : { vThreshold: 1, tauRef: 0 }),
      };
      const net = { architecture, weights, biases, neuron, durationMs: 30, inputGain: 0.5 };
      expect(layersOf(layeredSpec(net), {}, 0.5, 30)).toEqual(net);
    }),
    { numRuns: 100 },
  );
});

test("what is no layer is refused by its name", () => {
  const cell = { vThreshold: 1, reset: "subtract" } as const;
  const chain: NetworkSpec = {
    populations: {
      input: { size: 4, neuron: "input" },
      hidden: { size: 3, neuron: cell },
      readout: { size: 2, neuron: { model: "li" } },
    },
    projections: [
      { from: "input", to: "hidden", weights: new Float32Array(12) },
      { from: "hidden", to: "readout", weights: new Float32Array(6) },
    ],
  };
  const [first, second] = chain.projections!;
  const layers = (spec: NetworkSpec) => () => layersOf(spec, {}, 1, 20);
  const populations = (others: NetworkSpec["populations"]) =>
    layers({ ...chain, populations: { ...chain.populations, ...others } });
  const projections = (...list: NonNullable<NetworkSpec["projections"]>) =>
    layers({ ...chain, projections: list });
  expect(layers(chain)).not.toThrow();
  const refused: [() => unknown, string][] = [
    [projections({ ...first, delay: 2 }, second), "projection input->hidden: expected no delay, got 2 ms"],
    [
      projections(first, { ...second, delay: new Float32Array(6) }),
      "projection hidden->readout: expected no delay, got delays",
    ],
    [
      projections(first, second, { from: "hidden", to: "hidden", weights: 1 }),
      "population hidden: expected one projection from it, got one onto readout, one onto hidden",
    ],
    [
      projections(first, { ...second, to: "hidden" }),
      "projection hidden->hidden: expected no way back, got one onto hidden",
    ],
    [
      projections({ ...first, connect: { kind: "probability", p: 0.5 } }, second),
      "projection input->hidden: expected all synapses or those of a kernel, got probability",
    ],
    [
      projections({ ...first, weights: new Float32Array(3) }, second),
      "projection input->hidden: expected 12 weights, got 3",
    ],
    [projections(first), "population readout: expected a place in the chain that ends at hidden, got none"],
    [
      populations({ readout: { size: 2, neuron: { ...cell, reset: "fixed" } } }),
      "population readout: expected reset subtract, got fixed",
    ],
    [
      populations({ hidden: { size: 3, neuron: { ...cell, reset: "fixed" } } }),
      "population hidden: expected reset subtract, got fixed",
    ],
    [
      populations({ hidden: { size: 3, neuron: { model: "lif-exp", vThreshold: 1 } } }),
      "population hidden: expected lif neurons, got lif-exp",
    ],
    [
      populations({ hidden: { size: 3, neuron: { ...cell, vRest: 0.5 } } }),
      "population hidden: expected vRest 0, got 0.5",
    ],
    [
      populations({ hidden: { size: 3, neuron: { ...cell, bias: 0.5 } } }),
      "population hidden: expected no bias, got 0.5",
    ],
    [
      populations({ readout: { size: 2, neuron: { model: "li", tauMem: 5 } } }),
      "population readout: expected tauMem 20 as below it, got 5",
    ],
    [
      populations({ other: { size: 2, neuron: cell } }),
      "population other: expected a place in the chain that ends at readout, got none",
    ],
    [
      populations({ other: { size: 2, neuron: "input" } }),
      "network: expected one input population, got input, other",
    ],
    [
      projections({ ...first, target: "error" }, second),
      'projection input->hidden: expected the membrane as its target, got "error"',
    ],
    [
      layers({ ...chain, stimuli: [{ to: "hidden", kind: "poisson", rate: 5, weight: 1 }] }),
      "stimuli[0] onto hidden: expected a constant current, got poisson",
    ],
  ];
  for (const [make, message] of refused) expect(make).toThrow(message);
});
