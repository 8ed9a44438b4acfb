import { describe, expect, test } from "vitest";
import { network } from "../../../../src/engine/network/network.ts";
import type { PoissonSpec } from "../../../../src/engine/network/stimuli/poisson.ts";
import { Simulation, type SimulationOptions } from "../../../../src/engine/simulation.ts";

const size = 16;
type Given = Omit<PoissonSpec, "to" | "kind">;

/** Events of each neuron up to a time [ms]: spikes of inputs, else the potential of neurons that only count. */
function counts(given: Given, inputs: boolean, options: SimulationOptions, ms: number): number[] {
  const neuron = inputs ? "input" : ({ model: "if", vThreshold: 1e9 } as const);
  const simulation = new Simulation(
    network({ populations: { n: { size, neuron } }, stimuli: [{ to: "n", kind: "poisson", ...given }] }),
    options,
  );
  simulation.run(ms);
  if (!inputs) return Array.from({ length: size }, (_, i) => simulation.potential("n", i));
  const out = new Array<number>(size).fill(0);
  for (const i of simulation.raster().neurons) out[i]++;
  return out;
}

const all = Array.from({ length: size }, (_, i) => i);
const each = (hz: number) => all.map(() => hz);

/** Every kind of source, all of one mean rate. */
const sources: readonly [string, boolean, (hz: number) => Given][] = [
  ["of one rate", true, rate => ({ rate })],
  ["of a list of rates", true, hz => ({ rate: each(hz) })],
  [
    "of a rate that changes",
    true,
    hz => ({ rate: t => (t % 0.125 < 0.0625 ? 1.5 * hz : hz / 2), bound: 2 * hz }),
  ],
  ["of chosen neurons", true, rate => ({ rate, neurons: all.toReversed() })],
  ["that starts late", true, rate => ({ rate, start: 1 })],
  ["to neurons, one weight", false, rate => ({ rate, weight: 1 })],
  ["to neurons, a weight each", false, rate => ({ rate, weight: each(1) })],
  ["to chosen neurons", false, rate => ({ rate, weight: 1, neurons: all })],
  ["to neurons, a list of rates", false, hz => ({ rate: each(hz), weight: 1 })],
];

describe.each(sources)("Poisson input %s", (_, inputs, make) => {
  test.each([
    [0.125, 0.01],
    [0.125, 0.5],
    [0.125, 1],
    [1, 2],
    [1, 10],
    [0.5, 100],
  ])("has its mean on a lattice of %d ms with %d events per step", (dt, perStep) => {
    const given = make((1000 * perStep) / dt);
    const ms = Math.max(20, Math.round(2000 / (size * perStep))) * dt + (given.start ?? 0);
    const grid = counts(given, inputs, { mode: "grid", dt }, ms);
    const mean = (size * perStep * (ms - (given.start ?? 0))) / dt;
    const total = grid.reduce((a, b) => a + b);
    expect(Math.abs(total - mean)).toBeLessThan(4 * Math.sqrt(mean));
    // What is drawn as counts of a step has draws of its own.
    const drawnAsCounts = !inputs && given.neurons === undefined && typeof given.rate === "number";
    if (drawnAsCounts && perStep >= 0.02 && typeof given.weight === "number") return;
    expect(grid).toEqual(counts(given, inputs, {}, ms));
  });
});

test("events of a lattice are those of the exact mode, each at the next point, several where they are close", () => {
  const run = (options: SimulationOptions) => {
    const rate = all.map(i => 100 * (i + 1) ** 2);
    const populations = { n: { size, neuron: "input" as const } };
    const spec = {
      populations,
      stimuli: [{ to: "n", kind: "poisson" as const, rate, start: 3, stop: 29.7 }],
    };
    const simulation = new Simulation(network(spec), options);
    for (const t of [0, 7, 7.5, 30]) simulation.runUntil(t);
    const { times, neurons } = simulation.raster();
    return Array.from(times, (t, k) => [Math.ceil(t / 0.25) * 0.25, neurons[k]] as const).sort(
      ([s, i], [t, j]) => s - t || i - j,
    );
  };
  const exact = run({});
  expect(run({ mode: "grid", dt: 0.25 })).toEqual(exact);
  expect(new Set(exact.map(String)).size).toBeLessThan(exact.length);
});

test("counts drawn for a step have the variance of their mean, also where one draw does not do", () => {
  const neurons = 400;
  const populations = { n: { size: neurons, neuron: { model: "if", vThreshold: 1e9 } as const } };
  for (const perStep of [5, 50]) {
    const rate = 1000 * perStep;
    const simulation = new Simulation(
      network({ populations, stimuli: [{ to: "n", kind: "poisson", rate, weight: 1 }] }),
      { mode: "grid", dt: 1 },
    );
    simulation.run(20);
    const found = Array.from({ length: neurons }, (_, i) => simulation.potential("n", i));
    const mean = found.reduce((a, b) => a + b) / neurons;
    const variance = found.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (neurons - 1);
    expect(Math.abs(mean - 20 * perStep)).toBeLessThan(4 * Math.sqrt((20 * perStep) / neurons));
    expect(Math.abs(variance / (20 * perStep) - 1)).toBeLessThan(4 * Math.sqrt(2 / (neurons - 1)));
  }
});
