import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { describe } from "../../../../src/description/describe.ts";
import { type NetworkSpec, network, type ProjectionSpec } from "../../../../src/engine/network/network.ts";
import type { ConvolutionSpec } from "../../../../src/engine/network/synapses/convolution.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { Rng } from "../../../../src/math/rng.ts";

/** Sizes of the target and what is left out at the upper and left edge, from the definitions. */
function geometry({ shape, kernel, stride = 1, dilation = 1, padding = "valid" }: ConvolutionSpec) {
  return [0, 1].map(d => {
    const s = typeof stride === "number" ? stride : stride[d];
    const gap = typeof dilation === "number" ? dilation : dilation[d];
    const reach = gap * (kernel[d] - 1) + 1;
    const n = shape[d];
    if (padding === "same") {
      const out = Math.ceil(n / s);
      return { out, s, gap, before: Math.max(0, (out - 1) * s + reach - n) >> 1 };
    }
    const before = padding === "valid" ? 0 : padding;
    return { out: 1 + Math.floor((n + 2 * before - reach) / s), s, gap, before };
  });
}

/** Every synapse by walking over outputs, as a convolution is defined: [pre, post, place in the kernel]. */
function direct(spec: ConvolutionSpec): [number, number, number][] {
  const [height, width, channels] = spec.shape;
  const [rows, columns] = geometry(spec);
  const synapses: [number, number, number][] = [];
  for (let oy = 0; oy < rows.out; oy++) {
    for (let ox = 0; ox < columns.out; ox++) {
      for (let ky = 0; ky < spec.kernel[0]; ky++) {
        for (let kx = 0; kx < spec.kernel[1]; kx++) {
          const y = oy * rows.s + ky * rows.gap - rows.before;
          const x = ox * columns.s + kx * columns.gap - columns.before;
          if (y < 0 || y >= height || x < 0 || x >= width) continue;
          for (let c = 0; c < channels; c++) {
            for (let f = 0; f < spec.filters; f++) {
              const post = (oy * columns.out + ox) * spec.filters + f;
              const place = ((ky * spec.kernel[1] + kx) * channels + c) * spec.filters + f;
              synapses.push([(y * width + x) * channels + c, post, place]);
            }
          }
        }
      }
    }
  }
  return synapses;
}

const count = fc.integer({ min: 1, max: 3 });
const specs = fc
  .record({
    kind: fc.constant("convolution" as const),
    shape: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), count),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    filters: count,
    stride: fc.oneof(count, fc.tuple(count, count)),
    dilation: fc.oneof(fc.constant(1), count, fc.tuple(count, count)),
    padding: fc.constantFrom("valid" as const, "same" as const, 0, 1, 2),
  })
  .filter(spec => geometry(spec).every(({ out }) => out >= 1));

const sizes = (spec: ConvolutionSpec) => {
  const [rows, columns] = geometry(spec);
  return {
    pre: spec.shape[0] * spec.shape[1] * spec.shape[2],
    post: rows.out * columns.out * spec.filters,
  };
};

const kernelSize = ({ kernel, shape, filters }: ConvolutionSpec) =>
  kernel[0] * kernel[1] * shape[2] * filters;

function simulation(
  spec: ConvolutionSpec,
  projection: Omit<ProjectionSpec, "from" | "to">,
  more: Partial<NetworkSpec> = {},
) {
  const { pre, post } = sizes(spec);
  return new Simulation(
    network({
      populations: {
        image: { size: pre, neuron: "input" },
        map: {
          size: post,
          neuron: { model: "lif-exp", tauExc: 3, tauInh: 5, vThreshold: 1, weightAs: "peak" },
        },
      },
      projections: [{ from: "image", to: "map", delay: 0.4, ...projection }],
      ...more,
    }),
  );
}

test("a convolution makes the synapses of its definition, each with its weight", () => {
  fc.assert(
    fc.property(specs, spec => {
      const kernel = Float32Array.from({ length: kernelSize(spec) }, (_, k) => k + 1);
      const { synapses } = simulation(spec, { connect: spec, weights: kernel }).network.projections[0];
      const got: string[] = [];
      for (let i = 0; i < synapses.pre; i++) {
        const before = got.length;
        const targets: number[] = [];
        if (synapses.rowLength(i) > 0) {
          const end = synapses.deliver(i, 0, (j, w, s) => {
            targets.push(j);
            got.push(`${i} ${j} ${s} ${w}`);
          });
          expect(end).toBe(synapses.rowLength(i));
        }
        expect(got.length - before).toBe(synapses.rowLength(i));
        expect(targets).toEqual(targets.toSorted((a, b) => a - b));
      }
      expect(got.sort()).toEqual(
        direct(spec)
          .map(([i, j, s]) => `${i} ${j} ${s} ${s + 1}`)
          .sort(),
      );
      expect(synapses.synapses).toBe(got.length);
    }),
  );
});

