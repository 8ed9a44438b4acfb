/**
 * Samples per second of a circuit that learns while spikes flow: direct feedback alignment at 784-256-10 with error
 * neurons, one sample after another, 60 ms of the network's time each, nothing recorded. Prints one line for each mode.
 *
 *     npm run build && node dist/bench/circuit.js [samples, 300] [gate, drive]
 *
 * Inputs are noise, as bright as digits: a fifth of the pixels, 1,150 spikes a sample. The grid mode has dt 1 ms; inputs lie
 * on its lattice in both modes.
 */
import { type NetworkSpec, network, type ProjectionSpec } from "../src/engine/network/network.ts";
import { Simulation, type SimulationOptions } from "../src/engine/simulation.ts";
import { Rng } from "../src/math/rng.ts";

const [inputs, hidden, classes, sampleMs] = [784, 256, 10, 60];
const [count = "300", gate = "drive"] = process.argv.slice(2);
const samples = Number(count);

interface Train {
  readonly times: number[];
  readonly neurons: number[];
}

function trains(): { input: Train; label: Train } {
  const rng = new Rng(1, "samples");
  const [input, label]: [Train, Train] = [
    { times: [], neurons: [] },
    { times: [], neurons: [] },
  ];
  for (let s = 0; s < samples; s++) {
    for (let i = 0; i < inputs; i++) {
      if (rng.uniform() > 0.19) continue;
      const interval = 5 / rng.uniformIn(0.3, 1);
      for (let t = rng.uniform() * interval; t < sampleMs; t += interval) {
        input.times.push(s * sampleMs + Math.round(t));
        input.neurons.push(i);
      }
    }
    const right = rng.integer(classes);
    for (let t = 1; t < sampleMs; t += 2) {
      label.times.push(s * sampleMs + t);
      label.neurons.push(right);
    }
  }
  return { input, label };
}

function circuit(): NetworkSpec {
  const rng = new Rng(1, "weights");
  const B = Float32Array.from({ length: classes * hidden }, () => rng.normal() / Math.sqrt(classes));
  const learns = (height: number, gate: string) =>
    ({
      ...({ kind: "three-factor", eligibility: "online", modulator: "error", eta: -0.01 } as const),
      ...{ height, gate: gate as "drive" },
    }) as const;
  const connect = { kind: "oneToOne" } as const;
  const errors = (own: string, other: string, sign: number): ProjectionSpec[] => [
    { from: "output", to: own, connect, weights: 0.1, gain: sign },
    { from: "label", to: own, connect, weights: 0.1, gain: -sign },
    { from: own, to: other, connect, weights: 0.1, delay: 1 },
    { from: own, to: "output", target: "error", connect, weights: 0.1, gain: sign, delay: 1 },
    { from: own, to: "hidden", target: "error", weights: B, gain: 0.1 * sign, delay: 1 },
  ];
  const modulators = { error: { tau: 20 } };
  const { input, label } = trains();
  return {
    populations: {
      input: { size: inputs, neuron: "input" },
      label: { size: classes, neuron: "input" },
      hidden: { size: hidden, neuron: { vThreshold: 0.25 }, modulators },
      output: { size: classes, neuron: { vThreshold: 0.1 }, modulators },
      "E+": { size: classes, neuron: { vThreshold: 0.1 } },
      "E-": { size: classes, neuron: { vThreshold: 0.1 } },
    },
    projections: [
      {
        ...{ from: "input", to: "hidden", gain: 0.25, plasticity: learns(0.25, gate) },
        weights: rng => rng.normal() * Math.sqrt(2 / inputs),
      },
      { from: "hidden", to: "output", weights: 0, gain: 0.25, plasticity: learns(0.25, "none") },
      ...errors("E+", "E-", 1),
      ...errors("E-", "E+", -1),
    ],
    stimuli: [
      { to: "input", kind: "spikes", ...input },
      { to: "label", kind: "spikes", ...label },
    ],
  };
}

function measure(options: SimulationOptions): object {
  const simulation = new Simulation(network(circuit()), { ...options, record: { spikes: [] } });
  // The loops are compiled, and the populations warm.
  const warm = Math.ceil(samples / 10);
  simulation.run(warm * sampleMs);
  const from = process.cpuUsage();
  simulation.run((samples - warm) * sampleMs);
  const { user, system } = process.cpuUsage(from);
  return {
    mode: options.mode,
    gate,
    samplesPerSecond: Math.round((1e6 * (samples - warm)) / (user + system)),
    eventsPerSample: Math.round(simulation.synapticEvents / samples),
    changesPerSample: Math.round(simulation.synapseUpdates / samples),
  };
}

for (const options of [{ mode: "exact" }, { mode: "grid", dt: 1 }] as const)
  console.log(JSON.stringify(measure(options)));
