import { expect, test } from "vitest";
import { type NetworkSpec, network } from "../../../../src/engine/network/network.ts";
import type { StimulusSpec } from "../../../../src/engine/network/stimuli/stimulus.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";

const populations: NetworkSpec["populations"] = {
  in: { size: 200, neuron: "input" },
  cells: { size: 50, neuron: { tauMem: Infinity, vThreshold: 1 } },
};

function run(stimuli: StimulusSpec[], ms = 1000, seed = 1, cuts: number[] = []) {
  const simulation = new Simulation(network({ populations, stimuli }, { seed }));
  for (const t of cuts) simulation.runUntil(t);
  simulation.runUntil(ms);
  return simulation;
}

function trains(simulation: Simulation, population: number, size: number): number[][] {
  const { times, populationIndex, neurons } = simulation.raster();
  const out: number[][] = Array.from({ length: size }, () => []);
  times.forEach((t, k) => {
    if (populationIndex[k] === population) out[neurons[k]].push(t);
  });
  return out;
}

test("Poisson spikes have the rate, the variance and the irregularity of a Poisson process, neuron by neuron", () => {
  const counts: number[] = [];
  const intervals: number[] = [];
  for (const train of trains(run([{ to: "in", kind: "poisson", rate: 40 }], 5000), 0, 200)) {
    counts.push(train.length);
    for (let k = 1; k < train.length; k++) intervals.push(train[k] - train[k - 1]);
  }
  const mean = counts.reduce((a, b) => a + b) / 200;
  const variance = counts.reduce((a, c) => a + (c - mean) ** 2, 0) / 199;
  expect(Math.abs(mean - 200)).toBeLessThan(5 * Math.sqrt(200 / 200));
  expect(Math.abs(variance / 200 - 1)).toBeLessThan(5 * Math.sqrt(2 / 199));
  const m = intervals.reduce((a, b) => a + b) / intervals.length;
  const sd = Math.sqrt(intervals.reduce((a, x) => a + (x - m) ** 2, 0) / intervals.length);
  expect(Math.abs(sd / m - 1)).toBeLessThan(5 / Math.sqrt(intervals.length));
});

test("rates can differ between neurons, and start and stop bound them", () => {
  const rate = Array.from({ length: 200 }, (_, i) => (i < 100 ? 0 : 100));
  const all = trains(run([{ to: "in", kind: "poisson", rate, start: 200, stop: 500 }]), 0, 200);
  for (const train of all.slice(0, 100)) expect(train).toEqual([]);
  const later = all.slice(100).flat();
  expect(Math.abs(later.length - 3000)).toBeLessThan(5 * Math.sqrt(3000));
  for (const t of later) expect(t >= 200 && t < 500).toBe(true);
});

test("bombardment adds its weight at each spike, and cutting the run or another stimulus does not change it", () => {
  const poisson = { to: "cells", kind: "poisson", rate: 500, weight: 0.3 } as const;
  const whole = run([poisson]);
  const spikes = trains(whole, 1, 50).flat().length;
  // 500 Hz x 0.3 / threshold 1, for 50 cells over one second; each keeps a rest below 1.
  expect(Math.abs(spikes - 7500)).toBeLessThan(5 * 0.3 * Math.sqrt(500 * 50) + 50);
  expect(run([poisson], 1000, 1, [1, 333.3, 700]).raster()).toEqual(whole.raster());
  const beside = run([poisson, { to: "in", kind: "poisson", rate: 100 }]);
  expect(trains(beside, 1, 50)).toEqual(trains(whole, 1, 50));
  expect(trains(run([poisson], 1000, 2), 1, 50)).not.toEqual(trains(whole, 1, 50));
});

test("regular and given spikes come when they should", () => {
  const regular = trains(run([{ to: "in", kind: "regular", interval: 30, start: 10, stop: 100 }]), 0, 200);
  for (const train of regular) expect(train).toEqual([40, 70]);
  const given = run([{ to: "cells", kind: "spikes", times: [5, 3, 5], neurons: [1, 0, 1], weight: 0.6 }], 10);
  expect(trains(given, 1, 50)[1]).toEqual([5]);
  expect(given.potential("cells", 0)).toBeCloseTo(0.6, 12);
});

test("a step of current moves the potential from its time on", () => {
  const simulation = run([{ to: "cells", kind: "current", times: [10, 20], currents: [0.05, -0.01] }], 30);
  expect(simulation.potential("cells", 7)).toBeCloseTo(0.5 - 0.1, 12);
});

