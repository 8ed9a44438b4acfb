/**
 * Events per second of the queue-driven engine, alone on this machine. Prints one JSON
 * document.
 *
 *     npm run build && node dist/bench/network.js
 *
 * `recurrent`: a sparse balanced network (Brunel 2000, model A, at a fifth of its size, 250 synapses each), driven by
 * one input neuron per neuron; nearly all events are deliveries over synapses. `plastic`: the same with pair STDP from
 * excitatory to excitatory neurons. `bombardment`: unconnected neurons under Poisson input of 5 kHz each.
 */
import { network, type ProjectionSpec } from "../src/engine/network/network.ts";
import { Simulation } from "../src/engine/simulation.ts";
import { Rng } from "../src/math/rng.ts";

const neuron = { tauMem: 20, vThreshold: 20, reset: "fixed", vReset: 10, tauRef: 2 } as const;
const [E, I, J, g] = [2000, 500, 0.5, 5];

function recurrent(extra: Partial<ProjectionSpec>) {
  const projections: ProjectionSpec[] = ["E", "I"].flatMap(to => [
    {
      from: "E",
      to,
      connect: { kind: "inDegree", n: 200 },
      weights: J,
      delay: 1.5,
      ...(to === "E" && extra),
    },
    { from: "I", to, connect: { kind: "inDegree", n: 50 }, weights: -g * J, delay: 1.5 },
    { from: `to ${to}`, to, connect: { kind: "oneToOne" }, weights: J },
  ]);
  const net = network({
    populations: {
      "to E": { size: E, neuron: "input" },
      "to I": { size: I, neuron: "input" },
      E: { size: E, neuron },
      I: { size: I, neuron },
    },
    projections,
  });
  const simulation = new Simulation(net);
  const rng = new Rng(1, "bench");
  for (const [to, size] of [
    ["to E", E],
    ["to I", I],
  ] as const) {
    const [times, neurons]: number[][] = [[], []];
    const perMs = 4 * size; // 4 kHz each
    for (let t = rng.exponential(perMs); t < 200; t += rng.exponential(perMs)) {
      times.push(t);
      neurons.push(rng.integer(size));
    }
    simulation.stimulate(to, times, neurons);
  }
  return simulation;
}

function measure(simulation: Simulation, durationMs: number) {
  const start = performance.now();
  simulation.run(durationMs);
  const seconds = (performance.now() - start) / 1000;
  const spikes = simulation.raster().times.length;
  return {
    seconds: Number(seconds.toFixed(2)),
    spikes,
    synapticEvents: simulation.synapticEvents,
    eventsPerSecond: Math.round(simulation.synapticEvents / seconds),
  };
}

/** Neurons with nothing but excitatory and inhibitory input. */
function bombardment() {
  const net = network({
    populations: { n: { size: E, neuron } },
    stimuli: [
      { to: "n", kind: "poisson", rate: 4000, weight: 0.35 },
      { to: "n", kind: "poisson", rate: 1000, weight: -0.35 },
    ],
  });
  return new Simulation(net);
}

const stdp = { kind: "stdp-pair", aPlus: 0.005, aMinus: 0.00525, wMax: 1 } as const;
const [inputs, ms] = [E * 5, 200];
const cases = {
  recurrent: () => measure(recurrent({}), ms),
  plastic: () => measure(recurrent({ plasticity: stdp }), ms),
  bombardment: () => {
    const { seconds, spikes } = measure(bombardment(), ms);
    return { seconds, spikes, inputs: inputs * ms, eventsPerSecond: Math.round((inputs * ms) / seconds) };
  },
};
// The first round warms up the compiler.
for (let round = 0; round < 2; round++) {
  const results = Object.fromEntries(Object.entries(cases).map(([name, run]) => [name, run()]));
  if (round === 1) console.log(JSON.stringify(results, null, 2));
}
