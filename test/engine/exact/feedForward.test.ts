import fc from "fast-check";
import { expect, test } from "vitest";
import { encoderOf } from "../../../src/encoding/index.ts";
import { FeedForwardNetwork } from "../../../src/engine/exact/feedForward.ts";
import { saturationOf } from "../../../src/engine/exact/reading.ts";
import { Rng } from "../../../src/math/rng.ts";
import { sized } from "../../long.ts";

const sizes = [9, 7, 5, 3];

function build(
  seed: number,
  neuron: { tauMem: number; vThreshold: number; tauRef: number },
  durationMs = 20,
) {
  const rng = new Rng(seed, "feed forward");
  const draw = (n: number, bound: number) =>
    Float32Array.from({ length: n }, () => rng.uniformIn(-bound, bound));
  const weights = [0, 1, 2].map(l => draw(sizes[l] * sizes[l + 1], 0.8));
  const biases = [1, 2, 3].map(l => draw(sizes[l], 0.3));
  const x = Float32Array.from({ length: sizes[0] }, () => rng.uniform());
  const modulation = Float64Array.from({ length: sizes[0] }, () => rng.uniformIn(-0.2, 0.2));
  return {
    net: new FeedForwardNetwork(sizes, weights, biases, neuron, durationMs),
    weights,
    biases,
    x,
    modulation,
  };
}

const cases = fc.record({
  seed: fc.nat(1e6),
  tauMem: fc.constantFrom(5, 20, 60, Infinity),
  vThreshold: fc.constantFrom(0.05, 0.25, 1),
  tauRef: fc.constantFrom(0, 0, 2.3),
  encoder: fc.constantFrom("current" as const, "rate" as const, "poisson" as const),
  modulated: fc.boolean(),
});

test("a + V is the weighted sum of the traces below plus the bias, in every layer, for every code", () => {
  fc.assert(
    fc.property(cases, c => {
      const { net, weights, biases, x, modulation } = build(c.seed, c);
      encoderOf(c.encoder, {
        inputs: 9,
        durationMs: 20,
        tauMem: c.tauMem,
        maxSpikes: 6,
        seed: c.seed,
      }).encode(x, "test", net.input);
      const seen = net.present(net.presentation(), c.modulated ? modulation : null);
      if (c.encoder === "current") {
        seen.trace[0].forEach((trace, i) => {
          expect(trace).toBeCloseTo(x[i] + (c.modulated ? modulation[i] : 0), 12);
        });
      }
      for (const l of [0, 1, 2]) {
        const driven = l === 2 ? seen.logits : seen.drive[l + 1];
        driven.forEach((drive, j) => {
          let expected = biases[l][j];
          seen.trace[l].forEach((trace, i) => {
            expected += trace * weights[l][i * driven.length + j];
          });
          expect(Math.abs(drive - expected)).toBeLessThan(1e-9);
        });
      }
    }),
    { numRuns: sized(150, 300) },
  );
});

test("a silent neuron has no response, a firing one below zero is closed, a saturated one too", () => {
  fc.assert(
    fc.property(cases, c => {
      const { net, x } = build(c.seed, c);
      net.input.analogue = Float64Array.from(x);
      const seen = net.present(net.presentation());
      const [T, tau, { tauRef }] = [net.durationMs, c.tauMem, c];
      const chances =
        tau === Infinity ? T / tauRef : (1 - Math.exp(-T / tau)) / (1 - Math.exp(-tauRef / tau));
      for (const p of [1, 2]) {
        seen.drive[p].forEach((drive, j) => {
          const v = drive - seen.trace[p][j];
          expect(seen.response[p][j]).toBe(Math.max(0, drive));
          expect(seen.gate[p][j]).toBe(drive > 0 && drive < c.vThreshold * chances ? 1 : 0);
          if (c.tauRef === 0) expect(v).toBeLessThan(c.vThreshold);
        });
      }
    }),
  );
});

test("saturation is the trace of a neuron that fires at every chance", () => {
  for (const tauMem of [5, 20, Infinity]) {
    for (const tauRef of [0.1, 0.7, 3]) {
      const neuron = { tauMem, vThreshold: 0.3, tauRef };
      const weights = [new Float32Array([1]), new Float32Array([1])];
      const net = new FeedForwardNetwork(
        [1, 1, 1],
        weights,
        [new Float32Array(1), new Float32Array(1)],
        neuron,
        20,
      );
      net.input.analogue = new Float64Array([1e5]);
      const [, a] = net.present(net.presentation()).trace;
      expect(Math.abs(a[0] - saturationOf(net.neuron, 20))).toBeLessThanOrEqual(neuron.vThreshold);
    }
  }
});

test("the finer the threshold, the closer the activity to that of ReLU units", () => {
  for (const vThreshold of [0.1, 0.01, 0.001]) {
    const { net, x, weights, biases } = build(5, { tauMem: 20, vThreshold, tauRef: 0 });
    net.input.analogue = Float64Array.from(x);
    const seen = net.present(net.presentation());
    seen.trace[1].forEach((a, j) => {
      let drive = biases[0][j];
      x.forEach((xi, i) => {
        drive += xi * weights[0][i * 7 + j];
      });
      expect(Math.abs(a - Math.max(0, drive))).toBeLessThanOrEqual(vThreshold);
    });
  }
});

test("shapes that do not fit are refused", () => {
  const neuron = { tauMem: 20, vThreshold: 1, tauRef: 0 };
  const make = (w: number, b: number) => () =>
    new FeedForwardNetwork([2, 3], [new Float32Array(w)], [new Float32Array(b)], neuron, 20);
  expect(make(5, 3)).toThrow("weights[0]: expected 6 weights and 3 biases, got 5 and 3");
  expect(make(6, 2)).toThrow("weights[0]: expected 6 weights and 3 biases, got 6 and 2");
  expect(make(6, 3)).not.toThrow();
});

test("a readout that fires gives its potential less what it has not fired yet, and the queue gives the same bits", () => {
  fc.assert(
    fc.property(cases, c => {
      const { net, weights, biases, x } = build(c.seed, c);
      const readoutThreshold = 0.1;
      const others = (["sweep", "queue"] as const).map(
        schedule => new FeedForwardNetwork(sizes, weights, biases, c, 20, { readoutThreshold, schedule }),
      );
      const [potential, sweep, queue] = [net, ...others].map(each => {
        encoderOf(c.encoder, {
          inputs: 9,
          durationMs: 20,
          tauMem: c.tauMem,
          maxSpikes: 6,
          seed: c.seed,
        }).encode(x, "test", each.input);
        return each.present(each.presentation());
      });
      expect(queue.logits).toEqual(sweep.logits);
      expect(queue.outputSpikes).toEqual(sweep.outputSpikes);
      expect(potential.outputSpikes.length).toBe(0);
      sweep.logits.forEach((fired, k) => {
        expect(fired).toBeGreaterThan(potential.logits[k] - readoutThreshold);
      });
      const counts = sweep.outputSpikes.neurons.subarray(0, sweep.outputSpikes.length);
      sweep.logits.forEach((fired, k) => {
        expect(fired > 0).toBe(counts.includes(k));
      });
    }),
    { numRuns: sized(20, 50) },
  );
});