test("noise is drawn evenly for each neuron and interval, and is over at its end", () => {
  const noise = {
    to: "cells",
    kind: "noise",
    low: -0.001,
    high: 0.003,
    interval: 4,
    start: 10,
    stop: 90,
  } as const;
  // Without a leak, and far from the threshold: what the potential gains in an interval is its current.
  const simulation = run([noise], 0);
  const at = (t: number) => {
    simulation.runUntil(t);
    return Array.from({ length: 50 }, (_, i) => simulation.potential("cells", i));
  };
  const drawn: number[] = [];
  let before = at(10);
  expect(before).toEqual(new Array(50).fill(0));
  for (let t = 14; t <= 90; t += 4) {
    const now = at(t);
    drawn.push(...now.map((v, i) => (v - before[i]) / 4));
    before = now;
  }
  at(200).forEach((v, i) => {
    expect(v).toBeCloseTo(before[i], 12);
  });
  drawn.sort((a, b) => a - b);
  // Kolmogorov and Smirnov's distance from the even distribution; 1.95 / sqrt(n) is passed once in a thousand.
  const apart = drawn.map((x, k) => Math.abs((x + 0.001) / 0.004 - (k + 0.5) / drawn.length));
  expect(Math.max(...apart)).toBeLessThan(1.95 / Math.sqrt(drawn.length));
  expect(new Set(drawn.map(x => x.toFixed(12))).size).toBeGreaterThan(990);
});

test("chosen neurons get the noise that they would get anyway, beside other currents and in pieces", () => {
  const noise = { to: "cells", kind: "noise", low: -1e-3, high: 1e-3, interval: 3 } as const;
  const all = run([noise], 100);
  const some = run(
    [
      { ...noise, neurons: [40, 3] },
      { to: "cells", kind: "current", current: 1e-3 },
    ],
    100,
    1,
    [0, 2.5, 3, 70],
  );
  for (const i of [3, 40])
    expect(some.potential("cells", i)).toBeCloseTo(all.potential("cells", i) + 0.1, 12);
  expect(some.potential("cells", 4)).toBeCloseTo(0.1, 12);
  expect(run([noise], 100, 2).potential("cells", 3)).not.toBe(all.potential("cells", 3));
});

test("an inhomogeneous Poisson process follows its rate function", () => {
  const rate = (t: number, i: number) => (i < 100 ? 60 * (1 + Math.sin((2 * Math.PI * t) / 100)) : 10);
  const all = trains(run([{ to: "in", kind: "poisson", rate, bound: 120 }], 4000), 0, 200);
  const modulated = all.slice(0, 100).flat();
  const phases = new Float64Array(10);
  for (const t of modulated) phases[Math.floor((t % 100) / 10)]++;
  phases.forEach((count, b) => {
    // 100 neurons, 40 periods, 10 ms each.
    const [from, to] = [(2 * Math.PI * b) / 10, (2 * Math.PI * (b + 1)) / 10];
    const mean = 40 * 60 * (1 + (Math.cos(from) - Math.cos(to)) / (to - from));
    expect(Math.abs(count - mean)).toBeLessThan(5 * Math.sqrt(mean));
  });
  expect(Math.abs(all.slice(100).flat().length - 4000)).toBeLessThan(5 * Math.sqrt(4000));
  expect(() => run([{ to: "in", kind: "poisson", rate: () => 7, bound: 5 }])).toThrow(
    "expected 0 to 5 Hz, got 7",
  );
});

test("a delay moves all events, and chosen neurons get what they would get anyway", () => {
  const poisson = { to: "in", kind: "poisson", rate: 40 } as const;
  const all = trains(run([poisson]), 0, 200);
  const late = trains(run([{ ...poisson, delay: 10 }]), 0, 200);
  const sooner = late.map(train => train.map(t => t - 10));
  sooner.forEach((train, i) => {
    train.forEach((t, k) => {
      expect(t).toBeCloseTo(all[i][k], 9);
    });
  });
  const some = trains(run([{ ...poisson, neurons: [3, 150] }]), 0, 200);
  expect(some).toEqual(all.map((train, i) => ([3, 150].includes(i) ? train : [])));
});

test("the order in which stimuli of different populations are declared changes nothing", () => {
  const [a, b]: StimulusSpec[] = [
    { to: "in", kind: "poisson", rate: 40 },
    { to: "cells", kind: "poisson", rate: 500, weight: 0.3 },
  ];
  expect(run([a, b]).raster()).toEqual(run([b, a]).raster());
});

