import fc from "fast-check";
import { expect, test } from "vitest";
import { encoderOf } from "../../src/encoding/index.ts";
import { type ShownAs, show } from "../../src/encoding/shown.ts";
import type { PresentedInput } from "../../src/engine/exact/presentation.ts";
import { SpikeTrain } from "../../src/engine/record/spikeTrain.ts";

const settings = { inputs: 3, durationMs: 20, tauMem: 20, maxSpikes: 200, seed: 1 };
const x = Float32Array.of(0.2, 0.5, 0.9);

function shown(
  code: "rate" | "poisson" | "current",
  { replay, modulation }: Pick<ShownAs, "replay" | "modulation">,
) {
  const input: PresentedInput = { spikes: new SpikeTrain(), gain: 1, analogue: null };
  const as = { replay, modulation, durationMs: settings.durationMs, tauMem: settings.tauMem };
  show(encoderOf(code, settings), { intensities: x }, "sample", input, as);
  return (modulation: Float64Array | null) => {
    const left = input.next!(modulation);
    const { spikes } = input;
    const counts = [0, 0, 0, 0, 0, 0];
    const trace = [0, 0, 0];
    for (let k = 0; k < spikes.length; k++) {
      const i = spikes.neurons[k];
      counts[i]++;
      trace[i % 3] += (i < 3 ? input.gain : -input.gain) * Math.exp((spikes.times[k] - 20) / 20);
    }
    return { left, counts, trace, times: Array.from(spikes.times.subarray(0, spikes.length)) };
  };
}

test("drawn spikes are drawn afresh for each presentation, or are the same in all", () => {
  const fresh = shown("poisson", { replay: false, modulation: "spikes" });
  const [a, b, c] = [fresh(null), fresh(null), fresh(null)];
  expect(b.times).not.toEqual(a.times);
  expect(c.times).not.toEqual(b.times);
  const again = shown("poisson", { replay: false, modulation: "spikes" });
  // The first is what a rule that presents once has seen, and all are those of the sample's name.
  expect([again(null).times, again(null).times]).toEqual([a.times, b.times]);
  const replayed = shown("poisson", { replay: true, modulation: "spikes" });
  expect([replayed(null).times, replayed(null).times]).toEqual([a.times, a.times]);
});

test("a modulation changes how often inputs fire, down to never, and is gone in the next presentation", () => {
  for (const code of ["rate", "poisson"] as const) {
    const next = shown(code, { replay: true, modulation: "spikes" });
    const before = next(null);
    const { left, counts } = next(Float64Array.of(0.3, -0.7, 0.4));
    expect(left).toBeNull();
    // Poisson counts of mean n spread by sqrt(n).
    const slack = code === "rate" ? 1 : 60;
    for (const [i, expected] of [100, 0, 260].entries()) {
      expect(Math.abs(counts[i] - expected)).toBeLessThanOrEqual(expected === 0 ? 0 : slack);
    }
    expect(next(null)).toEqual(before);
  }
});

test("or it is left to be added as a drive, beside the same spikes", () => {
  for (const code of ["rate", "current"] as const) {
    const next = shown(code, { replay: false, modulation: "current" });
    const before = next(null);
    const modulation = Float64Array.of(0.3, -0.7, 0.4);
    expect(next(modulation)).toEqual({ ...before, left: modulation });
  }
});

test("push-pull leaves the modulation exactly, by spikes of inputs and of their twins beside the same spikes", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }), m => {
      const next = shown("rate", { replay: false, modulation: "push-pull" });
      const before = next(null);
      const { left, trace, counts, times } = next(Float64Array.from(m));
      expect(left).toBeNull();
      expect(times.every((t, k) => t >= 0 && t <= 20 && (k === 0 || t >= times[k - 1]))).toBe(true);
      m.forEach((value, i) => {
        // Times are instants, and a spike of 1 / 126 moves by 1e-12 of its time.
        expect(Math.abs(trace[i] - before.trace[i] - value)).toBeLessThan(1e-9);
        expect(counts[i] - before.counts[i]).toBe(counts[i + 3]);
      });
      expect(next(null)).toEqual(before);
    }),
  );
});

test("in a pair, the twins fire what is below 0", () => {
  const next = shown("rate", { replay: false, modulation: "pair" });
  const before = next(null);
  const { left, counts } = next(Float64Array.of(0.3, -0.7, 0.05));
  expect(left).toBeNull();
  for (const [i, expected] of [100, 0, 190, 0, 40, 0].entries())
    expect(Math.abs(counts[i] - expected)).toBeLessThanOrEqual(expected === 0 ? 0 : 1);
  expect(next(null)).toEqual(before);
});
