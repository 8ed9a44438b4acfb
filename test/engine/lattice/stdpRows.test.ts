import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type NetworkSpec, network } from "../../../src/engine/network/network.ts";
import type { StdpPairSpec } from "../../../src/engine/network/plasticity/stdpPair.ts";
import { Simulation, type SimulationOptions } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";
import { sized } from "../../long.ts";
import { plainly } from "../../plain/plainly.ts";

/** A power of 2, so that times of both modes are the same. */
const dt = 0.125;

const cases = fc.record({
  seed: fc.nat(1e6),
  pairing: fc.constantFrom("all" as const, "nearest" as const),
  dependence: fc.constantFrom("additive" as const, "multiplicative" as const),
  delay: fc.constantFrom(0, 0.125, 2.5),
  gain: fc.constantFrom(1, 0.5, -1),
  model: fc.constantFrom("lif" as const, "lif-exp" as const),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** Inputs that fire at will onto neurons that are made to fire at given points by a strong second input. */
function build({ seed, pairing, dependence, delay, gain, model }: Case): NetworkSpec {
  const rng = new Rng(seed, "stdp case");
  const spikes = (size: number, count: number) => ({
    times: Array.from({ length: count }, () => rng.integer(4000) * dt),
    neurons: Array.from({ length: count }, () => rng.integer(size)),
  });
  const plasticity: StdpPairSpec = {
    ...{ kind: "stdp-pair", aPlus: 0.02, aMinus: 0.021, tauPlus: 20, tauMinus: 17, wMax: 0.05 },
    ...{ pairing, dependence },
  };
  const neuron = { model, tauMem: 10, vThreshold: 15, reset: "fixed", tauRef: 0.125 } as const;
  return {
    populations: {
      in: { size: 20, neuron: "input" },
      teacher: { size: 12, neuron: "input" },
      out: { size: 12, neuron: { ...neuron, model: "lif" } },
    },
    projections: [
      {
        ...{ from: "in", to: "out", connect: { kind: "probability", p: 0.6 }, delay, gain, plasticity },
        weights: (r: Rng) => r.uniformIn(0, 0.05),
      },
      { from: "teacher", to: "out", connect: { kind: "oneToOne" }, weights: 60 },
    ],
    stimuli: [
      { to: "in", kind: "spikes", ...spikes(20, 400) },
      { to: "teacher", kind: "spikes", ...spikes(12, 700) },
    ],
  };
}

const run = (spec: NetworkSpec, options: SimulationOptions, read: readonly number[] = []) => {
  const simulation = new Simulation(network(spec, { seed: 2 }), options);
  for (const t of read) {
    simulation.runUntil(t);
    simulation.weights(0);
  }
  simulation.runUntil(500);
  return { weights: simulation.weights(0), spikes: simulation.raster().times.length };
};

describe("pair STDP on a lattice", () => {
  test("ends with the weights of the general synapses", () => {
    fc.assert(
      fc.property(cases, c => {
        const spec = build(c);
        const exact = run(spec, {});
        const grid = run(spec, { mode: "grid", dt });
        expect(grid.spikes).toBe(exact.spikes);
        grid.weights.forEach((w, s) => {
          expect(Math.abs(w - exact.weights[s])).toBeLessThan(1e-6);
        });
      }),
      { numRuns: sized(20, 30) },
    );
  });

  test("moves weights, in both directions", () => {
    const spec = build({
      seed: 5,
      pairing: "all",
      dependence: "additive",
      delay: 2.5,
      gain: 1,
      model: "lif",
    });
    const before = network(spec, { seed: 2 }).projections.find(p => p.name === "in->out")!.synapses.weights;
    const change = run(spec, { mode: "grid", dt }).weights.map((w, s) => w - before[s]);
    expect(change.filter(x => x > 1e-3).length).toBeGreaterThan(20);
    expect(change.filter(x => x < -1e-3).length).toBeGreaterThan(20);
  });

  test("gives the same bits by kernels and by plain loops, and however often it is looked at", () => {
    fc.assert(
      fc.property(cases, c => {
        const spec = build(c);
        const compiled = run(spec, { mode: "grid", dt });
        expect(plainly(() => run(spec, { mode: "grid", dt }))).toEqual(compiled);
        expect(run(spec, { mode: "grid", dt }, [0, 3.2, 77, 77.125, 300])).toEqual(compiled);
      }),
      { numRuns: 15 },
    );
  });

  test("leaves what was learnt to the network, and weights that are the user's in their place", () => {
    const spec = build({
      seed: 1,
      pairing: "all",
      dependence: "additive",
      delay: 0.125,
      gain: 1,
      model: "lif",
    });
    const net = network(spec, { seed: 2 });
    const first = new Simulation(net, { mode: "grid", dt });
    first.runUntil(500);
    const learnt = first.weights("in->out");
    expect(new Simulation(net, { mode: "grid", dt }).weights("in->out")).toEqual(learnt);
    expect(new Simulation(net).weights("in->out")).toEqual(learnt);

    const mine = new Float32Array(240).fill(0.02);
    const [plastic, teacher] = spec.projections!;
    const { connect: _, ...dense } = plastic;
    const held = network({ ...spec, projections: [{ ...dense, weights: mine }, teacher] });
    const simulation = new Simulation(held, { mode: "grid", dt });
    simulation.runUntil(500);
    expect(Array.from(mine)).toEqual(Array.from(simulation.weights("in->out")));
    expect(new Set(mine).size).toBeGreaterThan(50);
  });
});
