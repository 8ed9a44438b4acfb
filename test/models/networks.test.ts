import { expect, test } from "vitest";
import { clockDrivenCuba } from "../../experiments/cuba/clockDriven.ts";
import { clockDrivenMicrocircuit } from "../../experiments/microcircuit/clockDriven.ts";
import { networkModels } from "../../models/index.ts";
import * as microcircuit from "../../models/networks/microcircuit.ts";
import { cv, intervals } from "../../src/analysis/intervals.ts";
import { spikeTrains } from "../../src/analysis/spikeTrains.ts";
import { describe } from "../../src/description/describe.ts";
import { override } from "../../src/description/override.ts";
import { type NetworkSpec, network } from "../../src/engine/network/network.ts";
import type { Raster } from "../../src/engine/record/raster.ts";
import { Simulation, type SimulationOptions } from "../../src/engine/simulation.ts";
import { Rng } from "../../src/math/rng.ts";
import { longTest } from "../long.ts";

function run(name: string, sets: string[], ms: number, seed = 1, options: SimulationOptions = {}): Raster {
  const { spec } = describe(sets.reduce(override, networkModels[name] as unknown));
  const simulation = new Simulation(network(spec, { seed }), options);
  simulation.run(ms);
  return simulation.raster();
}

type Trains = readonly (readonly number[] | Float64Array)[];

/** Rate [Hz] and mean CV of the intervals, of neurons that have three, from a time [ms] on. */
function statistics(trains: Trains, from: number, durationMs: number): { hz: number; irregularity: number } {
  const late = trains.map(train => Float64Array.from(train).filter(t => t >= from));
  const cvs = late.filter(train => train.length >= 4).map(train => cv(intervals(train)));
  return {
    hz: late.reduce((sum, train) => sum + train.length, 0) / late.length / ((durationMs - from) / 1000),
    irregularity: cvs.reduce((a, b) => a + b, 0) / cvs.length,
  };
}

const allTrains = (raster: Raster): Trains =>
  raster.populations.flatMap(({ name }) => spikeTrains(raster, name));

const mean = (x: number[]) => x.reduce((a, b) => a + b) / x.length;

/** A clock-driven Brunel network on a 0.1 ms grid, written for this test alone: dense rows, a ring of arriving input. */
function brunelOnGrid(
  nE: number,
  nI: number,
  J: number,
  g: number,
  eta: number,
  ms: number,
  seed: number,
): Trains {
  const rng = new Rng(seed, "independent");
  const [n, dt, delay, refractory] = [nE + nI, 0.1, 15, 20];
  const targets: number[][] = Array.from({ length: n }, () => []);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < 0.1 * nE; k++) targets[rng.integer(nE)].push(j);
    for (let k = 0; k < 0.1 * nI; k++) targets[nE + rng.integer(nI)].push(j);
  }
  const external = ((eta * 20) / (J * 20)) * dt; // spikes per step
  const v = new Float64Array(n);
  const free = new Int32Array(n);
  const ring = Array.from({ length: delay + 1 }, () => new Float64Array(n));
  const poisson = () => {
    const limit = Math.exp(-external);
    let [k, p] = [0, rng.uniform()];
    while (p > limit) {
      k++;
      p *= rng.uniform();
    }
    return k;
  };
  const trains: number[][] = Array.from({ length: n }, () => []);
  const decay = Math.exp(-dt / 20);
  for (let step = 0; step < ms / dt; step++) {
    const arriving = ring[step % (delay + 1)];
    const sending = ring[(step + delay) % (delay + 1)];
    for (let j = 0; j < n; j++) {
      const input = arriving[j] + J * poisson();
      if (step < free[j]) continue;
      v[j] = v[j] * decay + input;
      if (v[j] < 20) continue;
      v[j] = 10;
      free[j] = step + refractory;
      trains[j].push(step * dt);
      for (const i of targets[j]) sending[i] += j < nE ? J : -g * J;
    }
    arriving.fill(0);
  }
  return trains;
}

