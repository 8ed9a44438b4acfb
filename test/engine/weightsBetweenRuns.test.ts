import { describe, expect, test } from "vitest";
import { Inference } from "../../src/engine/lattice/batch/inference.ts";
import {
  type Network,
  type NetworkSpec,
  network,
  type ProjectionSpec,
} from "../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../src/engine/network/neurons/index.ts";
import { Simulation, type SimulationOptions } from "../../src/engine/simulation.ts";
import { Rng } from "../../src/math/rng.ts";
import { sized } from "../long.ts";
import { plainly } from "../plain/plainly.ts";

/** A power of 2, so that times of both modes are the same. */
const dt = 0.125;
const [inputs, size] = [12, 20];
const drawn = (n: number, seed = 1) => {
  const rng = new Rng(seed, "weights");
  return Float32Array.from({ length: n }, () => rng.uniformIn(0.1, 1));
};
const everyone = { from: "in", to: "n" };

/** Each way in which a projection keeps its weights. */
const kinds: Readonly<Record<string, () => Omit<ProjectionSpec, "from" | "to">>> = {
  "a list of one's own": () => ({ weights: drawn(inputs * size) }),
  "a list of one's own, a delay each": () => ({
    weights: drawn(inputs * size),
    delay: rng => rng.integer(9) * dt,
  }),
  "a list of one's own for a list of synapses": () => ({
    weights: drawn(inputs * size),
    connect: { kind: "all" },
  }),
  "a plain list": () => ({ weights: [...drawn(inputs * size)], delay: 0.5 }),
  "one number": () => ({ weights: 0.3, connect: { kind: "inDegree", n: 5 }, delay: 1 }),
  "drawn weights": () => ({ weights: rng => rng.uniform(), connect: { kind: "probability", p: 0.4 } }),
  "drawn weights and delays": () => ({
    ...{ weights: rng => rng.uniform(), connect: { kind: "outDegree", n: 7 } },
    delay: rng => rng.integer(20) * dt,
  }),
  pairs: () => ({ weights: [0.1, 0.2, 0.3], connect: { kind: "pairs", pre: [4, 0, 4], post: [1, 1, 2] } }),
  "a kernel": () => ({
    weights: drawn(2 * 2 * 2),
    connect: {
      kind: "convolution",
      shape: [3, 4, 1],
      kernel: [2, 2],
      filters: 2,
      padding: "same",
      stride: 1,
    },
  }),
  "short-term plasticity": () => ({
    ...{ weights: drawn(inputs * size), plasticity: { kind: "short-term", use: 0.4, tauRec: 30 } },
  }),
  "a gain below 0": () => ({ weights: rng => rng.uniform(), connect: { kind: "all" }, gain: -2 }),
};
const models: Readonly<Record<string, NeuronSpec>> = {
  lif: { tauMem: 20, vThreshold: 1e9, reset: "fixed" },
  "lif-exp": { model: "lif-exp", tauMem: 20, tauExc: 5, tauInh: 8, vThreshold: 1e6, reset: "fixed" },
};
const modes: Readonly<Record<string, SimulationOptions>> = {
  exact: {},
  grid: { mode: "grid", dt },
  "grid, three workers": { mode: "grid", dt, workers: 3 },
};

/** The same changes in every mode: other numbers, other signs, all alike, one alone. */
const changes: readonly ((w: Float32Array) => void)[] = [
  w => {
    w.set(Array.from(w, (_, k) => 0.2 + (k % 7) / 8));
  },
  w => {
    w.set(w.map((x, k) => (k % 3 === 0 ? -x : x)));
  },
  w => void w.fill(0.75),
  w => void w.fill(-1.5, 0, 1),
  w => void w.reverse(),
  () => {},
];

