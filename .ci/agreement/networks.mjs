// Networks that against_nest.py runs in NEST, and against_brian.py in Brian2: the program of each, and what our engine
// makes of it. Usage: networks.mjs FOLDER, after `npm run build`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { networkModels } from "../../dist/models/index.js";
import { describe } from "../../dist/src/description/describe.js";
import { override } from "../../dist/src/description/override.js";
import { network } from "../../dist/src/engine/network/network.js";
import { Simulation } from "../../dist/src/engine/simulation.js";
import { nestCircuit } from "../../dist/src/io/nest/circuit.js";
import { writeNest } from "../../dist/src/io/nest/script.js";
import { encodeNpy } from "../../dist/src/io/npy.js";
import { npzPieces } from "../../dist/src/io/npz.js";
import { Rng } from "../../dist/src/math/rng.js";

const [folder] = process.argv.slice(2);
const seed = 1;
const dtMs = 0.1;
/** Steps of half the length, for every other to be a usual one. */
const HALF = dtMs / 2;
const grid = { mode: "grid", dt: dtMs, precision: "double" };

/** Independent trains of one rate [Hz] on every `every`th point of the lattice, or anywhere in time. */
function trains(name, size, rate, from, until, every = 1) {
  const rng = new Rng(seed, name);
  const events = [];
  for (let i = 0; i < size; i++) {
    let t = from;
    for (;;) {
      t += rng.exponential(rate / 1000);
      if (t > until) break;
      events.push([every ? (Math.round(t / dtMs / every) * every) / 10 : t, i]);
    }
  }
  events.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return { to: "in", kind: "spikes", times: events.map(([t]) => t), neurons: events.map(([, i]) => i) };
}

/** Without second spikes of a neuron at one time, which Brian2's generator has not. */
function once({ times, neurons, ...rest }) {
  const first = (t, k) => times[k - 1] !== t || neurons[k - 1] !== neurons[k];
  return { ...rest, times: times.filter(first), neurons: neurons.filter((_, k) => first(times[k], k)) };
}

/** Every neuron refractory for an odd number of steps. */
const odd = populations =>
  Object.fromEntries(
    Object.entries(populations).map(([name, { neuron, ...rest }]) => [
      name,
      { ...rest, neuron: { ...neuron, tauRef: 2 + HALF } },
    ]),
  );

const input = size => ({ in: { size, neuron: "input" } });

const cuba = () => describe(networkModels.cuba).spec;

/** Alpha currents of the same charge, and a drive that keeps the network going. */
function cubaAlpha() {
  const spec = cuba();
  const populations = Object.fromEntries(
    Object.entries(spec.populations).map(([name, { neuron, ...rest }]) => [
      name,
      { ...rest, neuron: { ...neuron, model: "lif-alpha", tauExc: 2.5, tauInh: 5, bias: 0.6 } },
    ]),
  );
  return { ...spec, populations };
}

/**
 * Brunel's network, its outside input as trains of a population that all draw from. On the lattice, delays and inputs are
 * an even number of steps and the refractory time is an odd one: nothing reaches a neuron at the very end of that time,
 * which the engine takes and NEST loses.
 */
function brunel(scale, every) {
  const { populations, projections } = describe(
    override(override(networkModels.brunel, `parameters.scale=${scale}`), `parameters.J=${0.1 / scale} mV`),
  ).spec;
  const outside = Math.round(1000 * scale);
  const [size, degree] = [5 * outside, outside / 2];
  const [weights, delay] = [0.1 / scale, 1.5];
  return {
    populations: { ...(every ? odd(populations) : populations), ...input(size) },
    projections: [
      ...projections,
      ...["E", "I"].map(to => ({ from: "in", to, connect: { kind: "inDegree", n: degree }, weights, delay })),
    ],
    // Twice the rate that brings the mean potential to threshold, over all inputs of a neuron.
    stimuli: [trains("brunel", size, (2 * 20 * 1000) / (weights * 20 * degree), 1, 1000, every)],
  };
}

/**
 * 100 neurons that fire when they are told to, on odd points of the lattice, with synapses that learn and delays of an odd
 * number of steps: nothing reaches a synapse from both sides at once, which NEST and the engine pair differently. A last
 * volley has NEST, which looks at a synapse when its presynaptic neuron fires, take in what happened.
 */
function taught(plasticity, weights, gain = 1) {
  const told = trains("told", 100, 10, 1, 9980, 2);
  for (let i = 0; i < 100; i++) {
    told.times.push(9990);
    told.neurons.push(i);
  }
  const neuron = { tauMem: 20, vThreshold: 15, reset: "fixed", tauRef: 2.1 };
  return {
    populations: { ...input(100), n: { size: 100, neuron } },
    projections: [
      { from: "in", to: "n", connect: { kind: "oneToOne" }, weights: 40, delay: 0.1 },
      {
        ...{ name: "own", from: "n", to: "n", connect: { kind: "probability", p: 0.1, autapses: false } },
        ...{ weights, delay: 1.5, gain, plasticity, delayKind: "dendritic" },
      },
    ],
    stimuli: [told],
  };
}

const hippocampus = {
  tauPlus: 16.8,
  tauMinus: 33.7,
  aPlus2: 6.1e-3,
  aPlus3: 6.7e-3,
  aMinus2: 1.6e-3,
  aMinus3: 1.4e-3,
};
const around = w => rng => rng.uniformIn(0.5 * w, 1.5 * w);

