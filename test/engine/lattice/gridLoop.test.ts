import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type NetworkSpec, network, type ProjectionSpec } from "../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../src/engine/network/neurons/index.ts";
import type { Raster } from "../../../src/engine/record/raster.ts";
import { Simulation, type SimulationOptions } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";
import { sized } from "../../long.ts";
import { plainly } from "../../plain/plainly.ts";

/** A power of 2, so that sums of times are exact and simultaneous events of the exact mode stay so. */
const dt = 0.125;
const grid: SimulationOptions = { mode: "grid", dt };

/** Spikes as text, times in steps. */
function spikes({ times, populationIndex, neurons }: Raster, step = dt): string[] {
  return Array.from(times, (t, k) => {
    const steps = t / step;
    expect(Number.isInteger(steps)).toBe(true);
    return `${steps}:${populationIndex[k]}:${neurons[k]}`;
  });
}

function raster(spec: NetworkSpec, options: SimulationOptions, seed = 1, ms = 60): Raster {
  const simulation = new Simulation(network(spec, { seed }), options);
  simulation.run(ms);
  return simulation.raster();
}

const delta = fc.record({
  seed: fc.nat(1e6),
  sizes: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 20 })),
  reset: fc.constantFrom("fixed" as const, "subtract" as const),
  tauRef: fc.constantFrom(0, 0.125, 1.5, 4),
  tauMem: fc.constantFrom(5, 20, Infinity),
  delays: fc.constantFrom("one", "many"),
  plastic: fc.constantFrom(null, "stdp-pair", "short-term"),
  delayKind: fc.constantFrom("axonal" as const, "dendritic" as const),
  dense: fc.boolean(),
});

/** Input spikes on the lattice, and neurons that only an input can bring to threshold: nothing happens between points. */
function onLattice(p: typeof delta extends fc.Arbitrary<infer T> ? T : never): NetworkSpec {
  const rng = new Rng(p.seed, "case");
  const [inputs, size] = p.sizes;
  const [times, neurons]: [number[], number[]] = [[], []];
  for (let k = 0; k < 40 * inputs; k++) {
    times.push(rng.integer(400) * dt);
    neurons.push(rng.integer(inputs));
  }
  const neuron: NeuronSpec = {
    ...{ tauMem: p.tauMem, vThreshold: 1, vRest: -0.5, reset: p.reset, tauRef: p.tauRef },
    ...(p.reset === "fixed" && { vReset: -0.7 }),
  };
  const delay: ProjectionSpec["delay"] = p.delays === "one" ? 0.75 : r => (1 + r.integer(30)) * dt;
  const learns: Pick<ProjectionSpec, "plasticity" | "delayKind"> =
    p.plastic === "stdp-pair"
      ? {
          plasticity: { kind: "stdp-pair", aPlus: 0.02, aMinus: 0.03, wMin: -10, wMax: 10 },
          delayKind: p.delayKind,
        }
      : p.plastic === "short-term"
        ? { plasticity: { kind: "short-term", use: 0.4, tauRec: 30, tauFacil: 20 }, delayKind: p.delayKind }
        : {};
  return {
    populations: { in: { size: inputs, neuron: "input" }, n: { size, neuron } },
    projections: [
      {
        ...{ from: "in", to: "n", weights: (r: Rng) => r.uniformIn(-0.1, 0.8), ...learns },
        ...(!p.dense && { connect: { kind: "probability", p: 0.7 } }),
        delay: p.delays === "one" ? 0 : delay,
      },
      {
        ...{ from: "n", to: "n", connect: { kind: "probability", p: 0.3 }, delay },
        weights: (r: Rng) => r.uniformIn(-0.4, 0.4),
      },
    ],
    stimuli: [{ to: "in", kind: "spikes", times, neurons }],
  };
}

