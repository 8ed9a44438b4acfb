import { expect, test } from "vitest";
import { network } from "../../../../src/engine/network/network.ts";
import { type NeuronSpec, neuronModel, neurons } from "../../../../src/engine/network/neurons/index.ts";
import type { NeuronGroup } from "../../../../src/engine/network/neurons/neuronGroup.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { Rng } from "../../../../src/math/rng.ts";

const one = (spec: NeuronSpec) => neuronModel(spec).create(1);

function simulate(neuron: NeuronSpec, weight: number, times: readonly number[], duration: number) {
  const simulation = new Simulation(
    network({
      populations: { in: { size: 1, neuron: "input" }, n: { size: 1, neuron } },
      projections: [{ from: "in", to: "n", weights: Float32Array.of(weight) }],
    }),
  );
  simulation.stimulate(
    "in",
    times,
    times.map(() => 0),
  );
  simulation.run(duration);
  const raster = simulation.raster();
  const spikes = [...raster.times.keys()].filter(k => raster.populationIndex[k] === 1);
  return { simulation, spikes: spikes.map(k => raster.times[k]) };
}

/** Greatest difference between dV/dt by finite differences and the equation, after some inputs. */
function residual(group: NeuronGroup, slope: (v: number, t: number) => number): number {
  const rng = new Rng(5, "residual");
  let t = 0;
  let worst = 0;
  for (let n = 0; n < 200; n++) {
    group.receive(0, t, rng.uniformIn(-1, 1));
    if (n % 20 === 0) group.setCurrent(0, t, rng.uniformIn(-0.5, 0.5));
    const wait = rng.exponential(0.3) + 1e-3;
    const m = t + wait * rng.uniformIn(0.1, 0.9);
    const h = 1e-4;
    const measured = (group.potential(0, m + h) - group.potential(0, m - h)) / (2 * h);
    worst = Math.max(worst, Math.abs(measured - slope(group.potential(0, m), m)));
    t += wait;
  }
  return worst;
}

test("between events potentials obey the models' differential equations", () => {
  const never = { vThreshold: Infinity, vRest: -60 };
  for (const model of ["lif-exp", "lif-alpha"] as const) {
    for (const [tauMem, tauExc, tauInh] of [
      [20, 5, 10],
      [10, 10, 10.0001],
      [10, 5, 30],
      [Infinity, 3, 2],
    ] as const) {
      const group = one({ model, ...never, tauMem, tauExc, tauInh, bias: 0.2 }) as NeuronGroup & {
        current: Float64Array;
      };
      const slope = (v: number, t: number) =>
        -(v + 60) / tauMem + group.current[0] + group.synapticCurrent!(0, t);
      expect(residual(group, slope)).toBeLessThan(1e-7);
    }
  }
  const li = one({ model: "li", tauMem: 7, vRest: 2, bias: 0.1 }) as NeuronGroup & { current: Float64Array };
  expect(residual(li, v => -(v - 2) / 7 + li.current[0])).toBeLessThan(1e-7);
});

test("synaptic currents decay with their own time constants", () => {
  const exp = one({ model: "lif-exp", vThreshold: Infinity, tauExc: 5, tauInh: 3 });
  exp.receive(0, 1, 2);
  exp.receive(0, 1, -1);
  expect(exp.synapticCurrent!(0, 5)).toBeCloseTo(2 * Math.exp(-4 / 5) - Math.exp(-4 / 3), 14);
  const alpha = one({ model: "lif-alpha", vThreshold: Infinity, tauExc: 5, tauInh: 3 });
  alpha.receive(0, 1, 2);
  expect(alpha.synapticCurrent!(0, 6)).toBeCloseTo(2, 14); // the peak, tauExc after the input
  alpha.receive(0, 6, -1);
  expect(alpha.synapticCurrent!(0, 10)).toBeCloseTo(
    2 * (9 / 5) * Math.exp(1 - 9 / 5) - (4 / 3) * Math.exp(1 - 4 / 3),
    14,
  );
});

test("weights may be slopes, settled potentials or peaks of the postsynaptic potential", () => {
  const exp = { model: "lif-exp", vThreshold: Infinity, tauMem: 20, tauExc: 5, tauInh: 10 } as const;
  // Vogels & Abbott's CUBA as in Brian: dv/dt = (ge + gi - (v - El)) / taum with jumps of 1.62 mV.
  const cuba = one({ ...exp, weightAs: "drive" } as const);
  const slope = one({ ...exp, weightAs: "slope" } as const);
  cuba.receive(0, 0, 1.62);
  slope.receive(0, 0, 1.62 / 20);
  const ge = 1.62 * (5 / (20 - 5)) * (Math.exp(-7 / 20) - Math.exp(-7 / 5));
  expect(cuba.potential(0, 7)).toBeCloseTo(ge, 14);
  expect(slope.potential(0, 7)).toBeCloseTo(ge, 14);
  for (const model of ["lif-exp", "lif-alpha"] as const) {
    for (const sign of [1, -1]) {
      for (const tauMem of [20, 5, Infinity]) {
        const peak = one({ ...exp, model, tauMem, weightAs: "peak" });
        peak.receive(0, 0, 0.15 * sign);
        let highest = 0;
        for (let t = 0; t < 300; t += 0.01) highest = Math.max(highest, sign * peak.potential(0, t));
        expect(highest).toBeCloseTo(0.15, 6);
      }
    }
  }
});

