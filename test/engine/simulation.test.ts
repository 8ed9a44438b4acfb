import fc from "fast-check";
import { expect, test } from "vitest";
import { network } from "../../src/engine/network/network.ts";
import { Simulation } from "../../src/engine/simulation.ts";
import { Rng } from "../../src/math/rng.ts";

function one(neuron: Parameters<typeof network>[0]["populations"][string]["neuron"]) {
  return new Simulation(network({ populations: { n: { size: 1, neuron } } }));
}

function spikesOf(simulation: Simulation, population: number): number[][] {
  const { times, populationIndex, neurons } = simulation.raster();
  return [...times.keys()].filter(k => populationIndex[k] === population).map(k => [times[k], neurons[k]]);
}

test("a steadily driven LIF neuron fires at the closed-form interval", () => {
  const [tauMem, vThreshold, current] = [20, 1, 0.08];
  for (const tauRef of [0, 2.5]) {
    const simulation = one({ tauMem, vThreshold, tauRef, reset: "fixed", vReset: 0 });
    simulation.setCurrent("n", current);
    simulation.run(1000);
    const first = -tauMem * Math.log(1 - vThreshold / (current * tauMem));
    const expected = Array.from(
      { length: Math.floor((1000 - first) / (first + tauRef)) + 1 },
      (_, k) => first + k * (first + tauRef),
    );
    const got = spikesOf(simulation, 0).map(([t]) => t);
    expect(got.length).toBe(expected.length);
    got.forEach((t, k) => {
      expect(Math.abs(t - expected[k])).toBeLessThan(1e-9);
    });
  }
});

test("a non-leaky neuron counts: n units of drive make floor(n / threshold) spikes", () => {
  const simulation = one({ tauMem: Infinity, vThreshold: 0.3 });
  simulation.setCurrent("n", 0.1);
  simulation.run(20.5);
  expect(spikesOf(simulation, 0).length).toBe(6); // 2.05 / 0.3
  expect(simulation.potential("n", 0)).toBeCloseTo(2.05 - 6 * 0.3, 12);
});

test("one strong input makes a burst, and the rest stays on the membrane", () => {
  const simulation = new Simulation(
    network({
      populations: { in: { size: 1, neuron: "input" }, n: { size: 1, neuron: { vThreshold: 1 } } },
      projections: [{ from: "in", to: "n", weights: Float32Array.of(3.5), delay: 2 }],
    }),
  );
  simulation.stimulate("in", [1], [0]);
  simulation.run(3);
  expect(spikesOf(simulation, 1)).toEqual([
    [3, 0],
    [3, 0],
    [3, 0],
  ]);
  expect(simulation.potential("n", 0)).toBeCloseTo(0.5, 12);
});

test("while refractory, a subtractive neuron integrates and fires at the end, a fixed one loses its input", () => {
  for (const [reset, times, rest] of [
    ["subtract", [1, 4], 0.2],
    ["fixed", [1], 0],
  ] as const) {
    const simulation = new Simulation(
      network({
        populations: {
          in: { size: 1, neuron: "input" },
          n: { size: 1, neuron: { tauMem: Infinity, vThreshold: 1, tauRef: 3, reset } },
        },
        projections: [{ from: "in", to: "n", weights: Float32Array.of(1.1) }],
      }),
    );
    simulation.stimulate("in", [1, 2], [0, 0]);
    simulation.run(10);
    expect(spikesOf(simulation, 1).map(([t]) => t)).toEqual([...times]);
    expect(simulation.potential("n", 0)).toBeCloseTo(rest, 6);
  }
});

test("inputs of one instant are added before the threshold is tested", () => {
  const simulation = new Simulation(
    network({
      populations: {
        in: { size: 2, neuron: "input" },
        n: { size: 1, neuron: { vThreshold: 1 } },
      },
      projections: [{ from: "in", to: "n", weights: Float32Array.of(1.5, -1) }],
    }),
  );
  simulation.stimulate("in", [1, 1], [0, 1]);
  simulation.run(2);
  expect(spikesOf(simulation, 1)).toEqual([]);
  simulation.stimulate("in", [3], [0]);
  simulation.run(2);
  expect(spikesOf(simulation, 1)).toEqual([[3, 0]]);
});

