import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { InputError } from "../../../src/errors.ts";
import { type NirGraph, type NirNode, tensor } from "../../../src/io/nir/graph.ts";
import { type ImportedNetwork, nirToNetwork } from "../../../src/io/nir/import.ts";
import { linearMap } from "../../../src/io/nir/linear.ts";
import { everyNode } from "./graphs.ts";

const f = (...list: number[]) => tensor(Float64Array.from(list));
const ints = (...list: number[]) => tensor(BigInt64Array.from(list, BigInt));

/** A chain input - nodes - output, times in ms and steps of 0.1 ms. */
function chain(inputs: number, nodes: Record<string, NirNode>, more: [string, string][] = []): NirGraph {
  const names = ["input", ...Object.keys(nodes)];
  return {
    type: "NIRGraph",
    nodes: { input: { type: "Input", fields: { shape: ints(inputs) } }, ...nodes },
    edges: [...names.slice(1).map((name, k) => [names[k], name] as const), ...more],
  };
}
const units = { timeUnit: "ms", dt: 0.1 } as const;
const linear = (rows: number, weights: number[], bias?: number[]): NirNode => ({
  type: bias ? "Affine" : "Linear",
  fields: {
    weight: tensor(Float64Array.from(weights), [rows, weights.length / rows]),
    ...(bias && { bias: f(...bias) }),
  },
});

function started({ spec, currents }: ImportedNetwork): Simulation {
  const simulation = new Simulation(network(spec));
  for (const [name, current] of Object.entries(currents)) simulation.setCurrent(name, current);
  return simulation;
}

/** Times at which each population fired. */
function spikesOf(simulation: Simulation): Record<string, number[]> {
  const { times, populationIndex, populations } = simulation.raster();
  return Object.fromEntries(
    populations.map(({ name }, p) => [name, [...times].filter((_, k) => populationIndex[k] === p)]),
  );
}

test("every kind of node runs", () => {
  const imported = nirToNetwork(everyNode());
  const simulation = started(imported);
  simulation.stimulate("input", [1, 1, 1, 2, 2], [7, 8, 14, 7, 8]);
  simulation.run(30);
  expect(Object.keys(imported.parts).sort()).toEqual(
    ["block.cubali", "cubalif", "if1", "input", "li", "lif1", "threshold"].sort(),
  );
  expect(spikesOf(simulation).if1.length).toBeGreaterThan(0);
});

describe("Cuba neurons", () => {
  const [tauSyn, tauMem, r, wIn] = [5, 20, 3, 2];
  const cuba = (threshold?: number): NirNode => ({
    type: threshold === undefined ? "CubaLI" : "CubaLIF",
    fields: {
      ...{ tau_syn: f(tauSyn), tau_mem: f(tauMem), r: f(r), v_leak: f(0), w_in: f(wIn) },
      ...(threshold !== undefined && { v_threshold: f(threshold), v_reset: f(-1) }),
    },
  });
  test("a spike of one step makes the potential of two exponentials", () => {
    const simulation = started(nirToNetwork(chain(1, { linear: linear(1, [7]), cuba: cuba() }), units));
    simulation.stimulate("input", [4], [0]);
    for (const t of [5, 10, 30]) {
      simulation.runUntil(t);
      // tau_syn dI/dt = -I + w_in S, S = 7 for 0.1 ms: I jumps by 2 * 7 * 0.1 / 5; then tau_mem dv/dt = -v + r I.
      const jump = (wIn * 7 * units.dt) / tauSyn;
      const s = t - 4;
      const v = ((r * jump * tauSyn) / (tauMem - tauSyn)) * (Math.exp(-s / tauMem) - Math.exp(-s / tauSyn));
      expect(simulation.potential("cuba", 0)).toBeCloseTo(v, 6);
    }
  });
  test("a bias rises as the synaptic current does", () => {
    const simulation = started(
      nirToNetwork(chain(1, { affine: linear(1, [0], [0.5]), cuba: cuba() }), units),
    );
    for (const t of [1, 7, 40]) {
      simulation.runUntil(t);
      const [m, s] = [Math.exp(-t / tauMem), Math.exp(-t / tauSyn)];
      const v = r * wIn * 0.5 * (1 - (tauMem * m - tauSyn * s) / (tauMem - tauSyn));
      expect(simulation.potential("cuba", 0)).toBeCloseTo(v, 9);
    }
  });
  test("spikes are those of the equations in fine steps", () => {
    const simulation = started(
      nirToNetwork(chain(1, { affine: linear(1, [20], [0.25]), cuba: cuba(0.6) }), units),
    );
    simulation.stimulate("input", [3, 9, 10], [0, 0, 0]);
    simulation.run(60);
    const dt = 1e-4;
    let [current, v] = [0, 0];
    const found: number[] = [];
    for (let k = 0; k < 60 / dt; k++) {
      const t = k * dt;
      const spike = [3, 9, 10].some(at => t >= at - dt / 2 && t < at + units.dt - dt / 2);
      current += (dt / tauSyn) * (wIn * (0.25 + (spike ? 20 : 0)) - current);
      v += (dt / tauMem) * (r * current - v);
      if (v > 0.6) {
        found.push(t);
        v = -1;
      }
    }
    const own = spikesOf(simulation).cuba;
    expect(found.length).toBeGreaterThan(3);
    expect(own).toHaveLength(found.length);
    own.forEach((t, k) => {
      // The engine's spike acts at once, that of a step in the middle of 0.1 ms.
      expect(Math.abs(t - found[k])).toBeLessThan(0.2);
    });
  });
});

