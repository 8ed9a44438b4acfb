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
  key = "sample",
) {
  const input: PresentedInput = { spikes: new SpikeTrain(), gain: 1, analogue: null };
  const { durationMs, tauMem, seed } = settings;
  const as = { replay, modulation, durationMs, tauMem, seed };
  show(encoderOf(code, settings), { intensities: x }, key, input, as);
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

test("a pair fires beside the same spikes: the input what is above 0, its twin what is below, right on average", () => {
  const m = Float64Array.of(0.3, -0.7, 0.002);
  const samples = 200;
  const [added, left] = [
    [0, 0, 0, 0, 0, 0],
    [0, 0, 0],
  ];
  for (let n = 0; n < samples; n++) {
    const next = shown("rate", { replay: false, modulation: "pair" }, `sample ${n}`);
    const before = next(null);
    const after = next(m);
    expect(after.left).toBeNull();
    expect(after.times.every((t, k) => t >= 0 && t <= 20 && (k === 0 || t >= after.times[k - 1]))).toBe(true);
    after.counts.forEach((count, i) => {
      added[i] += count - before.counts[i];
    });
    after.trace.forEach((trace, i) => {
      left[i] += trace - before.trace[i];
    });
    expect(next(null)).toEqual(before);
  }
  // A full intensity is 200 spikes: 60 of the first input and 140 of the second's twin, and 0.4 of the last.
  expect(
    added
      .slice(0, 2)
      .concat(added.slice(3))
      .map(count => count / samples),
  ).toEqual([60, 0, 0, 140, 0]);
  const binomial = Math.sqrt(0.4 * 0.6 * samples);
  expect(Math.abs(added[2] - 0.4 * samples)).toBeLessThan(4 * binomial);
  left.forEach((sum, i) => {
    // The phase moves a train by less than one of its spikes of 1 / 126.
    expect(Math.abs(sum / samples - m[i])).toBeLessThan(4 / 126 / Math.sqrt(samples));
  });
});

test("the phases of a pair are drawn for each presentation, or once for a sample where it is replayed", () => {
  const m = Float64Array.of(0.3, -0.7, 0.4);
  for (const [replay, same] of [
    [false, false],
    [true, true],
  ]) {
    const next = shown("rate", { replay, modulation: "pair" });
    next(null);
    const [first, second] = [next(m), next(m)];
    if (same) expect(second.times).toEqual(first.times);
    else expect(second.times).not.toEqual(first.times);
  }
});
