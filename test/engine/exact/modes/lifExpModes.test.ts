import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LifExpModes } from "../../../../src/engine/exact/modes/lifExpModes.ts";
import { type NetworkSpec, network, type ProjectionSpec } from "../../../../src/engine/network/network.ts";
import { type NeuronSpec, neuronModel } from "../../../../src/engine/network/neurons/index.ts";
import { expPeak } from "../../../../src/engine/network/neurons/response.ts";
import { Simulation, type SimulationOptions } from "../../../../src/engine/simulation.ts";
import type { Rng } from "../../../../src/math/rng.ts";
import { sized } from "../../../long.ts";
import { plainly } from "../../../plain/plainly.ts";

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Parameters of `lif-exp` that allow modes: time constants that differ, a fixed reset. */
const neurons = fc
  .record({
    tauMem: between(2, 40),
    tauExc: between(0.5, 30),
    tauInh: between(0.5, 30),
    vRest: fc.constantFrom(0, -60),
    threshold: between(2, 15),
    reset: between(0, 3),
    tauRef: fc.constantFrom(0.3, 0.7, 3),
    /** In parts of the rheobase: above 1 the neuron fires alone. */
    bias: fc.constantFrom(0, 0, 0.5, 0.97, 1.2),
    weightAs: fc.constantFrom("slope" as const, "drive" as const, "peak" as const),
  })
  .map(({ threshold, reset, bias, ...p }) => ({
    ...{ ...p, model: "lif-exp" as const, reset: "fixed" as const },
    ...{ vThreshold: p.vRest + threshold, vReset: p.vRest - reset, bias: (bias * threshold) / p.tauMem },
  }))
  .filter(({ model, ...p }) => LifExpModes.fits({ ...p, vRest: p.vRest }));

/** Weight that moves a resting neuron by one mV at most. */
function unit({ tauMem, tauExc, weightAs }: { tauMem: number; tauExc: number; weightAs: string }): number {
  const peak = expPeak(1 / tauMem, 1 / tauExc);
  return weightAs === "slope" ? 1 / peak : weightAs === "drive" ? tauMem / peak : 1;
}

/** Inputs, two populations that excite and inhibit each other, weights of each synapse or of all. */
function recurrent(neuron: NeuronSpec, unit: number, drawn: boolean, seed: number): NetworkSpec {
  const weight = (mean: number) => (drawn ? (rng: Rng) => mean * rng.uniformIn(0.2, 1.8) : mean);
  const projection = (from: string, to: string, mean: number, delay: number): ProjectionSpec => ({
    ...{ from, to, delay, weights: weight(mean * unit), connect: { kind: "probability", p: 0.4 } },
  });
  return {
    populations: {
      in: { size: 12, neuron: "input" },
      E: {
        size: 20,
        neuron,
        initial: { v: (rng: Rng) => rng.uniformIn(-1, 1) + (neuron as { vRest: number }).vRest },
      },
      I: { size: 8, neuron },
    },
    projections: [
      ...[projection("in", "E", 1.5, 0), projection("in", "I", 1.5, 0.5), projection("E", "E", 0.7, 1.25)],
      ...[projection("E", "I", 0.7, 0.5), projection("I", "E", -3, 1), projection("I", "I", -2, 0.75)],
    ],
    stimuli: [
      { to: "in", kind: "poisson", rate: 120 + (seed % 7) * 20 },
      // Few enough that all neurons keep modes: see `LifExpWindows`.
      { to: "E", kind: "poisson", rate: 60, weight: 2 * unit },
    ],
  };
}

function run(spec: NetworkSpec, options: SimulationOptions, cuts: readonly number[] = [80]) {
  const simulation = new Simulation(network(spec, { seed: 3 }), options);
  for (const cut of cuts) simulation.runUntil(cut);
  const { times, neurons, populationIndex } = simulation.raster();
  const potentials = Array.from({ length: 20 }, (_, i) => simulation.potential("E", i));
  return { times, neurons, populationIndex, potentials, currents: simulation.synapticCurrent("I", 3) };
}

/** By `EventLoop`, whose spikes are heard of as they are fired. */
const heard = { onSpike: () => {} };

test("kernels and plain loops give the same bits, in one piece or in many", () => {
  let spikes = 0;
  fc.assert(
    fc.property(neurons, fc.boolean(), fc.integer({ min: 0, max: 99 }), (neuron, drawn, seed) => {
      const spec = recurrent(neuron, unit(neuron), drawn, seed);
      const whole = run(spec, {});
      expect(plainly(() => run(spec, heard))).toEqual(whole);
      expect(run(spec, heard, [40, 80])).toEqual(whole);
      expect(run(spec, {}, [0.01, 17, 17.3, 64, 79.999, 80])).toEqual(whole);
      spikes += whole.times.length;
    }),
    { numRuns: sized(10, 15) },
  );
  expect(spikes).toBeGreaterThan(5000);
});

