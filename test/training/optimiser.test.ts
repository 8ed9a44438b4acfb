import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/rate/backend.ts";
import { ruleNamed } from "../../src/rules/index.ts";
import { type OptimiserName, optimiser, optimiserNames } from "../../src/training/optimiser.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import { spikingTrainer } from "../../src/training/spikingTrainer.ts";
import { cosine, everySample, settings, smallData } from "../rules/small.ts";

const data = smallData();
const all = everySample(data);
const forms = [
  ["rate", rateTrainer],
  ["spike", spikingTrainer],
] as const;

beforeAll(async () => {
  await selectBackend("wasm");
});

const float = fc.float({ min: -2, max: 2, noNaN: true });

/** Three steps on one number with the gradients 1, -2, 0.5. */
function walk(name: OptimiserName): number[] {
  const by = optimiser(name, [1])!;
  const w = Float32Array.of(1);
  return [1, -2, 0.5].map(g => {
    by.step(0, w, Float32Array.of(g), { rate: 0.1 });
    return w[0];
  });
}

test("momentum, Nesterov and Adam take the steps of their papers", () => {
  const close = (got: number[], expected: number[]) =>
    got.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k], 5);
    });
  // v: 1, -1.1, -0.49
  close(walk("momentum"), [0.9, 1.01, 1.059]);
  close(walk("nesterov"), [1 - 0.19, 1 - 0.19 + 0.299, 1 - 0.19 + 0.299 - 0.0059]);
  let [m, v, w] = [0, 0, 1];
  const adam = [1, -2, 0.5].map((g, k) => {
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= (0.1 * (m / (1 - 0.9 ** (k + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (k + 1))) + 1e-8);
    return w;
  });
  close(walk("adam"), adam);
});

/** The steps as the docstring writes them, in numbers rounded where they are kept. */
function plainly(name: OptimiserName, w: number, gradients: readonly number[], decay: number): number {
  const round = Math.fround;
  const [rate, kept] = [round(0.1), round(0.9)];
  let [v, m] = [0, 0];
  gradients.forEach((gradient, k) => {
    const g = round(round(0.5 * gradient) + round(round(decay) * w));
    if (name === "adam") {
      const [first, correction] = [0.1 / (1 - 0.9 ** (k + 1)), 1 / (1 - 0.999 ** (k + 1))];
      m = round(m + round(round(1 - 0.9) * round(g - m)));
      v = round(v + round(round(1 - 0.999) * round(round(g * g) - v)));
      const size = round(round(Math.sqrt(round(round(correction) * v))) + round(1e-8));
      w = round(w - round(round(round(first) * m) / size));
    } else {
      v = round(round(kept * v) + g);
      w = round(w - round(rate * (name === "nesterov" ? round(g + round(kept * v)) : v)));
    }
  });
  return w;
}

test.each(optimiserNames.slice(1))(
  "%s: the compiled step, group by group, is the formula to the bit",
  name => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(float, fc.array(float, { minLength: 3, maxLength: 3 })), { maxLength: 9 }),
        fc.constantFrom(0, 0.01),
        (entries, decay) => {
          const by = optimiser(name, [5, entries.length, 7])!;
          const w = Float32Array.from(entries, ([start]) => start);
          for (let k = 0; k < 3; k++) {
            by.step(0, new Float32Array(5).fill(k), new Float32Array(5).fill(-k), { rate: 1 });
            const gradient = Float32Array.from(entries, ([, gradients]) => gradients[k]);
            by.step(1, w, gradient, { rate: 0.1, scale: 0.5, decay });
          }
          expect(Array.from(w)).toEqual(
            entries.map(([start, gradients]) => plainly(name, Math.fround(start), gradients, decay)),
          );
        },
      ),
      { numRuns: 60 },
    );
  },
);

test("an unknown optimiser is named with those there are", () => {
  expect(() => optimiser("sgdm" as OptimiserName, [1])).toThrow(
    /expected one of sgd, momentum, nesterov, adam/,
  );
});

