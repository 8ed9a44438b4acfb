import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { architectureFrom } from "../../../src/description/layeredModel.ts";
import { FeedForwardNetwork } from "../../../src/engine/exact/feedForward.ts";
import { Inference } from "../../../src/engine/lattice/batch/inference.ts";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { decodeNetwork, encodeNetwork, type TrainedNetwork } from "../../../src/io/networkFile.ts";
import { networkToNir } from "../../../src/io/nir/export.ts";
import { readNir, writeNir } from "../../../src/io/nir/file.ts";
import { type NirGraph, type NirNode, numbers, tensor } from "../../../src/io/nir/graph.ts";
import { nirToNetwork } from "../../../src/io/nir/import.ts";
import { Rng } from "../../../src/math/rng.ts";
import { everyNode, lif, trained } from "./graphs.ts";

const path = join(mkdtempSync(join(tmpdir(), "nir-")), "x.nir");

describe("the native file of a network", () => {
  test("brings back every number", () => {
    expect(decodeNetwork(encodeNetwork(trained()), "x")).toEqual(trained());
    expect(decodeNetwork(encodeNetwork(trained(Infinity)), "x")).toEqual(trained(Infinity));
  });
  test("refuses weights of another size", () => {
    const bytes = encodeNetwork({ ...trained(), weights: [new Float32Array(3), new Float32Array(48)] });
    expect(() => decodeNetwork(bytes, "x")).toThrow("x: weights[0]: expected 8 x 12 numbers, got 3");
  });
});

describe("NIR files", () => {
  test("bring back every kind of node, loops and nested graphs", async () => {
    await writeNir(everyNode(), path);
    expect(await readNir(path)).toEqual(everyNode());
  });
  test("refuse nodes and edges that make no sense, by name", async () => {
    const bad = (nodes: NirGraph["nodes"], edges: NirGraph["edges"] = []) =>
      writeNir({ type: "NIRGraph", nodes, edges }, path);
    await expect(bad({ a: { type: "Spam", fields: {} } })).rejects.toThrow(
      /node a: expected one of Input, .* got Spam$/,
    );
    await expect(bad({ a: lif([2]) }, [["a", "b"]])).rejects.toThrow(
      "edge a to b: expected nodes of the graph, got b",
    );
    const mixed = { ...lif([2]), fields: { ...lif([2]).fields, r: tensor(new Float32Array(3)) } };
    await expect(bad({ a: mixed })).rejects.toThrow("node a: r: expected the shape of the others, 2, got 3");
  });
});

