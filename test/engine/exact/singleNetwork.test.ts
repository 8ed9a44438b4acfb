import fc from "fast-check";
import { expect, test } from "vitest";
import { encoderOf } from "../../../src/encoding/index.ts";
import { FeedForwardNetwork } from "../../../src/engine/exact/feedForward.ts";
import { ThreeFactorSynapses } from "../../../src/engine/exact/threeFactorSynapses.ts";
import {
  type Architecture,
  convLayer,
  dense,
  denseLayer,
  neuronsOf,
  placesAlong,
} from "../../../src/engine/network/architecture.ts";
import { InputError } from "../../../src/errors.ts";
import { Rng } from "../../../src/math/rng.ts";
import { sized } from "../../long.ts";
import { plainly } from "../../plain/plainly.ts";

const cases = fc.record({
  seed: fc.nat(1e6),
  sizes: fc.oneof(
    fc.tuple(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 11 }),
    ),
    fc.tuple(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 19 }),
      fc.integer({ min: 1, max: 11 }),
    ),
  ),
  tauMem: fc.constantFrom(6, 20, Infinity),
  tauRef: fc.constantFrom(0, 0, 0.4, 2, 7),
  vThreshold: fc.constantFrom(0.02, 0.25),
  encoder: fc.constantFrom("current" as const, "rate" as const, "poisson" as const, "latency" as const),
  reading: fc.constantFrom("spikes" as const, "drive" as const),
  readoutThreshold: fc.constantFrom(null, 0.5),
  modulated: fc.boolean(),
  /** What is modulated comes from a vector, by a fixed matrix. */
  held: fc.boolean(),
  dropout: fc.boolean(),
  bias: fc.constantFrom(0, 0.1, 0.6),
  batch: fc.constantFrom(1, 2, 3),
  maps: fc.option(
    fc.record({
      side: fc.integer({ min: 4, max: 6 }),
      channels: fc.constantFrom(1, 2),
      filters: fc.constantFrom(1, 3, 8, 17),
      size: fc.constantFrom(2, 3),
      stride: fc.constantFrom(1, 2),
      padding: fc.constantFrom(0, 1),
      pool: fc.constantFrom("max" as const, "average" as const, null),
      again: fc.boolean(),
    }),
  ),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** A convolution, pools, a second one, dense layers. */
function mapsOf({ side, channels, filters, size, stride, padding, pool, again }: NonNullable<Case["maps"]>) {
  const square = (n: number, channels: number) => ({ height: n, width: n, channels });
  const from = square(side, channels);
  const to = square(placesAlong(side, { size, stride, padding }), filters);
  const pooled = pool && square(Math.floor(to.height / 2), filters);
  const pools = pool && pooled && { kind: pool, size: 2, from: to, to: pooled };
  const layers = [convLayer({ size, stride, padding, from, to })];
  const second = pooled ?? to;
  if (again) {
    const above = square(placesAlong(second.height, { size: 2, stride: 1, padding: 1 }), 5);
    layers.push(convLayer({ size: 2, stride: 1, padding: 1, from: second, to: above }, pools));
    layers.push(denseLayer(neuronsOf(above), 6));
  } else layers.push(denseLayer(neuronsOf(to), 6, pools));
  return { sizes: [neuronsOf(from), ...layers.map(({ post }) => post)], layers };
}

/** Presents and learns; gives all that can be read on the way. */
function run(c: Case, precision: "single" | "double") {
  const rng = new Rng(c.seed, "single test");
  const architecture = c.maps ? mapsOf(c.maps) : dense(c.sizes);
  const { sizes, layers } = architecture;
  const draw = (n: number, bound: number) =>
    Float32Array.from({ length: n }, () => rng.uniformIn(-bound, bound));
  const weights = layers.map(({ rows, columns }) => draw(rows * columns, 1));
  const biases = layers.map(({ columns }) => draw(columns, c.bias));
  // Maps have many neurons, of which each would fire as often.
  const neuron = c.maps ? { ...c, vThreshold: Math.max(0.25, c.vThreshold) } : c;
  const net = new FeedForwardNetwork(architecture, weights, biases, neuron, 20, { ...c, precision });
  const synapses = new ThreeFactorSynapses(net, "trace");
  const { tauMem } = c;
  const code = { inputs: sizes[0], durationMs: 20, tauMem, maxSpikes: 5, seed: 1 };
  const encoder = encoderOf(c.encoder, code);
  const seen = net.presentation();
  const bring = net.fixed(draw(3 * sizes[0], 1), 3);
  const modulation = c.modulated ? bring([0.3, -0.4, 0.5]) : null;
  const read: unknown[] = [];
  for (let n = 0; n < 6; n++) {
    // Equal intensities make simultaneous spikes in the latency code.
    const x = Float32Array.from({ length: sizes[0] }, () => rng.integer(5) / 4);
    encoder.encode(x, `${n}`, net.input);
    // Some are those of twins of opposite sign.
    const { neurons, length } = net.input.spikes;
    for (let k = 0; c.modulated && k < length; k++) if (rng.uniform() < 0.3) neurons[k] += sizes[0];
    net.dropout = c.dropout
      ? {
          silent: sizes
            .slice(0, -1)
            .map((n, p) => (p ? Uint8Array.from({ length: n }, () => rng.integer(2)) : null)),
          scale: 2,
        }
      : null;
    if (c.held) {
      net.single?.hold(6);
      net.present(seen);
    }
    net.present(seen, modulation);
    const lists = [
      ...seen.trace,
      ...seen.sourceTrace,
      ...seen.potential,
      ...seen.drive,
      ...seen.response,
      ...seen.gate,
    ];
    for (const { times, neurons, length } of [...seen.spikes, ...seen.sourceSpikes, seen.outputSpikes])
      lists.push(times.slice(0, length), Float64Array.from(neurons.subarray(0, length)));
    read.push([...lists, seen.logits].map(list => Array.from(list)));
    for (let l = 0; l < layers.length; l++) {
      const modulator = Float64Array.from({ length: sizes[l + 1] }, () =>
        rng.uniform() < 0.4 ? 0 : rng.uniformIn(-1, 1),
      );
      synapses.accumulate(l, modulator, seen);
    }
    if (n % c.batch === c.batch - 1) synapses.apply(0.05);
  }
  const changes = synapses.changes().weights.map(change => Array.from(change));
  return {
    ...{ read, changes, updates: synapses.updates, events: net.synapticEvents, spikes: net.hiddenSpikes },
    weights: [...net.weights, ...net.biases].map(w => Array.from(w)),
  };
}

