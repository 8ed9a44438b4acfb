import fc from "fast-check";
import { expect, test } from "vitest";
import { network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { Rng } from "../../../src/math/rng.ts";
import { sized } from "../../long.ts";

const cases = fc.record({
  seed: fc.nat(1e6),
  inputs: fc.integer({ min: 1, max: 8 }),
  neurons: fc.integer({ min: 1, max: 10 }),
  tauMem: fc.constantFrom(3, 20, Infinity),
  tauRef: fc.constantFrom(0, 0, 1.3, 4),
  vThreshold: fc.constantFrom(0.1, 1),
  delay: fc.double({ min: 0.05, max: 6, noNaN: true }),
  t: fc.double({ min: 7, max: 60, noNaN: true }),
});

/**
 * theta r(t) = W x(t) + U r(t - delay) - V(t): a delayed synapse sees the trace of a delay ago. The delayed trace is
 * read from a second run of the same network that stops there.
 */
test("the identity holds in recurrent networks with delays, at any time", () => {
  fc.assert(
    fc.property(cases, c => {
      const build = () => {
        const rng = new Rng(c.seed, "identity");
        const draw = (n: number, low: number, high: number) =>
          Float32Array.from({ length: n }, () => rng.uniformIn(low, high));
        const win = draw(c.inputs * c.neurons, -0.4 * c.vThreshold, c.vThreshold);
        const own = draw(c.neurons * c.neurons, -0.5 * c.vThreshold, (0.4 * c.vThreshold) / c.neurons);
        const simulation = new Simulation(
          network({
            populations: {
              input: { size: c.inputs, neuron: "input", tauTrace: c.tauMem },
              cells: {
                size: c.neurons,
                neuron: { tauMem: c.tauMem, vThreshold: c.vThreshold, tauRef: c.tauRef, reset: "subtract" },
                tauTrace: c.tauMem,
              },
            },
            projections: [
              { from: "input", to: "cells", weights: win },
              { from: "cells", to: "cells", weights: own, delay: c.delay },
            ],
          }),
        );
        const times = Float64Array.from({ length: 150 }, () => 60 * rng.uniform());
        simulation.stimulate(
          "input",
          times,
          Array.from(times, () => rng.integer(c.inputs)),
        );
        return { simulation, win, own };
      };
      const { simulation, win, own } = build();
      simulation.runUntil(c.t);
      const before = build().simulation;
      before.runUntil(c.t - c.delay);
      const [x, r, delayed] = [simulation.trace("input"), simulation.trace("cells"), before.trace("cells")];
      r.forEach((rj, j) => {
        let drive = 0;
        x.forEach((xi, i) => {
          drive += win[i * c.neurons + j] * xi;
        });
        delayed.forEach((ri, i) => {
          drive += own[i * c.neurons + j] * ri;
        });
        expect(Math.abs(c.vThreshold * rj - (drive - simulation.potential("cells", j)))).toBeLessThan(1e-9);
      });
    }),
    { numRuns: sized(150, 250) },
  );
});
