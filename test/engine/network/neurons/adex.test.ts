import { describe, expect, test } from "vitest";
import { describe as described } from "../../../../src/description/describe.ts";
import { type NetworkSpec, network } from "../../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../../src/engine/network/neurons/index.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { Rng } from "../../../../src/math/rng.ts";
import { endOf, rk4 } from "./rungeKutta.ts";

/** Brette & Gerstner 2005: C = 281 pF, gL = 30 nS, a = 4 nS, b = 80.5 pA. */
const paper = {
  model: "adex",
  ...{ tauMem: 281 / 30, gLeak: 30, vRest: -70.6, vT: -50.4, deltaT: 2, vThreshold: 20, vReset: -70.6 },
  ...{ a: 4, b: 80.5 / 281, tauW: 144, eExc: 0, eInh: -80, tauExc: 5, tauInh: 10 },
} as const;

interface Input {
  readonly times: readonly number[];
  readonly weights: readonly number[];
}
const none: Input = { times: [0], weights: [0] };

function one(neuron: NeuronSpec, { times, weights }: Input, dt: number, v = -70.6): Simulation {
  const spec: NetworkSpec = {
    populations: {
      in: { size: times.length, neuron: "input" },
      n: { size: 1, neuron, initial: { v } },
    },
    projections: [{ from: "in", to: "n", weights: [...weights] }],
    stimuli: [{ to: "in", kind: "spikes", times: [...times], neurons: times.map((_, k) => k) }],
  };
  return new Simulation(network(spec), { mode: "grid", dt, record: { spikes: ["n"] } });
}

interface Cell {
  readonly tauMem: number;
  readonly gLeak: number;
  readonly a: number;
  readonly b: number;
  readonly tauW: number;
  readonly deltaT: number;
  readonly tauRef?: number;
  readonly synapses?: "current" | "conductance";
  readonly bias?: number;
}

/** Slopes of V, w, gE and gI, the latter in nS, or mV/ms of currents. */
const slopes =
  (p: Cell, held: boolean) =>
  ([v, w, gE, gI]: readonly number[]) => {
    const c = p.gLeak * p.tauMem;
    const x = held ? -70.6 : Math.min(v, 20);
    const synapses = p.synapses === "current" ? gE + gI : (gE * (0 - x) + gI * (-80 - x)) / c;
    const rise = p.deltaT * Math.exp((x + 50.4) / p.deltaT);
    const dv = (-70.6 - x + rise) / p.tauMem - w + synapses + (p.bias ?? 0);
    return [held ? 0 : dv, ((p.a / c) * (x + 70.6) - w) / p.tauW, -gE / 5, -gI / 10];
  };

function noise(seed: number, ms: number, count: number, exc: number, inh: number): Input {
  const rng = new Rng(seed, "noise");
  const times = Array.from({ length: count }, () => rng.integer(10 * ms) / 10);
  return { times, weights: times.map(() => (rng.uniform() < 0.8 ? exc : -inh) * rng.uniform()) };
}