test("Brunel's network, a tenth of it, fires as often and as irregularly as an independent clock-driven one", () => {
  // Three times the efficacy, near the root of ten, keeps the fluctuations of the full network.
  const sets = ["parameters.scale=0.1", "parameters.J=0.3 mV"];
  const ours = [1, 2].map(seed => statistics(allTrains(run("brunel", sets, 300, seed)), 0, 300));
  const theirs = [1, 2].map(seed => statistics(brunelOnGrid(1000, 250, 0.3, 5, 2, 300, seed), 0, 300));
  const [hz, theirHz] = [ours, theirs].map(runs => mean(runs.map(r => r.hz)));
  const [irregular, theirIrregular] = [ours, theirs].map(runs => mean(runs.map(r => r.irregularity)));
  expect(hz).toBeGreaterThan(15);
  expect(Math.abs(hz / theirHz - 1)).toBeLessThan(0.05);
  expect(Math.abs(irregular / theirIrregular - 1)).toBeLessThan(0.05);
});

longTest(
  "CUBA keeps itself going at about 5.5 Hz, as irregularly as an independent clock-driven program",
  () => {
    const rasters = [1, 2].map(seed => run("cuba", [], 1500, seed));
    expect(rasters[0].populations.map(p => p.size)).toEqual([3200, 800]);
    const ours = rasters.map(raster => statistics(allTrains(raster), 300, 1500));
    const theirs = [1, 2].map(seed => statistics(clockDrivenCuba(1500, seed), 300, 1500));
    const [hz, theirHz] = [ours, theirs].map(runs => mean(runs.map(r => r.hz)));
    const [irregular, theirIrregular] = [ours, theirs].map(runs => mean(runs.map(r => r.irregularity)));
    expect(Math.abs(hz / 5.5 - 1)).toBeLessThan(0.05);
    expect(Math.abs(hz / theirHz - 1)).toBeLessThan(0.05);
    expect(Math.abs(irregular / theirIrregular - 1)).toBeLessThan(0.05);
  },
);

/** The neuron of Song et al. on a 0.02 ms grid (on 0.1 ms, inputs in the step of a spike count as its causes), with its traces stepped along: output spikes [ms] and last weights. */
function songOnGrid(inputHz: number, ms: number, seed: number): { train: number[]; weights: Float64Array } {
  const rng = new Rng(seed, "independent");
  const [dt, wMax] = [0.02, 0.87];
  const weights = new Float64Array(1000).fill(wMax / 2);
  // When each input last spoke, and its trace then.
  const [x, last] = [new Float64Array(1000), new Float64Array(1000)];
  let [v, gE, gI, y] = [-70, 0, 0, 0];
  const train: number[] = [];
  const [leak, fade, forget] = [Math.exp(-dt / 20), Math.exp(-dt / 5), Math.exp(-dt / 20)];
  const push = (5 / (5 - 20)) * (fade - leak);
  let [nextE, nextI] = [rng.exponential(inputHz), rng.exponential(2)];
  for (let step = 1; step <= ms / dt; step++) {
    const t = step * dt;
    v = -70 + (v + 70) * leak + (gE - gI) * push;
    gE *= fade;
    gI *= fade;
    y *= forget;
    // A thousand inputs at inputHz are one at inputHz per ms, from a neuron drawn anew; 200 at 10 Hz are 2 per ms.
    for (; nextE <= t; nextE += rng.exponential(inputHz)) {
      const i = rng.integer(1000);
      weights[i] = Math.max(0, weights[i] - 0.005 * 1.05 * wMax * y);
      x[i] = x[i] * Math.exp((last[i] - t) / 20) + 1;
      last[i] = t;
      gE += weights[i];
    }
    for (; nextI <= t; nextI += rng.exponential(2)) gI += 0.6;
    if (v < -54) continue;
    v = -60;
    train.push(t);
    y++;
    for (let i = 0; i < 1000; i++)
      weights[i] = Math.min(wMax, weights[i] + 0.005 * wMax * x[i] * Math.exp((last[i] - t) / 20));
  }
  return { train, weights };
}

test("the neuron of Song, Miller and Abbott fires and learns as an independent clock-driven one", () => {
  const [ms, seeds] = [20_000, [1, 2, 3]];
  const { spec } = describe(override(networkModels.song, "parameters.rate=20 Hz"));
  const ours = seeds.map(seed => {
    const simulation = new Simulation(network(spec, { seed }), { record: { spikes: ["cell"] } });
    simulation.run(ms);
    return { train: simulation.raster().times, weights: simulation.weights("plastic") };
  });
  const theirs = seeds.map(seed => songOnGrid(20, ms, seed));
  const [a, b] = [ours, theirs].map(runs => ({
    ...statistics(
      runs.map(({ train }) => train),
      0,
      ms,
    ),
    weight: mean(runs.map(({ weights }) => mean([...weights]) / 0.87)),
  }));
  // Some 6,500 intervals of CV 0.4 on each side, and a step that is still 1 % off.
  expect(Math.abs(a.hz / b.hz - 1)).toBeLessThan(0.04);
  expect(Math.abs(a.irregularity / b.irregularity - 1)).toBeLessThan(0.06);
  expect(Math.abs(a.weight / b.weight - 1)).toBeLessThan(0.03);
  // The weights have left the half at which they began.
  expect(a.weight).toBeLessThan(0.35);
});

