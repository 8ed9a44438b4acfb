import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { encoderOf } from "../../../src/encoding/index.ts";
import { FeedForwardNetwork } from "../../../src/engine/exact/feedForward.ts";
import { ThreeFactorSynapses } from "../../../src/engine/exact/threeFactorSynapses.ts";
import { Arena } from "../../../src/engine/kernels/arena.ts";
import { LayerKernel } from "../../../src/engine/kernels/layerKernel.ts";
import { Rng } from "../../../src/math/rng.ts";
import { longTest, sized } from "../../long.ts";

const cases = fc.record({
  seed: fc.nat(1e6),
  sizes: fc.tuple(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 19 }),
    fc.integer({ min: 1, max: 11 }),
  ),
  tauMem: fc.constantFrom(6, 20, Infinity),
  tauRef: fc.constantFrom(0, 0, 0.4, 2, 7),
  vThreshold: fc.constantFrom(0.02, 0.25),
  encoder: fc.constantFrom("current" as const, "rate" as const, "poisson" as const, "latency" as const),
  eligibility: fc.constantFrom("trace" as const, "timing" as const),
  modulated: fc.boolean(),
  bias: fc.constantFrom(0, 0.1, 0.6),
});

test("kernels give the same bits as the loops of layers: spikes, potentials, weights", () => {
  fc.assert(
    fc.property(cases, c => {
      const run = (kernels: boolean) => {
        const rng = new Rng(c.seed, "kernel test");
        const draw = (n: number, bound: number) =>
          Float32Array.from({ length: n }, () => rng.uniformIn(-bound, bound));
        const weights = [0, 1, 2].map(l => draw(c.sizes[l] * c.sizes[l + 1], 1));
        const biases = [1, 2, 3].map(l => draw(c.sizes[l], c.bias));
        const net = new FeedForwardNetwork(c.sizes, weights, biases, c, 20, {
          share: kernels ? null : weights.map(() => null),
        });
        const synapses = new ThreeFactorSynapses(net, c.eligibility);
        const encoder = encoderOf(c.encoder, {
          inputs: c.sizes[0],
          durationMs: 20,
          tauMem: c.tauMem,
          maxSpikes: 5,
          seed: 1,
        });
        const seen = net.presentation();
        const modulation = c.modulated
          ? Float64Array.from({ length: c.sizes[0] }, () => rng.uniformIn(-1, 1))
          : null;
        const spikes: [number, number][] = [];
        for (let n = 0; n < 4; n++) {
          // Equal intensities make simultaneous spikes in the latency code.
          const x = Float32Array.from({ length: c.sizes[0] }, () => rng.integer(5) / 4);
          encoder.encode(x, `${n}`, net.input);
          // Some are those of twins of opposite sign.
          const { neurons, length } = net.input.spikes;
          for (let k = 0; c.modulated && k < length; k++) if (rng.uniform() < 0.3) neurons[k] += c.sizes[0];
          net.present(seen, modulation);
          for (const train of seen.spikes.slice(1)) {
            for (let k = 0; k < train.length; k++) spikes.push([train.times[k], train.neurons[k]]);
          }
          for (const l of [0, 1, 2]) {
            const modulator = Float64Array.from({ length: c.sizes[l + 1] }, () =>
              rng.uniform() < 0.4 ? 0 : rng.uniformIn(-1, 1),
            );
            synapses.accumulate(l, modulator, seen);
          }
          if (n % 2 === 1) synapses.apply(0.05);
        }
        return {
          spikes,
          drive: seen.drive.map(d => Array.from(d)),
          logits: Array.from(seen.logits),
          weights: net.weights.map(w => Array.from(w)),
          updates: synapses.updates,
        };
      };
      expect(run(true)).toEqual(run(false));
    }),
    { numRuns: sized(80, 160) },
  );
});

test("a presentation that does not fit the kernel's memory takes the layer's own loops, to the same end", () => {
  const weights = [
    Float32Array.from({ length: 10 * 9 }, (_, n) => ((n * 37) % 100) / 100 - 0.3),
    new Float32Array(9),
  ];
  const biases = [new Float32Array(9), new Float32Array(1)];
  const run = (kernels: boolean) => {
    const net = new FeedForwardNetwork(
      [10, 9, 1],
      weights,
      biases,
      { tauMem: 20, vThreshold: 1, tauRef: 0 },
      20,
      { share: kernels ? null : weights.map(() => null) },
    );
    for (let k = 0; k < 10_000; k++) net.input.spikes.push((k / 10_000) * 20, k % 10);
    net.input.gain = 0.01;
    const seen = net.present(net.presentation());
    return [Array.from(seen.trace[1]), seen.spikes[1].length];
  };
  expect(run(true)).toEqual(run(false));
});

test("memory is made in one piece: growing it would slow every list in the process down", () => {
  const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: { grow(): void } } } })
    .WebAssembly;
  const grow = vi.spyOn(Memory.prototype, "grow");
  new LayerKernel(784, 256);
  new Arena().take(2 ** 24);
  expect(grow).not.toHaveBeenCalled();
  new Arena().take(2 ** 26);
  expect(grow).toHaveBeenCalledTimes(1);
});

longTest("the inlined module is what the sources compile to", () => {
  const path = "src/engine/kernels/wasm.ts";
  const before = readFileSync(path, "utf8");
  expect(spawnSync(process.execPath, ["src/engine/kernels/build.mjs"]).status).toBe(0);
  expect(readFileSync(path, "utf8")).toBe(before);
});