describe.each(optimiserNames)("%s", name => {
  test("moves both twins alike", () => {
    const moved = forms.map(([, form]) => {
      const trainer = form(ruleNamed("bp"), data, { ...settings, optimiser: name });
      const start = trainer.parameters();
      for (let epoch = 0; epoch < 3; epoch++) trainer.learn(all, 0.01, epoch);
      const end = trainer.parameters();
      trainer.dispose();
      return [...end.weights, ...end.biases].map((w, l) =>
        w.map((value, at) => value - [...start.weights, ...start.biases][l][at]),
      );
    });
    moved[0].forEach((change, l) => {
      // Adam divides by a gradient's own size, so that what is nearly 0 in both twins still counts as a full step.
      expect(cosine(change, moved[1][l]), `group ${l}`).toBeGreaterThan(name === "adam" ? 0.9 : 0.99);
    });
  });

  test.each(forms)(
    "moves feedback that learns by the forward weights' own product as these (%s)",
    (_, form) => {
      const make = (optimiser: OptimiserName) =>
        form(ruleNamed("kp"), data, { ...settings, optimiser, weightDecay: 0 });
      // All that plain descent remembers is the feedback, layer by layer.
      const numbers = make("sgd").memory!.length;
      const trainer = make(name);
      const state = () => ({
        weights: trainer.parameters().weights,
        feedback: Float32Array.from(trainer.memory!.subarray(0, numbers)),
      });
      const start = state();
      for (let epoch = 0; epoch < 3; epoch++) trainer.learn(all, 0.02, epoch);
      const end = state();
      let at = numbers;
      for (let l = end.weights.length - 1; l > 0; l--) {
        at -= end.weights[l].length;
        end.weights[l].forEach((w, s) => {
          const [moved, along] = [w - start.weights[l][s], end.feedback[at + s] - start.feedback[at + s]];
          expect(along).toBeCloseTo(moved, 5);
        });
        expect(Math.max(...end.weights[l].map((w, s) => Math.abs(w - start.weights[l][s])))).toBeGreaterThan(
          1e-3,
        );
      }
      trainer.dispose();
    },
  );

  test.each(forms)("goes on from a checkpoint as if it had not stopped (%s)", (_, form) => {
    for (const rule of ["kp", "f3"]) {
      const make = () => form(ruleNamed(rule), data, { ...settings, optimiser: name, weightDecay: 0.01 });
      const [whole, resumed] = [make(), make()];
      for (let epoch = 0; epoch < 2; epoch++) whole.learn(all, 0.02, epoch);
      resumed.restore(whole.parameters(), whole.memory);
      whole.learn(all, 0.02, 2);
      resumed.learn(all, 0.02, 2);
      expect(resumed.parameters()).toEqual(whole.parameters());
      expect(resumed.memory).toEqual(whole.memory);
    }
  });
});

describe.each(forms)("in the %s twin", (_, form) => {
  test("weight decay shrinks the weights that learn, and no others", () => {
    const make = (weightDecay: number) => form(ruleNamed("frozen"), data, { ...settings, weightDecay });
    const [plain, decaying] = [make(0), make(0.5)];
    const start = plain.parameters().weights;
    plain.learn(all, 0.1, 0);
    decaying.learn(all, 0.1, 0);
    const [a, b] = [plain.parameters().weights, decaying.parameters().weights];
    expect(b[0]).toEqual(start[0]);
    b[2].forEach((w, at) => {
      expect(w).toBeCloseTo(a[2][at] - 0.1 * 0.5 * start[2][at], 5);
    });
  });

  test("activity decay lowers the activity of hidden neurons", () => {
    const spikesWith = (activityDecay: number) => {
      const trainer = form(ruleNamed("dfa"), data, { ...settings, vThreshold: 0.05, activityDecay });
      for (let epoch = 0; epoch < 20; epoch++) trainer.learn(all, 0.05, epoch);
      const { weights, biases } = trainer.parameters();
      const shown = spikingTrainer(ruleNamed("dfa"), data, { ...settings, vThreshold: 0.05 });
      shown.restore({ weights, biases }, null);
      trainer.dispose();
      return shown.evaluate(data.test).hiddenSpikesPerSample!;
    };
    expect(spikesWith(0.05)).toBeLessThan(0.95 * spikesWith(0));
  });
});
