import { expect, test } from "vitest";
import { network } from "../../src/engine/network/network.ts";
import { Simulation, type SimulationOptions } from "../../src/engine/simulation.ts";

/** One neuron keeps itself going at 20 kHz; another is quiet; a parrot repeats 20 kHz of input. */
function runaway(options: SimulationOptions = {}) {
  const neuron = { tauMem: Infinity, vThreshold: 1 };
  return new Simulation(
    network({
      populations: {
        in: { size: 1, neuron: "input" },
        relay: { size: 1, neuron: { model: "parrot" } },
        loop: { size: 2, neuron },
        quiet: { size: 1, neuron },
      },
      projections: [
        { from: "in", to: "relay", weights: 1 },
        {
          from: "loop",
          to: "loop",
          connect: { kind: "pairs", pre: [1], post: [1] },
          weights: 1,
          delay: 0.05,
        },
      ],
      stimuli: [
        { to: "in", kind: "poisson", rate: 20_000 },
        { to: "loop", kind: "spikes", times: [5], neurons: [1], weight: 1 },
      ],
    }),
    options,
  );
}

test("a network that runs away is stopped by default, and the error names population, neuron and time", () => {
  // 2 neurons, 1,000 spikes each and 5 per ms: at 10 per ms from 5 ms on, reached before the end of a long run.
  expect(() => runaway().run(100_000)).toThrow(
    /^loop, neuron 1, t = [\d.]+ ms: expected at most 1002000 spikes/,
  );
  const short = runaway();
  short.run(100);
  expect(short.raster().times.length).toBeGreaterThan(4000);
});

test("a budget counts anew in every run, for all populations or for those named", () => {
  const simulation = runaway({ spikeBudget: { loop: 100 } });
  for (let k = 0; k < 10; k++) simulation.run(4.9);
  expect(() => simulation.run(6)).toThrow("loop, neuron 1, t = 54.0");
  expect(() => runaway({ spikeBudget: 50 }).run(100)).toThrow("in, neuron 0, t = ");
  expect(() => runaway({ spikeBudget: { none: 1 } })).toThrow(
    "spikeBudget: expected one of in, relay, loop, quiet, got none",
  );
  expect(() => runaway({ spikeBudget: { loop: -1 } })).toThrow(
    "spikeBudget.loop: expected 0 spikes or more, got -1",
  );
});

test("weights that are no longer numbers stop the run at the neuron they reach", () => {
  const net = network({
    populations: {
      in: { size: 2, neuron: "input" },
      n: { size: 2, neuron: { vThreshold: 1 } },
    },
    projections: [{ from: "in", to: "n", connect: { kind: "oneToOne" }, weights: 0.1, delay: 2 }],
  });
  // By the queue, which whoever hears of spikes has; windows find them before the run.
  const simulation = new Simulation(net, { onSpike: () => {} });
  const byWindows = new Simulation(net);
  net.projections[0].synapses.weights[1] = Number.NaN;
  simulation.stimulate("in", [1, 3], [0, 1]);
  expect(() => simulation.run(10)).toThrow(
    "n, neuron 1, t = 5 ms: expected finite weights, got an input of NaN",
  );
  expect(() => byWindows.run(10)).toThrow("projections[0].weights[1]: expected a finite number, got NaN");
});