describe("adex", () => {
  test("near rest it is the linear resonator of its equations", () => {
    // Exact solution of the two linear equations, far below vT where the rise is exp(-10).
    const p = { ...paper, vT: -30 };
    const simulation = one(p, none, 0.1, -69.6);
    const [m, f, d] = [-1 / p.tauMem, p.a / (p.gLeak * p.tauMem * p.tauW), -1 / p.tauW];
    const [half, root] = [(m + d) / 2, Math.sqrt(((m - d) / 2) ** 2 - f)];
    const [l1, l2] = [half + root, half - root];
    for (const t of [1, 7, 40, 200]) {
      simulation.runUntil(t);
      const exact = ((l1 - d) * Math.exp(l1 * t) - (l2 - d) * Math.exp(l2 * t)) / (l1 - l2);
      expect(simulation.potential("n", 0) + 70.6).toBeCloseTo(exact, 4);
    }
  });

  test("fires tonically above the rheobase, and not below", () => {
    // Without a, V has a rest as long as bias tauMem < vT - vRest - deltaT.
    const rheobase = (-50.4 + 70.6 - 2) / paper.tauMem;
    for (const [bias, fires] of [
      [0.98 * rheobase, false],
      [1.02 * rheobase, true],
    ] as const) {
      const simulation = one({ ...paper, a: 0, bias }, none, 0.1);
      simulation.run(1500);
      expect(simulation.raster().times.length > 0).toBe(fires);
    }
  });

  test("half the step has a sixteenth of the error below the peak", () => {
    const p = { ...paper, bias: 1.5 };
    const input: Input = { times: [0, 0], weights: [60, -90] };
    const end = 8;
    const exact = endOf(rk4(slopes(p, false)), [-70.6, 0, 60, 90], end, 4000)[0];
    const errors = [2, 1, 0.5].map(dt => {
      const simulation = one(p, input, dt);
      simulation.run(end);
      return Math.abs(simulation.potential("n", 0) - exact);
    });
    expect(errors[0]).toBeGreaterThan(1e-3);
    expect(Math.log2(errors[0] / errors[1])).toBeGreaterThan(3.5);
    expect(Math.log2(errors[1] / errors[2])).toBeGreaterThan(3.5);
  });

  const kinds: readonly [string, NeuronSpec & Cell, number, number][] = [
    ["conductances", { ...paper, tauRef: 2 }, 18, 20],
    ["currents", { ...paper, synapses: "current", tauRef: 2 }, 1.6, 2],
    ["bursts", { ...paper, vReset: -47.2, tauW: 20, b: 0.5, bias: 3, tauRef: 0 }, 4, 4],
  ];

  test.each(kinds)(
    "%s: spikes and potentials are those of the equations at high accuracy",
    (_, p, exc, inh) => {
      const reset = (p as { vReset: number }).vReset;
      const held = Math.round(10 * (p.tauRef ?? 0));
      let count = 0;
      for (const seed of [1, 2, 3]) {
        const input = noise(seed, 600, 1500, exc, inh);
        const simulation = one(p, input, 0.1);
        const arriving = new Map<number, [number, number]>();
        input.times.forEach((t, k) => {
          const at = Math.round(10 * t);
          const [e, i] = arriving.get(at) ?? [0, 0];
          const w = input.weights[k];
          arriving.set(at, w > 0 ? [e + w, i] : [e, p.synapses === "current" ? i + w : i - w]);
        });
        let state = [-70.6, 0, 0, 0];
        let free = 0;
        const errors: number[] = [];
        const expected: number[] = [];
        for (let n = 0; n <= 6000; n++) {
          const [e, i] = arriving.get(n) ?? [0, 0];
          state[2] += e;
          state[3] += i;
          if (n >= free && state[0] >= 20) {
            expected.push(n);
            state = [reset, state[1] + p.b, state[2], state[3]];
            free = n + held;
          }
          if (n % 50 === 0) {
            simulation.runUntil(n / 10);
            if (n >= free && state[0] < -52) errors.push(Math.abs(simulation.potential("n", 0) - state[0]));
          }
          const step = rk4(slopes(p, n < free));
          // One step in the upstroke, whose overshoot is part of the method; conductances go on exactly.
          const next = n >= free && state[0] > -48 ? step(state, 0.1) : endOf(step, state, 0.1, 20);
          state = [next[0], next[1], state[2] * Math.exp(-0.1 / 5), state[3] * Math.exp(-0.1 / 10)];
        }
        // An upstroke, whose steps are as long as it is, may come to the peak one point earlier or later.
        const found = [...simulation.raster().times].map(t => Math.round(10 * t));
        expect(found).toHaveLength(expected.length);
        const apart = found.map((n, k) => Math.abs(n - expected[k]));
        expect(Math.max(...apart)).toBeLessThanOrEqual(1);
        expect(apart.filter(steps => steps > 0).length).toBeLessThanOrEqual(1);
        // What follows the one does so for some 20 of the 600 ms.
        expect(errors.sort((x, y) => x - y)[Math.floor(0.95 * errors.length)]).toBeLessThan(1e-3);
        count += expected.length;
      }
      expect(count).toBeGreaterThan(20);
    },
  );

  test("its synapses count in their own unit, and reversal potentials are for conductances", () => {
    const { eExc, eInh, ...bare } = paper;
    const spec = (fields: object): NetworkSpec => ({
      populations: { n: { size: 1, neuron: { ...bare, ...fields } as NeuronSpec } },
    });
    expect(() => network(spec({}))).toThrow(
      "neuron.eExc: expected a potential in mV, for synapses that are conductances, got NaN",
    );
    expect(() => network(spec({ synapses: "current" }))).not.toThrow();
    expect(() => network(spec({ eExc, eInh, vThreshold: 200 }))).toThrow(
      "neuron.vThreshold: expected above vT (-50.4), by at most 80 deltaT",
    );
    expect(() => network(spec({ eExc, eInh, deltaT: 0 }))).toThrow(
      "neuron.deltaT: expected a width in mV above 0",
    );
    expect(() => new Simulation(network(spec({ eExc, eInh })))).toThrow("which adex has not");
    const model = (synapses: string, weights: string) => ({
      name: "m",
      populations: {
        n: { size: 1, neuron: { ...bare, ...(synapses === "conductance" && { eExc, eInh }), synapses } },
      },
      projections: [{ from: "n", to: "n", weights, delay: "1 ms" }],
    });
    expect(described(model("current", "0.5 mV/ms")).spec.projections![0]).toMatchObject({ weights: 0.5 });
    expect(described(model("conductance", "5 nS")).spec.projections![0]).toMatchObject({ weights: 5 });
    expect(() => described(model("current", "5 nS"))).toThrow(
      'weights: expected a slope such as "0.5 mV/ms"',
    );
  });
});
