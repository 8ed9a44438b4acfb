import { network, type ProjectionSpec } from "../../../../src/engine/network/network.ts";
import { Simulation, type SimulationOptions } from "../../../../src/engine/simulation.ts";
import { Rng } from "../../../../src/math/rng.ts";

/**
 * One synapse, `plastic`, between two neurons whose spike times are given. The postsynaptic neuron is far from its
 * threshold, which only its teacher reaches.
 */
export function twoNeurons(
  plastic: Partial<ProjectionSpec>,
  pre: readonly number[],
  post: readonly number[],
  options: SimulationOptions = {},
): Simulation {
  const neuron = { tauMem: 1, vThreshold: 1e6, reset: "fixed" } as const;
  const net = network({
    populations: {
      pre: { size: 1, neuron: "input" },
      teacher: { size: 1, neuron: "input" },
      post: { size: 1, neuron },
    },
    projections: [
      { name: "plastic", from: "pre", to: "post", weights: [0.5], ...plastic },
      { from: "teacher", to: "post", weights: [2e6] },
    ],
  });
  const simulation = new Simulation(net, options);
  const zeros = (times: readonly number[]) => times.map(() => 0);
  simulation.stimulate("pre", pre, zeros(pre));
  simulation.stimulate("teacher", post, zeros(post));
  return simulation;
}

/** Weight of the synapse of `twoNeurons` after a time [ms]. */
export function weightAfter(
  ms: number,
  plastic: Partial<ProjectionSpec>,
  pre: readonly number[],
  post: readonly number[],
): number {
  const simulation = twoNeurons(plastic, pre, post);
  simulation.run(ms);
  return simulation.weights("plastic")[0];
}

/** Poisson spike times up to `ms`, in order [ms]. */
export function poissonTimes(seed: number, hz: number, ms: number): number[] {
  const rng = new Rng(seed, "times");
  const times: number[] = [];
  for (let t = rng.exponential(hz / 1000); t < ms; t += rng.exponential(hz / 1000)) times.push(t);
  return times;
}

export function sum(xs: readonly number[]): number {
  return xs.reduce((a, b) => a + b, 0);
}