describe("export of a trained network", () => {
  test("is refused with the reason, or lossy", () => {
    expect(() => networkToNir(trained(20, 2))).toThrow(
      /^nir: cannot be written without loss: the reset subtracts .*; the refractory period of 2 ms, .*; use --lossy/,
    );
    expect(networkToNir(trained(20, 2), { lossy: true }).warnings).toHaveLength(2);
  });
  test("always writes v_reset", () => {
    const { graph } = networkToNir(trained(), { lossy: true });
    expect(numbers(graph.nodes.hidden_1 as NirNode, "v_reset")).toEqual(new Float64Array(12));
  });
  test.each([20, Infinity])("comes back with the same spikes, tau = %s ms", async tauMem => {
    const net = trained(tauMem);
    await writeNir(networkToNir(net, { lossy: true }).graph, path);
    const imported = nirToNetwork(await readNir(path));
    expect(imported.timeUnit).toBe("s");
    expect(imported.dtMs).toBeCloseTo(0.1, 12);
    const spikes = inputSpikes();
    const [ours, theirs] = [direct(net), imported].map(({ spec, currents }) => {
      const simulation = new Simulation(network(spec));
      simulation.stimulate("input", spikes.times, spikes.neurons);
      for (const [name, current] of Object.entries(currents)) simulation.setCurrent(name, current);
      simulation.run(20);
      return { raster: simulation.raster(), v: [0, 1, 2, 3].map(k => simulation.potential("readout", k)) };
    });
    expect(ours.raster.times.length).toBeGreaterThan(40);
    expect([...theirs.raster.neurons]).toEqual([...ours.raster.neurons]);
    theirs.raster.times.forEach((t, k) => {
      expect(t).toBeCloseTo(ours.raster.times[k], 4);
    });
    theirs.v.forEach((v, k) => {
      expect(v).toBeCloseTo(ours.v[k], 5);
    });
  });
  test("runs on many samples at a time, to the potentials of a simulation", async () => {
    await writeNir(networkToNir(trained(), { lossy: true }).graph, path);
    const { spec, currents } = nirToNetwork(await readNir(path));
    const spikes = inputSpikes();
    const simulation = new Simulation(network(spec));
    simulation.stimulate("input", spikes.times, spikes.neurons);
    for (const [name, current] of Object.entries(currents)) simulation.setCurrent(name, current);
    simulation.run(20);
    // Spikes lie on a lattice there: the finer it is, the nearer.
    const inference = new Inference(network(spec), { durationMs: 20, dt: 0.001, currents });
    const { potentials, totals } = inference.run([spikes, spikes]);
    expect(totals.hidden_1).toBeGreaterThan(40);
    for (let k = 0; k < 8; k++) {
      expect(potentials.readout[k]).toBeCloseTo(simulation.potential("readout", k % 4), 2);
    }
  });
  test("keeps shared kernels and average pools, with the same spikes", async () => {
    const net = convolutional();
    const { graph } = networkToNir(net, { lossy: true });
    expect(Object.values(graph.nodes).map(({ type }) => type)).toEqual(
      "Input Conv2d LIF AvgPool2d Conv2d LIF Flatten Affine LIF Affine LI Output".split(" "),
    );
    await writeNir(graph, path);
    const imported = nirToNetwork(await readNir(path));
    const own = new FeedForwardNetwork(
      { sizes: net.sizes, layers: net.layers! },
      net.weights,
      net.biases,
      net.neuron,
      net.durationMs,
    );
    const simulation = new Simulation(network(imported.spec));
    for (const [name, current] of Object.entries(imported.currents)) simulation.setCurrent(name, current);
    const rng = new Rng(4, "input");
    own.input.gain = net.inputGain;
    const times = Float64Array.from({ length: 150 }, () => 20 * rng.uniform()).sort();
    const inputs = times.map(() => rng.integer(72));
    times.forEach((t, k) => {
      own.input.spikes.push(t, inputs[k]);
    });
    simulation.stimulate(
      "input",
      times,
      Uint32Array.from(inputs, i => channelsFirst(i, 36, 2)),
    );
    simulation.run(net.durationMs);
    const seen = own.presentation();
    own.present(seen);
    const raster = simulation.raster();
    for (const [p, places, channels] of [
      [1, 36, 3],
      [2, 4, 4],
      [3, 1, 5],
    ] as const) {
      const spikes = seen.spikes[p];
      const ours = Array.from(spikes.times.subarray(0, spikes.length), (t, k) => [
        t,
        channelsFirst(spikes.neurons[k], places, channels),
      ]);
      const at = [...raster.times.keys()].filter(
        k => raster.populations[raster.populationIndex[k]].name === `hidden_${p}`,
      );
      const theirs = at.map(k => [raster.times[k], raster.neurons[k]]);
      expect(ours.length).toBeGreaterThan(10);
      const sorted = (list: number[][]) => list.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
      expect(sorted(theirs).map(([, i]) => i)).toEqual(sorted(ours).map(([, i]) => i));
      theirs.forEach(([t], k) => {
        expect(t).toBeCloseTo(ours[k][0], 4);
      });
    }
    seen.logits.forEach((v, k) => {
      expect(simulation.potential("readout", k)).toBeCloseTo(v, 5);
    });
  });
  test("refuses max pools, which NIR does not know", () => {
    const net = convolutional();
    const layers = net.layers!.map(layer => ({
      ...layer,
      pool: layer.pool && { ...layer.pool, kind: "max" as const },
    }));
    expect(() => networkToNir({ ...net, layers }, { lossy: true })).toThrow(
      /^nir: expected average pools, got a max pool of spikes/,
    );
  });
  test("runs on a grid with the same spikes, step for step", () => {
    const dtMs = 0.01;
    const net = trained();
    const { graph } = networkToNir(net, { lossy: true, dtMs });
    const spikes = inputSpikes();
    const simulation = new Simulation(network(direct(net).spec));
    simulation.stimulate("input", spikes.times, spikes.neurons);
    for (const [name, current] of Object.entries(direct(net).currents)) simulation.setCurrent(name, current);
    simulation.run(20);
    const raster = simulation.raster();
    const exact = [...raster.times.keys()].filter(k => raster.populationIndex[k] === 1);
    const counts = new Array<number>(12).fill(0);
    for (const k of exact) counts[raster.neurons[k]]++;
    const steps = euler(graph, spikes, dtMs, 20);
    expect(steps.map(list => list.length)).toEqual(counts);
    steps.forEach((list, i) => {
      const own = exact.filter(k => raster.neurons[k] === i).map(k => raster.times[k]);
      list.forEach((step, n) => {
        expect(Math.abs(step * dtMs - own[n])).toBeLessThan(0.2);
      });
    });
  });
});

