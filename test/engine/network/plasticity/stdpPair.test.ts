import { expect, test } from "vitest";
import { poissonTimes, sum, weightAfter } from "./twoNeurons.ts";

const rule = {
  kind: "stdp-pair",
  aPlus: 0.01,
  aMinus: 0.012,
  tauPlus: 17,
  tauMinus: 34,
  wMax: 2,
} as const;

test.each([
  ["additive", {}, 2, 2],
  ["multiplicative", { dependence: "multiplicative" }, 1.5, 0.5],
  ["multiplicative, mu 0.3", { dependence: "multiplicative", mu: 0.3 }, 2 * 0.75 ** 0.3, 2 * 0.25 ** 0.3],
  ["power", { dependence: "power", mu: 0.4, wRef: 3 }, 3 ** 0.6 * 0.5 ** 0.4, 0.5],
] as const)("the pair window of the %s rule has its closed form", (_, dependence, plus, minus) => {
  for (const dt of [0.5, 1, 5, 10, 20, 50, 100]) {
    const plasticity = { ...rule, ...dependence };
    const after = weightAfter(300, { plasticity }, [100], [100 + dt]);
    expect(after - 0.5).toBeCloseTo(0.01 * plus * Math.exp(-dt / 17), 7);
    const before = weightAfter(300, { plasticity }, [100], [100 - dt]);
    expect(before - 0.5).toBeCloseTo(-0.012 * minus * Math.exp(-dt / 34), 7);
  }
});

test("a presynaptic spike at the very instant of a postsynaptic one counts as earlier", () => {
  expect(weightAfter(50, { plasticity: rule }, [20], [20])).toBeCloseTo(0.5 + 0.01 * 2, 7);
});

test("periodic trains change the weight by the geometric sum over all pairs", () => {
  // Post follows pre by 4 ms, N times at 50 ms: pairs at lag 4 + 50 k on one side and 50 k - 4 on the other.
  const n = 20;
  const pre = Array.from({ length: n }, (_, k) => 10 + 50 * k);
  const after = weightAfter(
    2000,
    { plasticity: { ...rule, wMax: 20, aPlus: 0.001, aMinus: 0.0004 } },
    pre,
    pre.map(t => t + 4),
  );
  // Each of N - k pre-post pairs at 4 + 50 k, each of N - k post-pre pairs at 50 k - 4.
  const plus = sum(Array.from({ length: n }, (_, k) => (n - k) * Math.exp(-(4 + 50 * k) / 17)));
  const minus = sum(
    Array.from({ length: n - 1 }, (_, k) => (n - k - 1) * Math.exp(-(50 * (k + 1) - 4) / 34)),
  );
  expect(after - 0.5).toBeCloseTo(20 * (0.001 * plus - 0.0004 * minus), 5);
});

test("all-to-all and nearest-neighbour pairing follow their definitions on random trains, with either delay", () => {
  const plasticity = { ...rule, aPlus: 0.002, aMinus: 0.001, wMax: 100 };
  for (const pairing of ["all", "nearest"] as const)
    for (const delayKind of ["axonal", "dendritic"] as const)
      for (let seed = 0; seed < 5; seed++) {
        const [pre, post] = [poissonTimes(2 * seed, 30, 1000), poissonTimes(2 * seed + 1, 30, 1000)];
        const w = weightAfter(
          1100,
          { weights: [50], plasticity: { ...plasticity, pairing }, delay: 3.5, delayKind },
          pre,
          post,
        );
        // Where the spikes are at the synapse: the delay lies before it, or behind it on the way back.
        const [x, y] = delayKind === "axonal" ? [pre.map(t => t + 3.5), post] : [pre, post.map(t => t + 3.5)];
        const nearest = pairing === "nearest";
        const earlier = (times: number[], t: number, same: boolean) => {
          const found = times.filter(s => s < t || (same && s === t)).map(s => t - s);
          return nearest ? found.slice(-1) : found;
        };
        const plus = sum(y.flatMap(t => earlier(x, t, true).map(d => Math.exp(-d / 17))));
        const minus = sum(x.flatMap(t => earlier(y, t, false).map(d => Math.exp(-d / 34))));
        expect(w - 50).toBeCloseTo(100 * (0.002 * plus - 0.001 * minus), 3);
      }
});

test("weights stay within their bounds", () => {
  const train = Array.from({ length: 200 }, (_, k) => 10 * k);
  const later = train.map(t => t + 1);
  const strong = { ...rule, aPlus: 0.3, aMinus: 0.01 };
  expect(weightAfter(3000, { plasticity: strong }, train, later)).toBe(2);
  const weak = { ...rule, aPlus: 0.001, aMinus: 0.3, wMin: 0.125 };
  expect(weightAfter(3000, { plasticity: weak }, later, train)).toBe(0.125);
});