test("single precision gives the same bits as loops over one neuron and weight after the other", () => {
  fc.assert(
    fc.property(cases, c => {
      expect(run(c, "single")).toEqual(plainly(() => run(c, "single")));
    }),
    { numRuns: sized(25, 100) },
  );
});

const maps: NonNullable<Case["maps"]> = {
  ...{ side: 8, channels: 1, filters: 8, size: 3, stride: 1, padding: 1, pool: "max", again: false },
};

/** A network of digits' size without biases, whose spikes are those of its input. */
function twins(more: Partial<Case> = {}) {
  const c: Case = {
    ...{
      seed: 5,
      sizes: [64, 60, 10],
      tauMem: 20,
      tauRef: 0,
      vThreshold: 0.25,
      encoder: "rate",
      bias: 0.1,
      batch: 1,
    },
    ...{
      reading: "drive",
      readoutThreshold: null,
      modulated: false,
      held: false,
      dropout: false,
      maps: null,
      ...more,
    },
  };
  return [run(c, "single"), run(c, "double")] as const;
}

test.each([
  ["spikes of a rate code", {}],
  ["currents", { encoder: "current" as const }],
  ["a refractory period", { tauRef: 2 as const }],
  ["no leak", { encoder: "latency" as const, tauMem: Infinity }],
  ["maps and max pools", { maps }],
  ["average pools, currents", { maps: { ...maps, pool: "average" as const }, encoder: "current" as const }],
])("single precision is double precision but for rounding: %s", (_, more) => {
  const [single, double] = twins(more);
  expect(single.updates).toBe(double.updates);
  expect(Math.abs(single.spikes / double.spikes - 1)).toBeLessThan(0.01);
  const difference = (a: number[][], b: number[][]) =>
    Math.max(...a.flatMap((list, l) => list.map((x, k) => Math.abs(x - b[l][k]))));
  expect(double.weights.flat().some((x, k) => x !== single.weights.flat()[k])).toBe(true);
  // By the identity what is read is the sum of the input, wherever spikes fall, which here is of order 5.
  expect(difference(single.weights, double.weights)).toBeLessThan(1e-4);
});

test("more products than wait at a time are collected", () => {
  const changed = (apart: boolean) => {
    const [pre, post] = [3, 2];
    const net = new FeedForwardNetwork(
      [pre, post],
      [new Float32Array(pre * post)],
      [new Float32Array(post)],
      { tauMem: 20, vThreshold: 1, tauRef: 0 },
      20,
      { precision: "single" },
    );
    for (let n = 0; n < 700; n++) {
      net.single!.ask(0, Float64Array.of(1, n % 3), Float64Array.of(n % 2, 0, 2));
      if (apart) net.single!.change(1 / 64);
    }
    if (!apart) net.single!.change(1 / 64);
    return [...net.weights[0], ...net.biases[0]];
  };
  const sums = [350, 0, 1400, 700].map(n => -n / 64);
  const [w00, , w20, b0] = sums;
  expect(changed(true)).toEqual(changed(false));
  expect(changed(false)[0]).toBe(w00);
  expect(changed(false)[4]).toBe(w20);
  expect(changed(false)[6]).toBe(b0);
});

