import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FeedForwardNetwork } from "../../../src/engine/exact/feedForward.ts";
import { SpikePool } from "../../../src/engine/exact/spikePool.ts";
import {
  type Architecture,
  convLayer,
  denseLayer,
  poolsOf,
} from "../../../src/engine/network/architecture.ts";
import { network } from "../../../src/engine/network/network.ts";
import {
  addOuter,
  runsOf,
  sumBackward,
  sumForward,
  synapsesOf,
} from "../../../src/engine/network/synapses/runs.ts";
import { SpikeTrain } from "../../../src/engine/record/spikeTrain.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";

const geometry = fc.record({
  height: fc.integer({ min: 3, max: 6 }),
  width: fc.integer({ min: 3, max: 6 }),
  channels: fc.integer({ min: 1, max: 2 }),
  filters: fc.integer({ min: 1, max: 3 }),
  size: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 2 }),
  padding: fc.integer({ min: 0, max: 2 }),
  seed: fc.nat(1000),
});

function convolution(g: {
  height: number;
  width: number;
  channels: number;
  filters: number;
  size: number;
  stride: number;
  padding: number;
}) {
  const { size, stride, padding, filters, ...from } = g;
  const along = (n: number) => Math.floor((n + 2 * padding - size) / stride) + 1;
  return {
    size,
    stride,
    padding,
    from,
    to: { height: along(g.height), width: along(g.width), channels: filters },
  };
}

/** Every synapse of a convolution, by its definition: output (y, x) sees rows y stride - padding + 0 .. size - 1. */
function synapses(g: Parameters<typeof convolution>[0]): [source: number, target: number, weight: number][] {
  const { size, stride, padding, from, to } = convolution(g);
  const all: [number, number, number][] = [];
  for (let y = 0; y < to.height; y++)
    for (let x = 0; x < to.width; x++)
      for (let ky = 0; ky < size; ky++)
        for (let kx = 0; kx < size; kx++) {
          const [sy, sx] = [y * stride - padding + ky, x * stride - padding + kx];
          if (sy < 0 || sy >= from.height || sx < 0 || sx >= from.width) continue;
          for (let c = 0; c < from.channels; c++)
            for (let f = 0; f < to.channels; f++) {
              const source = (sy * from.width + sx) * from.channels + c;
              const target = (y * to.width + x) * to.channels + f;
              all.push([source, target, ((ky * size + kx) * from.channels + c) * to.channels + f]);
            }
        }
  return all;
}

const draw = (rng: Rng, n: number) => Float64Array.from({ length: n }, () => rng.uniformIn(-1, 1));

