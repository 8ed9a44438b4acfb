import { expect, test } from "vitest";
import { networkModels } from "../../models/index.ts";
import { describe } from "../../src/description/describe.ts";
import { override } from "../../src/description/override.ts";
import { network } from "../../src/engine/network.ts";
import type { Raster } from "../../src/engine/raster.ts";
import { Simulation } from "../../src/engine/simulation.ts";
import { Rng } from "../../src/math/rng.ts";

function run(name: string, sets: string[], ms: number, seed = 1): Raster {
  const { spec } = describe(sets.reduce(override, networkModels[name] as unknown));
  const simulation = new Simulation(network(spec, { seed }));
  simulation.run(ms);
  return simulation.raster();
}

function rate({ times, populations, durationMs }: Raster, from = 0): number {
  const neurons = populations.reduce((sum, p) => sum + p.size, 0);
  return times.filter(t => t >= from).length / neurons / ((durationMs - from) / 1000);
}

/** A clock-driven Brunel network on a 0.1 ms grid, written for this test alone: dense rows, a ring of arriving input. */
function brunelOnGrid(
  nE: number,
  nI: number,
  J: number,
  g: number,
  eta: number,
  ms: number,
  seed: number,
): number {
  const rng = new Rng(seed, "independent");
  const [n, dt, delay, refractory] = [nE + nI, 0.1, 15, 20];
  const targets: number[][] = Array.from({ length: n }, () => []);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < 0.1 * nE; k++) targets[rng.integer(nE)]!.push(j);
    for (let k = 0; k < 0.1 * nI; k++) targets[nE + rng.integer(nI)]!.push(j);
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
  let spikes = 0;
  const decay = Math.exp(-dt / 20);
  for (let step = 0; step < ms / dt; step++) {
    const arriving = ring[step % (delay + 1)]!;
    const sending = ring[(step + delay) % (delay + 1)]!;
    for (let j = 0; j < n; j++) {
      const input = arriving[j]! + J * poisson();
      if (step < free[j]!) continue;
      v[j] = v[j]! * decay + input;
      if (v[j]! < 20) continue;
      v[j] = 10;
      free[j] = step + refractory;
      spikes++;
      for (const i of targets[j]!) sending[i]! += j < nE ? J : -g * J;
    }
    arriving.fill(0);
  }
  return spikes / n / (ms / 1000);
}

test("Brunel's network, a tenth of it, fires as an independent clock-driven one does", () => {
  // Ten times the efficacy keeps the mean input of the full network.
  const sets = ["parameters.scale=0.1", "parameters.J=1 mV"];
  const ours = [1, 2, 3].map(seed => rate(run("brunel", sets, 400, seed)));
  const theirs = [1, 2, 3].map(seed => brunelOnGrid(1000, 250, 1, 5, 2, 400, seed));
  const mean = (x: number[]) => x.reduce((a, b) => a + b) / x.length;
  expect(mean(ours)).toBeGreaterThan(15);
  expect(Math.abs(mean(ours) / mean(theirs) - 1)).toBeLessThan(0.05);
});

test("CUBA keeps itself going at about 5.5 Hz", () => {
  const raster = run("cuba", [], 1500);
  expect(raster.populations.map(p => p.size)).toEqual([3200, 800]);
  const hz = rate(raster, 300);
  expect(hz).toBeGreaterThan(5.5 * 0.9);
  expect(hz).toBeLessThan(5.5 * 1.1);
});

test("a strong volley travels down the synfire chain, a weak one dies out", () => {
  const spikesOf = (raster: Raster, p: number) => raster.populationIndex.filter(index => index === p).length;
  const strong = run("synfire", [], 1100);
  const weak = run("synfire", ["parameters.pulse=30"], 1100);
  expect(spikesOf(strong, 10)).toBe(100);
  expect(spikesOf(weak, 10)).toBe(0);
  // It takes about one delay per group.
  const last = strong.times.at(-1)!;
  expect(last - 1000).toBeGreaterThan(50);
  expect(last - 1000).toBeLessThan(70);
});