const shortTerm = {
  populations: {
    ...input(100),
    n: {
      size: 100,
      neuron: { model: "lif-exp", tauMem: 20, vThreshold: 15, reset: "fixed", tauRef: 2, weightAs: "peak" },
    },
  },
  projections: [
    { from: "in", to: "n", connect: { kind: "probability", p: 0.3 }, weights: around(1.2), delay: 0.5 },
    {
      ...{
        name: "own",
        from: "n",
        to: "n",
        connect: { kind: "probability", p: 0.2 },
        weights: around(1.5),
        delay: 1.5,
      },
      plasticity: { kind: "short-term", use: 0.3, tauRec: 200, tauFacil: 100 },
    },
  ],
  stimuli: [trains("short-term", 100, 20, 1, 10_000)],
};

const adaptive = {
  populations: {
    ...input(100),
    n: {
      size: 200,
      neuron: { model: "alif", tauMem: 20, vThreshold: 15, reset: "fixed", tauAdapt: 150, beta: 1.5 },
    },
  },
  projections: [
    { from: "in", to: "n", connect: { kind: "probability", p: 0.3 }, weights: around(1.5), delay: 0.5 },
    {
      from: "n",
      to: "n",
      connect: { kind: "probability", p: 0.1 },
      weights: r => r.normal(0, 1),
      delay: 1.5,
    },
  ],
  stimuli: [once(trains("alif", 100, 40, 1, 1000))],
};

/** Every kind of input whose spikes and currents are known, into 100 neurons. */
const each = f => Array.from({ length: 100 }, (_, i) => f(i));
const inputs = {
  populations: {
    ...input(100),
    n: {
      size: 100,
      neuron: { model: "lif-exp", tauMem: 20, vThreshold: 15, reset: "fixed", tauRef: 2, bias: 0.6 },
    },
  },
  projections: [
    {
      from: "in",
      to: "n",
      connect: { kind: "probability", p: 0.1 },
      weights: around(1),
      delay: r => Math.round(r.uniformIn(10, 50)) / 10,
    },
  ],
  stimuli: [
    { to: "in", kind: "poisson", rate: 20 },
    { ...trains("onto neurons", 100, 10, 1, 1000), to: "n", weight: each(i => 0.02 * i) },
    { to: "n", kind: "regular", interval: 50, start: 7, weight: -2 },
    { to: "n", kind: "current", current: each(i => 0.002 * i) },
    { to: "n", kind: "current", current: 0.3, start: 30.2, stop: 600, neurons: [1, 2, 50] },
    { to: "n", kind: "current", times: [0, 500, 700], currents: [0.1, 0.3, 0] },
  ],
};

const cases = {
  "inputs-exact": [inputs, {}, 1000],
  "inputs-grid": [inputs, grid, 1000],
  "brunel-exact": [brunel(0.2, 0), {}, 1000],
  "cuba-exact": [cuba(), {}, 1000],
  "alpha-exact": [cubaAlpha(), {}, 1000],
  "brunel-grid": [brunel(0.2, 1), { ...grid, dt: HALF }, 1000],
  "cuba-grid": [cuba(), grid, 1000],
  "alpha-grid": [cubaAlpha(), grid, 1000],
  pairs: [taught({ kind: "stdp-pair", aPlus: 0.01, aMinus: 0.0105, wMax: 1 }, around(0.5)), grid, 9992],
  multiplicative: [
    taught(
      { kind: "stdp-pair", dependence: "multiplicative", mu: 0.5, aPlus: 0.01, aMinus: 0.0105, wMax: 1 },
      around(0.5),
    ),
    ...[grid, 9992],
  ],
  triplets: [
    taught(
      { kind: "stdp-triplet", ...hippocampus, tauX: 946, tauY: 27, wMin: 0, wMax: 1, wRef: 0.1 },
      around(0.5),
    ),
    ...[grid, 9992],
  ],
  inhibitory: [
    taught({ kind: "stdp-inhibitory", eta: 0.005, targetRate: 8, wMin: 0, wMax: 1 }, around(0.5), -1),
    ...[grid, 9992],
  ],
  "short-term": [shortTerm, grid, 10_000],
  alif: [adaptive, grid, 1000],
};

for (const [name, [spec, options, durationMs]] of Object.entries(cases)) {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const net = network(spec, { seed });
  if (name !== "alif") {
    const how = { precise: options.mode !== "grid", dtMs: options.dt ?? dtMs, durationMs, seed };
    await writeNest(nestCircuit(spec, net, how), name, own);
  }
  const simulation = new Simulation(net, options);
  const learning = net.projections.some(projection => projection.name === "own");
  const begin = learning ? simulation.weights("own") : null;
  simulation.run(durationMs);
  const { times, populationIndex, neurons } = simulation.raster();
  const arrays = { times, population: populationIndex, neuron: neurons };
  if (name === "alif") {
    spec.projections.forEach((_, q) => {
      Object.assign(arrays, {
        [`pre_${q}`]: simulation.connections(q).pre,
        [`post_${q}`]: simulation.connections(q).post,
      });
      arrays[`weight_${q}`] = simulation.weights(q);
    });
  } else if (learning) {
    Object.assign(arrays, { begin, weights: simulation.weights("own") });
    arrays.potentials = Float64Array.from({ length: 100 }, (_, i) => simulation.potential("n", i));
    Object.assign(arrays, simulation.connections("own"));
  }
  const entries = Object.entries(arrays).map(([key, data]) => [key, [encodeNpy(data)]]);
  writeFileSync(join(own, "ours.npz"), Buffer.concat([...npzPieces(entries)]));
}