function make(kind: string, model: string): { net: Network; own: unknown } {
  const projection = kinds[kind]();
  const cells = kind === "a kernel" ? 24 : size;
  const spec: NetworkSpec = {
    populations: { in: { size: inputs, neuron: "input" }, n: { size: cells, neuron: models[model] } },
    projections: [{ ...everyone, ...projection }],
  };
  return { net: network(spec, { seed: 3 }), own: projection.weights };
}

/** Potentials after each change. */
function run(kind: string, model: string, options: SimulationOptions, inCallbacks = false): number[][] {
  const { net, own } = make(kind, model);
  const simulation = new Simulation(net, options);
  const rng = new Rng(5, "input");
  const times = Array.from({ length: 600 }, () => rng.integer(480) * dt);
  simulation.stimulate(
    "in",
    times,
    times.map(() => rng.integer(inputs)),
  );
  const found: number[][] = [];
  let list: Float32Array | null = null;
  const change = (k: number) => {
    // The list is the network's, and where a caller's own was kept, that one.
    const held = net.projections[0].synapses.weights;
    if (own instanceof Float32Array && !kind.includes("delay each")) expect(held).toBe(own);
    if (list) expect(held).toBe(list);
    list = held;
    changes[k](list);
    expect(simulation.weights(0)).toEqual(Float64Array.from(list));
  };
  changes.forEach((_, k) => {
    if (inCallbacks) simulation.at(10 * k + 5, () => change(k));
  });
  changes.forEach((_, k) => {
    simulation.runUntil(10 * k + 5);
    if (!inCallbacks) change(k);
    simulation.runUntil(10 * k + 10);
    const { size } = net.populations[1];
    found.push(Array.from({ length: size }, (_, i) => simulation.potential("n", i)));
  });
  expect(simulation.synapticEvents).toBeGreaterThan(100);
  simulation.close();
  return found;
}

/** Equal but for single precision. */
function expectSame(found: number[][], wanted: number[][]): void {
  found.forEach((row, k) => {
    const scale = Math.max(...wanted[k].map(Math.abs));
    row.forEach((v, i) => {
      expect(Math.abs(v - wanted[k][i])).toBeLessThan(1e-5 * scale);
    });
  });
}

describe.each(Object.keys(kinds))("weights changed between two runs, %s", kind => {
  test.each(Object.keys(models).slice(0, sized(1, 2)))("are those that every mode delivers to %s", model => {
    const all = Object.values(modes).map(options => run(kind, model, options));
    for (const found of all.slice(1)) expectSame(found, all[0]);
    // The same bits, however the work is done.
    const [exact, grid, crew] = all;
    expect(crew).toEqual(grid);
    expect(plainly(() => run(kind, model, modes.exact))).toEqual(exact);
    expect(plainly(() => run(kind, model, modes.grid))).toEqual(grid);
    expectSame(run(kind, model, modes.grid, true), all[0]);
    expectSame(run(kind, model, modes.exact, true), all[0]);
  });
});

