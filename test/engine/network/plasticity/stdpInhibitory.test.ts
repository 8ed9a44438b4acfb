import { expect, test } from "vitest";
import { network } from "../../../../src/engine/network/network.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { poissonTimes, sum, weightAfter } from "./twoNeurons.ts";

const rule = { kind: "stdp-inhibitory", eta: 0.01, targetRate: 8, tau: 20 } as const;

test("near spikes strengthen whatever their order, and every presynaptic spike weakens by alpha", () => {
  const alpha = 2 * 0.008 * 20;
  for (const dt of [-30, -5, 2, 12]) {
    const w = weightAfter(300, { plasticity: rule }, [100], [100 + dt]);
    expect(w - 0.5).toBeCloseTo(0.01 * (Math.exp(-Math.abs(dt) / 20) - alpha), 7);
  }
  const [pre, post] = [poissonTimes(1, 20, 2000), poissonTimes(2, 10, 2000)];
  const pairs = sum(pre.flatMap(s => post.map(t => Math.exp(-Math.abs(t - s) / 20))));
  const w = weightAfter(2000, { weights: [10], plasticity: rule }, pre, post);
  expect(w - 10).toBeCloseTo(0.01 * (pairs - alpha * pre.length), 4);
});

test("inhibition grows until the neuron fires at the target rate", () => {
  const net = network({
    populations: {
      inhibitory: { size: 1000, neuron: "input" },
      cell: { size: 4, neuron: { tauMem: 20, vThreshold: 10, reset: "fixed", tauRef: 5 } },
    },
    projections: [
      {
        from: "inhibitory",
        to: "cell",
        weights: new Float32Array(4000).fill(0.001),
        gain: -1,
        plasticity: { ...rule, eta: 5e-4, targetRate: 10 },
      },
    ],
    stimuli: [
      { to: "inhibitory", kind: "poisson", rate: 20 },
      { to: "cell", kind: "poisson", rate: 2000, weight: 0.5 },
    ],
  });
  const simulation = new Simulation(net, { record: { spikes: ["cell"] } });
  const rateOver = (ms: number) => {
    const before = simulation.raster().times.length;
    simulation.run(ms);
    return (1000 * (simulation.raster().times.length - before)) / (4 * ms);
  };
  expect(rateOver(500)).toBeGreaterThan(25);
  simulation.run(14_500);
  // 4 cells in 20 s fire 800 spikes. Many weak inputs: a strong one would shape the cell's spikes itself.
  const settled = rateOver(20_000);
  expect(Math.abs(settled / 10 - 1)).toBeLessThan(0.05);
  expect(Math.min(...simulation.weights(0))).toBeGreaterThan(0);
});
