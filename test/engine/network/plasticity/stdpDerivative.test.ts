import { expect, test } from "vitest";
import type { StdpDerivativeSpec } from "../../../../src/engine/network/plasticity/stdpDerivative.ts";
import { poissonTimes, sum, twoNeurons, weightAfter } from "./twoNeurons.ts";

const rule: StdpDerivativeSpec = { kind: "stdp-derivative", wMax: 100 };

test("one pair: the weight moves at the end of each period, by what is left of the pair", () => {
  const pair = 0.1 * 0.95 ** 10;
  for (const [ms, expected] of [
    [999, 0.5],
    [1001, 0.5 + 0.01 + pair],
    [2001, 0.5 + 2 * 0.01 + pair * 1.9],
    [5001, 0.5 + 5 * 0.01 + pair * (1 + 0.9 + 0.81 + 0.729 + 0.6561)],
  ])
    expect(weightAfter(ms, { plasticity: rule }, [100], [110])).toBeCloseTo(expected, 6);
  // The other order, and what comes to rest.
  expect(weightAfter(1001, { plasticity: { ...rule, drift: 0 } }, [110], [100])).toBeCloseTo(
    0.5 - 0.12 * 0.95 ** 10,
    6,
  );
  expect(weightAfter(1e6, { plasticity: { ...rule, drift: 0 } }, [100], [110])).toBeCloseTo(
    0.5 + 10 * pair,
    5,
  );
});

test("a pair at the end of a period: an arrival belongs to it, a postsynaptic spike to the next", () => {
  const plasticity = { ...rule, drift: 0, keep: 0 };
  expect(weightAfter(1500, { plasticity }, [1000], [990])).toBeCloseTo(0.5 - 0.12 * 0.95 ** 10, 6);
  expect(weightAfter(1500, { plasticity }, [990], [1000])).toBe(0.5);
  expect(weightAfter(2500, { plasticity }, [990], [1000])).toBeCloseTo(0.5 + 0.1 * 0.95 ** 10, 6);
});

test.each(["all", "nearest"] as const)(
  "random trains, pairing %s: the sums over pairs, period by period",
  pairing => {
    const [pre, post] = [poissonTimes(1, 30, 3000), poissonTimes(2, 30, 3000)];
    const plasticity: StdpDerivativeSpec = { ...rule, pairing, period: 200, keep: 0.8, drift: -0.02 };
    const trace = (times: number[], t: number) => {
      const past = times.filter(s => s < t);
      return sum((pairing === "all" ? past : past.slice(-1)).map(s => Math.exp((s - t) / 19.495725)));
    };
    let [w, c] = [20, 0];
    for (let end = 200; end < 3000; end += 200) {
      const within = (t: number) => t >= end - 200 && t < end;
      c += sum(post.filter(within).map(t => 0.1 * trace(pre, t)));
      c -= sum(pre.filter(within).map(t => 0.12 * trace(post, t)));
      w += c - 0.02;
      c *= 0.8;
    }
    expect(weightAfter(3000, { weights: [20], plasticity }, pre, post)).toBeCloseTo(w, 4);
  },
);

test("bounds hold at the end of every period, and weights that are set go on from there", () => {
  expect(weightAfter(9000, { plasticity: { ...rule, wMax: 0.53 } }, [100], [110])).toBe(0.53);
  expect(weightAfter(9000, { plasticity: { ...rule, drift: -0.3, wMin: 0.1 } }, [100], [110])).toBe(0.1);
  const simulation = twoNeurons({ plasticity: rule }, [100], [110]);
  simulation.run(500);
  simulation.network.projections[0].synapses.weights[0] = 7;
  simulation.run(600);
  expect(simulation.weights("plastic")[0]).toBeCloseTo(7.01 + 0.1 * 0.95 ** 10, 5);
});
