import fc from "fast-check";
import { expect, test } from "vitest";
import { encoderOf } from "../../../src/encoding/index.ts";
import { FeedForwardNetwork } from "../../../src/engine/exact/feedForward.ts";
import type { Presentation } from "../../../src/engine/exact/presentation.ts";
import { ThreeFactorSynapses } from "../../../src/engine/exact/threeFactorSynapses.ts";
import { layeredSpec } from "../../../src/engine/network/layers.ts";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";
import { sized } from "../../long.ts";

const sizes = [6, 8, 4, 3];
const T = 20;

function presented(seed: number, tauMem: number, encoder: "current" | "rate" | "poisson") {
  const rng = new Rng(seed, "three-factor test");
  const draw = (n: number, low: number, high: number) =>
    Float32Array.from({ length: n }, () => rng.uniformIn(low, high));
  const weights = [0, 1, 2].map(l => draw(sizes[l] * sizes[l + 1], -0.4, 0.8));
  const biases = [1, 2, 3].map(l => draw(sizes[l], -0.1, 0.1));
  const net = new FeedForwardNetwork(sizes, weights, biases, { tauMem, vThreshold: 0.2, tauRef: 0 }, T);
  const x = Float32Array.from({ length: 6 }, () => Math.max(0, rng.uniformIn(-0.3, 1)));
  encoderOf(encoder, { inputs: 6, durationMs: T, tauMem, maxSpikes: 5, seed }).encode(x, "k", net.input);
  const modulation = Float64Array.from({ length: 6 }, () => rng.uniformIn(-0.1, 0.1));
  const seen = net.present(net.presentation(), rng.uniform() < 0.5 ? modulation : null);
  const modulators = [1, 2, 3].map(p =>
    Float64Array.from({ length: sizes[p] }, () => (rng.uniform() < 0.3 ? 0 : rng.uniformIn(-1, 1))),
  );
  return { net, seen, modulators };
}

/** The definition, spike by spike: the presynaptic trace read at each postsynaptic spike, averaged by what these leave. */
function readAtSpikes(
  net: FeedForwardNetwork,
  seen: Presentation,
  l: number,
  i: number,
  j: number,
  tauMem: number,
) {
  const [pre, post] = [seen.spikes[l], seen.spikes[l + 1]];
  const gain = l === 0 ? net.input.gain : 0.2;
  const filled = (t: number) =>
    tauMem === Infinity ? t / T : (1 - Math.exp(-t / tauMem)) / (1 - Math.exp(-T / tauMem));
  const leaves = (t: number) => Math.exp((t - T) / tauMem);
  let [sum, weights] = [0, 0];
  for (let k = 0; k < post.length; k++) {
    if (post.neurons[k] !== j) continue;
    const share = leaves(post.times[k]);
    weights += share;
    for (let f = 0; f < pre.length; f++) {
      if (pre.neurons[f] === i && pre.times[f] <= post.times[k]) {
        sum += share * gain * Math.exp(-(post.times[k] - pre.times[f]) / tauMem);
      }
    }
    if (l === 0 && seen.analogue) sum += share * seen.analogue[i] * filled(post.times[k]);
  }
  // Scaled so that a trace read at evenly spread spikes weighs as much as one read at the end.
  let [mean, all] = [0, 0];
  for (let n = 0; n < 20_000; n++) {
    const t = ((n + 0.5) * T) / 20_000;
    mean += filled(t) * leaves(t);
    all += leaves(t);
  }
  return weights === 0 ? 0 : (sum / weights / mean) * all;
}

const cases = fc.tuple(
  fc.nat(1e6),
  fc.constantFrom(20, 8, Infinity),
  fc.constantFrom("current" as const, "rate" as const, "poisson" as const),
);

test("timing: the backward sweep equals the definition, spike by spike", () => {
  fc.assert(
    fc.property(cases, ([seed, tauMem, encoder]) => {
      const { net, seen, modulators } = presented(seed, tauMem, encoder);
      const synapses = new ThreeFactorSynapses(net, "timing");
      for (const l of [0, 1]) synapses.accumulate(l, modulators[l], seen);
      const changes = synapses.changes().weights;
      for (const l of [0, 1]) {
        modulators[l].forEach((modulator, j) => {
          for (let i = 0; i < sizes[l]; i++) {
            const expected = modulator * readAtSpikes(net, seen, l, i, j, tauMem);
            expect(Math.abs(changes[l][i * sizes[l + 1] + j] - expected)).toBeLessThan(
              1e-5 * (1 + Math.abs(expected)),
            );
          }
        });
      }
    }),
    { numRuns: sized(40, 80) },
  );
});

