import { expect, test } from "vitest";
import {
  pfisterGerstner2006,
  type StdpTripletSpec,
  type TripletParameters,
} from "../../../../src/engine/network/plasticity/stdpTriplet.ts";
import { poissonTimes, sum, weightAfter } from "./twoNeurons.ts";

/** The definition, spike by spike from the whole past: no trace is carried along. */
function bruteForce(p: TripletParameters, pairing: "all" | "nearest", pre: number[], post: number[]): number {
  const trace = (times: number[], t: number, tau: number, same: boolean) => {
    const past = times.filter(s => s < t || (same && s === t)).map(s => Math.exp(-(t - s) / tau));
    return pairing === "all" ? sum(past) : (past.at(-1) ?? 0);
  };
  const { aMinus3 = 0, tauX = 1 } = p;
  const up = post.map(
    t => trace(pre, t, p.tauPlus, true) * (p.aPlus2 + p.aPlus3 * trace(post, t, p.tauY, false)),
  );
  const down = pre.map(
    t => trace(post, t, p.tauMinus, false) * (p.aMinus2 + aMinus3 * trace(pre, t, tauX, false)),
  );
  return sum(up) - sum(down);
}

const sets = Object.entries(pfisterGerstner2006).flatMap(([data, pairings]) =>
  Object.entries(pairings).flatMap(([pairing, models]) =>
    Object.entries(models).map(
      ([model, p]) => [data, pairing as "all" | "nearest", model, p as TripletParameters] as const,
    ),
  ),
);

test.each(sets)("%s, %s, %s: random trains follow the definition", (_data, pairing, _model, p) => {
  const plasticity: StdpTripletSpec = { kind: "stdp-triplet", pairing, ...p };
  for (let seed = 0; seed < 3; seed++) {
    const [pre, post] = [poissonTimes(seed, 20, 2000), poissonTimes(seed + 100, 25, 2000)];
    const change = weightAfter(2000, { weights: [100], plasticity }, pre, post) - 100;
    expect(Math.abs(change - bruteForce(p, pairing, pre, post))).toBeLessThan(2e-3);
  }
});

test("pairs at a higher frequency potentiate more, as in visual cortex, which pair rules cannot do", () => {
  // Protocol of Sjoestroem et al. 2001 as in figure 5 of Pfister & Gerstner: 60 pairs at 10 ms.
  const p = pfisterGerstner2006.visualCortex.all.minimal;
  const plasticity: StdpTripletSpec = { kind: "stdp-triplet", ...p };
  const change = (hz: number, dt: number) => {
    const pre = Array.from({ length: 60 }, (_, k) => 500 + (1000 / hz) * k);
    const post = pre.map(t => t + dt);
    const w = weightAfter(70_000, { weights: [1], plasticity }, pre, post);
    expect(w - 1).toBeCloseTo(bruteForce(p, "all", pre, post), 4);
    return w - 1;
  };
  const frequencies = [1, 10, 20, 40, 50];
  const after = frequencies.map(hz => change(hz, 10));
  const before = frequencies.map(hz => change(hz, -10));
  for (let k = 1; k < frequencies.length; k++) expect(after[k]).toBeGreaterThan(after[k - 1]);
  expect(Math.abs(after[0])).toBeLessThan(0.01);
  expect(after.at(-1)).toBeGreaterThan(0.4);
  expect(before[0]).toBeCloseTo(-60 * 7.1e-3 * Math.exp(-10 / 33.7), 2);
  expect(before.at(-1)).toBeGreaterThan(0);
});
