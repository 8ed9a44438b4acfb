import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { type NirGraph, type NirNode, tensor } from "../../../src/io/nir/graph.ts";
import { nirToNetwork } from "../../../src/io/nir/import.ts";
import { decodeRasterCsv } from "../../../src/io/raster/csv.ts";

/* What a NIR file leaves open: units, steps, and how many neurons a single number is for. */

const f = (...list: number[]) => tensor(Float64Array.from(list));
const one = (value: number) => tensor(Float32Array.of(value), []);
const shape = (...list: number[]) => ({ shape: tensor(BigInt64Array.from(list, BigInt)) });

/** input - linear - neurons - output, of two values unless the shapes say another. */
function graph(
  neurons: NirNode,
  metadata: NirGraph["metadata"] = {},
  more: Record<string, NirNode> = {},
): NirGraph {
  return {
    type: "NIRGraph",
    nodes: {
      input: { type: "Input", fields: shape(2) },
      0: { type: "Linear", fields: { weight: tensor(Float64Array.of(0.12, 0.05, 0.03, 0.2), [2, 2]) } },
      1: neurons,
      output: { type: "Output", fields: shape(2) },
      ...more,
    },
    edges: [
      ["input", "0"],
      ["0", "1"],
      ["1", "output"],
    ],
    metadata,
  };
}
const lif = (tau: number, r: number): NirNode => ({
  type: "LIF",
  fields: { tau: f(tau, tau), r: f(r, r), v_leak: f(0, 0), v_threshold: f(0.01, 0.01), v_reset: f(0, 0) },
});
const refusal = (given: NirGraph, options = {}) => {
  try {
    nirToNetwork(given, options);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("the step of a graph that does not say it", () => {
  test("a resistance of 1 tells no step: with the true one, the spikes are those of the tool that wrote the file", () => {
    expect(refusal(graph(lif(0.005, 1)))).toMatch(
      /^nir: dt: .* tau \/ r = 5 ms is none beside a time constant of 5 ms; expected .*, --nir-dt in ms, such as/,
    );
    const input = decodeRasterCsv(
      readFileSync(new URL("fixtures/unitResistance.csv", import.meta.url), "utf8"),
      "unitResistance.csv",
    );
    const { spec } = nirToNetwork(graph(lif(0.005, 1)), { dt: 1e-4, steps: "euler" });
    const simulation = new Simulation(network(spec), { mode: "grid", dt: 0.1 });
    simulation.stimulate("input", input.times, input.neurons);
    simulation.runUntil(20);
    const { populations, populationIndex, neurons } = simulation.raster();
    const own = populations.findIndex(({ name }) => name === "1");
    const counts = [0, 0];
    populationIndex.forEach((p, k) => {
      if (p === own) counts[neurons[k]]++;
    });
    expect(counts).toEqual([17, 23]);
  });

  test.each([
    ["resistances below 1", lif(0.005, 0.5)],
    ["a resistance in ohms", lif(0.02, 1e8)],
    ["a step of a second", lif(10_000, 10)],
    ["no neuron with a time constant", { type: "IF", fields: { r: f(1, 1), v_threshold: f(1, 1) } }],
    [
      "a synapse faster than the step",
      {
        type: "CubaLIF",
        fields: {
          ...{ tau_syn: f(1e-4, 1e-4), tau_mem: f(0.02, 0.02), r: f(20, 20), v_leak: f(0, 0) },
          ...{ v_threshold: f(1, 1), w_in: f(1, 1) },
        },
      },
    ],
  ] as [string, NirNode][])("is not guessed from %s", (_, neurons) => {
    const message = refusal(graph(neurons));
    expect(message).toMatch(/^nir: dt: the file does not say how long a spike lasts.*--nir-dt in ms/);
    expect(message.length).toBeLessThan(500);
    expect(refusal(graph(neurons), { dt: 1e-4 })).toBe("");
    expect(refusal(graph(neurons, { dt: one(1e-4) }))).toBe("");
  });

  test("is tau / r where that can be a step", () => {
    // Of snnTorch with a decay of 0.9, 0.5 and 0.1 in 0.1 ms.
    for (const beta of [0.9, 0.5, 0.1]) {
      const tau = 1e-4 / (1 - beta);
      expect(nirToNetwork(graph(lif(tau, tau / 1e-4))).dtMs).toBeCloseTo(0.1, 9);
    }
  });
});

describe("the unit of times of a graph", () => {
  test.each([
    ["s", "s"],
    ["seconds", "s"],
    ["ms", "ms"],
    ["milliseconds", "ms"],
    ["msec", "ms"],
  ])("is what the file says, in any spelling: %s", (said, unit) => {
    const time_unit = said;
    expect(nirToNetwork(graph(lif(20, 200), { time_unit })).timeUnit).toBe(unit);
  });

  test("is none that the file does not mean", () => {
    expect(refusal(graph(lif(20, 200), { time_unit: "us" }))).toBe(
      'nir: metadata.time_unit: expected s or ms, got "us"',
    );
    // Microseconds, and seconds of a chip.
    for (const tau of [20_000, 1e-7])
      expect(refusal(graph(lif(tau, 200)))).toMatch(
        /^nir: time unit: .* neither in s nor in ms; expected the unit, --nir-unit s or --nir-unit ms$/,
      );
    expect(nirToNetwork(graph(lif(20_000, 200)), { timeUnit: "ms" }).dtMs).toBe(100);
  });

  test("is that of the delays where there are no time constants", () => {
    const neurons: NirNode = { type: "IF", fields: { r: f(1, 1), v_threshold: f(1, 1) } };
    const delayed = (delay: number): NirGraph => ({
      ...graph(neurons, {}, { delay: { type: "Delay", fields: { delay: f(delay, delay) } } }),
      edges: [
        ["input", "0"],
        ["0", "delay"],
        ["delay", "1"],
      ],
    });
    expect(nirToNetwork(delayed(3), { dt: 1 }).timeUnit).toBe("ms");
    expect(nirToNetwork(delayed(0.003), { dt: 1e-4 }).timeUnit).toBe("s");
  });
});

describe("parameters that are single numbers", () => {
  const fields = { r: one(1), v_threshold: one(1) };

  test("are those of as many neurons as the node gets values", () => {
    const { spec, notes } = nirToNetwork(graph({ type: "IF", fields }), { dt: 1e-3 });
    expect(spec.populations["1"]).toEqual({
      size: 2,
      neuron: { tauMem: Infinity, vRest: 0, vThreshold: 1, reset: "fixed", vReset: 0 },
    });
    expect(notes).toContain("1: parameters that are single numbers are those of all its 2 neurons");
  });

  test.each([
    ["a list of one", { r: f(1), v_threshold: f(1) }],
    ["some of them", { r: f(1, 1), v_threshold: one(1), v_reset: one(0) }],
  ])("%s", (_, spelled) => {
    const spread = nirToNetwork(graph({ type: "IF", fields: spelled }), { dt: 1e-3 });
    expect(spread.spec).toEqual(nirToNetwork(graph({ type: "IF", fields }), { dt: 1e-3 }).spec);
  });

  test("of every kind of neuron mean what full ones mean", () => {
    const values = {
      tau: 5,
      tau_mem: 5,
      tau_syn: 3,
      r: 2,
      v_leak: 0.125,
      v_threshold: 1,
      v_reset: 0.25,
      w_in: 0.5,
    };
    const kinds = {
      LI: ["tau", "r", "v_leak"],
      LIF: ["tau", "r", "v_leak", "v_threshold", "v_reset"],
      CubaLI: ["tau_syn", "tau_mem", "r", "v_leak", "w_in"],
      CubaLIF: ["tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "v_reset", "w_in"],
      I: ["r"],
    };
    for (const [type, names] of Object.entries(kinds)) {
      const spelled = (make: (value: number) => ReturnType<typeof f>) =>
        nirToNetwork(
          graph({ type, fields: Object.fromEntries(names.map(name => [name, make(values[name as "r"])])) }),
          { timeUnit: "ms", dt: 1 },
        );
      const { notes: _, ...single } = spelled(one);
      const { notes: __, ...full } = spelled(value => f(value, value));
      expect(single).toEqual(full);
    }
    const threshold = { type: "Threshold", fields: { threshold: one(1) } };
    expect(nirToNetwork(graph(threshold), { dt: 1 }).spec.populations["1"].size).toBe(2);
  });

  test("where nothing says how many, are one neuron; lists of other lengths are refused", () => {
    const lonely: NirGraph = { type: "NIRGraph", nodes: { 1: { type: "IF", fields } }, edges: [] };
    expect(nirToNetwork(lonely, { dt: 1 }).spec.populations["1"].size).toBe(1);
    expect(refusal(graph({ type: "IF", fields: { r: f(1, 1, 1), v_threshold: one(1) } }), { dt: 1 })).toBe(
      "nir: edge 0 to 1: expected 3 values, got 2",
    );
  });
});

describe("graphs of a few numbers that ask for more than a machine has", () => {
  const counts = (...list: number[]) => tensor(BigInt64Array.from(list, BigInt));
  const conv = (padding: number, stride = 1): Record<string, NirNode> => ({
    input: { type: "Input", fields: shape(1, 2, 2) },
    0: {
      type: "Conv2d",
      fields: {
        weight: tensor(Float64Array.of(1), [1, 1, 1, 1]),
        ...{ stride: counts(stride, stride), padding: counts(padding, padding), dilation: counts(1, 1) },
        ...{ groups: counts(1), bias: f(0) },
      },
    },
  });
  const pool = (padding: number, stride = 1): Record<string, NirNode> => ({
    ...conv(0),
    0: {
      type: "AvgPool2d",
      fields: {
        kernel_size: counts(1, 1),
        stride: counts(stride, stride),
        padding: counts(padding, padding),
      },
    },
  });

  test.each<[string, Record<string, NirNode>, RegExp]>([
    [
      "an input",
      { input: { type: "Input", fields: shape(2 ** 40) } },
      /node input: expected a shape of 1 to/,
    ],
    [
      "a negative shape",
      { input: { type: "Input", fields: shape(-2) } },
      /node input: expected a shape of 1 to/,
    ],
    [
      "padding of a convolution",
      conv(1e6),
      /node 0: expected at most \d+ values, got 1 x 2000002 x 2000002$/,
    ],
    [
      "a stride of 0",
      conv(0, 0),
      /node 0: expected stride, dilation and groups as integers of 1 or more, got 0$/,
    ],
    [
      "padding of a pool",
      pool(1e6),
      /node 0: expected a shape of 1 to \d+ values, got 1 x 2000002 x 2000002$/,
    ],
    ["a pool's stride of 0", pool(0, 0), /node 0: expected kernel_size and stride as integers of 1 or more/],
  ])("%s", (_, more, message) => {
    expect(
      refusal(graph({ type: "IF", fields: { r: one(1), v_threshold: one(1) } }, {}, more), { dt: 1 }),
    ).toMatch(message);
  });

  test("ways that double and lead nowhere", () => {
    const scale: NirNode = { type: "Scale", fields: { scale: one(1) } };
    const names = Array.from({ length: 40 }, (_, k) => [`a${k}`, `b${k}`] as const);
    const nodes = { input: { type: "Input", fields: shape(2) } as NirNode };
    const given: NirGraph = {
      type: "NIRGraph",
      nodes: { ...nodes, ...Object.fromEntries(names.flat().map(name => [name, scale])) },
      edges: names.flatMap((pair, k) =>
        (k === 0 ? ["input"] : names[k - 1]).flatMap(from => pair.map(to => [from, to] as const)),
      ),
    };
    expect(refusal(given, { dt: 1 })).toMatch(/^nir: node input: expected fewer ways through linear nodes/);
  });
});