test("trace: modulator times the presynaptic trace at the end; the readout always so", () => {
  fc.assert(
    fc.property(cases, ([seed, tauMem, encoder]) => {
      const { net, seen, modulators } = presented(seed, tauMem, encoder);
      for (const eligibility of ["trace", "timing"] as const) {
        const synapses = new ThreeFactorSynapses(net, eligibility);
        const layers = eligibility === "trace" ? [0, 1, 2] : [2];
        for (const l of layers) synapses.accumulate(l, modulators[l], seen);
        const changes = synapses.changes().weights;
        for (const l of layers) {
          modulators[l].forEach((modulator, j) => {
            seen.trace[l].forEach((x, i) => {
              const expected = Math.fround(x * modulator);
              expect(changes[l][i * sizes[l + 1] + j]).toBeCloseTo(expected, 6);
            });
          });
        }
        synapses.forget();
      }
    }),
    { numRuns: sized(20, 30) },
  );
});

test("apply moves weights and biases against the sum of the batch, once", () => {
  const { net, seen, modulators } = presented(4, 20, "current");
  const before = net.weights.map(w => Float32Array.from(w));
  const biases = net.biases.map(b => Float32Array.from(b));
  const synapses = new ThreeFactorSynapses(net, "trace");
  synapses.accumulate(1, modulators[1], seen);
  synapses.accumulate(1, modulators[1], seen);
  synapses.apply(0.5);
  synapses.apply(0.5);
  net.weights[1].forEach((w, at) => {
    const change = seen.trace[1][Math.floor(at / 4)] * modulators[1][at % 4];
    expect(w).toBeCloseTo(before[1][at] - change, 6);
  });
  net.biases[1].forEach((b, j) => {
    expect(b).toBeCloseTo(biases[1][j] - modulators[1][j], 6);
  });
  expect(net.weights[0]).toEqual(before[0]);
  expect(synapses.updates).toBe(
    2 * seen.trace[1].filter(x => x !== 0).length * modulators[1].filter(m => m !== 0).length,
  );
});

test.each(["trace", "timing"] as const)(
  "%s: synapses of a simulation that are told the modulator at the end change as those of the layers do",
  eligibility => {
    let changed = 0;
    fc.assert(
      fc.property(cases, ([seed, tauMem]) => {
        const { net, seen, modulators } = presented(seed, tauMem, "poisson");
        const [w, b] = [net.weights, net.biases].map(lists => lists.map(list => Float32Array.from(list)));
        const before = w[0].slice();
        const synapses = new ThreeFactorSynapses(net, eligibility);
        synapses.accumulate(0, modulators[0], seen);
        synapses.apply(1);
        // Modulations of the input have no spikes.
        if (seen.analogue) return;

        const spec = layeredSpec({
          ...{ architecture: net.architecture, weights: w, biases: b, neuron: net.neuron },
          ...{ durationMs: T, inputGain: net.input.gain },
        });
        const rule = { kind: "three-factor", eligibility, eta: -1, height: net.input.gain } as const;
        const taus = { tauPlus: tauMem, tauEligibility: tauMem };
        const [first, ...others] = spec.projections!;
        const simulation = new Simulation(
          network({ ...spec, projections: [{ ...first, plasticity: { ...rule, ...taus } }, ...others] }),
        );
        const { times, neurons, length } = net.input.spikes;
        simulation.stimulate("input", times.subarray(0, length), neurons.subarray(0, length));
        simulation.run(T);
        // A layer shares the modulator among the spikes of `timing`, and makes up for what they read too early.
        const r = T / tauMem;
        const share = tauMem === Infinity ? 2 : -Math.expm1(-r) / (1 - r / Math.expm1(r));
        const left = new Float64Array(sizes[1]);
        const { times: at, neurons: fired, length: spikes } = seen.spikes[1];
        for (let k = 0; k < spikes; k++) left[fired[k]] += Math.exp((at[k] - T) / tauMem);
        simulation.modulate(
          0,
          modulators[0].map((m, j) =>
            eligibility === "trace" ? m : left[j] > 0 ? (m * share) / left[j] : 0,
          ),
        );
        simulation.weights(0).forEach((value, s) => {
          expect(Math.abs(value - net.weights[0][s])).toBeLessThan(1e-5 * (1 + Math.abs(value)));
        });
        changed += simulation.weights(0).filter((value, s) => value !== before[s]).length;
      }),
      { numRuns: 40 },
    );
    expect(changed).toBeGreaterThan(100);
  },
);