/** Two maps of 6 x 6 under kernels, an average pool, kernels with a stride, and two fully connected layers. */
function convolutional(): TrainedNetwork {
  const rng = new Rng(3, "weights");
  const { sizes, layers } = architectureFrom(
    {
      name: "test",
      layers: [
        { kind: "conv", filters: 3, size: 3, padding: 1 },
        { kind: "avgpool", size: 2 },
        { kind: "conv", filters: 4, size: 3, padding: 1, stride: 2 },
        { kind: "dense", units: 5 },
      ],
    },
    [6, 6, 2],
    3,
    "test",
  );
  const draw = (n: number) => Float32Array.from({ length: n }, () => rng.normal(0.1, 0.3));
  return {
    ...trained(),
    sizes,
    layers,
    weights: layers.map(({ rows, columns }) => draw(rows * columns)),
    biases: layers.map(({ columns }) => draw(columns)),
    neuron: { tauMem: 20, vThreshold: 0.2, tauRef: 0 },
  };
}

const channelsFirst = (i: number, places: number, channels: number) =>
  (i % channels) * places + Math.floor(i / channels);

/** The engine's own form of the network, without NIR. */
function direct(net: TrainedNetwork) {
  const { tauMem, vThreshold } = net.neuron;
  const scale = tauMem < Infinity ? 1 / (tauMem * -Math.expm1(-net.durationMs / tauMem)) : 1 / net.durationMs;
  return {
    spec: {
      populations: {
        input: { size: 8, neuron: "input" as const },
        hidden_1: { size: 12, neuron: { ...net.neuron, reset: "subtract" as const } },
        readout: { size: 4, neuron: { tauMem, vThreshold: Infinity } },
      },
      projections: [
        { from: "input", to: "hidden_1", weights: net.weights[0], gain: net.inputGain },
        { from: "hidden_1", to: "readout", weights: net.weights[1], gain: vThreshold },
      ],
    },
    currents: {
      hidden_1: Float64Array.from(net.biases[0], b => b * scale),
      readout: Float64Array.from(net.biases[1], b => b * scale),
    },
  };
}

function inputSpikes() {
  const rng = new Rng(2, "input");
  const times = Float64Array.from({ length: 60 }, () => Math.round(2000 * rng.uniform()) / 100).sort();
  return { times, neurons: Uint32Array.from(times, () => rng.integer(8)) };
}

/** The equations of NIR on a grid (Euler), with the subtractive reset that the metadata ask for. */
function euler(graph: NirGraph, spikes: ReturnType<typeof inputSpikes>, dtMs: number, durationMs: number) {
  const field = (node: string, name: string) => numbers(graph.nodes[node] as NirNode, name);
  const [w, b] = [field("affine_1", "weight"), field("affine_1", "bias")];
  const [tau, r, threshold] = ["tau", "r", "v_threshold"].map(name => field("hidden_1", name)[0]) as [
    number,
    number,
    number,
  ];
  const v = new Float64Array(12);
  const fired: number[][] = Array.from({ length: 12 }, () => []);
  for (let step = 0; step <= Math.round(durationMs / dtMs); step++) {
    for (let j = 0; j < 12; j++) {
      let input = b[j];
      spikes.times.forEach((t, k) => {
        if (Math.round(t / dtMs) === step) input += w[j * 8 + spikes.neurons[k]];
      });
      v[j] += (dtMs / 1000 / tau) * (r * input - v[j]);
      while (v[j] > threshold) {
        v[j] -= threshold;
        fired[j].push(step);
      }
    }
  }
  return fired;
}

