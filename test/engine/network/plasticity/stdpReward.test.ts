import { expect, test } from "vitest";
import type { StdpRewardSpec } from "../../../../src/engine/network/plasticity/stdpReward.ts";
import { poissonTimes, sum, twoNeurons, weightAfter } from "./twoNeurons.ts";

const rule: StdpRewardSpec = { kind: "stdp-reward", eta: 0.05, wMax: 100, baseline: 0 };
const [tauC, tauD] = [1000, 200];

test("one pair and one reward: the change is the product's integral, in closed form", () => {
  for (const delay of [20, 500, 2000]) {
    const at = 110 + delay;
    const plasticity = { ...rule, rewards: { times: [at], amount: 0.5 } };
    const w = weightAfter(20_000, { plasticity }, [100], [110]);
    const c = 0.1 * Math.exp(-10 / 20) * Math.exp(-delay / tauC);
    expect(w - 0.5).toBeCloseTo(0.05 * c * 0.5 * ((tauC * tauD) / (tauC + tauD)), 8);
    // Part of the way, and without a reward.
    const part = weightAfter(at + 150, { plasticity }, [100], [110]);
    const rate = 1 / tauC + 1 / tauD;
    expect(part - 0.5).toBeCloseTo((0.05 * c * 0.5 * (1 - Math.exp(-150 * rate))) / rate, 8);
    expect(weightAfter(20_000, { plasticity: rule }, [100], [110])).toBe(0.5);
  }
});

test("random trains, rewards and a baseline agree with a numerical integration", () => {
  const [pre, post, rewards] = [
    poissonTimes(1, 10, 4000),
    poissonTimes(2, 10, 4000),
    poissonTimes(3, 3, 4000),
  ];
  const baseline = 0.01;
  const w = weightAfter(
    4000,
    { weights: [10], plasticity: { ...rule, baseline, rewards: { times: rewards, amount: 0.4 } } },
    pre,
    post,
  );
  const past = (times: number[], t: number, tau: number) =>
    sum(times.filter(s => s <= t).map(s => Math.exp(-(t - s) / tau)));
  const jumps = [
    ...post.map(t => [t, 0.1 * past(pre, t, 20)] as const),
    ...pre.map(t => [t, -0.15 * past(post, t, 20)] as const),
  ];
  const product = (t: number) =>
    sum(jumps.filter(([s]) => s <= t).map(([s, by]) => by * Math.exp(-(t - s) / tauC))) *
    (baseline + 0.4 * past(rewards, t, tauD));
  // Simpson's rule between all jumps.
  const knots = [0, ...pre, ...post, ...rewards, 4000].sort((a, b) => a - b);
  let integral = 0;
  for (let k = 1; k < knots.length; k++) {
    const n = 4;
    const h = (knots[k] - knots[k - 1]) / (2 * n);
    for (let m = 0; m < n; m++) {
      const a = knots[k - 1] + 2 * m * h;
      // The last value of a stretch belongs to it, not to the jump at its end.
      integral += (h / 3) * (product(a) + 4 * product(a + h) + product(a + 2 * h - 1e-9));
    }
  }
  expect(w - 10).toBeCloseTo(0.05 * integral, 5);
});

test("reading weights, cutting the run and rewarding from a callback change nothing", () => {
  const [pre, post] = [poissonTimes(4, 20, 3000), poissonTimes(5, 20, 3000)];
  const given = twoNeurons(
    { plasticity: { ...rule, rewards: { times: [700, 1500, 1600], amount: 0.5 } } },
    pre,
    post,
  );
  given.run(3000);
  const called = twoNeurons({ plasticity: rule }, pre, post);
  called.at(700, () => called.reward(0.5));
  called.at(650, () => called.reward(0.5, 1600));
  called.at(1500, () => called.reward(0.5));
  for (const t of [1, 699, 700, 900.5, 2999]) {
    called.runUntil(t);
    called.weights("plastic");
  }
  called.runUntil(3000);
  expect(called.weights("plastic")).toEqual(given.weights("plastic"));
  expect(given.weights("plastic")[0]).not.toBe(0.5);
});

test("a bound is kept while a weight moves between events", () => {
  const plasticity = { ...rule, wMax: 0.51, eta: 10, rewards: { times: [200], amount: 0.5 } };
  expect(weightAfter(5000, { plasticity }, [100], [110])).toBe(0.51);
});
