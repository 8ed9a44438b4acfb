import { expect, test } from "vitest";
import { type NetworkSpec, network, type ProjectionSpec } from "../../../../src/engine/network/network.ts";
import type { PlasticitySpec } from "../../../../src/engine/network/plasticity/index.ts";
import type { ConvolutionSpec } from "../../../../src/engine/network/synapses/convolution.ts";
import { Simulation } from "../../../../src/engine/simulation.ts";
import { sum } from "./twoNeurons.ts";

const pair = { kind: "stdp-pair", aPlus: 0.02, aMinus: 0.015, wMax: 1 } as const;
const rules: Record<string, PlasticitySpec | PlasticitySpec[]> = {
  pair,
  nearest: { ...pair, pairing: "nearest", dependence: "multiplicative" },
  triplet: {
    kind: "stdp-triplet",
    ...{ aPlus2: 0.01, aPlus3: 0.02, aMinus2: 0.02, aMinus3: 0.01 },
    ...{ tauPlus: 17, tauMinus: 34, tauX: 100, tauY: 120, wMax: 1 },
  },
  inhibitory: { kind: "stdp-inhibitory", eta: 0.01, targetRate: 20, wMax: 1 },
  reward: { kind: "stdp-reward", rewards: { times: [50, 120], amount: 1 }, wMax: 1, eta: 1 },
  derivative: { kind: "stdp-derivative", period: 10, drift: 1e-3, wMax: 1 },
  several: [
    pair,
    { kind: "short-term", use: 0.6, tauRec: 50, tauFacil: 20 },
    { kind: "homeostasis", targetRate: 20, tauRate: 100, tauScaling: 500 },
  ],
  "three-factor": { kind: "three-factor", eta: 0.1, eligibility: "pair" },
};

/** A small recurrent network that learns everywhere between its excitatory neurons. */
function recurrent(
  plasticity: PlasticitySpec | PlasticitySpec[],
  extra: Partial<ProjectionSpec>,
  cuts: number[],
) {
  const neuron = { tauMem: 20, vThreshold: 1, reset: "fixed", tauRef: 2 } as const;
  const spec: NetworkSpec = {
    populations: { E: { size: 12, neuron }, I: { size: 3, neuron } },
    projections: [
      {
        name: "plastic",
        ...{ from: "E", to: "E", connect: { kind: "probability", p: 0.6, autapses: false } },
        weights: rng => rng.uniformIn(0, 0.3),
        delay: 1.5,
        plasticity,
        ...extra,
      },
      { from: "E", to: "I", weights: 0.2, delay: 1 },
      { from: "I", to: "E", weights: -0.3, delay: 1 },
    ],
    stimuli: [{ to: "E", kind: "poisson", rate: 300, weight: 0.3 }],
  };
  const simulation = new Simulation(network(spec));
  for (const t of cuts) {
    simulation.runUntil(t);
    simulation.weights("plastic");
  }
  simulation.runUntil(200);
  return simulation;
}

const drawn: Partial<ProjectionSpec> = { delay: rng => rng.uniformIn(0.3, 4) };
const variants: [string, Partial<ProjectionSpec>][] = [
  ["one axonal delay", {}],
  ["one dendritic delay", { delayKind: "dendritic" }],
  ["axonal delays", drawn],
  ["dendritic delays", { ...drawn, delayKind: "dendritic" }],
];
const cases = Object.keys(rules).flatMap(rule =>
  variants
    .filter(([, { delayKind }]) => !delayKind || !["reward", "derivative", "three-factor"].includes(rule))
    .map(([name, extra]) => [rule, name, extra] as const),
);

test.each(cases)("%s, %s: cutting a run and reading weights change nothing", (rule, _, extra) => {
  const whole = recurrent(rules[rule], extra, []);
  const pieces = recurrent(rules[rule], extra, [0, 0.1, 33.33, 34, 120, 199.5]);
  expect(pieces.weights("plastic")).toEqual(whole.weights("plastic"));
  expect(pieces.raster()).toEqual(whole.raster());
  expect(whole.raster().times.length).toBeGreaterThan(50);
});