test("with a fixed reset the membrane is held while refractory and currents go on; with a subtractive one it is not", () => {
  const common = { model: "lif-exp", vThreshold: 10, vReset: 2, tauMem: 20, tauExc: 5, tauRef: 4 } as const;
  for (const reset of ["fixed", "subtract"] as const) {
    const group = one({ ...common, reset });
    group.receive(0, 0, 20);
    const t = group.nextSpike(0);
    group.settleCrossing(0, t);
    expect(group.potential(0, t)).toBeGreaterThanOrEqual(10);
    expect(group.fire(0, t)).toBe(1);
    const after = group.potential(0, t + 2);
    expect(group.synapticCurrent!(0, t + 4)).toBeCloseTo(20 * Math.exp(-(t + 4) / 5), 12);
    if (reset === "fixed") {
      expect(after).toBe(2);
      group.receive(0, t + 1, 5);
      const kept = 20 * Math.exp(-(t + 4) / 5) + 5 * Math.exp(-3 / 5);
      expect(group.synapticCurrent!(0, t + 4)).toBeCloseTo(kept, 12);
      expect(group.potential(0, t + 4)).toBe(2);
      expect(group.potential(0, t + 4.01)).toBeCloseTo(2 + 0.01 * (kept - 2 / 20), 3);
      expect(group.nextSpike(0)).toBeGreaterThan(t + 4);
    } else {
      expect(after).toBeGreaterThan(5);
      expect(group.potential(0, t + 4)).toBeGreaterThan(10);
      expect(group.nextSpike(0)).toBe(t + 4);
    }
  }
});

test("the closed forms at tauMem = 2 tau and tauMem = tau agree with the general solution next to them", () => {
  for (const tau of [10, 20]) {
    for (const bias of [0, 0.3, 0.7]) {
      for (const weight of [2.1, 3, 5, -1]) {
        const times = [tau, tau * (1 + 1e-9)].map(tauExc => {
          const group = one({ model: "lif-exp", vThreshold: 10, tauMem: 20, tauExc, bias });
          group.receive(0, 0, weight);
          return group.nextSpike(0);
        });
        if (times[0] === Infinity) expect(times[1]).toBe(Infinity);
        else expect(Math.abs(times[0] - times[1])).toBeLessThan(1e-6);
      }
    }
  }
  // tauMem = 2 tau: V = g 20 (X - X^2), X = exp(-t / 20), reaches 10 at X = (1 + sqrt(1 - 2 / g)) / 2
  const group = one({ model: "lif-exp", vThreshold: 10, tauMem: 20, tauExc: 10 });
  group.receive(0, 3, 4);
  expect(group.nextSpike(0)).toBeCloseTo(3 - 20 * Math.log((1 + Math.sqrt(0.5)) / 2), 12);
});

test("each spike raises the threshold of an adaptive neuron, which decays", () => {
  const neuron = { model: "alif", vThreshold: 1, tauMem: 20, tauAdapt: 100, beta: 0.4, bias: 0.2 } as const;
  const { spikes } = simulate(neuron, 0, [], 400);
  const intervals = spikes.slice(1).map((t, k) => t - spikes[k]);
  expect(intervals[0]).toBeLessThan(intervals[5]);
  expect(intervals.at(-1)! / intervals.at(-2)!).toBeCloseTo(1, 3);
  const constant = simulate({ ...neuron, beta: 0 }, 0, [], 400).spikes;
  const lif = simulate({ vThreshold: 1, tauMem: 20, bias: 0.2 }, 0, [], 400).spikes;
  expect(constant.length).toBe(lif.length);
  constant.forEach((t, k) => {
    expect(t).toBeCloseTo(lif[k], 10);
  });
  // One input of 3.5 thresholds: 3.5 >= 1, 2.5 >= 1.4, then 1.5 < 1.8.
  expect(simulate({ ...neuron, bias: 0 }, 3.5, [1], 2).spikes).toEqual([1, 1]);
});

test("an adaptive neuron fires when its threshold comes down to its potential", () => {
  const group = one({ model: "alif", vThreshold: 1, tauMem: 1000, tauAdapt: 10, beta: 2, reset: "subtract" });
  group.receive(0, 0, 2.9);
  expect(group.fire(0, 0)).toBe(1); // 1.9 is left, the threshold is 3
  const t = group.nextSpike(0);
  expect(group.potential(0, t)).toBeCloseTo(1 + 2 * Math.exp(-t / 10), 12);
  expect(t).toBeGreaterThan(7);
  expect(t).toBeLessThan(9);
});