test("neurons of one node may differ: each set of parameters is a population", () => {
  const lif: NirNode = {
    type: "LIF",
    fields: {
      tau: f(10, 20, 10, 30),
      r: f(100, 200, 100, 300),
      v_leak: f(0, 0, 0, 0.1),
      v_threshold: f(1, 1, 1, 0.8),
      v_reset: f(0, 0, 0, -0.5),
    },
  };
  const weights = [0.6, 0.5, 0.4, 0.9, 1.1, 0.2, 0.3, 0.7];
  const recurrent = linear(
    4,
    Array.from({ length: 16 }, (_, k) => 0.05 * (k - 7)),
  );
  const loop: [string, string][] = [
    ["lif", "recurrent"],
    ["recurrent", "lif"],
  ];
  const graph = chain(2, { linear: linear(4, weights), lif });
  const all: NirGraph = {
    ...graph,
    nodes: { ...graph.nodes, recurrent },
    edges: [...graph.edges, ...loop],
  };
  const imported = nirToNetwork(all, units);
  expect(imported.parts.lif.map(({ population, neurons }) => [population, ...neurons])).toEqual([
    ["lif[0]", 0, 2],
    ["lif[1]", 1],
    ["lif[2]", 3],
  ]);
  const simulation = started(imported);
  const times = Array.from({ length: 40 }, (_, k) => 1 + 0.7 * k);
  simulation.stimulate(
    "input",
    times,
    times.map((_, k) => k % 2),
  );
  simulation.run(40);
  // The same by hand, event by event: exact decay, then inputs, then thresholds; a loop takes one step.
  const value = (field: string, j: number) => Number((lif.fields[field] as { data: Float64Array }).data[j]);
  const v = [0, 1, 2, 3].map(j => value("v_leak", j));
  const last = [0, 0, 0, 0];
  const back = (recurrent.fields.weight as { data: Float64Array }).data;
  const events = times.map((t, k) => ({ t, add: [0, 1, 2, 3].map(j => weights[2 * j + (k % 2)]) }));
  const fired: [number, number][] = [];
  while (events.length > 0) {
    events.sort((a, b) => a.t - b.t);
    const { t } = events[0];
    const now = events.filter(event => event.t === t);
    events.splice(0, now.length);
    if (t > 40) break;
    for (let j = 0; j < 4; j++) {
      v[j] = value("v_leak", j) + (v[j] - value("v_leak", j)) * Math.exp(-(t - last[j]) / value("tau", j));
      last[j] = t;
      for (const { add } of now) v[j] += add[j];
      if (v[j] < value("v_threshold", j)) continue;
      v[j] = value("v_reset", j);
      fired.push([t, j]);
      events.push({ t: t + 0.1, add: [0, 1, 2, 3].map(to => back[4 * to + j]) });
    }
  }
  expect(fired.length).toBeGreaterThan(10);
  const found = imported.parts.lif.flatMap(({ population, neurons }) => {
    const raster = simulation.raster();
    const p = raster.populations.findIndex(({ name }) => name === population);
    return [...raster.times].flatMap((t, k) =>
      raster.populationIndex[k] === p ? [[t, neurons[raster.neurons[k]]] as const] : [],
    );
  });
  const sorted = (list: readonly (readonly [number, number])[]) =>
    list.map(([t, j]) => `${t.toFixed(6)} ${j}`).sort();
  expect(sorted(found)).toEqual(sorted(fired));
});