/** The same network, with a delay written for each synapse: state is then kept as potential and currents. */
function byPotential(spec: NetworkSpec): NetworkSpec {
  const each = (delay: number) => () => delay;
  return {
    ...spec,
    projections: spec.projections!.map(p => ({ ...p, delay: each(p.delay as number) })),
  };
}

/** Only inputs drive the neurons, so that the difference of two spike times does not grow from spike to spike. */
function feedForward(spec: NetworkSpec): NetworkSpec {
  return {
    ...spec,
    projections: [
      ...spec.projections!.filter(({ from }) => from === "in"),
      { ...spec.projections![0], name: "inhibits", weights: (rng: Rng) => -rng.uniformIn(0, 1.5) },
    ],
  };
}

function byNeuron({ times, neurons, populationIndex }: ReturnType<typeof run>): number[][] {
  const lists: number[][] = Array.from({ length: 60 }, () => []);
  times.forEach((t, k) => {
    lists[20 * populationIndex[k] + neurons[k]].push(t);
  });
  return lists;
}

test("spike times are those of neurons that keep potential and currents, to 1e-9 ms", () => {
  let spikes = 0;
  fc.assert(
    fc.property(neurons, fc.integer({ min: 0, max: 99 }), (neuron, seed) => {
      const spec = feedForward(recurrent(neuron, unit(neuron), true, seed));
      const modes = run(spec, {}, [200]);
      const other = run(byPotential(spec), heard, [200]);
      // By neuron: two that fire nearly at once may change places.
      const [own, others] = [modes, other].map(byNeuron) as [number[][], number[][]];
      own.forEach((times, k) => {
        expect(times.length).toBe(others[k].length);
        times.forEach((t, n) => {
          expect(Math.abs(t - others[k][n])).toBeLessThan(1e-9);
        });
      });
      modes.potentials.forEach((v, i) => {
        expect(v).toBeCloseTo(other.potentials[i], 9);
      });
      expect(modes.currents).toBeCloseTo(other.currents, 9);
      spikes += modes.times.length;
    }),
    { numRuns: sized(10, 15) },
  );
  expect(spikes).toBeGreaterThan(5000);
});

const one = {
  model: "lif-exp",
  tauMem: 20,
  tauExc: 5,
  tauInh: 10,
  vThreshold: 10,
  reset: "fixed",
  tauRef: 2,
} as const;

/** A neuron reached over rows, at given times. */
function driven(
  neuron: NeuronSpec,
  times: readonly number[],
  weight: number,
  delay: number | (() => number) = 1,
) {
  return new Simulation(
    network({
      populations: { in: { size: 1, neuron: "input" }, n: { size: 1, neuron } },
      projections: [{ from: "in", to: "n", connect: { kind: "all" }, weights: weight, delay }],
      stimuli: [{ to: "in", kind: "spikes", times: [...times], neurons: times.map(() => 0) }],
    }),
    { record: { spikes: ["n"] } },
  );
}

test("currents set at run time, for ever and in steps, act as on other neurons", () => {
  const spikes = [() => 1, 1].map(delay => {
    const simulation = driven({ ...one, bias: 0.2 }, [5, 6, 7, 30, 31], 1.3, delay);
    simulation.runUntil(10);
    simulation.setCurrent("n", 0.6);
    simulation.run(200);
    simulation.setCurrent("n", -0.3);
    simulation.run(50);
    return [...simulation.raster().times, simulation.potential("n", 0)];
  });
  expect(spikes[0].length).toBeGreaterThan(6);
  spikes[0].forEach((t, k) => {
    expect(spikes[1][k]).toBeCloseTo(t, 9);
  });
});

test("a potential is held while refractory and currents go on", () => {
  const simulation = driven({ ...one, vReset: -3 }, [1, 1.5, 2, 2.5, 4.5], 3);
  simulation.runUntil(4);
  const [first] = simulation.raster().times;
  expect(simulation.potential("n", 0)).toBeCloseTo(-3, 12);
  simulation.runUntil(first + 2);
  expect(simulation.potential("n", 0)).toBeCloseTo(-3, 12);
  const arrivals = [2, 2.5, 3, 3.5, 5.5].filter(t => t <= simulation.time);
  const current = arrivals.reduce((sum, t) => sum + 3 * Math.exp(-(simulation.time - t) / 5), 0);
  expect(simulation.synapticCurrent("n", 0)).toBeCloseTo(current, 12);
  simulation.runUntil(first + 2.1);
  expect(simulation.potential("n", 0)).toBeGreaterThan(-3);
});

test("long silence leaves nothing", () => {
  const simulation = driven(one, [5, 3e7 + 0.25], 30);
  simulation.run(4e7);
  const { times } = simulation.raster();
  const half = times.length / 2;
  expect(half).toBeGreaterThan(0);
  for (let k = 0; k < half; k++) expect(times[half + k] - times[k]).toBeCloseTo(3e7 - 4.75, 6);
});