test.each(variants)("%s: in a network, all pairs of its raster give the weights", (_, extra) => {
  const simulation = recurrent({ ...pair, aPlus: 0.002, aMinus: 0.0015, wMin: -10, wMax: 10 }, extra, []);
  const start = recurrent({ ...pair, aPlus: 0, aMinus: 0 }, extra, []).weights("plastic");
  const { times, neurons, populationIndex } = simulation.raster();
  const trains: number[][] = Array.from({ length: 12 }, () => []);
  times.forEach((t, k) => {
    if (populationIndex[k] === 0) trains[neurons[k]].push(t);
  });
  const { pre, post } = simulation.connections("plastic");
  const { synapses } = simulation.network.projections[0];
  const delays = new Float64Array(synapses.synapses);
  for (let i = 0; i < 12; i++)
    for (let cursor = 0; cursor < synapses.rowLength(i); ) {
      const d = synapses.delayAt(i, cursor);
      cursor = synapses.deliver(i, cursor, (_j, _w, s) => {
        delays[s] = d;
      });
    }
  simulation.weights("plastic").forEach((w, s) => {
    const d = delays[s];
    const lag = extra.delayKind === "dendritic" ? -d : d;
    // Frames end at 200 ms: what is still on its way has not been seen.
    const x = trains[pre[s]].map(t => t + d).filter(t => t <= 200);
    const y = trains[post[s]].map(t => t + d - lag).filter(t => t <= 200);
    const plus = sum(y.flatMap(t => x.filter(u => u <= t).map(u => Math.exp(-(t - u) / 20))));
    const minus = sum(x.flatMap(t => y.filter(u => u < t).map(u => Math.exp(-(t - u) / 20))));
    expect(w - start[s]).toBeCloseTo(20 * (0.002 * plus - 0.0015 * minus), 5);
  });
});

test("rules on one projection act together: depression scales what STDP has learnt", () => {
  const net = network({
    populations: {
      in: { size: 1, neuron: "input" },
      n: { size: 1, neuron: { tauMem: Infinity, vThreshold: 1.25, reset: "fixed" } },
    },
    projections: [
      {
        from: "in",
        to: "n",
        weights: [1],
        plasticity: [
          { kind: "stdp-pair", aPlus: 0.5, aMinus: 0, wMax: 2 },
          { kind: "short-term", use: 0.5, tauRec: 100 },
        ],
      },
    ],
  });
  const simulation = new Simulation(net);
  simulation.stimulate("in", [0, 10, 20, 30, 40, 50], [0, 0, 0, 0, 0, 0]);
  let [x, v, w] = [1, 0, 1];
  for (let t = 0; t <= 50; t += 10) {
    v += w * 0.5 * x;
    x = 1 - (1 - 0.5 * x) * Math.exp(-10 / 100);
    if (v >= 1.25) {
      v = 0;
      // One pair with the spike that caused it, and with those before.
      w = Math.min(2, w + sum(Array.from({ length: t / 10 + 1 }, (_, k) => Math.exp((-10 * k) / 20))));
    }
    simulation.runUntil(t);
    expect(simulation.potential("n", 0)).toBeCloseTo(v, 6);
  }
  expect(simulation.weights("in->n")[0]).toBe(2);
});

const kernel: ConvolutionSpec = {
  ...{ kind: "convolution", shape: [5, 4, 2], kernel: [3, 2], filters: 3 },
  ...{ padding: "same", stride: [2, 1] },
};

/** One projection with so many weights that several synapses have one, and the same synapses with a weight each. */
function shared(plasticity: PlasticitySpec, mode: "exact" | "grid") {
  const weights = Float32Array.from({ length: 36 }, (_, k) => 0.1 + 0.01 * k);
  const build = (own: Partial<ProjectionSpec>) => {
    const simulation = new Simulation(
      network({
        populations: {
          image: { size: 40, neuron: "input" },
          map: { size: 36, neuron: { tauMem: 20, vThreshold: 1, reset: "fixed", tauRef: 2 } },
        },
        projections: [{ name: "plastic", from: "image", to: "map", weights, delay: 1, plasticity, ...own }],
        stimuli: [{ to: "image", kind: "poisson", rate: 40 }],
      }),
      { mode },
    );
    for (const t of [40, 90]) {
      simulation.runUntil(t);
      if (plasticity.kind === "three-factor")
        simulation.modulate(
          "plastic",
          Float64Array.from({ length: 36 }, (_, j) => (j % 5) - 2),
        );
    }
    return simulation;
  };
  const together = build({ connect: kernel, weights: weights.slice() });
  const places: number[] = [];
  const { synapses } = together.network.projections[0];
  for (let i = 0; i < 40; i++) synapses.deliver(i, 0, (_j, _w, s) => void places.push(s));
  const { pre, post } = together.connections("plastic");
  const apart = build({ connect: { kind: "pairs", pre, post }, weights: places.map(s => weights[s]) });
  return { weights, together, places, apart };
}