test("delays belong to each neuron, before and after a matrix, and tell ways apart", () => {
  const ifs: NirNode = { type: "IF", fields: { r: f(10, 10), v_threshold: f(0.5, 0.5), v_reset: f(0, 0) } };
  const delay = (...list: number[]): NirNode => ({ type: "Delay", fields: { delay: f(...list) } });
  const graph = chain(2, { first: delay(1, 2), linear: linear(2, [1, 1, 1, 1]), second: delay(10, 20), ifs });
  const simulation = started(nirToNetwork(graph, units));
  simulation.stimulate("input", [0, 5], [0, 1]);
  simulation.run(60);
  const { times, neurons, populationIndex } = simulation.raster();
  const found = [...times].flatMap((t, k) => (populationIndex[k] === 1 ? [[t, neurons[k]]] : []));
  expect(found).toEqual([
    [11, 0],
    [17, 0],
    [21, 1],
    [27, 1],
  ]);
});

test("a Threshold fires for inputs at one instant, and forgets them", () => {
  const threshold: NirNode = { type: "Threshold", fields: { threshold: f(1.5) } };
  const imported = nirToNetwork(chain(2, { linear: linear(1, [1, 1]), threshold }), units);
  expect(imported.notes.at(-1)).toMatch(/^threshold: a Threshold adds up what reaches it at one instant/);
  const simulation = started(imported);
  simulation.stimulate("input", [1, 1.05, 2, 2, 3], [0, 1, 0, 1, 0]);
  simulation.run(5);
  expect(spikesOf(simulation).threshold).toEqual([2]);
});

test("euler: a grid of dt makes the spikes of Euler's method, step for step", () => {
  const [n, dt] = [6, 0.5];
  const weights = Array.from({ length: 4 * n }, (_, k) => 0.7 * Math.sin(3 * k) + 0.2);
  const bias = Array.from({ length: n }, (_, k) => 0.02 * (k - 2));
  const each = (value: number) => f(...new Array<number>(n).fill(value));
  const lif: NirNode = {
    type: "LIF",
    fields: {
      tau: f(...Array.from({ length: n }, (_, k) => 5 + 3 * k)),
      r: each(12),
      v_leak: each(0.1),
      v_threshold: each(1),
      v_reset: each(-0.3),
    },
  };
  const imported = nirToNetwork(chain(4, { affine: linear(n, weights, bias), lif }), {
    timeUnit: "ms",
    dt,
    steps: "euler",
  });
  const simulation = new Simulation(network(imported.spec), { mode: "grid", dt });
  for (const [name, current] of Object.entries(imported.currents)) simulation.setCurrent(name, current);
  const spikes = Array.from({ length: 120 }, (_, k) => [1 + ((7 * k) % 200), (5 * k) % 4] as const);
  simulation.stimulate(
    "input",
    spikes.map(([step]) => step * dt),
    spikes.map(([, i]) => i),
  );
  simulation.run(100);
  const raster = simulation.raster();
  const found = imported.parts.lif.flatMap(({ population, neurons }) => {
    const p = raster.populations.findIndex(({ name }) => name === population);
    return [...raster.times].flatMap((time, k) =>
      raster.populationIndex[k] === p ? [`${Math.round(time / dt)} ${neurons[raster.neurons[k]]}`] : [],
    );
  });
  const v = new Array<number>(n).fill(0.1);
  const expected: string[] = [];
  for (let step = 1; step <= 200; step++)
    for (let j = 0; j < n; j++) {
      let input = bias[j];
      for (const [at, i] of spikes) if (at === step) input += weights[4 * j + i];
      v[j] += (dt / (5 + 3 * j)) * (0.1 - v[j] + 12 * input);
      if (v[j] <= 1) continue;
      v[j] = -0.3;
      expected.push(`${step} ${j}`);
    }
  expect(expected.length).toBeGreaterThan(50);
  expect(found.sort()).toEqual(expected.sort());
});

