import fc from "fast-check";
import { expect, test } from "vitest";
import { LifLayer } from "../../../src/engine/exact/lifLayer.ts";
import { network } from "../../../src/engine/network/network.ts";
import { type LifParameters, lif } from "../../../src/engine/network/neurons/lif.ts";
import { SpikeTrain } from "../../../src/engine/record/spikeTrain.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";
import { sized } from "../../long.ts";

interface Case {
  seed: number;
  sizes: [number, number, number];
  tauMem: number;
  tauRef: number;
  reset: "subtract" | "fixed";
  spikes: number;
  currents: boolean;
  ties: boolean;
}

const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.nat(1e6),
  sizes: fc.tuple(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 6 }),
  ),
  tauMem: fc.constantFrom(5, 20, Infinity),
  tauRef: fc.constantFrom(0, 0, 1.7, 3),
  reset: fc.constantFrom("subtract" as const, "subtract" as const, "fixed" as const),
  spikes: fc.nat(200),
  currents: fc.boolean(),
  ties: fc.boolean(),
});

function draw(c: Case) {
  const rng = new Rng(c.seed, "layer test");
  const tauRef = c.reset === "fixed" ? 0 : c.tauRef;
  const neuron = lif({ tauMem: c.tauMem, tauRef, vThreshold: 0.25, reset: c.reset, vReset: -0.05 });
  const train = new SpikeTrain();
  for (let k = 0; k < c.spikes; k++) {
    train.push(c.ties ? rng.integer(20) : 20 * rng.uniform(), rng.integer(c.sizes[0]));
  }
  train.sort(20);
  const weights = [0, 1].map(l =>
    Float32Array.from({ length: c.sizes[l] * c.sizes[l + 1] }, () => rng.uniformIn(-0.3, 0.4)),
  );
  const currents = [1, 2].map(l =>
    Float64Array.from({ length: c.sizes[l] }, () => (c.currents ? rng.uniformIn(-0.05, 0.08) : 0)),
  );
  return { neuron, train, weights, currents };
}

function inLayers(c: Case, neuron: LifParameters, d: ReturnType<typeof draw>) {
  const hidden = new LifLayer(c.sizes[0], c.sizes[1], d.weights[0], neuron);
  const top = new LifLayer(c.sizes[1], c.sizes[2], d.weights[1], neuron);
  hidden.present(d.train, 0.4, d.currents[0], 20);
  top.present(hidden.spikes, 0.25, d.currents[1], 20);
  return [hidden, top];
}

function inQueue(c: Case, d: ReturnType<typeof draw>) {
  const simulation = new Simulation(
    network({
      populations: {
        // Declared out of order on purpose: the order at one instant follows the projections.
        top: { size: c.sizes[2], neuron: d.neuron, tauTrace: c.tauMem },
        hidden: { size: c.sizes[1], neuron: d.neuron, tauTrace: c.tauMem },
        input: { size: c.sizes[0], neuron: "input", tauTrace: c.tauMem },
      },
      projections: [
        { from: "input", to: "hidden", weights: d.weights[0], gain: 0.4 },
        { from: "hidden", to: "top", weights: d.weights[1], gain: 0.25 },
      ],
    }),
  );
  simulation.stimulate(
    "input",
    d.train.times.subarray(0, d.train.length),
    d.train.neurons.subarray(0, d.train.length),
  );
  simulation.setCurrent("hidden", d.currents[0]);
  simulation.setCurrent("top", d.currents[1]);
  simulation.run(20);
  return simulation;
}

test("layer by layer and through the queue, a feed-forward network fires the same spikes, to the bit", () => {
  fc.assert(
    fc.property(cases, c => {
      const d = draw(c);
      const layers = inLayers(c, d.neuron, d);
      const simulation = inQueue(c, d);
      const raster = simulation.raster();
      for (const [index, name] of [
        [1, "hidden"],
        [0, "top"],
      ] as const) {
        const layer = layers[1 - index];
        const of = [...raster.times.keys()].filter(k => raster.populationIndex[k] === index);
        expect(Array.from(layer.spikes.neurons.subarray(0, layer.spikes.length))).toEqual(
          of.map(k => raster.neurons[k]),
        );
        of.forEach((k, n) => {
          expect(raster.times[k]).toBe(layer.spikes.times[n]);
        });
        for (let j = 0; j < layer.post; j++) {
          expect(simulation.potential(name, j)).toBe(layer.v[j]);
        }
      }
    }),
    { numRuns: sized(400, 800) },
  );
});

test("theta r = sum w x - V holds at every time in any feed-forward network with subtractive reset", () => {
  fc.assert(
    fc.property(cases, fc.double({ min: 0, max: 20, noNaN: true }), (given, t) => {
      const c: Case = { ...given, reset: "subtract", currents: false };
      const d = draw(c);
      const simulation = inQueue(c, d);
      // A fresh run up to any time t, not only to the end of the presentation.
      const part = inQueueUntil(c, d, t);
      for (const run of [simulation, part]) {
        for (const [from, to, weights, gain] of [
          ["input", "hidden", d.weights[0], 0.4],
          ["hidden", "top", d.weights[1], 0.25],
        ] as const) {
          const x = run.trace(from);
          const r = run.trace(to);
          r.forEach((rj, j) => {
            let drive = 0;
            x.forEach((xi, i) => {
              drive += gain * weights[i * r.length + j] * xi;
            });
            expect(Math.abs(0.25 * rj - (drive - run.potential(to, j)))).toBeLessThan(1e-9);
          });
        }
      }
    }),
    { numRuns: 500 },
  );
});

function inQueueUntil(c: Case, d: ReturnType<typeof draw>, t: number) {
  const simulation = new Simulation(
    network({
      populations: {
        input: { size: c.sizes[0], neuron: "input", tauTrace: c.tauMem },
        hidden: { size: c.sizes[1], neuron: d.neuron, tauTrace: c.tauMem },
        top: { size: c.sizes[2], neuron: d.neuron, tauTrace: c.tauMem },
      },
      projections: [
        { from: "input", to: "hidden", weights: d.weights[0], gain: 0.4 },
        { from: "hidden", to: "top", weights: d.weights[1], gain: 0.25 },
      ],
    }),
  );
  simulation.stimulate(
    "input",
    d.train.times.subarray(0, d.train.length),
    d.train.neurons.subarray(0, d.train.length),
  );
  simulation.run(t);
  return simulation;
}
