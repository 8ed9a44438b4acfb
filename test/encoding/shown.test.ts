import { expect, test } from "vitest";
import { encoderOf } from "../../src/encoding/index.ts";
import { show } from "../../src/encoding/shown.ts";
import type { PresentedInput } from "../../src/engine/exact/presentation.ts";
import { SpikeTrain } from "../../src/engine/record/spikeTrain.ts";

const settings = { inputs: 3, durationMs: 20, tauMem: 20, maxSpikes: 200, seed: 1 };
const x = Float32Array.of(0.2, 0.5, 0.9);

function shown(code: "rate" | "poisson" | "current", as: Parameters<typeof show>[4]) {
  const input: PresentedInput = { spikes: new SpikeTrain(), gain: 1, analogue: null };
  show(encoderOf(code, settings), { intensities: x }, "sample", input, as);
  return (modulation: Float64Array | null) => {
    const left = input.next!(modulation);
    const { spikes } = input;
    const counts = [0, 0, 0];
    for (let k = 0; k < spikes.length; k++) counts[spikes.neurons[k]]++;
    return { left, counts, times: Array.from(spikes.times.subarray(0, spikes.length)) };
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