test("presentations beyond the room for them are the same, and their lists are their own", () => {
  const { weights, biases } = {
    weights: [
      Float32Array.from({ length: 12 }, (_, k) => k / 12),
      Float32Array.from({ length: 6 }, (_, k) => k / 6),
    ],
    biases: [new Float32Array(3), new Float32Array(2)],
  };
  const neuron = { tauMem: 20, vThreshold: 0.1, tauRef: 0 };
  const net = new FeedForwardNetwork([4, 3, 2], weights, biases, neuron, 20, {
    ...{ precision: "single", readoutThreshold: 0.5 },
  });
  const all = Array.from({ length: 40 }, (_, n) => {
    net.input.analogue = Float64Array.of(n % 4, 1, 0, 0.5);
    return net.present(net.presentation());
  });
  for (let n = 4; n < 40; n++) {
    expect(all[n].trace).toEqual(all[n - 4].trace);
    expect(all[n].logits).toEqual(all[n - 4].logits);
    expect(Array.from(all[n].spikes[1].times.subarray(0, all[n].spikes[1].length))).toEqual(
      Array.from(all[n - 4].spikes[1].times.subarray(0, all[n - 4].spikes[1].length)),
    );
  }
  expect(all[3].logits).not.toEqual(all[2].logits);
});

test("what single precision cannot do is refused by name", () => {
  const neuron = { tauMem: 20, vThreshold: 1, tauRef: 0 };
  const maps = { height: 4, width: 4, channels: 1 };
  const small = { height: 2, width: 2, channels: 1 };
  const pooled = {
    sizes: [16, 2],
    layers: [denseLayer(16, 2, { kind: "max", size: 2, from: maps, to: small })],
  };
  const made = (shape: Parameters<typeof zeros>[0], ms = 20, more = {}) =>
    new FeedForwardNetwork(shape, ...zeros(shape), neuron, ms, { precision: "single", ...more });
  expect(() => made(pooled)).toThrow(
    new InputError("precision: expected double for a network with pools of its input, got single"),
  );
  expect(() => made(dense([4, 3, 2]), 1000)).toThrow(
    /precision: expected double where a presentation is longer/,
  );
  expect(() => made(dense([4, 3, 2]), 20, { schedule: "queue" })).toThrow(/precision: expected double/);
  expect(() => new ThreeFactorSynapses(made(dense([4, 3, 2])), "timing")).toThrow(
    "precision: expected double with the eligibility timing, got single",
  );
  const crowded = made(dense([1, 1, 1]), 20);
  for (let k = 0; k < 40_000; k++) crowded.input.spikes.push(1, 0);
  expect(() => crowded.present(crowded.presentation())).toThrow(
    /expected double for a sample of more than 32768 spikes, got 40000/,
  );
  // Of 16 for each neuron of the widest population there is always room.
  const wide = made(dense([2500, 1, 1]), 20);
  for (let k = 0; k < 40_000; k++) wide.input.spikes.push(1, k % 2500);
  const seen = wide.presentation();
  wide.present(seen);
  expect(seen.trace[0][2499]).toBeCloseTo(16 * wide.input.gain * Math.exp(-19 / 20), 4);
  const bursting = new FeedForwardNetwork(
    [1, 1, 1],
    [Float32Array.of(1e9), Float32Array.of(1)],
    [new Float32Array(1), new Float32Array(1)],
    neuron,
    20,
    { precision: "single" },
  );
  bursting.input.spikes.push(1, 0);
  expect(() => bursting.present(bursting.presentation())).toThrow(/fired more than 32768 times/);
});

function zeros(shape: Architecture) {
  return [
    shape.layers.map(({ rows, columns }) => new Float32Array(rows * columns)),
    shape.layers.map(({ columns }) => new Float32Array(columns)),
  ] as const;
}

test.each([1, 2, 600])("rows that others change stay as they are, to the bit (%d products)", products => {
  for (const columns of [1, 2, 3, 4, 10, 21, 33, 127]) {
    const sizes = [6, columns];
    const [weights, biases] = [[new Float32Array(6 * columns)], [new Float32Array(columns)]];
    const neuron = { tauMem: 20, tauRef: 0, vThreshold: 1 };
    const net = new FeedForwardNetwork(sizes, weights, biases, neuron, 20, { precision: "single" });
    const single = net.single!;
    const { buffer, byteOffset, length } = single.weights[0];
    const bits = new Uint32Array(buffer, byteOffset, length);
    // No number that signals: the same bits come out of no operation, so that whatever is read and written back shows.
    const signalling = 0x7fa00000;
    const others = (s: number) => Math.floor(s / columns) % 2 === 1;
    for (let s = 0; s < length; s++) if (others(s)) bits[s] = signalling;
    const [post, pre] = [new Float64Array(columns).fill(1), new Float64Array(6).fill(1)];
    for (let n = 0; n < products; n++) single.ask(0, post, pre, { first: 0, every: 2 });
    single.change(1);
    bits.forEach((word, s) => {
      if (others(s)) expect(word).toBe(signalling);
      else expect(single.weights[0][s]).toBe(-products);
    });
  }
});