describe("weights that learn", () => {
  const rule = { kind: "stdp-pair", aPlus: 0.02, aMinus: 0.021, wMax: 1 } as const;
  const learning = (weights: ProjectionSpec["weights"]): Network => {
    const rng = new Rng(9, "spikes");
    const spikes = (size: number) => ({
      times: Array.from({ length: 500 }, () => rng.integer(1600) * dt),
      neurons: Array.from({ length: 500 }, () => rng.integer(size)),
    });
    return network({
      populations: {
        in: { size: inputs, neuron: "input" },
        teacher: { size: 8, neuron: "input" },
        out: { size: 8, neuron: { tauMem: 10, vThreshold: 50, reset: "fixed", tauRef: dt } },
      },
      projections: [
        { from: "in", to: "out", connect: { kind: "all" }, weights, delay: 1, plasticity: rule },
        { from: "teacher", to: "out", connect: { kind: "oneToOne" }, weights: 100 },
      ],
      stimuli: [
        { to: "in", kind: "spikes", ...spikes(inputs) },
        { to: "teacher", kind: "spikes", ...spikes(8) },
      ],
    });
  };
  const ways: readonly [string, ProjectionSpec["weights"], boolean][] = [
    ["drawn, the list taken before the simulation is made", (r: Rng) => r.uniform(), true],
    ["drawn, the list taken afterwards", (r: Rng) => r.uniform(), false],
    ["one number, the list taken before", 0.5, true],
    ["one number, the list taken afterwards", 0.5, false],
  ];

  test.each(ways)("go on from where they are put: %s", (_, weights, before) => {
    for (const inCallbacks of [false, true]) {
      const learn = (options: SimulationOptions) => {
        const net = learning(weights);
        const { synapses } = net.projections.find(p => p.name === "in->out")!;
        const early = before ? synapses.weights : null;
        const simulation = new Simulation(net, options);
        const change = () => {
          const list = synapses.weights;
          if (early) expect(list).toBe(early);
          expect(Float64Array.from(list)).toEqual(simulation.weights("in->out"));
          list.fill(0.1, 0, 40);
        };
        if (inCallbacks) for (const t of [50, 120]) simulation.at(t, change);
        for (const t of [50, 120, 200]) {
          simulation.runUntil(t);
          if (!inCallbacks && t < 200) change();
        }
        simulation.close();
        expect(Float64Array.from(synapses.weights)).toEqual(simulation.weights("in->out"));
        return simulation.weights("in->out");
      };
      const exact = learn({});
      expect(new Set(exact).size).toBeGreaterThan(50);
      const grid = learn({ mode: "grid", dt });
      grid.forEach((w, s) => {
        expect(Math.abs(w - exact[s])).toBeLessThan(5e-5);
      });
      expect(learn({ mode: "grid", dt, workers: 2 })).toEqual(grid);
      expect(plainly(() => learn({ mode: "grid", dt }))).toEqual(grid);
    }
  });

  test("are one for all simulations of a network, in turns", () => {
    const learn = (first: SimulationOptions, second: SimulationOptions) => {
      const net = learning((r: Rng) => r.uniform());
      const [a, b] = [new Simulation(net, first), new Simulation(net, second)];
      for (const t of [40, 80, 120, 160, 200]) {
        for (const simulation of [a, b]) {
          simulation.runUntil(t);
          expect(a.weights("in->out")).toEqual(b.weights("in->out"));
        }
      }
      return a.weights("in->out");
    };
    const grid: SimulationOptions = { mode: "grid", dt };
    const exact = learn({}, {});
    for (const [a, b] of [
      [grid, grid],
      [grid, {}],
      [{}, grid],
    ] as const) {
      learn(a, b).forEach((w, s) => {
        expect(Math.abs(w - exact[s])).toBeLessThan(5e-5);
      });
    }
  });

  test("are refused outside their bounds, and where they change while loops of the grid mode have them", () => {
    const options: SimulationOptions = { mode: "grid", dt };
    const net = learning((r: Rng) => r.uniform());
    const { synapses } = net.projections.find(p => p.name === "in->out")!;
    const list = synapses.weights;
    const simulation: Simulation = new Simulation(net, {
      ...options,
      onSpike: (_, __, t) => {
        if (t > 20) list[3] = 0.5;
      },
    });
    simulation.runUntil(20);
    list[7] = 2;
    expect(() => simulation.run(1)).toThrow(
      "projections[0].weights[7]: expected 0 to 1, the bounds of the plasticity, got 2",
    );
    list[7] = 1;
    expect(() => simulation.run(10)).toThrow(
      "projections[0].weights: expected them as they were, got others while the network runs",
    );
  });
});

test.each(Object.keys(modes))("a weight that is no number is refused: %s", mode => {
  for (const model of Object.keys(models)) {
    const { net } = make("drawn weights", model);
    const simulation = new Simulation(net, modes[mode]);
    simulation.stimulate("in", [1, 1, 1], [0, 1, 2]);
    net.projections[0].synapses.weights.fill(Number.NaN);
    expect(() => simulation.run(5)).toThrow(/expected (a finite number, got NaN|finite weights)/);
    simulation.close();
  }
});