test("the longest refractory period that fits ends where it does for other neurons", () => {
  const [modes, other] = [1, () => 1].map(delay => {
    const simulation = driven({ ...one, tauRef: 2500 }, [1, 1.5, 2, 2000, 2502, 2503, 2504, 2505], 3, delay);
    simulation.run(6000);
    return simulation.raster().times;
  });
  expect(modes.length).toBeGreaterThan(1);
  expect(modes.length).toBe(other.length);
  modes.forEach((t, k) => {
    expect(t).toBeCloseTo(other[k], 9);
  });
});

test("a gain beyond all measure is named, not lost in modes", () => {
  const simulation = new Simulation(
    network({
      populations: { in: { size: 1, neuron: "input" }, n: { size: 1, neuron: one } },
      projections: [{ from: "in", to: "n", connect: { kind: "all" }, weights: 1e30, gain: 1e300 }],
      stimuli: [{ to: "in", kind: "spikes", times: [1], neurons: [0] }],
    }),
  );
  expect(() => simulation.run(10)).toThrow("n, neuron 0, t = 1 ms: expected finite weights");
});

test("populations that only drive each other, slowly, with nothing else to come", () => {
  const slow = { ...one, tauMem: 4000, tauExc: 0.5, tauInh: 1, tauRef: 0.5, weightAs: "peak" as const };
  const spec = (delay: number | (() => number)): NetworkSpec => ({
    populations: {
      a: { size: 3, neuron: { ...slow, bias: 0.0026 } },
      b: { size: 4, neuron: { ...slow, bias: 0.0024 } },
    },
    projections: [
      { from: "a", to: "b", weights: 1.7, connect: { kind: "all" }, delay },
      { from: "b", to: "a", weights: 0.3, connect: { kind: "all" }, delay },
    ],
  });
  const [modes, other] = [spec(2), spec(() => 2)].map(each => {
    const simulation = new Simulation(network(each));
    simulation.run(1e6);
    return simulation.raster();
  });
  expect(modes.times.length).toBeGreaterThan(100);
  expect(modes.neurons).toEqual(other.neurons);
  modes.times.forEach((t, k) => {
    expect(t).toBeCloseTo(other.times[k], 6);
  });
});

test("a row that arrives together with other inputs", () => {
  // Spikes of the input population and of the stimulus reach the neuron at the same instants.
  const spikes = [1, () => 1].map(delay => {
    const times = [2, 2.5, 3, 3.5, 4, 20, 20.5, 21];
    const simulation = new Simulation(
      network({
        populations: { in: { size: 1, neuron: "input" }, n: { size: 1, neuron: one } },
        projections: [{ from: "in", to: "n", connect: { kind: "all" }, weights: 1.5, delay }],
        stimuli: [
          { to: "in", kind: "spikes", times, neurons: times.map(() => 0) },
          { to: "n", kind: "regular", interval: 0.5, weight: 0.4 },
        ],
      }),
      { record: { spikes: ["n"] } },
    );
    simulation.run(100);
    return simulation.raster().times;
  });
  expect(spikes[0].length).toBeGreaterThan(3);
  expect(spikes[0].length).toBe(spikes[1].length);
  spikes[0].forEach((t, k) => {
    expect(t).toBeCloseTo(spikes[1][k], 9);
  });
});

test("crossings that graze the threshold are found where neurons that keep currents find them", () => {
  let found = 0;
  for (const part of [1 - 1e-6, 1 - 1e-10, 1 - 1e-12, 1 + 1e-12, 1 + 1e-10, 1 + 1e-6]) {
    const [modes, other] = [1, () => 1].map(delay =>
      driven({ ...one, weightAs: "peak" as const, vThreshold: 10 / part }, [1], 10, delay),
    );
    modes.run(60);
    other.run(60);
    found += modes.raster().times.length;
    expect(modes.raster().times.length).toBe(other.raster().times.length);
    if (Math.abs(part - 1) > 1e-11) expect(modes.raster().times.length).toBe(part > 1 ? 1 : 0);
  }
  expect(found).toBeGreaterThan(1);
});

test("neurons with other resets, or rates that nearly agree, keep potential and currents", () => {
  const modes = (changes: object) => LifExpModes.fits(neuronModel({ ...one, ...changes } as never).modes!);
  expect(modes({})).toBe(true);
  expect(modes({ reset: "subtract" })).toBe(false);
  expect(modes({ tauExc: 20 })).toBe(false);
  expect(modes({ tauInh: 19 })).toBe(false);
  expect(modes({ tauMem: Infinity })).toBe(false);
  expect(modes({ vThreshold: Infinity })).toBe(false);
  expect(modes({ tauRef: 2500 })).toBe(true);
  expect(modes({ tauRef: 2501 })).toBe(false);
});