describe("the grid mode", () => {
  test("gives the spikes of the exact mode where those lie on the lattice", () => {
    let total = 0;
    fc.assert(
      fc.property(delta, p => {
        const spec = onLattice(p);
        const exact = spikes(raster(spec, {}));
        total += exact.length;
        expect(spikes(raster(spec, grid))).toEqual(exact);
      }),
      { numRuns: sized(40, 80) },
    );
    expect(total).toBeGreaterThan(sized(8_000, 16_000));
  });

  const exactModels: readonly [string, NeuronSpec][] = [
    ["lif", { tauMem: 10, vThreshold: 15, vRest: -2, bias: 0.3, reset: "fixed", tauRef: 1.5 }],
    ["lif, subtractive", { tauMem: 10, vThreshold: 15, bias: 0.3, tauRef: 0 }],
    ["lif, subtractive and refractory", { tauMem: 10, vThreshold: 15, bias: 0.3, tauRef: 2 }],
    ["lif-exp", { model: "lif-exp", tauMem: 20, tauExc: 5, tauInh: 10, vThreshold: 10, weightAs: "drive" }],
    ["lif-exp, equal times", { model: "lif-exp", tauMem: 7, tauExc: 7, tauInh: 7, vThreshold: 10 }],
    ["lif-alpha", { model: "lif-alpha", tauMem: 20, tauExc: 2, tauInh: 4, vThreshold: 10, weightAs: "peak" }],
    ["alif", { model: "alif", tauMem: 10, vThreshold: 5, tauAdapt: 40, beta: 1.5, bias: 0.2 }],
    ["if", { model: "if", vThreshold: 12, bias: 0.05 }],
    ["li", { model: "li", tauMem: 15, bias: 0.1 }],
  ];
  const models: readonly [string, NeuronSpec][] = [
    ...exactModels,
    [
      "lif-cond-exp",
      { model: "lif-cond-exp", gLeak: 20, tauInh: 8, eExc: 60, eInh: -15, vThreshold: 10, tauRef: 2 },
    ],
    [
      "lif-cond-exp, euler",
      {
        model: "lif-cond-exp",
        integrator: "euler",
        gLeak: 20,
        eExc: 60,
        eInh: -15,
        vThreshold: 10,
        tauRef: 2,
      },
    ],
    ["izhikevich", { model: "izhikevich", d: 4, bias: 1 }],
    ["izhikevich, euler", { model: "izhikevich", a: 0.1, d: 2, integrator: "euler" }],
    [
      "adex",
      {
        model: "adex",
        gLeak: 20,
        eExc: 60,
        eInh: -15,
        vT: 8,
        vThreshold: 40,
        a: 4,
        b: 0.2,
        tauRef: 2,
        bias: 0.1,
      },
    ],
    [
      "adex, currents",
      { model: "adex", synapses: "current", vT: 8, vThreshold: 40, vReset: 9, a: -0.3, b: 1, tauW: 30 },
    ],
  ];

  test.each(exactModels)("%s: a state without spikes is exact", (_, neuron) => {
    const silent = "vThreshold" in neuron ? { ...neuron, vThreshold: 1e6 } : neuron;
    const spec: NetworkSpec = {
      populations: {
        in: { size: 2, neuron: "input" },
        n: { size: 3, neuron: silent, initial: { v: [0, 1, -3] } },
      },
      projections: [{ from: "in", to: "n", weights: [1, 2, -0.5, -3, 0.25, 2], delay: 0.5 }],
      stimuli: [
        { to: "in", kind: "spikes", times: [1, 1, 2.125, 9, 9.5, 30], neurons: [0, 1, 1, 0, 0, 1] },
        { to: "n", kind: "regular", interval: 2.5, weight: 0.7 },
        { to: "n", kind: "current", current: 0.4, start: 5, stop: 20, neurons: [1] },
      ],
    };
    const [a, b] = [{}, grid].map(options => new Simulation(network(spec), options)) as [
      Simulation,
      Simulation,
    ];
    for (let k = 0; k <= 50 / dt; k += 3) {
      a.runUntil(k * dt);
      b.runUntil(k * dt);
      for (let i = 0; i < 3; i++) {
        const v = a.potential("n", i);
        expect(Math.abs(b.potential("n", i) - v)).toBeLessThan(1e-5 * (1 + Math.abs(v)));
      }
    }
  });

  const noisy = (neuron: NeuronSpec, weight: number): NetworkSpec => ({
    populations: {
      E: { size: 45, neuron },
      I: { size: 13, neuron },
      copy: { size: 4, neuron: { model: "parrot" } },
    },
    projections: [
      { from: "E", to: "E", connect: { kind: "probability", p: 0.2 }, weights: weight, delay: 1.5 },
      {
        ...{
          from: "E",
          to: "I",
          connect: { kind: "inDegree", n: 9 },
          weights: (r: Rng) => r.normal(0, weight),
        },
        delay: r => r.uniformIn(0.2, 4),
      },
      { from: "I", to: "E", weights: (r: Rng) => -4 * r.uniformIn(0, weight), delay: 1 },
      { from: "I", to: "copy", connect: { kind: "outDegree", n: 1 }, weights: 3, delay: 0.4 },
    ],
    stimuli: [
      { to: "E", kind: "poisson", rate: 4000, weight },
      { to: "I", kind: "poisson", rate: 90_000, weight: weight / 20 },
      { to: "I", kind: "poisson", rate: 50, weight: -weight },
    ],
  });

  const cases = (precision: "single" | "double", list: typeof models) =>
    list.map(([name, neuron]) => [name, precision, neuron] as const);
  test.each([...cases("single", models), ...cases("double", exactModels)])(
    "%s, %s: kernels and plain loops give the same bits",
    (_, precision, neuron) => {
      const spec = noisy(neuron, 1.5);
      const run = () => {
        const simulation = new Simulation(network(spec, { seed: 4 }), { mode: "grid", dt: 0.1, precision });
        simulation.run(200);
        const potentials = Array.from({ length: 45 }, (_, i) => simulation.potential("E", i));
        return { raster: simulation.raster(), events: simulation.synapticEvents, potentials };
      };
      const compiled = run();
      expect(compiled).toEqual(plainly(run));
      if (neuron.model !== "li") expect(compiled.raster.times.length).toBeGreaterThan(50);
    },
  );

  test("cutting a run into pieces changes nothing, nor does looking at it", () => {
    const spec = noisy({ tauMem: 10, vThreshold: 15, reset: "fixed", tauRef: 2 }, 1.5);
    const whole = raster(spec, { mode: "grid" }, 3, 100);
    const pieces = new Simulation(network(spec, { seed: 3 }), {
      mode: "grid",
      record: { neurons: [{ population: "E", neurons: [0, 7], interval: 0.3 }] },
    });
    for (const t of [0, 0.04, 10, 10.05, 33.3, 33.3, 70, 100]) pieces.runUntil(t);
    const cut = pieces.raster();
    expect({ ...cut, traces: [] }).toEqual(whole);
    expect(cut.traces[0].times).toHaveLength(334);
  });

  test("a neuron under constant current fires at the first point after each crossing", () => {
    const [tauMem, current, tauRef] = [20, 1.2, 2];
    const spec: NetworkSpec = {
      populations: {
        n: { size: 1, neuron: { tauMem, vThreshold: 15, bias: current, reset: "fixed", tauRef } },
      },
    };
    const crossing = -tauMem * Math.log(1 - 15 / (current * tauMem));
    const period = Math.ceil(crossing / dt) * dt + tauRef;
    const { times } = raster(spec, grid, 1, 200);
    expect(Array.from(times)).toEqual(
      Array.from({ length: times.length }, (_, k) => Math.ceil(crossing / dt) * dt + k * period),
    );
    expect(times.length).toBe(Math.floor((200 - crossing) / period) + 1);
  });

  test("Poisson input drawn as counts has the mean and variance of its rate", () => {
    const rate = 3000;
    const simulation = new Simulation(
      network({
        populations: { n: { size: 500, neuron: { model: "if", vThreshold: 1e9 } } },
        stimuli: [{ to: "n", kind: "poisson", rate, weight: 1, start: 100, stop: 300 }],
      }),
      { mode: "grid" },
    );
    simulation.run(1000);
    const counts = Array.from({ length: 500 }, (_, i) => simulation.potential("n", i));
    const mean = counts.reduce((a, b) => a + b) / 500;
    const variance = counts.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 499;
    // Four standard errors of each.
    expect(Math.abs(mean - 600)).toBeLessThan(4 * Math.sqrt(600 / 500));
    expect(Math.abs(variance / 600 - 1)).toBeLessThan(4 * Math.sqrt(2 / 499));
  });

  test("rewards, callbacks and heard spikes come at their point of the lattice", () => {
    const spec: NetworkSpec = {
      populations: {
        in: { size: 1, neuron: "input" },
        n: { size: 1, neuron: { tauMem: 10, vThreshold: 1, reset: "fixed" } },
      },
      projections: [
        {
          ...{ from: "in", to: "n", weights: 2, delay: 1 },
          plasticity: {
            kind: "stdp-reward",
            aPlus: 0.1,
            aMinus: 0.1,
            tauEligibility: 500,
            tauDopamine: 100,
            wMax: 9,
          },
        },
      ],
      stimuli: [{ to: "in", kind: "spikes", times: [1, 11, 24], neurons: [0, 0, 0] }],
    };
    const run = (options: SimulationOptions) => {
      const heard: number[] = [];
      const simulation: Simulation = new Simulation(network(spec), {
        ...options,
        onSpike: (name, _, t) => {
          heard.push(t);
          if (name === "n") simulation.reward(0.5, t + 3);
        },
      });
      simulation.at(20, () => heard.push(-simulation.time));
      simulation.runUntil(60);
      return [...heard, ...simulation.weights(0)];
    };
    expect(run(grid)).toEqual(run({}));
  });

  test("refuses what a lattice cannot hold", () => {
    const spec = (delay: number): NetworkSpec => ({
      populations: { a: { size: 2, neuron: { vThreshold: 1 } } },
      projections: [
        { from: "a", to: "a", weights: 0.1, delay: 1 },
        { from: "a", to: "a", weights: 0.1, delay },
      ],
    });
    expect(() => raster(spec(0.04), { mode: "grid" })).toThrow(
      "projections[1].delay: expected 0, or at least half of dt = 0.1 ms, got 0.04",
    );
    expect(() => raster(spec(0.06), { mode: "grid" })).not.toThrow();
    expect(() => raster(spec(1), { mode: "grid", dt: 0 })).toThrow(
      "dt: expected a time in ms above 0, got 0",
    );
    expect(() => raster(spec(1), { mode: "clock" as "grid" })).toThrow(
      "mode: expected one of exact, grid, got clock",
    );
  });

  test("a network that runs away is stopped with population, neuron and time", () => {
    const spec: NetworkSpec = {
      populations: { a: { size: 3, neuron: { vThreshold: 1, reset: "fixed", bias: 1 } } },
      projections: [{ from: "a", to: "a", weights: 50, delay: 0.1 }],
    };
    expect(() => raster(spec, { mode: "grid", spikeBudget: 100 })).toThrow(
      /^a, neuron \d, t = [\d.]+ ms: expected at most 100 spikes/,
    );
    const burst: NetworkSpec = {
      populations: { a: { size: 3, neuron: { vThreshold: 1 } } },
      stimuli: [{ to: "a", kind: "spikes", times: [1], neurons: [0], weight: 1e6 }],
    };
    expect(() => raster(burst, { mode: "grid" })).toThrow(
      /^a, t = 1 ms: expected fewer spikes at one instant/,
    );
  });
});