test("a non-leaky neuron counts, a readout never fires, a parrot repeats", () => {
  expect(simulate({ model: "if", vThreshold: 1, bias: 0.25 }, 0, [], 10).spikes).toEqual([4, 8]);
  const readout = simulate({ model: "li", tauMem: 10 }, 5, [1, 2], 3);
  expect(readout.spikes).toEqual([]);
  expect(readout.simulation.potential("n", 0)).toBeCloseTo(5 * (Math.exp(-0.2) + Math.exp(-0.1)), 12);
  expect(simulate({ model: "parrot" }, -3, [1, 2, 2, 5], 9).spikes).toEqual([1, 2, 2, 5]);
});

test("a set current adds to the bias, and a set potential is the state from then on", () => {
  const group = one({ model: "if", vThreshold: 10, bias: 0.5 });
  expect(group.nextSpike(0)).toBe(20);
  group.setCurrent(0, 4, 0.3);
  expect(group.nextSpike(0)).toBeCloseTo(14, 12);
  group.setPotential!(0, 4, -6);
  expect(group.nextSpike(0)).toBeCloseTo(24, 12);
});

test("a current that settles exactly at the threshold never fires, one above it does", () => {
  for (const model of ["lif", "lif-exp", "lif-alpha"] as const) {
    expect(one({ model, vThreshold: 10, tauMem: 20, bias: 0.5 }).nextSpike(0)).toBe(Infinity);
    expect(one({ model, vThreshold: 10, tauMem: 20, bias: 0.5 + 1e-9 }).nextSpike(0)).toBeLessThan(20 * 25);
    const pushed = one({ model, vThreshold: 10, tauMem: 20, bias: 0.5 });
    pushed.receive(0, 0, -0.1);
    expect(pushed.nextSpike(0)).toBe(Infinity);
  }
});

test("a postsynaptic potential whose peak is the threshold decides between a spike and none", () => {
  for (const model of ["lif-exp", "lif-alpha"] as const) {
    for (const tauExc of [3, 10, 20, 70]) {
      for (const margin of [1e-10, -1e-10]) {
        const group = one({ model, vThreshold: 10, tauMem: 20, tauExc, weightAs: "peak" });
        group.receive(0, 0, 10 * (1 + margin));
        expect(group.nextSpike(0) < Infinity).toBe(margin > 0);
        expect(group.earliestSpike!(0)).toBeLessThanOrEqual(group.nextSpike(0));
      }
    }
  }
});

test("an idle time of any length costs no digits and makes no NaN", () => {
  for (const model of ["lif-exp", "lif-alpha"] as const) {
    const group = one({ model, vThreshold: 10, vRest: 0, tauExc: 3, tauInh: 4 });
    group.receive(0, 0, 1);
    group.receive(0, 0, -1);
    group.receive(0, 1e12, 1);
    expect(group.potential(0, 1e12)).toBe(0);
    expect(group.nextSpike(0)).toBe(Infinity);
  }
});

test("impossible parameters are refused by their path", () => {
  const build = (neuron: object) => () =>
    network({ populations: { e: { size: 1, neuron: neuron as NeuronSpec } } });
  const exp: object = { model: "lif-exp", vThreshold: 10 };
  expect(build({ ...exp, tauExc: -5 })).toThrow(
    "populations.e.neuron.tauExc: expected a time in ms above 0, got -5",
  );
  expect(build({ ...exp, tauInh: "5" })).toThrow(
    "populations.e.neuron.tauInh: expected a time in ms above 0",
  );
  expect(build({ ...exp, tauMem: "20" })).toThrow(
    "populations.e.neuron.tauMem: expected a time in ms above 0",
  );
  expect(build({ ...exp, tauSyn: 5 })).toThrow(
    "populations.e.neuron.tauSyn: expected a parameter of lif-exp (tauMem, vThreshold,",
  );
  expect(build({ ...exp, weightAs: "pA" })).toThrow(
    "populations.e.neuron.weightAs: expected one of slope, drive, peak, got pA",
  );
  expect(build({ ...exp, weightAs: "drive", tauMem: Infinity })).toThrow(
    "weightAs: expected slope or peak without a leak",
  );
  expect(build({ ...exp, bias: Number.NaN })).toThrow("populations.e.neuron.bias: expected a current");
  expect(build({ model: "lif-alpha", vThreshold: 10, tauExc: 0 })).toThrow("neuron.tauExc: expected a time");
  expect(build({ model: "alif", vThreshold: 1 })).toThrow(
    "populations.e.neuron.beta: expected a number of 0 or more, got none",
  );
  expect(build({ model: "alif", vThreshold: 1, beta: 1, tauAdapt: Infinity })).toThrow("neuron.tauAdapt");
  expect(build({ model: "if", vThreshold: 1, tauMem: 20 })).toThrow(
    "neuron.tauMem: expected a parameter of if",
  );
  expect(build({ model: "li", vThreshold: 1 })).toThrow("neuron.vThreshold: expected a parameter of li");
  expect(build({ model: "parrot", tauMem: 1 })).toThrow("neuron.tauMem: expected a parameter of parrot");
  expect(build({ vThreshold: 1, tauMen: 1 })).toThrow("neuron.tauMen: expected a parameter of lif");
  expect(build({ model: "hodgkin-huxley" })).toThrow(
    `populations.e.neuron.model: expected one of ${neurons.names.join(", ")}, got hodgkin-huxley`,
  );
});