test("potentials are those of TensorFlow.js's conv2d", async () => {
  await tf.setBackend("cpu");
  const flat = (x: number | readonly [number, number]) =>
    (typeof x === "number" ? [x, x] : x) as [number, number];
  // It strides or dilates, not both; its single number for the padding is for square kernels only.
  const known = specs.filter(
    ({ stride, dilation }) => Math.max(...flat(stride)) === 1 || Math.max(...flat(dilation)) === 1,
  );
  const edges = (p: "valid" | "same" | number) =>
    typeof p === "string"
      ? p
      : ([
          [0, 0],
          [p, p],
          [p, p],
          [0, 0],
        ] as [number, number][] as never);
  fc.assert(
    fc.property(known, fc.nat(1e6), (spec, seed) => {
      const rng = new Rng(seed, "conv2d");
      const kernel = Float32Array.from({ length: kernelSize(spec) }, () => rng.normal());
      const { pre, post } = sizes(spec);
      const counts = Float32Array.from({ length: pre }, () => rng.integer(4));
      const net = network({
        populations: {
          image: { size: pre, neuron: "input" },
          map: { size: post, neuron: { tauMem: Infinity, vThreshold: 1e6 } },
        },
        projections: [{ from: "image", to: "map", connect: spec, weights: kernel }],
      });
      const run = new Simulation(net);
      const spikes = [...counts].flatMap((n, i) => Array<number>(n).fill(i));
      run.stimulate(
        "image",
        spikes.map((_, k) => k / 10),
        spikes,
      );
      run.run(1000);
      const expected = tf.tidy(() =>
        tf
          .conv2d(
            tf.tensor3d(counts, [...spec.shape]),
            tf.tensor4d(kernel, [...spec.kernel, spec.shape[2], spec.filters]),
            flat(spec.stride),
            edges(spec.padding),
            "NHWC",
            flat(spec.dilation),
            typeof spec.padding === "number" ? "floor" : undefined,
          )
          .dataSync(),
      );
      expect(expected.length).toBe(post);
      expected.forEach((value, j) => {
        expect(Math.abs(run.potential("map", j) - value)).toBeLessThan(1e-4);
      });
    }),
    { numRuns: 60 },
  );
});

test("spike for spike, a convolution is the list of its synapses", () => {
  fc.assert(
    fc.property(specs, fc.nat(1e6), (spec, seed) => {
      const rng = new Rng(seed, "list");
      const kernel = Float32Array.from({ length: kernelSize(spec) }, () => rng.uniformIn(-0.3, 0.5));
      const list = direct(spec);
      const stimuli: NetworkSpec["stimuli"] = [{ to: "image", kind: "poisson", rate: 300 }];
      const [one, other] = [
        { connect: spec, weights: kernel },
        {
          connect: { kind: "pairs", pre: list.map(([i]) => i), post: list.map(([, j]) => j) } as const,
          weights: list.map(([, , s]) => kernel[s]),
        },
      ].map(projection => {
        const run = simulation(spec, projection, { stimuli });
        run.run(60);
        return run;
      });
      const [a, b] = [one.raster(), other.raster()];
      expect(a.neurons).toEqual(b.neurons);
      a.times.forEach((t, k) => {
        expect(Math.abs(t - b.times[k])).toBeLessThan(1e-9);
      });
      expect(one.synapticEvents).toBe(other.synapticEvents);
      const pairs = ({ pre, post }: { pre: Uint32Array; post: Uint32Array }) =>
        Array.from(pre, (i, s) => `${i} ${post[s]}`).sort();
      expect(pairs(one.connections(0))).toEqual(pairs(other.connections(0)));
      expect(one.weights(0)).toEqual(Float64Array.from(kernel));
    }),
    { numRuns: 40 },
  );
});