test("euler: CubaLIF and CubaLI too, in whose steps the current of the last one moves the potential", () => {
  const [n, dt] = [6, 0.1];
  const weights = Array.from({ length: 4 * n }, (_, k) => 0.7 * Math.sin(3 * k) + 0.2);
  const bias = Array.from({ length: n }, (_, k) => 0.03 * (k - 2));
  const [mem, syn] = [(j: number) => 1 + 0.4 * j, (j: number) => 0.5 + 0.5 * j];
  const each = (make: (j: number) => number) => f(...Array.from({ length: n }, (_, j) => make(j)));
  // The second neuron's two time constants are alike.
  const tau = (j: number) => (j === 1 ? syn(j) : mem(j));
  const factor = (j: number) => 5 - 0.3 * j;
  const fields = {
    ...{ tau_mem: each(tau), tau_syn: each(syn), w_in: each(factor) },
    ...{ r: each(() => 10), v_leak: each(() => 0.1) },
  };
  const spiking = { v_threshold: each(() => 1), v_reset: each(() => -0.3) };
  const spikes = Array.from({ length: 300 }, (_, k) => [1 + ((7 * k) % 190), (5 * k) % 4] as const);
  const euler = (threshold: number, each: (step: number, j: number, v: number) => void) => {
    const [v, current] = [new Array<number>(n).fill(0.1), new Array<number>(n).fill(0)];
    for (let step = 1; step <= 200; step++)
      for (let j = 0; j < n; j++) {
        let input = bias[j];
        for (const [at, i] of spikes) if (at === step) input += weights[4 * j + i];
        v[j] += (dt / tau(j)) * (0.1 - v[j] + 10 * current[j]);
        current[j] += (dt / syn(j)) * (factor(j) * input - current[j]);
        each(step, j, v[j]);
        if (v[j] > threshold) v[j] = -0.3;
      }
  };
  const imported = nirToNetwork(
    chain(4, {
      affine: linear(n, weights, bias),
      cuba: { type: "CubaLIF", fields: { ...fields, ...spiking } },
    }),
    { timeUnit: "ms", dt, steps: "euler" },
  );
  const run = ({ spec, currents }: ImportedNetwork) => {
    const simulation = new Simulation(network(spec), { mode: "grid", dt });
    for (const [name, current] of Object.entries(currents)) simulation.setCurrent(name, current);
    simulation.stimulate(
      "input",
      spikes.map(([step]) => step * dt),
      spikes.map(([, i]) => i),
    );
    simulation.run(20);
    return simulation;
  };
  const raster = run(imported).raster();
  const found = imported.parts.cuba.flatMap(({ population, neurons }) => {
    const p = raster.populations.findIndex(({ name }) => name === population);
    return [...raster.times].flatMap((time, k) =>
      raster.populationIndex[k] === p ? [`${Math.round(time / dt)} ${neurons[raster.neurons[k]]}`] : [],
    );
  });
  const expected: string[] = [];
  euler(1, (step, j, v) => v > 1 && expected.push(`${step} ${j}`));
  expect(expected.length).toBeGreaterThan(50);
  expect(found.sort()).toEqual(expected.sort());

  const graph = chain(4, { affine: linear(n, weights, bias), cuba: { type: "CubaLI", fields } });
  const readout = nirToNetwork(graph, { timeUnit: "ms", dt, steps: "euler" });
  const simulation = run(readout);
  const end = new Array<number>(n).fill(0);
  euler(Infinity, (_, j, v) => {
    end[j] = v;
  });
  for (const { population, neurons } of readout.parts.cuba)
    neurons.forEach((j, k) => {
      expect(simulation.potential(population, k) / end[j]).toBeCloseTo(1, 4);
    });

  for (const tau of ["tau_mem", "tau_syn"]) {
    const short = { ...fields, [tau]: each(() => dt) };
    expect(() =>
      nirToNetwork(chain(n, { cuba: { type: "CubaLI", fields: short } }), {
        timeUnit: "ms",
        dt,
        steps: "euler",
      }),
    ).toThrow(`nir: node cuba: ${tau}: expected times above dt (0.1) for steps of Euler's method`);
  }
});