/** So small that spikes stay what they are. */
const smallRules: Record<string, PlasticitySpec> = {
  "stdp-pair": { ...pair, aPlus: 2e-5, aMinus: 1.5e-5, wMax: 1 },
  "stdp-inhibitory": { kind: "stdp-inhibitory", eta: 1e-5, targetRate: 20, wMax: 1 },
  trace: { kind: "three-factor", eta: 1e-5 },
  timing: { kind: "three-factor", eta: 1e-5, eligibility: "timing" },
  pair: { kind: "three-factor", eta: 1e-5, eligibility: "pair", aMinus: 0.5 },
  online: { kind: "three-factor", eta: 1e-5, eligibility: "online", end: 90 },
};

test.each(Object.keys(smallRules).flatMap(name => [[name, "exact"] as const, [name, "grid"] as const]))(
  "%s, %s mode: a shared weight takes the changes of all its synapses",
  (name, mode) => {
    const { weights, together, places, apart } = shared(smallRules[name], mode);
    expect(together.raster()).toEqual(apart.raster());
    expect(together.raster().times.length).toBeGreaterThan(100);
    const changes = new Float64Array(36);
    const list = apart.weights("plastic");
    places.forEach((s, k) => {
      changes[s] += list[k] - weights[s];
    });
    const largest = Math.max(...changes.map(Math.abs));
    expect(largest).toBeGreaterThan(1e-5);
    together.weights("plastic").forEach((w, s) => {
      // Each change of a weight in 32 bits is off by up to 1 % of these.
      expect(Math.abs(w - weights[s] - changes[s])).toBeLessThan(0.02 * largest);
    });
  },
);

test("depression by use is that of the list of synapses, whose weights stay", () => {
  const { weights, together, apart } = shared({ kind: "short-term", use: 0.5, tauRec: 100 }, "exact");
  expect(together.raster()).toEqual(apart.raster());
  expect(together.weights("plastic")).toEqual(Float64Array.from(weights));
});

const populations: NetworkSpec["populations"] = {
  a: { size: 2, neuron: "input" },
  b: { size: 2, neuron: { vThreshold: 1 } },
};

test.each<[Record<string, unknown>, string]>([
  [{ plasticity: { kind: "stdp" } }, "projections[0].plasticity.kind: expected one of stdp-pair, "],
  [
    { plasticity: { ...pair, tauPlus: -1 } },
    "projections[0].plasticity.tauPlus: expected a time in ms above 0, got -1",
  ],
  [
    { plasticity: { ...pair, wMax: Infinity } },
    "projections[0].plasticity.wMax: expected a bound, which additive changes are relative to, got Infinity",
  ],
  [
    { plasticity: [pair, { kind: "short-term", use: 2, tauRec: 1 }] },
    "projections[0].plasticity[1].use: expected a fraction above 0, up to 1, got 2",
  ],
  [{ plasticity: { ...pair, tau: 3 } }, "projections[0].plasticity.tau: expected a parameter of stdp-pair"],
  [
    { plasticity: pair, weights: new Float32Array([0, 1, -1, 0]) },
    "projections[0].weights[2]: expected 0 to 1, the bounds of the plasticity, got -1; inhibitory synapses",
  ],
  [{ plasticity: pair, delayKind: "somatic" }, "projections[0].delayKind: expected one of axonal, dendritic"],
  [
    { plasticity: rules.reward, delayKind: "dendritic" },
    "projections[0].delayKind: expected axonal with stdp-reward, got dendritic",
  ],
  [
    { plasticity: rules.derivative, delayKind: "dendritic" },
    "projections[0].delayKind: expected axonal with stdp-derivative, got dendritic",
  ],
  [
    { plasticity: { kind: "stdp-derivative", period: 0.5 } },
    "projections[0].plasticity.period: expected 1 ms or more, got 0.5",
  ],
  [
    { plasticity: { kind: "stdp-derivative", keep: 1.5 } },
    "projections[0].plasticity.keep: expected 0 to 1, got 1.5",
  ],
  [
    { plasticity: { kind: "homeostasis", targetRate: 0, tauScaling: 1 } },
    "projections[0].plasticity.targetRate: expected a rate in Hz above 0, got 0",
  ],
  [{ wieghts: 1 }, "projections[0].wieghts: expected a field of a projection"],
])("impossible plasticity is refused with its path: %#", (extra, message) => {
  const projection = { from: "a", to: "b", weights: new Float32Array(4), ...extra } as ProjectionSpec;
  expect(() => network({ populations, projections: [projection] })).toThrow(message);
});
