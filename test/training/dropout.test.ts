import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { FeedForwardNetwork } from "../../src/engine/exact/feedForward.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { rules } from "../../src/rules/index.ts";
import { SampleDropout } from "../../src/training/dropout.ts";
import { initialParameters } from "../../src/training/initialise.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import { spikingTrainer } from "../../src/training/spikingTrainer.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { sized } from "../long.ts";
import { cosine, everySample, settings, smallData } from "../rules/small.ts";

const data = smallData();
const all = everySample(data);
const sizes = [14, 18, 16, 5];
/** Coarse spikes, where what is compared has to be equal anyway. */
const coarse = { vThreshold: sized(0.1, settings.vThreshold) };

beforeAll(async () => {
  await selectBackend("wasm");
});

test("without a probability there is no dropout, and one of 1 or more is refused", () => {
  expect(SampleDropout.create(sizes, undefined, 1)).toBeNull();
  expect(SampleDropout.create(sizes, 0, 1)).toBeNull();
  for (const p of [1, -0.1, Number.NaN]) {
    expect(() => SampleDropout.create(sizes, p, 1)).toThrow(/dropout: expected a probability in \[0, 1\)/);
  }
});

test("masks are those of seed, epoch and sample, the same for both twins, whatever is drawn in between", () => {
  const draw = () => SampleDropout.create(sizes, 0.4, 7)!;
  const [a, b] = [draw(), draw()];
  b.ofSample(2, 5);
  expect(a.ofSample(1, 3)).toEqual(b.ofSample(1, 3));
  expect(a.ofSample(1, 3)).not.toEqual(a.ofSample(1, 4));
  expect(a.ofSample(1, 3)).not.toEqual(a.ofSample(2, 3));
  const { masks, scale } = a.ofBatch(1, Uint32Array.of(9, 3));
  expect(scale).toBeCloseTo(1 / 0.6, 12);
  for (const p of [1, 2]) {
    const second = masks[p]!.dataSync().subarray(sizes[p], 2 * sizes[p]);
    const row = Array.from(second, value => (value === 0 ? 1 : 0));
    expect(row).toEqual(Array.from(a.ofSample(1, 3).silent[p]!));
  }
});

test("neurons are left out as often as asked, and activities keep their expectation", () => {
  const dropout = SampleDropout.create([1, 200, 2], 0.3, 1)!;
  let kept = 0;
  const samples = 200;
  for (let n = 0; n < samples; n++) kept += dropout.ofSample(0, n).silent[1]!.filter(s => s === 0).length;
  const share = kept / (200 * samples);
  // Five standard deviations of a share of 40,000 independent draws.
  expect(Math.abs(share - 0.7)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / (200 * samples)));
  expect(share * dropout.ofSample(0, 0).scale).toBeCloseTo(1, 1);
});

test("a neuron that is left out fires no spike and is read as silent; the identity holds for the others", () => {
  fc.assert(
    fc.property(
      fc.nat(1e6),
      fc.constantFrom(0, 3),
      fc.constantFrom(20, Infinity),
      fc.boolean(),
      (seed, tauRef, tauMem, kernels) => {
        const { weights, biases } = initialParameters(sizes, seed);
        biases[0].fill(0.3); // drives that take neurons over threshold by themselves
        const neuron = { tauMem, vThreshold: 0.05, tauRef };
        const share = kernels ? null : weights.map(() => null);
        const net = new FeedForwardNetwork(sizes, weights, biases, neuron, 20, { share });
        for (let k = 0; k < 60; k++) net.input.spikes.push(k / 3, (k * seed) % 14);
        net.input.gain = 0.2;
        const dropout = SampleDropout.create(sizes, 0.5, seed)!.ofSample(0, 0);
        net.dropout = dropout;
        const seen = net.present(net.presentation());
        for (const p of [1, 2]) {
          const fired = seen.spikes[p].neurons.subarray(0, seen.spikes[p].length);
          for (const j of fired) expect(dropout.silent[p]![j]).toBe(0);
          dropout.silent[p]!.forEach((silent, j) => {
            let sum = biases[p - 1][j];
            for (let i = 0; i < sizes[p - 1]; i++) {
              sum += weights[p - 1][i * sizes[p] + j] * seen.trace[p - 1][i];
            }
            expect(seen.drive[p][j]).toBeCloseTo(silent ? 0 : 2 * sum, 6);
            if (silent) expect([seen.trace[p][j], seen.gate[p][j]]).toEqual([0, 0]);
          });
        }
      },
    ),
    { numRuns: 60 },
  );
});

describe.each(rules.map(rule => [rule.name, rule] as const))("%s", (name, rule) => {
  const forms = [
    (with_: object) => rateTrainer(rule, data, { ...settings, ...with_ }),
    (with_: object) => spikingTrainer(rule, data, { ...settings, ...with_ }),
  ];

  test("learns alike in both forms with neurons left out", () => {
    // The time-local rule changes weights between its presentations: alike for small steps.
    const rate = name === "pepita-tl" ? 1e-4 : 0.005;
    const moved = forms.map(form => {
      const trainer = form({ dropout: 0.3 });
      const start = trainer.parameters();
      for (let first = 0; first < all.length; first += settings.batch) {
        trainer.learn(all.subarray(first, first + settings.batch), rate, 1);
      }
      const end = trainer.parameters();
      trainer.dispose();
      return end.weights.map((w, l) => w.map((value, at) => value - start.weights[l][at]));
    });
    moved[0].forEach((change, l) => {
      expect(cosine(change, moved[1][l]), `layer ${l}`).toBeGreaterThan(0.99);
    });
  });

  test("no synapse to or from a neuron that is left out learns from any presentation of the sample", () => {
    const { silent } = SampleDropout.create(sizes, 0.5, settings.seed)!.ofSample(1, 4);
    for (const form of forms) {
      const trainer = form({ ...coarse, dropout: 0.5, weightDecay: 0 });
      const start = trainer.parameters().weights;
      trainer.learn(Uint32Array.of(4), 0.1, 1);
      const end = trainer.parameters().weights;
      trainer.dispose();
      if (start.length !== 3) continue; // no hidden layers
      end.forEach((w, l) => {
        w.forEach((value, at) => {
          const [i, j] = [Math.floor(at / sizes[l + 1]), at % sizes[l + 1]];
          if (silent[l]?.[i] || silent[l + 1]?.[j]) expect(value).toBe(start[l][at]);
        });
      });
      if (name !== "chance") expect(end[2]).not.toEqual(start[2]);
    }
  });

  test("looks and evaluates with all neurons, and with a probability of 0 is as without", () => {
    for (const form of forms) {
      const [plain, zero, some] = [{}, { dropout: 0 }, { dropout: 0.5 }].map(with_ =>
        form({ ...coarse, ...with_ }),
      ) as [Trainer, Trainer, Trainer];
      expect(some.update(all)).toEqual(plain.update(all));
      expect(some.evaluate(data.test)).toEqual(plain.evaluate(data.test));
      for (const trainer of [plain, zero, some]) trainer.learn(all, 0.05, 0);
      expect(zero.parameters()).toEqual(plain.parameters());
      if (plain.parameters().weights.length > 1 && name !== "chance") {
        expect(some.parameters()).not.toEqual(plain.parameters());
      }
      for (const trainer of [plain, zero, some]) trainer.dispose();
    }
  });
});