test("a leak above threshold makes a neuron that fires by itself", () => {
  const common = { r: f(10), v_leak: f(1.2), v_threshold: f(1), v_reset: f(0) };
  const nodes: NirNode[] = [
    { type: "LIF", fields: { ...common, tau: f(10) } },
    { type: "CubaLIF", fields: { ...common, tau_mem: f(10), tau_syn: f(5), w_in: f(1) } },
  ];
  for (const node of nodes) {
    const simulation = started(nirToNetwork(chain(1, { n: node }), units));
    simulation.run(200);
    const { n } = spikesOf(simulation);
    expect(n.length).toBe(12);
    for (let k = 0; k < n.length; k++) expect(n[k]).toBeCloseTo(10 * k * Math.log(6), 9);
  }
});

test("potentials are sent nowhere", () => {
  const li: NirNode = { type: "LI", fields: { tau: f(10), r: f(100), v_leak: f(0) } };
  const lif: NirNode = {
    type: "LIF",
    fields: { ...li.fields, v_threshold: f(1), v_reset: f(0) },
  };
  expect(() => nirToNetwork(chain(1, { li, lif }), units)).toThrow(
    "nir: edge li to lif: expected spikes to reach lif, got the potential of LI, which is sent nowhere here",
  );
  const many = Float64Array.from({ length: 1025 }, (_, k) => 1 + k);
  const one = tensor(many.map(() => 1));
  const node: NirNode = {
    type: "LIF",
    fields: { tau: tensor(many), r: one, v_leak: one, v_threshold: tensor(many.map(x => x + 1)) },
  };
  expect(() => nirToNetwork(chain(1025, { node }), units)).toThrow(InputError);
});

test("convolution and pooling become the synapses of their definition", () => {
  const shape = fc.record({
    channels: fc.integer({ min: 1, max: 2 }),
    out: fc.integer({ min: 1, max: 3 }),
    h: fc.integer({ min: 3, max: 5 }),
    w: fc.integer({ min: 3, max: 5 }),
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 2 }),
    padding: fc.integer({ min: 0, max: 1 }),
  });
  fc.assert(
    fc.property(shape, ({ channels, out, h, w, kernel, stride, padding }) => {
      const weight = Float64Array.from({ length: out * channels * kernel * kernel }, (_, k) => Math.sin(k));
      const conv: NirNode = {
        type: "Conv2d",
        fields: {
          weight: tensor(weight, [out, channels, kernel, kernel]),
          stride: ints(stride, stride),
          padding: ints(padding, padding),
          dilation: ints(1, 1),
          groups: tensor(BigInt64Array.of(1n), []),
          bias: tensor(new Float64Array(out)),
        },
      };
      const map = linearMap(conv, [channels, h, w], "conv")!;
      const [, oh, ow] = map.outShape as [number, number, number];
      const n = out * oh * ow;
      const all = tensor(new Float64Array(n).fill(1), map.outShape);
      const graph: NirGraph = {
        type: "NIRGraph",
        nodes: {
          input: { type: "Input", fields: { shape: ints(channels, h, w) } },
          conv,
          ifs: {
            type: "IF",
            fields: { r: all, v_threshold: all, v_reset: tensor(new Float64Array(n), map.outShape) },
          },
        },
        edges: [
          ["input", "conv"],
          ["conv", "ifs"],
        ],
      };
      const [projection] = nirToNetwork(graph, { timeUnit: "ms", dt: 1 }).spec.projections!;
      const found = new Float64Array(channels * h * w * n);
      const list = projection.weights as Float32Array;
      const pairs = projection.connect as { pre: Uint32Array; post: Uint32Array } | undefined;
      list.forEach((value, s) => {
        found[pairs ? pairs.pre[s] * n + pairs.post[s] : s] += value;
      });
      const expected = new Float64Array(found.length);
      for (let o = 0; o < out; o++)
        for (let y = 0; y < oh; y++)
          for (let x = 0; x < ow; x++)
            for (let c = 0; c < channels; c++)
              for (let ky = 0; ky < kernel; ky++)
                for (let kx = 0; kx < kernel; kx++) {
                  const [iy, ix] = [y * stride + ky - padding, x * stride + kx - padding];
                  if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
                  const k = ((o * channels + c) * kernel + ky) * kernel + kx;
                  expected[((c * h + iy) * w + ix) * n + (o * oh + y) * ow + x] += weight[k];
                }
      found.forEach((value, k) => {
        expect(value).toBeCloseTo(expected[k], 6);
      });
    }),
  );
});