test("the three loops over a convolution's synapses are the sums over its definition", () => {
  fc.assert(
    fc.property(geometry, ({ seed, ...g }) => {
      const layer = convLayer(convolution(g));
      const runs = runsOf(layer);
      const rng = new Rng(seed, "loops");
      const [x, y] = [draw(rng, layer.sources), draw(rng, layer.post)];
      const w = Float32Array.from(draw(rng, layer.rows * layer.columns));
      const [up, down, changes] = [layer.post, layer.sources, w.length].map(n => new Float64Array(n)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      const all = synapses(g);
      for (const [i, j, k] of all) {
        up[j] += x[i] * w[k];
        down[i] += y[j] * w[k];
        changes[k] += x[i] * y[j];
      }
      const near = (found: Float64Array, expected: Float64Array) => {
        expect(found.length).toBe(expected.length);
        found.forEach((value, at) => {
          expect(Math.abs(value - expected[at])).toBeLessThan(1e-12);
        });
      };
      near(sumForward(runs, x, w, new Float64Array(layer.post)), up);
      near(sumBackward(runs, w, y, new Float64Array(layer.sources)), down);
      const found = new Float64Array(w.length);
      addOuter(runs, x, y, found);
      for (let i = 0; i < layer.sources; i++)
        expect(synapsesOf(runs, i)).toBe(all.filter(([source]) => source === i).length);
      near(found, changes);
    }),
    { numRuns: 50 },
  );
});

/** 6 x 6 inputs, 3 kernels, pools, 2 kernels, 4 outputs. */
function pooledNetwork(kind: "max" | "average"): Architecture {
  const first = convLayer(
    convolution({ height: 6, width: 6, channels: 1, filters: 3, size: 3, stride: 1, padding: 1 }),
  );
  const pool = { kind, size: 2, from: first.conv!.to, to: { height: 3, width: 3, channels: 3 } } as const;
  const second = convLayer(
    convolution({ height: 3, width: 3, channels: 3, filters: 2, size: 2, stride: 1, padding: 0 }),
    pool,
  );
  const top = denseLayer(second.post, 4);
  return { sizes: [36, first.post, second.post, 4], layers: [first, second, top] };
}

describe.each(["max", "average"] as const)("%s pools", kind => {
  const architecture = pooledNetwork(kind);
  const neuron = { tauMem: 20, vThreshold: 0.2, tauRef: 0 };

  function presented(seed: number, kernels = true) {
    const rng = new Rng(seed, "presented");
    const weights = architecture.layers.map(({ rows, columns }) =>
      Float32Array.from(draw(rng, rows * columns)),
    );
    const biases = architecture.layers.map(({ columns }) =>
      Float32Array.from(draw(rng, columns), b => 0.3 * b),
    );
    const share = kernels ? null : weights.map(() => null);
    const net = new FeedForwardNetwork(architecture, weights, biases, neuron, 20, { share });
    net.input.gain = 0.3;
    for (let k = 0; k < 60; k++) net.input.spikes.push(Math.floor(rng.uniform() * 40) / 2, rng.integer(36));
    net.input.spikes.sort(20);
    return { net, weights, seen: net.present(net.presentation()) };
  }

  test("spikes are those of the event queue", () => {
    for (const seed of [1, 2, 3]) {
      const { net, weights, seen } = presented(seed);
      const [first, second] = architecture.layers.map(({ conv }) => conv) as [
        ReturnType<typeof convolution>,
        ReturnType<typeof convolution>,
      ];
      const connect = ({ from, to, size, stride, padding }: ReturnType<typeof convolution>) => ({
        kind: "convolution" as const,
        shape: [from.height, from.width, from.channels] as const,
        kernel: [size, size] as const,
        filters: to.channels,
        stride,
        padding,
      });
      const lif = { ...neuron, reset: "subtract" } as const;
      const simulation = new Simulation(
        network({
          populations: {
            input: { size: 36, neuron: "input" },
            first: { size: architecture.sizes[1], neuron: lif },
            pool: { size: architecture.layers[1].sources, neuron: "input" },
            second: { size: architecture.sizes[2], neuron: lif },
          },
          projections: [
            {
              from: "input",
              to: "first",
              connect: connect(first),
              weights: weights[0],
              gain: net.gainOf(0),
            },
            {
              from: "pool",
              to: "second",
              connect: connect(second),
              weights: weights[1],
              gain: net.gainOf(1),
            },
          ],
        }),
      );
      const { spikes } = net.input;
      simulation.stimulate(
        "input",
        spikes.times.subarray(0, spikes.length),
        spikes.neurons.subarray(0, spikes.length),
      );
      const pooled = seen.sourceSpikes[1];
      simulation.stimulate(
        "pool",
        pooled.times.subarray(0, pooled.length),
        pooled.neurons.subarray(0, pooled.length),
      );
      simulation.setCurrent("first", net.currents[0]);
      simulation.setCurrent("second", net.currents[1]);
      simulation.runUntil(20);
      const raster = simulation.raster();
      for (const [p, index] of [[1, 1] as const, [2, 3] as const]) {
        const own = Array.from(raster.populationIndex.keys()).filter(
          k => raster.populationIndex[k] === index,
        );
        expect(own.length).toBe(seen.spikes[p].length);
        const count = (neurons: Iterable<number>) => {
          const counts = new Float64Array(architecture.sizes[p]);
          for (const n of neurons) counts[n]++;
          return counts;
        };
        expect(count(own.map(k => raster.neurons[k]))).toEqual(
          count(seen.spikes[p].neurons.subarray(0, seen.spikes[p].length)),
        );
        own.forEach((k, n) => {
          expect(Math.abs(raster.times[k] - seen.spikes[p].times[n])).toBeLessThan(1e-9);
        });
      }
    }
  });

  test("threshold times trace is the weighted sum of what the synapses saw, less the potential", () => {
    const { net, weights, seen } = presented(4);
    for (const l of [0, 1]) {
      const { post, columns } = architecture.layers[l];
      const sum = sumForward(net.runs[l], seen.sourceTrace[l], weights[l], new Float64Array(post));
      for (let j = 0; j < post; j++) {
        const expected = sum[j] + net.biases[l][j % columns];
        expect(Math.abs(seen.drive[l + 1][j] - expected)).toBeLessThan(1e-9);
      }
    }
  });

  test("a pool's trace is the mean of its neurons' traces, or the largest within half a spike", () => {
    const { net, seen } = presented(5);
    const pools = poolsOf(architecture.layers[1].pool!);
    const members = seen.sourceTrace[1].map(() => 0);
    const [sums, most] = [members.slice(), members.slice()];
    pools.forEach((p, i) => {
      sums[p] += seen.trace[1][i];
      most[p] = Math.max(most[p], seen.trace[1][i]);
    });
    expect(Math.max(...most)).toBeGreaterThan(2 * net.gainOf(1));
    seen.sourceTrace[1].forEach((trace, p) => {
      if (kind === "average") expect(trace).toBeCloseTo(sums[p] / 4, 12);
      else expect(Math.abs(trace - most[p])).toBeLessThanOrEqual(net.neuron.vThreshold / 2 + 1e-12);
    });
  });
});

test("neurons that take turns do not add up in a max pool, and a pool falls silent with its leader", () => {
  const maps = { height: 2, width: 2, channels: 1 };
  const pool = { kind: "max", size: 2, from: maps, to: { height: 1, width: 1, channels: 1 } } as const;
  const spikes = new SpikeTrain();
  for (let k = 0; k < 40; k++) spikes.push(k / 4, k % 4);
  const out = new SpikeTrain();
  new SpikePool(pool, poolsOf(pool)).pool(spikes, Infinity, out);
  // Four neurons with ten spikes each: the largest count is ten.
  expect(out.length).toBe(10);
  expect(Array.from(out.times.subarray(0, 10))).toEqual(Array.from({ length: 10 }, (_, k) => k));
});

test("events follow the spikes: each reaches its neighbourhood, and silence costs nothing", () => {
  const layer = convLayer(
    convolution({ height: 9, width: 9, channels: 1, filters: 4, size: 3, stride: 1, padding: 0 }),
  );
  const network: Architecture = { sizes: [81, layer.post, 2], layers: [layer, denseLayer(layer.post, 2)] };
  const net = new FeedForwardNetwork(
    network,
    [new Float32Array(36), new Float32Array(2 * layer.post)],
    [new Float32Array(4), new Float32Array(2)],
    { tauMem: 20, vThreshold: 1, tauRef: 0 },
    20,
  );
  net.present(net.presentation());
  expect(net.synapticEvents).toBe(0);
  net.input.spikes.push(1, 4 * 9 + 4); // the middle: nine places of four maps
  net.input.spikes.push(2, 0); // a corner: one place
  net.present(net.presentation());
  expect(net.synapticEvents).toBe(9 * 4 + 4);
});