test("what is stored does not grow with the synapses", () => {
  const spec = {
    kind: "convolution",
    shape: [100, 100, 3],
    kernel: [5, 5],
    filters: 16,
    padding: "same",
  } as const;
  const { synapses } = simulation(spec, { connect: spec, weights: 0.1 }).network.projections[0];
  expect(synapses.synapses).toBe((5 * 100 - 6) ** 2 * 3 * 16);
  expect(synapses.bytes).toBeLessThan(4 * kernelSize(spec) + 20_000);
});

test("a model file describes a convolution, and its kernel is drawn once for each place", () => {
  const { spec } = describe({
    name: "features",
    parameters: { side: 8, filters: 4 },
    populations: {
      image: { size: "side^2", neuron: "input" },
      map: { size: "side^2 * filters / 4", neuron: { tauMem: "10 ms", vThreshold: "10 mV" } },
    },
    projections: [
      {
        ...{ from: "image", to: "map", weights: "normal(1, 0.5) * (post + 1) mV", delay: "2 ms" },
        connect: {
          ...{ kind: "convolution", shape: ["side", "side", 1], kernel: [3, 3] },
          ...{ filters: "filters", stride: 2, padding: "same" },
        },
      },
    ],
  });
  const weights = new Simulation(network(spec)).weights(0);
  expect(weights.length).toBe(36);
  expect(new Set(weights).size).toBe(36);
  const means = [0, 1, 2, 3].map(f => weights.filter((_, s) => s % 4 === f).reduce((a, b) => a + b) / 9);
  expect(means).toEqual(means.toSorted((a, b) => a - b));
});

const good = { kind: "convolution", shape: [4, 4, 2], kernel: [3, 3], filters: 2 } as const;
test.each<[object, string]>([
  [{ connect: { ...good, shape: [4, 4] } }, "connect.shape: expected 3 integers of 1 or more, got [4,4]"],
  [
    { connect: { ...good, shape: [4, 4, 3] } },
    "connect.shape: expected 32 neurons, the size of the source, got 4 x 4 x 3",
  ],
  [{ connect: { ...good, kernel: [5, 3] } }, "connect.kernel: expected one that fits into 4 places, got 5"],
  [{ connect: { ...good, kernel: [3, 0] } }, "connect.kernel: expected 2 integers of 1 or more, got [3,0]"],
  [
    { connect: { ...good, filters: 3 } },
    "connect.filters: expected a target of 2 x 2 x 3 neurons, got one of 8",
  ],
  [{ connect: { ...good, filters: 0.5 } }, "connect.filters: expected an integer of 1 or more, got 0.5"],
  [{ connect: { ...good, stride: [1, 0] } }, "connect.stride: expected 2 integers of 1 or more, got [1,0]"],
  [{ connect: { ...good, dilation: -1 } }, "connect.dilation: expected 2 integers of 1 or more, got [-1,-1]"],
  [
    { connect: { ...good, padding: "full" } },
    "connect.padding: expected valid, same or a number of places, got full",
  ],
  [{ connect: { ...good, pad: 1 } }, "connect.pad: expected a field of a convolution"],
  [{ connect: good, weights: [1, 2] }, "weights: expected one number, or 36, got 2"],
  [{ connect: good, weights: () => Number.NaN }, "weights[0]: expected a finite number, got NaN"],
  [{ connect: good, delay: [1, 2] }, "delay: expected 0 ms or more, one for all synapses, got a list of 2"],
  [{ connect: good, delay: -1 }, "delay: expected 0 ms or more, one for all synapses, got -1"],
  [
    { connect: good, plasticity: { kind: "stdp-reward" } },
    "plasticity: expected a weight per synapse with stdp-reward, got those of a shared kernel",
  ],
  [
    { connect: good, plasticity: { kind: "homeostasis", targetRate: 5, tauScaling: 1000 } },
    "plasticity: expected a weight per synapse with homeostasis, got those of a shared kernel",
  ],
])("an impossible convolution is refused with its path: %#", (fields, message) => {
  const build = () =>
    network({
      populations: { image: { size: 32, neuron: "input" }, map: { size: 8, neuron: { vThreshold: 1 } } },
      projections: [{ from: "image", to: "map", weights: 1, ...fields } as ProjectionSpec],
    });
  expect(build).toThrow(`projections[0].${message}`);
});

test("the weights of a kernel cannot be recorded synapse by synapse", () => {
  const record = { weights: [{ projection: 0, interval: 1 }] };
  const net = simulation(good, { connect: good, weights: 1 }).network;
  expect(() => new Simulation(net, { record })).toThrow(
    "record.weights[0].projection: expected a weight per synapse, got those of a shared kernel: image->map",
  );
});
