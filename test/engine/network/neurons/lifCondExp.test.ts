import { describe, expect, test } from "vitest";
import { describe as described } from "../../../../src/description/describe.ts";
import { Inference } from "../../../../src/engine/lattice/batch/inference.ts";
import { type NetworkSpec, network } from "../../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../../src/engine/network/neurons/index.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { Rng } from "../../../../src/math/rng.ts";

const cell = {
  model: "lif-cond-exp",
  ...{ tauMem: 20, gLeak: 10, tauExc: 5, tauInh: 10, eExc: 0, eInh: -80 },
  ...{ vRest: -60, vThreshold: -50, vReset: -60, tauRef: 5 },
} as const;
const silent = { ...cell, vThreshold: Infinity } as const;

interface Input {
  readonly times: readonly number[];
  /** [nS] */
  readonly weights: readonly number[];
}

function one(neuron: NeuronSpec, input: Input, dt: number, v = -60): Simulation {
  const { times, weights } = input;
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

const none: Input = { times: [0], weights: [0] };

/**
 * The equations in double precision, by Euler's method extrapolated (Richardson) twice from many small steps: nothing of
 * what the kernel does. Thresholds are tested at multiples of dt, as they are there.
 * @returns the potential at each of them, and the steps of the spikes
 */
function reference(input: Input, dt: number, steps: number, threshold: number) {
  let [v, gE, gI, free] = [-60, 0, 0, 0];
  const [potentials, spikes]: [number[], number[]] = [[], []];
  const arriving = input.times.map(t => Math.round(t / dt));
  const over = (parts: number) => {
    const h = dt / parts;
    let x = v;
    for (let k = 0; k < parts; k++) {
      const t = (k + 0.5) * h;
      const [e, i] = [gE * Math.exp(-t / 5), gI * Math.exp(-t / 10)];
      // Midpoint with the conductances of the middle, implicit in V: of second order, in even powers of h.
      const b = (10 + e + i) / 200;
      const a = (10 * -60 + i * -80) / 200;
      x = (x * (1 - (h * b) / 2) + h * a) / (1 + (h * b) / 2);
    }
    return x;
  };
  for (let n = 0; n < steps; n++) {
    arriving.forEach((step, k) => {
      if (step !== n) return;
      if (input.weights[k] > 0) gE += input.weights[k];
      else gI -= input.weights[k];
    });
    if (n === free && spikes.length > 0) v = -60;
    if (n >= free && v >= threshold) {
      spikes.push(n);
      free = n + Math.round(5 / dt);
      v = -60;
    }
    potentials.push(v);
    if (n >= free) {
      const [a, b, c] = [over(8), over(16), over(32)];
      const [ab, bc] = [(4 * b - a) / 3, (4 * c - b) / 3];
      v = (16 * bc - ab) / 15;
    }
    gE *= Math.exp(-dt / 5);
    gI *= Math.exp(-dt / 10);
  }
  return { potentials, spikes };
}

/** Random input at multiples of 0.1 ms. */
function noise(seed: number, ms: number, perMs: number): Input {
  const rng = new Rng(seed, "noise");
  const count = Math.round(ms * perMs);
  const times = Array.from({ length: count }, () => rng.integer(10 * ms) / 10);
  return { times, weights: times.map(() => (rng.uniform() < 0.8 ? 6 : -20) * rng.uniform()) };
}

describe("lif-cond-exp", () => {
  test("without input the potential decays with the membrane's time constant", () => {
    const simulation = one(silent, none, 0.1, -52);
    for (const t of [0.1, 1, 7.3, 20, 100]) {
      simulation.runUntil(t);
      expect(simulation.potential("n", 0)).toBeCloseTo(-60 + 8 * Math.exp(-t / 20), 4);
    }
  });

  test("under a current it fires with the period of the closed form, and not below the rheobase", () => {
    for (const [bias, expected] of [
      [0.499, 0],
      [0.501, 0],
      [0.6, 20 * Math.log(12 / 2)],
      [2, 20 * Math.log(40 / 30)],
    ]) {
      const simulation = one({ ...cell, bias }, none, 0.1);
      simulation.run(1000);
      const { times } = simulation.raster();
      // In steps: the crossing comes to the next point, then the time that is held.
      const period =
        Math.ceil((bias > 0.5 ? 20 * Math.log((20 * bias) / (20 * bias - 10)) : Infinity) * 10) + 50;
      if (expected > 0) expect(period).toBe(Math.ceil(expected * 10) + 50);
      const own = [...times].map(t => Math.round(10 * t));
      expect(own).toEqual(Array.from({ length: own.length }, (_, k) => period * (k + 1) - 50));
      expect(own.length).toBe(Number.isFinite(period) ? Math.floor((10_000 + 50) / period) : 0);
    }
  });

  test("a steady conductance settles where the weighted reversal potentials are", () => {
    const slow = { ...silent, tauExc: 1e9, tauInh: 1e9 };
    const simulation = one(slow, { times: [0, 0], weights: [4, -36] }, 0.1);
    simulation.run(200);
    const settled = (10 * -60 + 4 * 0 + 36 * -80) / (10 + 4 + 36);
    expect(simulation.potential("n", 0)).toBeCloseTo(settled, 4);
    // There the synapses carry what the leak takes.
    expect(simulation.synapticCurrent("n", 0)).toBeCloseTo((settled + 60) / 20, 5);
  });

  test("by Euler's method it steps as written out, and half the step has half the error", () => {
    const input = noise(3, 40, 2);
    const euler = { ...silent, integrator: "euler" } as const;
    const errors = [0.1, 0.05].map(dt => {
      const simulation = one(euler, input, dt);
      const { potentials } = reference(input, dt, Math.round(40 / dt), Infinity);
      let [v, gE, gI] = [-60, 0, 0];
      let error = 0;
      for (let n = 0; n < potentials.length - 1; n++) {
        input.times.forEach((t, k) => {
          if (Math.round(t / dt) !== n) return;
          if (input.weights[k] > 0) gE += input.weights[k];
          else gI -= input.weights[k];
        });
        v += (dt / 20) * (-60 - v + (gE * (0 - v) + gI * (-80 - v)) / 10);
        gE *= Math.exp(-dt / 5);
        gI *= Math.exp(-dt / 10);
        simulation.runUntil((n + 1) * dt);
        expect(simulation.potential("n", 0)).toBeCloseTo(v, 3);
        error = Math.max(error, Math.abs(v - potentials[n + 1]));
      }
      return error;
    });
    expect(errors[0]).toBeGreaterThan(1e-3);
    expect(errors[0] / errors[1]).toBeGreaterThan(1.8);
    expect(errors[0] / errors[1]).toBeLessThan(2.2);
  });

  test("half the step has a sixteenth of the error", () => {
    // Conductances of forty leaks, so that steps of 1 ms err above single precision.
    const input: Input = { times: [0, 0, 4, 8], weights: [150, -250, 60, -200] };
    const error = (dt: number) => {
      const simulation = one(silent, input, dt);
      const { potentials } = reference(input, dt, 16 / dt, Infinity);
      return potentials.reduce((most, v, n) => {
        simulation.runUntil(n * dt);
        return Math.max(most, Math.abs(simulation.potential("n", 0) - v));
      }, 0);
    };
    const errors = [1, 0.5, 0.25].map(error);
    expect(errors[0]).toBeGreaterThan(0.01);
    expect(Math.log2(errors[0] / errors[1])).toBeGreaterThan(3.7);
    expect(Math.log2(errors[1] / errors[2])).toBeGreaterThan(3.7);
  });

  test("spikes and potentials are those of the equations at high accuracy", () => {
    let count = 0;
    for (const seed of [1, 2, 3]) {
      const input = noise(seed, 500, 1.6);
      const { potentials, spikes } = reference(input, 0.1, 5000, -50);
      const simulation = one(cell, input, 0.1);
      let most = 0;
      potentials.forEach((v, n) => {
        if (n % 7 > 0) return;
        simulation.runUntil(n / 10);
        most = Math.max(most, Math.abs(simulation.potential("n", 0) - v));
      });
      expect([...simulation.raster().times].map(t => Math.round(10 * t))).toEqual(
        spikes.filter(n => n <= 4998 - (4998 % 7)),
      );
      expect(most).toBeLessThan(1e-4);
      count += spikes.length;
    }
    expect(count).toBeGreaterThan(30);
  });

  test("is refused where there are no steps, with the reason", () => {
    const spec: NetworkSpec = { populations: { n: { size: 1, neuron: cell } } };
    expect(() => new Simulation(network(spec))).toThrow(
      "populations.n.neuron.model: expected neurons with an exact solution between events, which lif-cond-exp has not; " +
        'use mode "grid" (--mode grid)',
    );
    const layers: NetworkSpec = {
      populations: { in: { size: 2, neuron: "input" }, n: { size: 1, neuron: cell } },
      projections: [{ from: "in", to: "n", weights: [1, 2] }],
    };
    expect(() => new Inference(network(layers), { durationMs: 10 })).toThrow(
      "expected neurons with an exact step, which lif-cond-exp has not",
    );
    const refused = (fields: object) => () =>
      network({ populations: { n: { size: 1, neuron: { ...cell, ...fields } as NeuronSpec } } });
    expect(refused({ gLeak: 0 })).toThrow("neuron.gLeak: expected a conductance in nS above 0, got 0");
    expect(refused({ tauMem: Infinity })).toThrow(
      "neuron.tauMem: expected a time in ms above 0, got Infinity",
    );
    expect(refused({ eInh: undefined })).toThrow("neuron.eInh: expected a potential in mV, got none");
    expect(refused({ vReset: -50 })).toThrow("neuron.vReset: expected below vThreshold (-50), got -50");
    expect(refused({ weightAs: "peak" })).toThrow("weightAs: expected a parameter of lif-cond-exp");
  });

  test("weights in a description are conductances, wherever they stand", () => {
    const model = (weights: string, wMax: string, weight: string) => ({
      name: "m",
      populations: {
        in: { size: 1, neuron: "input" },
        n: { size: 1, neuron: { ...cell, gLeak: "0.01 uS" } },
        m: { size: 1, neuron: { vThreshold: "1 mV" } },
      },
      projections: [
        { from: "in", to: "n", weights, plasticity: { kind: "stdp-pair", aPlus: 0.1, aMinus: 0.1, wMax } },
        { from: "in", to: "m", weights: "6 mV" },
      ],
      stimuli: [{ to: "n", kind: "poisson", rate: "100 Hz", weight }],
    });
    const { spec } = described(model("6 nS", "0.02 uS", "2000 pS"));
    expect(spec.projections![0]).toMatchObject({ weights: 6, plasticity: { wMax: 20 } });
    expect(spec.projections![1]).toMatchObject({ weights: 6 });
    expect(spec.stimuli![0]).toMatchObject({ weight: 2 });
    expect(spec.populations.n.neuron).toMatchObject({ gLeak: 10 });
    const conductance = 'expected a conductance such as "6 nS"';
    expect(() => described(model("6 mV", "20 nS", "2 nS"))).toThrow(`projections[0].weights: ${conductance}`);
    expect(() => described(model("6 nS", "20 mV", "2 nS"))).toThrow(`plasticity.wMax: ${conductance}`);
    expect(() => described(model("6 nS", "20 nS", "2 mV"))).toThrow(`stimuli[0].weight: ${conductance}`);
  });
});
