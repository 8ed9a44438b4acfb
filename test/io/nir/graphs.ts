import type { TrainedNetwork } from "../../../src/io/networkFile.ts";
import type { NirGraph, NirNode } from "../../../src/io/nir/graph.ts";
import { tensor } from "../../../src/io/nir/graph.ts";
import { Rng } from "../../../src/math/rng.ts";

const f = (shape: readonly number[], value: number | ((k: number) => number)) => {
  const n = shape.reduce((a, b) => a * b, 1);
  const make = typeof value === "number" ? () => value : (_: unknown, k: number) => value(k);
  return tensor(Float32Array.from({ length: n }, make), shape);
};
const ints = (...list: number[]) => tensor(BigInt64Array.from(list, BigInt));
const int = (n: number) => tensor(BigInt64Array.of(BigInt(n)), []);

export function lif(shape: readonly number[], extra: Partial<Record<string, number>> = {}): NirNode {
  const p = { tau: 0.02, r: 200, v_leak: 0, v_threshold: 1, v_reset: 0, ...extra };
  return { type: "LIF", fields: Object.fromEntries(Object.entries(p).map(([k, v]) => [k, f(shape, v)])) };
}

/** A graph with every kind of node, loops and a graph within the graph. */
export function everyNode(): NirGraph {
  const cuba = {
    tau_syn: f([3], 0.005),
    tau_mem: f([3], 0.02),
    r: f([3], 1),
    v_leak: f([3], 0),
    w_in: f([3], 2),
  };
  const spiking = { v_threshold: f([3], 1), v_reset: f([3], 0) };
  const pool = { kernel_size: ints(2, 2), stride: ints(2, 2), padding: ints(0, 0) };
  const nodes: Record<string, NirNode | NirGraph> = {
    input: { type: "Input", fields: { shape: ints(1, 6, 6) } },
    conv: {
      type: "Conv2d",
      fields: {
        input_shape: ints(6, 6),
        weight: f([2, 1, 3, 3], k => (k % 5) - 2),
        stride: ints(1, 1),
        padding: ints(1, 1),
        dilation: ints(1, 1),
        groups: int(1),
        bias: f([2], 0.125),
      },
    },
    if1: {
      type: "IF",
      fields: { r: f([2, 6, 6], 1e4), v_threshold: f([2, 6, 6], 1), v_reset: f([2, 6, 6], 0) },
    },
    sum: { type: "SumPool2d", fields: pool },
    lif1: lif([2, 3, 3]),
    avg: { type: "AvgPool2d", fields: { ...pool, kernel_size: ints(3, 3), stride: ints(3, 3) } },
    flatten: { type: "Flatten", fields: { start_dim: int(0), end_dim: int(-1), input_type: ints(2, 1, 1) } },
    affine: { type: "Affine", fields: { weight: f([3, 2], k => k / 4), bias: f([3], 0.5) } },
    cubalif: { type: "CubaLIF", fields: { ...cuba, ...spiking } },
    recurrent: { type: "Linear", fields: { weight: f([3, 3], k => -k / 8) } },
    delay: { type: "Delay", fields: { delay: f([3], k => 0.001 * k) } },
    threshold: { type: "Threshold", fields: { threshold: f([3], 0.5) } },
    block: {
      type: "NIRGraph",
      nodes: {
        input: { type: "Input", fields: { shape: ints(3) } },
        linear: { type: "Linear", fields: { weight: f([3, 3], 1) } },
        cubali: { type: "CubaLI", fields: cuba },
        output: { type: "Output", fields: { shape: ints(3) } },
      },
      edges: [
        ["input", "linear"],
        ["linear", "cubali"],
        ["cubali", "output"],
      ],
    },
    li: { type: "LI", fields: { tau: f([3], 0.02), r: f([3], 1), v_leak: f([3], 0) } },
    output: { type: "Output", fields: { shape: ints(3) } },
  };
  const chain = ["input", "conv", "if1", "sum", "lif1", "avg", "flatten", "affine", "cubalif", "delay"];
  return {
    type: "NIRGraph",
    nodes,
    edges: [
      ...chain.slice(1).map((name, k) => [chain[k], name] as const),
      ["cubalif", "recurrent"],
      ["recurrent", "cubalif"],
      ["delay", "threshold"],
      ["threshold", "block"],
      ["threshold", "li"],
      ["block", "output"],
      ["li", "output"],
    ],
    metadata: { rule: "bp", dt: tensor(Float64Array.of(1e-4), []) },
  };
}

/** A small network as training leaves it. */
export function trained(tauMem = 20, tauRef = 0): TrainedNetwork {
  const rng = new Rng(1, "weights");
  const draw = (n: number, scale: number) => Float32Array.from({ length: n }, () => rng.normal(0.1, scale));
  return {
    sizes: [8, 12, 4],
    weights: [draw(96, 0.4), draw(48, 0.5)],
    biases: [draw(12, 0.2), draw(4, 0.1)],
    neuron: { tauMem, vThreshold: 0.5, tauRef },
    durationMs: 20,
    encoder: "rate",
    maxSpikes: 4,
    inputGain: 0.4,
    metadata: { rule: "pepita", twin: "spike", seed: 3 },
  };
}
