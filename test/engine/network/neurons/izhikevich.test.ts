import { describe, expect, test } from "vitest";
import { type NetworkSpec, network } from "../../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../../src/engine/network/neurons/index.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { Rng } from "../../../../src/math/rng.ts";
import { endOf, rk4 } from "./rungeKutta.ts";

const regular = { model: "izhikevich" } as const;

interface Input {
  readonly times: readonly number[];
  readonly weights: readonly number[];
}
const none: Input = { times: [0], weights: [0] };

function one(neuron: NeuronSpec, { times, weights }: Input, dt: number, v?: number): Simulation {
  const spec: NetworkSpec = {
    populations: {
      in: { size: times.length, neuron: "input" },
      n: { size: 1, neuron, ...(v !== undefined && { initial: { v } }) },
    },
    projections: [{ from: "in", to: "n", weights: [...weights] }],
    stimuli: [{ to: "in", kind: "spikes", times: [...times], neurons: times.map((_, k) => k) }],
  };
  return new Simulation(network(spec), { mode: "grid", dt, record: { spikes: ["n"] } });
}

const slopes =
  (a: number, b: number, current: number) =>
  ([v, u]: readonly number[]) => {
    const x = Math.min(v, 30);
    return [0.04 * x * x + 5 * x + 140 - u + current, a * (b * x - u)];
  };

function noise(seed: number, ms: number, count: number, weight: number): Input {
  const rng = new Rng(seed, "noise");
  const times = Array.from({ length: count }, () => rng.integer(ms) + 1);
  return { times, weights: times.map(() => weight * (rng.uniform() - 0.25)) };
}

describe("izhikevich", () => {
  test("rests where both slopes are zero", () => {
    const simulation = one(regular, none, 0.1, -68);
    simulation.run(2000);
    // 0.04 v^2 + (5 - b) v + 140 = 0, the lower root.
    expect(simulation.potential("n", 0)).toBeCloseTo(-70, 3);
    expect(simulation.raster().times).toHaveLength(0);
  });

  test("fires above the current at which both roots meet, and not below", () => {
    // (5 - b)^2 = 4 0.04 (140 + I) at I = 4.
    for (const [bias, fires] of [
      [3.7, false],
      [4.3, true],
    ] as const) {
      const simulation = one({ ...regular, bias }, none, 0.1, -62);
      simulation.run(2000);
      expect(simulation.raster().times.length > 0).toBe(fires);
    }
  });

  test("half the step has a sixteenth of the error below the peak", () => {
    const bias = 12;
    // Until shortly before the first spike.
    const [end, v] = [2, -60];
    const exact = endOf(rk4(slopes(0.02, 0.2, bias)), [v, 0.2 * v], end, 20_000)[0];
    const errors = [0.5, 0.25, 0.125].map(dt => {
      const simulation = one({ ...regular, bias }, none, dt, v);
      simulation.run(end);
      return Math.abs(simulation.potential("n", 0) - exact);
    });
    expect(errors[0]).toBeGreaterThan(1e-3);
    expect(Math.log2(errors[0] / errors[1])).toBeGreaterThan(3.4);
    expect(Math.log2(errors[1] / errors[2])).toBeGreaterThan(3.4);
  });

  test("spikes and potentials are those of the equations at high accuracy", () => {
    const neuron = { ...regular, a: 0.1, c: -60, d: 4 } as const;
    let count = 0;
    for (const seed of [1, 2, 3]) {
      const input = noise(seed, 1000, 1000, 9);
      const step = rk4(slopes(0.1, 0.2, 0));
      const simulation = one(neuron, input, 0.1);
      let state: number[] = [-60, -12];
      const expected: number[] = [];
      const arriving = new Map<number, number>();
      input.times.forEach((t, k) => {
        arriving.set(10 * t, (arriving.get(10 * t) ?? 0) + input.weights[k]);
      });
      let most = 0;
      for (let n = 0; n <= 10_000; n++) {
        state[0] += arriving.get(n) ?? 0;
        if (state[0] >= 30) {
          expected.push(n);
          state = [-60, state[1] + 4];
        }
        if (n % 50 === 0) {
          simulation.runUntil(n / 10);
          const v = simulation.potential("n", 0);
          if (v < -40) most = Math.max(most, Math.abs(v - state[0]));
        }
        // One step up to the peak: what an overshoot does to u is part of the method.
        state = [...(state[0] > -35 ? step(state, 0.1) : endOf(step, state, 0.1, 20))];
      }
      expect([...simulation.raster().times].map(t => Math.round(10 * t))).toEqual(expected);
      expect(most).toBeLessThan(2e-3);
      count += expected.length;
    }
    expect(count).toBeGreaterThan(30);
  });

  test("a train of spikes is of first order in dt", () => {
    const last = (dt: number) => {
      const simulation = one({ ...regular, bias: 10 }, none, dt);
      simulation.run(1000);
      const { times } = simulation.raster();
      expect(times.length).toBeGreaterThan(15);
      return times[14];
    };
    const fine = last(0.003125);
    const errors = [0.1, 0.05, 0.025].map(dt => Math.abs(last(dt) - fine));
    expect(errors[0]).toBeLessThan(4);
    expect(errors[2]).toBeLessThan(errors[0] / 2);
  });

  test("euler: spike for spike as the published program steps", () => {
    let count = 0;
    for (const [seed, a, d] of [
      [1, 0.02, 8],
      [2, 0.1, 2],
      [3, 0.02, 8],
    ]) {
      const input = noise(seed, 2000, 300, 40);
      const neuron: NeuronSpec = { model: "izhikevich", a, d, integrator: "euler" };
      const simulation = one(neuron, input, 1);
      simulation.run(2000);
      // The loop of spnet.cpp: what has I at time t is at v(t + 1).
      let [v, u] = [-65, 0.2 * -65];
      const spikes: number[] = [];
      for (let t = 0; t <= 2000; t++) {
        if (v >= 30) {
          spikes.push(t);
          v = -65;
          u += d;
        }
        const I = input.times.reduce(
          (sum, at, k) => sum + (at === t + 1 ? Math.fround(input.weights[k]) : 0),
          0,
        );
        v += 0.5 * ((0.04 * v + 5) * v + 140 - u + I);
        v += 0.5 * ((0.04 * v + 5) * v + 140 - u + I);
        u += a * (0.2 * v - u);
      }
      expect([...simulation.raster().times]).toEqual(spikes);
      count += spikes.length;
    }
    expect(count).toBeGreaterThan(50);
  });

  test("is refused in the exact mode, and with a reset above the peak", () => {
    const spec = (fields: object): NetworkSpec => ({
      populations: { n: { size: 1, neuron: { ...regular, ...fields } as NeuronSpec } },
    });
    expect(() => new Simulation(network(spec({})))).toThrow(
      "populations.n.neuron.model: expected neurons with an exact solution between events, which izhikevich has not",
    );
    expect(() => network(spec({ c: 30 }))).toThrow("neuron.c: expected below vThreshold (30), got 30");
    expect(() => network(spec({ integrator: "heun" }))).toThrow(
      "neuron.integrator: expected one of rk4, euler, got heun",
    );
    expect(() => network(spec({ tauMem: 5 }))).toThrow("tauMem: expected a parameter of izhikevich");
  });
});