test("a description can be used again: lists of weights and delays stay as they were given", () => {
  const weights = drawn(inputs * size);
  const delay = Float32Array.from(weights, (_, k) => ((k * 7) % 11) * dt);
  const [w, d] = [weights.slice(), delay.slice()];
  const spec = {
    populations: {
      in: { size: inputs, neuron: "input" as const },
      n: { size, neuron: models.lif },
    },
    projections: [{ ...everyone, connect: { kind: "all" as const }, weights, delay }],
  };
  const potentials = () => {
    const simulation = new Simulation(network(spec));
    simulation.stimulate("in", [1, 2, 3], [0, 5, 9]);
    simulation.run(5);
    return Array.from({ length: size }, (_, i) => simulation.potential("n", i));
  };
  const first = potentials();
  expect([weights, delay]).toEqual([w, d]);
  expect(potentials()).toEqual(first);
});

test("currents of a stimulus are those that it was given", () => {
  const currents = [0.5, 0];
  const net = network({
    populations: { n: { size: 1, neuron: { tauMem: Infinity, vThreshold: 1e9 } } },
    stimuli: [{ to: "n", kind: "current", times: [0, 10], currents }],
  });
  for (const options of [{}, { mode: "grid", dt }] as const) {
    currents[0] = 0.5;
    const simulation = new Simulation(net, options);
    simulation.run(5);
    currents[0] = 7;
    simulation.run(15);
    expect(simulation.potential("n", 0)).toBeCloseTo(5, 4);
  }
});

test("what is set between runs is the same in every mode: currents and modulators", () => {
  const found = Object.values(modes).map(options => {
    const net = network({
      populations: {
        in: { size: 3, neuron: "input" },
        n: { size: 4, neuron: { tauMem: 20, vThreshold: 1e6, reset: "fixed" } },
      },
      projections: [
        {
          ...{ from: "in", to: "n", weights: drawn(12), delay: 0.5 },
          plasticity: { kind: "three-factor", eta: 0.1, wMin: -9 },
        },
      ],
    });
    const simulation = new Simulation(net, options);
    simulation.stimulate("in", [1, 6, 11, 16], [0, 1, 2, 0]);
    for (const t of [5, 10, 15, 20]) {
      simulation.runUntil(t);
      simulation.setCurrent("n", [t, 0, -t, 1]);
      simulation.modulate(0, [t / 10, 1, 0, -1]);
      net.projections[0].synapses.weights[t / 5] = t / 10;
    }
    simulation.runUntil(22);
    simulation.close();
    return [...simulation.weights(0), ...[0, 1, 2, 3].map(i => simulation.potential("n", i))];
  });
  for (const row of found.slice(1)) expectSame([row], [found[0]]);
});

test("inference takes in what has become of its weights", () => {
  for (const neuron of [
    { model: "lif-exp", tauMem: 20, tauExc: 5, tauInh: 8, vThreshold: 2, reset: "fixed" },
    { model: "li", tauMem: 20 },
  ] as const) {
    const weights = drawn(inputs * size);
    const spec: NetworkSpec = {
      populations: { in: { size: inputs, neuron: "input" }, n: { size, neuron } },
      projections: [{ ...everyone, weights }],
    };
    const net = network(spec);
    const sample = { times: [1, 2, 3, 4, 5, 6], neurons: [0, 1, 2, 3, 4, 5] };
    const infer = new Inference(net, { durationMs: 30, dt });
    const before = infer.run([sample]);
    weights.forEach((w, k) => {
      weights[k] = 3 * w * (k % 4 === 0 ? -1 : 1);
    });
    const after = infer.run([sample]);
    expect(after).not.toEqual(before);
    expect(after).toEqual(new Inference(network(spec), { durationMs: 30, dt }).run([sample]));
  }
});