describe("import", () => {
  const simple = (node: NirNode, metadata: NirGraph["metadata"] = {}): NirGraph => ({
    type: "NIRGraph",
    nodes: {
      input: { type: "Input", fields: { shape: tensor(BigInt64Array.of(2n)) } },
      linear: { type: "Linear", fields: { weight: tensor(Float32Array.of(1, 0, 0.5, 2), [2, 2]) } },
      neurons: node,
      output: { type: "Output", fields: { shape: tensor(BigInt64Array.of(2n)) } },
    },
    edges: [
      ["input", "linear"],
      ["linear", "neurons"],
      ["neurons", "output"],
    ],
    metadata,
  });
  test("infers unit and step and says so", () => {
    const { timeUnit, dtMs, notes, spec } = nirToNetwork(simple(lif([2])));
    expect([timeUnit, dtMs]).toEqual(["s", expect.closeTo(0.1, 6)]);
    expect(notes.map(note => note.split(":")[0])).toEqual(["time unit", "dt"]);
    const [first] = spec.projections!;
    expect([...(first.weights as Float32Array)]).toEqual([1, 0.5, 0, 2].map(w => expect.closeTo(w, 5)));
    expect(spec.populations.neurons.neuron).toMatchObject({ tauMem: expect.closeTo(20, 4), reset: "fixed" });
    expect(nirToNetwork(simple(lif([2], { tau: 20, r: 20 }))).timeUnit).toBe("ms");
    expect(nirToNetwork(simple(lif([2])), { timeUnit: "ms", dt: 1 }).dtMs).toBe(1);
  });
  test("gives loops a step and multiplies out convolution, pooling and flattening", () => {
    const { conv, sum, flatten, input } = everyNode().nodes as Record<string, NirNode>;
    const graph: NirGraph = {
      type: "NIRGraph",
      nodes: {
        input: input,
        conv: conv,
        sum: sum,
        flatten: flatten,
        lif: lif([18]),
        loop: { type: "Linear", fields: { weight: tensor(new Float32Array(18 * 18).fill(-0.1), [18, 18]) } },
      },
      edges: [
        ["input", "conv"],
        ["conv", "sum"],
        ["sum", "flatten"],
        ["flatten", "lif"],
        ["lif", "loop"],
        ["loop", "lif"],
      ],
    };
    const { spec, currents, notes } = nirToNetwork(graph, { timeUnit: "s", dt: 1e-4 });
    const [forward, back] = spec.projections!;
    expect(back).toMatchObject({ from: "lif", to: "lif", delay: expect.closeTo(0.1, 9) });
    expect(notes.at(-1)).toMatch(/^lif to lif: a loop/);
    // By hand: pixel (2, 3) reaches channel 1's pool cell (1, 1), rows 2..3 and columns 2..3 of the convolution.
    const k = numbers(conv, "weight").subarray(9);
    const byHand = [2, 3]
      .flatMap(y => [2, 3].map(x => [2 - y + 1, 3 - x + 1] as const))
      .reduce((s, [a, b]) => s + k[a * 3 + b], 0);
    const { pre, post } = forward.connect as unknown as { pre: Uint32Array; post: Uint32Array };
    const place = pre.findIndex((i, s) => i === 2 * 6 + 3 && post[s] === 9 + 4);
    expect((forward.weights as Float32Array)[place]).toBeCloseTo(byHand, 5);
    expect(currents.lif.every(c => Math.abs(c - (4 * 0.125) / 0.1) < 1e-4)).toBe(true);
    new Simulation(network(spec)).run(5);
  });
});
