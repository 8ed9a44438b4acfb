import { expect, test } from "vitest";
import { network } from "../../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../../src/engine/network/neurons/index.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { Rng } from "../../../../src/math/rng.ts";
import { integrate, type ReferenceNeuron } from "./taylor.ts";

const size = 8;
const inputs = 12;
const duration = 150;
const mV = { vRest: -60, vThreshold: -50, vReset: -58 };

/** Each model with weights that make it fire some ten to fifty times in 150 ms: [neuron, scale of the weights]. */
const models: [ReferenceNeuron, number][] = [
  [{ model: "lif", ...mV, tauMem: 20, bias: 0.6, reset: "fixed", tauRef: 2 }, 4],
  [{ model: "lif", ...mV, tauMem: 20, bias: 0.6, reset: "subtract", tauRef: 0 }, 4],
  [{ model: "if", ...mV, bias: 0.1, reset: "subtract", tauRef: 3 }, 2],
  [
    { model: "lif-exp", ...mV, tauMem: 20, tauExc: 5, tauInh: 10, bias: 0.55, reset: "fixed", tauRef: 5 },
    0.8,
  ],
  [
    { model: "lif-exp", ...mV, tauMem: 20, tauExc: 8, tauInh: 2, bias: 0.3, reset: "subtract", tauRef: 0 },
    0.8,
  ],
  [{ model: "lif-exp", ...mV, tauMem: 10, tauExc: 5, tauInh: 5, bias: 0.6, reset: "fixed", tauRef: 1 }, 0.8],
  [
    { model: "lif-exp", ...mV, tauMem: 10, tauExc: 10, tauInh: 10, bias: 0.8, reset: "subtract", tauRef: 2 },
    0.5,
  ],
  [{ model: "lif-exp", ...mV, tauMem: 10, tauExc: 10.000001, tauInh: 3, reset: "fixed", tauRef: 0 }, 1],
  [{ model: "lif-alpha", ...mV, tauMem: 20, tauExc: 2, tauInh: 4, bias: 0.4, reset: "fixed", tauRef: 2 }, 1],
  [
    { model: "lif-alpha", ...mV, tauMem: 10, tauExc: 10, tauInh: 3, bias: 0.2, reset: "subtract", tauRef: 0 },
    0.6,
  ],
  [
    {
      model: "lif-alpha",
      ...mV,
      tauMem: 10,
      tauExc: 4,
      tauInh: 9.9999,
      bias: 1.1,
      reset: "subtract",
      tauRef: 3,
    },
    0.5,
  ],
  [{ model: "alif", ...mV, tauMem: 20, tauAdapt: 50, beta: 2, bias: 0.7, reset: "fixed", tauRef: 2 }, 5],
  [{ model: "alif", ...mV, tauMem: 40, tauAdapt: 8, beta: 6, bias: 0.4, reset: "subtract", tauRef: 1 }, 5],
  [{ model: "alif", ...mV, tauMem: 10, tauAdapt: 10, beta: 3, bias: 1.2, reset: "subtract", tauRef: 0 }, 5],
];

for (const [neuron, scale] of models) {
  const { model, tauRef, reset, tauExc, tauInh, tauMem } = neuron;
  const rates = tauExc ? `, ${tauMem}/${tauExc}/${tauInh} ms` : "";
  test(`${model}, ${reset}, tauRef ${tauRef}${rates}: a recurrent network agrees with a Taylor integration`, () => {
    let spikes = 0;
    let worst = 0;
    for (const seed of [1, 2, 3]) {
      const rng = new Rng(seed, "networks");
      const draw = (n: number, low: number, high: number) =>
        Float32Array.from({ length: n }, () => rng.uniformIn(low, high));
      const weights = draw(size * size, -0.7 * scale, 0.5 * scale);
      const delays = draw(size * size, 0.3, 4);
      const inWeights = draw(inputs * size, -0.5 * scale, scale);
      const times = [...draw(100, 0, duration)];
      const sources = times.map(() => rng.integer(inputs));

      const simulation = new Simulation(
        network({
          populations: {
            in: { size: inputs, neuron: "input" },
            n: { size, neuron: neuron as unknown as NeuronSpec },
          },
          projections: [
            { from: "in", to: "n", weights: inWeights },
            { from: "n", to: "n", weights, delay: Float64Array.from(delays) },
          ],
        }),
      );
      simulation.stimulate("in", times, sources);
      simulation.run(duration);
      const raster = simulation.raster();
      const got = [...raster.times.keys()]
        .filter(k => raster.populationIndex[k] === 1)
        .map(k => [raster.times[k], raster.neurons[k]] as const);

      const expected = integrate(
        Array(size).fill(neuron),
        Array.from({ length: size }, (_, i) =>
          Array.from({ length: size }, (_, j) => ({
            to: j,
            weight: weights[i * size + j],
            delay: delays[i * size + j],
          })),
        ),
        times.flatMap((t, k) =>
          Array.from({ length: size }, (_, j) => [t, j, inWeights[sources[k] * size + j]] as const),
        ),
        duration,
        0.1,
      );
      expect(got.length).toBe(expected.length);
      for (let i = 0; i < size; i++) {
        const own = got.filter(([, j]) => j === i).map(([t]) => t);
        const theirs = expected.filter(([, j]) => j === i).map(([t]) => t);
        expect(own.length).toBe(theirs.length);
        for (const [k, t] of own.entries()) worst = Math.max(worst, Math.abs(t - theirs[k]));
      }
      spikes += got.length;
    }
    if (process.env.THREEFACTOR_SHOW) console.log(`${model} ${spikes} spikes, worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
    expect(spikes).toBeGreaterThan(60);
  });
}
