import fc from "fast-check";
import { expect, test } from "vitest";
import { LifLayer } from "../../src/engine/exact/lifLayer.ts";
import { lif } from "../../src/engine/network/neurons/lif.ts";
import { SpikeTrain } from "../../src/engine/record/spikeTrain.ts";
import { Rng } from "../../src/math/rng.ts";

const DURATION = 20;

/** A layer, its input and third factors; some input spikes are simultaneous. */
function draw(seed: number, tauMem: number) {
  const rng = new Rng(seed, "online");
  const [pre, post] = [6, 9];
  const weights = Float32Array.from({ length: pre * post }, () => rng.uniformIn(-0.6, 0.8));
  const input = new SpikeTrain();
  for (let k = 0; k < 40; k++) input.push(rng.integer(80) / 4, rng.integer(pre));
  input.sort(DURATION);
  return {
    pre,
    post,
    weights,
    input,
    current: Float64Array.from({ length: post }, () => rng.uniformIn(-0.02, 0.03)),
    modulator: Float64Array.from({ length: post }, () => (rng.uniform() < 0.2 ? 0 : rng.normal())),
    neuron: lif({ tauMem, vThreshold: 0.3, reset: "subtract" }),
    gain: 0.5,
  };
}

test("every input spike changes its synapses by rate, modulator, gate and what it leaves, and passes before", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(20, 5, Infinity), (seed, tauMem) => {
      const c = draw(seed, tauMem);
      const rate = 0.05;
      // The drive is the filtered input through the weights that each spike met.
      const w = Float32Array.from(c.weights);
      const met: { t: number; i: number; weights: Float32Array }[] = [];
      const filter = (t: number) => (tauMem < Infinity ? Math.exp(-t / tauMem) : 1);
      const constant = (t: number, current: number) =>
        tauMem < Infinity ? current * tauMem * -Math.expm1(-t / tauMem) : current * t;
      for (let k = 0; k < c.input.length; ) {
        const t = c.input.times[k];
        const first = k;
        for (; k < c.input.length && c.input.times[k] === t; k++) {
          met.push({ t, i: c.input.neurons[k], weights: Float32Array.from(w) });
        }
        for (let n = first; n < k; n++) {
          const i = c.input.neurons[n];
          for (let j = 0; j < c.post; j++) {
            let drive = constant(t, c.current[j]);
            for (const spike of met) {
              drive += c.gain * filter(t - spike.t) * spike.weights[spike.i * c.post + j];
            }
            if (drive > 0) w[i * c.post + j] -= rate * c.modulator[j] * c.gain * filter(DURATION - t);
          }
        }
      }
      const layer = new LifLayer(c.pre, c.post, Float32Array.from(c.weights), c.neuron);
      layer.present(c.input, c.gain, c.current, DURATION, { online: { rate, modulator: c.modulator } });
      layer.weights.forEach((value, at) => {
        expect(value).toBeCloseTo(w[at], 5);
      });
    }),
    { numRuns: 200 },
  );
});

test("as the rate goes to 0, open neurons take the step of the presynaptic trace", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom(20, 5, Infinity), (seed, tauMem) => {
      const c = draw(seed, tauMem);
      c.current.fill(0.3); // everyone is driven all the time
      const trace = new Float64Array(c.pre);
      for (let k = 0; k < c.input.length; k++) {
        const left = tauMem < Infinity ? Math.exp((c.input.times[k] - DURATION) / tauMem) : 1;
        trace[c.input.neurons[k]] += c.gain * left;
      }
      const rate = 0.002;
      const before = c.weights.map(Math.abs);
      const layer = new LifLayer(c.pre, c.post, Float32Array.from(before), c.neuron);
      layer.present(c.input, c.gain, c.current, DURATION, { online: { rate, modulator: c.modulator } });
      layer.weights.forEach((value, at) => {
        const step = c.modulator[at % c.post] * trace[Math.floor(at / c.post)];
        // What 32 bits resolve of a weight, over at most 40 changes.
        expect(Math.abs((before[at] - value) / rate - step)).toBeLessThan((40 * 6e-8) / rate);
      });
    }),
    { numRuns: 100 },
  );
});

test("a synapse whose neuron is held back, silent, or without third factor keeps its weight", () => {
  const neuron = lif({ tauMem: 20, tauRef: 15, vThreshold: 1, reset: "subtract" });
  // The first neuron fires at once and stays above threshold; the others stay below.
  const weights = Float32Array.of(5, 0.1, 0.1, 0.1);
  const layer = new LifLayer(1, 4, Float32Array.from(weights), neuron);
  const input = new SpikeTrain();
  for (const t of [1, 2, 3]) input.push(t, 0);
  layer.present(input, 1, new Float64Array(4), DURATION, {
    silent: Uint8Array.of(0, 0, 0, 1),
    online: { rate: 0.001, modulator: Float64Array.of(1, 1, 0, 1) },
  });
  const changed = Array.from(layer.weights, (w, j) => w !== weights[j]);
  expect(changed).toEqual([false, true, false, false]);
  expect(layer.updates).toBe(3);
});
