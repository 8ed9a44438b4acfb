import { expect, test } from "vitest";
import { LifLayer } from "../../../../src/engine/exact/lifLayer.ts";
import { modesOf } from "../../../../src/engine/exact/modes/modeRows.ts";
import { type NetworkSpec, network } from "../../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../../src/engine/network/neurons/index.ts";
import { lif } from "../../../../src/engine/network/neurons/lif.ts";
import { Simulation, type SimulationOptions } from "../../../../src/engine/simulation.ts";

/** Neurons that rest above threshold fire by themselves: Brian2's CUBA has El = -49 mV and Vt = -50 mV. */

const fixed = { vThreshold: -50, vReset: -60, reset: "fixed", tauRef: 5, tauMem: 20 } as const;
const models: readonly [string, NeuronSpec][] = [
  ["lif", fixed],
  ["lif-exp", { model: "lif-exp", ...fixed, tauExc: 5, tauInh: 10 }],
  ["lif-alpha", { model: "lif-alpha", ...fixed, tauExc: 2, tauInh: 3 }],
  ["alif", { model: "alif", ...fixed, tauAdapt: 50, beta: 0.2 }],
];
const options: readonly SimulationOptions[] = [{}, { mode: "grid", dt: 0.1 }];
const resting = (neuron: NeuronSpec, rest: object) => ({ ...(neuron as object), ...rest }) as NeuronSpec;

function spec(neuron: NeuronSpec, weights: number, v = -60): NetworkSpec {
  return {
    populations: { in: { size: 20, neuron: "input" }, c: { size: 30, neuron, initial: { v } } },
    // Rows of synapses, so that lif-exp is kept by modes.
    projections: [
      { from: "in", to: "c", connect: { kind: "probability", p: 0.5 }, weights, delay: 0.3 },
      { from: "in", to: "c", connect: { kind: "probability", p: 0.3 }, weights: -weights, delay: 1 },
    ],
    stimuli: [{ to: "in", kind: "poisson", rate: 60 }],
  };
}

function spikes(given: NetworkSpec, option: SimulationOptions): number[] {
  const simulation = new Simulation(network(given), { ...option, record: { spikes: ["c"] } });
  simulation.run(300);
  return [...simulation.raster().times];
}

test.each(models)("%s: at the period of the closed form", (name, neuron) => {
  for (const option of options) {
    const own = resting(neuron, { vRest: -49, ...(name === "alif" && { beta: 0 }) });
    const alone = { populations: { c: { size: 1, neuron: own } } };
    const times = spikes(alone, option);
    // It begins at rest, and so fires at once.
    const period = 5 + 20 * Math.log(11);
    expect(times.length).toBe(6);
    times.forEach((t, k) => {
      if (option.mode === "grid") expect(Math.abs(t - k * period)).toBeLessThan(0.1 * (k + 1));
      else expect(t).toBeCloseTo(k * period, 9);
    });
  }
});

test.each(models)("%s: as a current of the same strength has it, with inputs", (name, neuron) => {
  const weights = name === "lif" || name === "alif" ? 1.5 : 0.6;
  for (const option of options) {
    const above = spikes(spec(resting(neuron, { vRest: -49 }), weights), option);
    const driven = spikes(spec(resting(neuron, { vRest: -60, bias: 0.55 }), weights), option);
    expect(above.length).toBeGreaterThan(100);
    expect(above.length).toBe(driven.length);
    for (let k = 0; k < above.length; k++) expect(above[k]).toBeCloseTo(driven[k], 6);
  }
});

test("lif-exp: what is kept by modes fires as potentials and currents do", () => {
  const neuron = resting(models[1][1], { vRest: -49 });
  const rows = spec(neuron, 0.6, -49);
  expect(modesOf(network(rows)).groups.some(Boolean)).toBe(true);
  // A delay for each synapse keeps them out.
  const projections = rows.projections!.map(p => ({ ...p, delay: () => p.delay as number }));
  const queue: NetworkSpec = { ...rows, projections };
  expect(modesOf(network(queue)).groups.some(Boolean)).toBe(false);
  const [modes, plain] = [spikes(rows, {}), spikes(queue, {})];
  expect(modes.length).toBeGreaterThan(100);
  expect(modes.length).toBe(plain.length);
  for (let k = 0; k < modes.length; k++) expect(modes[k]).toBeCloseTo(plain[k], 9);
});

test.each(models)("%s: inhibition or a current may hold it below threshold for good", (name, neuron) => {
  for (const option of options) {
    const held = resting(neuron, { vRest: -49, bias: -0.06, ...(name === "alif" && { beta: 0 }) });
    expect(spikes({ populations: { c: { size: 1, neuron: held } } }, option)).toEqual([0]);
  }
});

test("if: fires from its start, and then by its current", () => {
  const neuron: NeuronSpec = { model: "if", vRest: 2, vThreshold: 1, vReset: 0, reset: "fixed", bias: 0.1 };
  for (const option of options) {
    const times = spikes({ populations: { c: { size: 1, neuron } } }, option);
    expect(times.slice(0, 5).map(t => Math.round(t))).toEqual([0, 10, 20, 30, 40]);
  }
});

test("a layer refuses them", () => {
  const neuron = lif({ ...fixed, tauRef: 0, vRest: -49 });
  expect(() => new LifLayer(1, 1, new Float32Array(1), neuron)).toThrow(
    "vRest: expected below vThreshold (-50) in a layer, got -49; use Simulation",
  );
});