/** The distal reward network before anything is learnt, on a 0.02 ms grid: kicks of both signs in one step cancel. */
function distalOnGrid(ms: number, seed: number): Trains {
  const rng = new Rng(seed, "independent");
  const [nE, n, dt, delay] = [800, 1000, 0.02, 50];
  const targets = Array.from({ length: n }, (_, i) =>
    Array.from({ length: 100 }, () => rng.integer(i < nE ? n : nE)),
  );
  const v = Float64Array.from({ length: n }, () => rng.uniformIn(0, 10));
  const free = new Int32Array(n);
  const ring = Array.from({ length: delay + 1 }, () => new Float64Array(n));
  const trains: number[][] = Array.from({ length: n }, () => []);
  const decay = Math.exp(-dt / 10);
  for (let step = 0; step < ms / dt; step++) {
    const arriving = ring[step % (delay + 1)];
    for (let i = 0; i < n; i++) {
      // Two backgrounds of 100 Hz, of either sign.
      const kick = (rng.uniform() < 0.1 * dt ? 6 : 0) - (rng.uniform() < 0.1 * dt ? 6 : 0);
      if (step < free[i]) continue;
      v[i] = v[i] * decay + arriving[i] + kick;
      if (v[i] < 20) continue;
      v[i] = 0;
      free[i] = step + 2 / dt;
      trains[i].push(step * dt);
      for (const j of targets[i]) ring[(step + delay) % (delay + 1)][j] += i < nE ? 1 : -1;
    }
    arriving.fill(0);
  }
  return trains;
}

longTest(
  "the distal reward network fires about once a second, as irregularly as an independent clock-driven one",
  () => {
    const ms = 2500;
    const ours = statistics(allTrains(run("distal-reward", [], ms)), 0, ms);
    const theirs = statistics(distalOnGrid(ms, 1), 0, ms);
    // Some 2,500 spikes on each side.
    expect(Math.abs(ours.hz - 1)).toBeLessThan(0.15);
    expect(Math.abs(ours.hz / theirs.hz - 1), `${ours.hz} and ${theirs.hz} Hz`).toBeLessThan(0.05);
    expect(Math.abs(ours.irregularity / theirs.irregularity - 1)).toBeLessThan(0.05);
  },
);

longTest("in the distal reward network, a pair's synapse grows when rewards follow it seconds later", () => {
  const { spec } = describe(override(networkModels["distal-reward"], "parameters.scale=0.1"));
  // A synapse of neuron 0, whose two neurons are made to fire 8 ms apart every four seconds.
  let [rewarded, n2] = [-1, -1];
  const build = (more: NonNullable<NetworkSpec["stimuli"]>) => {
    const net = network({ ...spec, stimuli: [...spec.stimuli!, ...more] }, { seed: 1 });
    const { synapses } = net.projections.find(({ name }) => name === "E->E")!;
    synapses.deliver(0, 0, (target, _, s) => {
      [rewarded, n2] = [s, target];
    });
    synapses.weights.fill(0);
    return net;
  };
  build([]);
  const pairs = Array.from({ length: 75 }, (_, k) => 4000 * k + 500);
  const net = build([
    {
      ...{ name: "pairs", to: "E", kind: "spikes", weight: 40 },
      times: pairs.flatMap(t => [t, t + 8]),
      neurons: pairs.flatMap(() => [0, n2]),
    },
  ]);
  const rng = new Rng(1, "rewards");
  let last = -Infinity;
  const simulation = new Simulation(net, {
    record: { spikes: false },
    onSpike(population, i, t) {
      if (population !== "E") return;
      if (i === 0) last = t;
      if (i === n2 && t - last < 20) simulation.reward(0.5, t + rng.uniformIn(1000, 3000));
    },
  });
  simulation.run(300_000);
  const weights = [...simulation.weights("E->E")];
  const others = weights.filter((_, s) => s !== rewarded);
  expect(weights[rewarded]).toBe(4);
  expect(mean(others)).toBeLessThan(0.8);
  expect(others.filter(w => w >= 4).length).toBeLessThan(others.length / 100);
});

