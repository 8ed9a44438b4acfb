import fc from "fast-check";
import { expect, test } from "vitest";
import { FeedForwardNetwork } from "../../../src/engine/exact/feedForward.ts";
import { ThreeFactorSynapses } from "../../../src/engine/exact/threeFactorSynapses.ts";
import { Rng } from "../../../src/math/rng.ts";

const sizes = [5, 6, 4];
const [durationMs, tauMem, vThreshold] = [20, 15, 0.2];

test("with delays and lateral synapses the change is modulator times the trace of what has arrived, written out", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.constantFrom("trace" as const, "timing" as const), (seed, eligibility) => {
      const rng = new Rng(seed, "arrivals");
      const draw = (n: number, from: number, to: number) =>
        Float32Array.from({ length: n }, () => rng.uniformIn(from, to));
      const [weights, biases] = [
        [draw(30, -0.5, 1), draw(24, -1, 1)],
        [draw(6, 0, 0.3), draw(4, 0, 0.1)],
      ];
      // In single precision, as projections keep them.
      const [delays, around] = [draw(30, 0, 30), draw(36, -0.2, 0.2)];
      const wiring = {
        delays: [delays],
        projections: [{ from: "hidden", to: "hidden", weights: Float32Array.from(around), delay: 1.5 }],
      };
      const neuron = { tauMem, vThreshold, tauRef: 0 };
      const net = new FeedForwardNetwork(sizes, weights, biases, neuron, durationMs, { wiring });
      const synapses = new ThreeFactorSynapses(net, eligibility);
      for (let k = 0; k < 60; k++) net.input.spikes.push(durationMs * rng.uniform(), rng.integer(5));
      net.input.spikes.sort(durationMs);
      net.input.gain = 0.4;
      const seen = net.present(net.presentation());
      const modulator = Float64Array.from({ length: 6 }, () => rng.uniformIn(-1, 1));
      synapses.accumulate(0, modulator, seen);
      synapses.apply(1);

      const timesOf = (p: number, i: number) =>
        [...seen.spikes[p].times.subarray(0, seen.spikes[p].length)].filter(
          (_, k) => seen.spikes[p].neurons[k] === i,
        );
      // Mean over its spikes by what they leave, times what the trace of evenly spread inputs lacks against that at the end.
      const r = durationMs / tauMem;
      const filled = 1 - Math.exp(-r);
      const eligible = (j: number, arrivals: number[], gain: number) => {
        const arrived = arrivals.filter(t => t <= durationMs);
        const trace = (at: number) =>
          gain * arrived.filter(t => t <= at).reduce((sum, t) => sum + Math.exp((t - at) / tauMem), 0);
        if (eligibility === "trace") return trace(durationMs);
        const own = timesOf(1, j);
        if (own.length === 0) return 0;
        const left = (t: number) => Math.exp((t - durationMs) / tauMem);
        const [read, all] = [own.map(t => left(t) * trace(t)), own.map(left)].map(list =>
          list.reduce((sum, value) => sum + value, 0),
        );
        return ((filled / (1 - r / Math.expm1(r))) * read) / all;
      };
      const close = (
        found: Float32Array,
        from: number,
        start: Float32Array,
        gain: number,
        late: (s: number) => number,
      ) =>
        found.forEach((w, s) => {
          const [i, j] = [Math.floor(s / 6), s % 6];
          const change =
            modulator[j] *
            eligible(
              j,
              timesOf(from, i).map(t => t + late(s)),
              gain,
            );
          expect(Math.abs(w - (start[s] - change))).toBeLessThan(2e-5);
        });
      close(net.weights[0], 0, weights[0], 0.4, s => delays[s]);
      close(net.queue!.laterals[0].synapses.weights, 1, around, vThreshold, () => 1.5);
      expect(seen.spikes[1].length).toBeGreaterThan(0);
    }),
    { numRuns: 40 },
  );
});

test("online, with delays and lateral synapses: each arrival changes its weight by what it leaves at the end", () => {
  fc.assert(
    fc.property(fc.nat(1e6), seed => {
      const rng = new Rng(seed, "online arrivals");
      // Everyone is driven all the time, so that gates are open.
      const draw = (n: number, most: number) =>
        Float32Array.from({ length: n }, () => rng.uniformIn(0.05, most));
      const [weights, biases] = [
        [draw(30, 0.3), draw(24, 1)],
        [draw(6, 0.3), draw(4, 0.1)],
      ];
      const [delays, around] = [draw(30, 30), draw(36, 0.1)];
      const wiring = {
        delays: [delays],
        projections: [{ from: "hidden", to: "hidden", weights: Float32Array.from(around), delay: 1.5 }],
      };
      const neuron = { tauMem, vThreshold, tauRef: 0 };
      const net = new FeedForwardNetwork(sizes, weights, biases, neuron, durationMs, { wiring });
      for (let k = 0; k < 60; k++) net.input.spikes.push(durationMs * rng.uniform(), rng.integer(5));
      net.input.spikes.sort(durationMs);
      net.input.gain = 0.4;
      const modulator = Float64Array.from({ length: 6 }, (_, j) => (j === 0 ? 0 : rng.uniformIn(-1, 1)));
      net.online = { rate: 0.01, modulators: [undefined, modulator] };
      const seen = net.present(net.presentation());
      const expected = [weights[0], around].map(list => Float64Array.from(list));
      let updates = 0;
      for (const [p, list, gain, late] of [
        [0, expected[0], 0.4, (s: number) => delays[s]],
        [1, expected[1], vThreshold, () => 1.5],
      ] as const) {
        const { times, neurons, length } = seen.spikes[p];
        for (let k = 0; k < length; k++) {
          for (let j = 1; j < 6; j++) {
            const s = 6 * neurons[k] + j;
            const arrival = times[k] + late(s);
            if (arrival > durationMs) continue;
            list[s] -= 0.01 * modulator[j] * gain * Math.exp((arrival - durationMs) / tauMem);
            updates++;
          }
        }
      }
      expect(net.onlineUpdates).toBe(updates);
      expect(updates).toBeGreaterThan(50);
      [net.weights[0], net.queue!.laterals[0].synapses.weights].forEach((found, n) => {
        found.forEach((w, s) => {
          expect(Math.abs(w - expected[n][s])).toBeLessThan(2e-6);
        });
      });
    }),
    { numRuns: 40 },
  );
});