test("each synapse of a dense projection has its own delay", () => {
  const simulation = new Simulation(
    network({
      populations: { in: { size: 2, neuron: "input" }, n: { size: 3, neuron: { vThreshold: 1 } } },
      projections: [
        { from: "in", to: "n", weights: new Float32Array(6).fill(1.2), delay: [3, 1, 2, 0, 5, 5] },
      ],
    }),
  );
  simulation.stimulate("in", [10, 40], [0, 1]);
  simulation.run(100);
  expect(spikesOf(simulation, 1)).toEqual([
    [11, 1],
    [12, 2],
    [13, 0],
    [40, 0],
    [45, 1],
    [45, 2],
  ]);
});

/** A small recurrent network with delays, currents and refractory neurons of both kinds. */
function recurrent(seed: number, names: readonly string[]) {
  const rng = new Rng(seed, "recurrent");
  const size = { in: 6, e: 8, i: 4 } as const;
  const draw = (from: keyof typeof size, to: keyof typeof size, low: number, high: number) => ({
    from,
    to,
    weights: Float32Array.from({ length: size[from] * size[to] }, () => rng.uniformIn(low, high)),
    delay: Float64Array.from({ length: size[from] * size[to] }, () => rng.uniformIn(0.1, 3)),
  });
  const projections = [
    draw("in", "e", 0, 0.6),
    draw("e", "i", 0, 0.5),
    draw("i", "e", -0.5, 0),
    draw("e", "e", 0, 0.2),
  ];
  const populations = {
    in: { size: size.in, neuron: "input" },
    e: { size: size.e, neuron: { tauMem: 20, vThreshold: 1, tauRef: 2, reset: "fixed" } },
    i: { size: size.i, neuron: { tauMem: 10, vThreshold: 1, tauRef: 1, reset: "subtract" } },
  } as const;
  const simulation = new Simulation(
    network({
      populations: Object.fromEntries(names.map(name => [name, populations[name as keyof typeof size]])),
      projections,
    }),
  );
  const times = Array.from({ length: 300 }, () => 100 * rng.uniform());
  simulation.stimulate(
    "in",
    times,
    Array.from(times, () => rng.integer(size.in)),
  );
  simulation.setCurrent(
    "e",
    Float64Array.from({ length: size.e }, () => rng.uniformIn(0, 0.07)),
  );
  return simulation;
}

function named(simulation: Simulation): string[] {
  const { populations, times, populationIndex, neurons } = simulation.raster();
  return [...times.keys()]
    .map(k => `${times[k]} ${populations[populationIndex[k]].name} ${neurons[k]}`)
    .sort();
}

test("cutting a run into pieces changes nothing", () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 12 }),
      (seed, cuts) => {
        const whole = recurrent(seed, ["in", "e", "i"]);
        whole.run(100);
        const pieces = recurrent(seed, ["in", "e", "i"]);
        for (const end of [...cuts, 100].sort((a, b) => a - b)) pieces.runUntil(end);
        expect(named(pieces)).toEqual(named(whole));
        expect(named(whole).length).toBeGreaterThan(300);
      },
    ),
    { numRuns: 30 },
  );
});

test("the order in which populations are declared changes nothing", () => {
  for (let seed = 0; seed < 10; seed++) {
    const one = recurrent(seed, ["in", "e", "i"]);
    const other = recurrent(seed, ["i", "in", "e"]);
    one.run(100);
    other.run(100);
    expect(named(other)).toEqual(named(one));
  }
});

test("time without events costs nothing", () => {
  const simulation = one({ vThreshold: 1 });
  simulation.run(1e15);
  expect(simulation.time).toBe(1e15);
  expect(simulation.synapticEvents).toBe(0);
});

test("bad stimuli and diverged weights are named", () => {
  const simulation = new Simulation(
    network({
      populations: { in: { size: 2, neuron: "input" }, n: { size: 1, neuron: { vThreshold: 1 } } },
      projections: [{ from: "in", to: "n", weights: Float32Array.of(1e9, 1) }],
    }),
  );
  expect(() => simulation.stimulate("n", [1], [0])).toThrow("n: expected an input population");
  expect(() => simulation.stimulate("x", [1], [0])).toThrow("population: expected one of in, n, got x");
  expect(() => simulation.stimulate("in", [1], [2])).toThrow("in: neurons[0]: expected 0 to 1, got 2");
  expect(() => simulation.stimulate("in", [Number.NaN], [0])).toThrow(
    "in: times[0]: expected 0 ms or later, got NaN",
  );
  expect(() => simulation.setCurrent("n", [1, 2])).toThrow("n: expected one current or 1, got 2");
  expect(() => simulation.run(-1)).toThrow("duration: expected 0 ms or more, got -1");
  simulation.stimulate("in", [12.4], [0]);
  expect(() => simulation.run(20)).toThrow("n, neuron 0 fired 10000 times at t = 12.4 ms");
});