test("currents of several stimuli and of setCurrent add up", () => {
  const simulation = run(
    [
      { to: "cells", kind: "current", times: [10, 20], currents: [0.05, -0.01] },
      { to: "cells", kind: "current", current: 0.02, start: 5, stop: 25, neurons: [7] },
    ],
    15,
  );
  simulation.setCurrent("cells", -0.01);
  simulation.runUntil(30);
  expect(simulation.potential("cells", 7)).toBeCloseTo(0.5 - 0.1 + 0.4 - 0.15, 12);
  expect(simulation.potential("cells", 6)).toBeCloseTo(0.5 - 0.1 - 0.15, 12);
});

test("populations begin at given or drawn potentials", () => {
  const at = (v: NonNullable<NetworkSpec["populations"][string]["initial"]>["v"]) => {
    const net = network(
      { populations: { n: { size: 3, neuron: { vThreshold: 1 }, initial: { v } } } },
      { seed: 4 },
    );
    const simulation = new Simulation(net);
    return [0, 1, 2].map(i => simulation.potential("n", i));
  };
  expect(at(0.5)).toEqual([0.5, 0.5, 0.5]);
  expect(at([0.1, 0.2, 0.3])).toEqual([0.1, 0.2, 0.3]);
  const drawn = at(rng => rng.uniform());
  expect(new Set(drawn).size).toBe(3);
  expect(at(rng => rng.uniform())).toEqual(drawn);
});

test("a network that runs away is stopped, with the population, neuron and time", () => {
  const net = network({
    populations: { n: { size: 1, neuron: { vThreshold: 1 } } },
    projections: [{ from: "n", to: "n", weights: 3, delay: 1 }],
    stimuli: [{ to: "n", kind: "spikes", times: [1], neurons: [0], weight: 1 }],
  });
  expect(() => new Simulation(net, { spikeBudget: 1000 }).run(1e6)).toThrow(
    /^n, neuron 0, t = \d+ ms: expected at most 1000 spikes of the population/,
  );
});

test.each<[StimulusSpec, string]>([
  [{ to: "x", kind: "poisson", rate: 1 }, "stimuli[0].to: expected one of in, cells, got x"],
  [{ to: "in", kind: "poisson", rate: -1 }, "stimuli[0].rate: expected 0 Hz or more, got -1"],
  [{ to: "in", kind: "poisson", rate: [1] }, "stimuli[0].rate: expected one number or 200, got 1"],
  [
    { to: "in", kind: "poisson", rate: 1, weight: 1 },
    "stimuli[0].weight: expected none for the input population in",
  ],
  [{ to: "cells", kind: "poisson", rate: 1 }, "stimuli[0].weight: expected a finite number, got none"],
  [{ to: "in", kind: "regular", interval: 0 }, "stimuli[0].interval: expected a time in ms above 0, got 0"],
  [
    { to: "in", kind: "regular", interval: 1, start: 5, stop: 5 },
    "stimuli[0].stop: expected later than start",
  ],
  [
    { to: "in", kind: "spikes", times: [1], neurons: [200] },
    "stimuli[0].neurons[0]: expected 0 to 199, got 200",
  ],
  [{ to: "in", kind: "current", times: [], currents: [] }, "stimuli[0].kind: in is an input population"],
  [
    { to: "cells", kind: "current", times: [2, 1], currents: [0, 0] },
    "stimuli[0].times[1]: expected 2 ms or later",
  ],
  [
    { to: "in", kind: "hum" } as never,
    "stimuli[0].kind: expected one of poisson, regular, spikes, current, noise, samples, labels, phase, got hum",
  ],
  [{ to: "in", kind: "noise", low: 0, high: 1, interval: 1 }, "stimuli[0].kind: in is an input population"],
  [
    { to: "cells", kind: "noise", low: 1, high: 0, interval: 1 },
    "stimuli[0].high: expected a current of low (1) or more, got 0",
  ],
  [
    { to: "cells", kind: "noise", low: 0, high: 1, interval: 0 },
    "stimuli[0].interval: expected a time in ms above 0, got 0",
  ],
  [
    { to: "cells", kind: "noise", low: 0, high: 1, interval: 1e-9 },
    "stimuli[0].interval: expected 0.000001 ms",
  ],
  [
    { to: "cells", kind: "noise", low: 0, high: 1, interval: 1, rate: 3 } as never,
    "stimuli[0].rate: expected a field of noise",
  ],
])("an impossible stimulus is refused with its path: %#", (stimulus, message) => {
  expect(() => network({ populations, stimuli: [stimulus] })).toThrow(message);
});