longTest(
  "the microcircuit, a fiftieth, fires in each population as an independent clock-driven program has it",
  () => {
    const [scale, ms, seeds] = [0.02, 1200, [1, 2, 3]];
    const ours = seeds.map(seed => run("microcircuit", [`parameters.scale=${scale}`], ms, seed));
    const theirs = seeds.map(seed => clockDrivenMicrocircuit(microcircuit, scale, ms, seed));
    microcircuit.names.forEach((name, p) => {
      const own = ours.map(raster => statistics(spikeTrains(raster, name), 200, ms));
      const [a, b] = [mean(own.map(({ hz }) => hz)), mean(theirs.map(each => each[p].rateHz))];
      // Populations of 21 to 438 neurons: a tenth of the rate, or a spike in ten neurons and seconds.
      expect(Math.abs(a - b), `${name}: ${a} Hz and ${b} Hz`).toBeLessThan(0.1 + 0.1 * b);
      // Slower ones have too few neurons with three intervals in a second.
      if (b < 4) return;
      const [c, d] = [mean(own.map(each => each.irregularity)), mean(theirs.map(each => each[p].cvIsi))];
      expect(Math.abs(c - d), `${name}: CV ${c} and ${d}`).toBeLessThan(0.1);
    });
  },
);

test("the microcircuit has the sizes and synapses of its tables at any scale", () => {
  const { projections, populations } = networkModels.microcircuit;
  const full = (projections as { connect: { n: string } }[]).map(({ connect }) =>
    Number(/^round\((\d+) \* scale\^2\)$/.exec(connect.n)![1]),
  );
  // 55 of 64 pairs are connected, by 0.3 billion synapses between 77,169 neurons.
  expect(full.length).toBe(55);
  expect(full.reduce((a, b) => a + b)).toBeGreaterThan(298.8e6);
  expect(full.reduce((a, b) => a + b)).toBeLessThan(298.9e6);
  expect(microcircuit.sizes.reduce((a, b) => a + b)).toBe(77_169);
  expect(Object.keys(populations)).toEqual([...microcircuit.names]);
  const net = network(describe(override(networkModels.microcircuit, "parameters.scale=0.02")).spec);
  expect(net.populations.map(({ size }) => size)).toEqual(microcircuit.sizes.map(n => Math.round(0.02 * n)));
  const doubled = net.projections.find(({ name }) => name === "L4E->L23E")!.synapses;
  const single = net.projections.find(({ name }) => name === "L4E->L4E")!.synapses;
  const [two, one] = [doubled, single].map(({ weights }) => mean([...weights]));
  expect(Math.abs(one * Math.sqrt(0.02) - 0.15)).toBeLessThan(0.002);
  expect(Math.abs(two / one - 2)).toBeLessThan(0.02);
});
test("a strong volley travels down the synfire chain, a weak one dies out", () => {
  const spikesOf = (raster: Raster, p: number) => raster.populationIndex.filter(index => index === p).length;
  const strong = run("synfire", [], 300);
  const weak = run("synfire", ["parameters.pulse=30"], 300);
  expect(spikesOf(strong, 10)).toBe(100);
  expect(spikesOf(weak, 10)).toBe(0);
  // It takes about one delay per group.
  const last = strong.times.at(-1)!;
  expect(last - 100).toBeGreaterThan(50);
  expect(last - 100).toBeLessThan(70);
  // The same spikes, too far apart.
  expect(spikesOf(run("synfire", ["parameters.spread=25 ms"], 300), 10)).toBe(0);
});

test("COBA keeps itself going in bursts and pauses, at the rate that Brian2 has with the same synapses", () => {
  // 18.87 and 17.75 Hz, CV 1.77 and 1.75, over 20 s: experiments/coba. Over 2 s a rate wanders by 3 %.
  for (const [seed, hz] of [
    [1, 18.87],
    [2, 17.75],
  ]) {
    const trains = allTrains(run("coba", [], 2300, seed, { mode: "grid" }));
    const measured = statistics(trains, 300, 2300);
    expect(Math.abs(measured.hz / hz - 1)).toBeLessThan(0.06);
    expect(measured.irregularity).toBeGreaterThan(1.4);
    expect(measured.irregularity).toBeLessThan(1.9);
  }
});
