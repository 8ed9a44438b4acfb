/** A circuit that learns while spikes flow: a description alone, where errors and third factors are spikes like others. */
import { expect, test } from "vitest";
import { describe } from "../../src/description/describe.ts";
import { network } from "../../src/engine/network/network.ts";
import { Simulation } from "../../src/engine/simulation.ts";
import { Rng } from "../../src/math/rng.ts";

const SAMPLES = 300;
/** From the beginning of one sample to that of the next [ms]. */
const PERIOD = 100;
/** Spikes of hidden, output and error neurons stand for their thresholds; one of the input for this. */
const [hidden, output, error, input] = [0.25, 0.1, 0.2, 0.25];

/** Exclusive or, which no readout of the input learns: two of four inputs fire, and the neuron of the class from 10 ms on. */
function samples(seed: number) {
  const rng = new Rng(seed, "samples");
  const inputs = { times: [] as number[], neurons: [] as number[] };
  const labels = { times: [] as number[], neurons: [] as number[] };
  const classes = Array.from({ length: SAMPLES }, (_, s) => {
    const [a, b] = [0, 1].map(() => Number(rng.uniform() < 0.5));
    const fire = (train: typeof inputs, neuron: number, from: number, to: number, every: number) => {
      for (let t = from; t < to; t += every) {
        train.times.push(s * PERIOD + t);
        train.neurons.push(neuron);
      }
    };
    fire(inputs, a, 2.5, 50, 5);
    fire(inputs, 2 + b, 2.5, 50, 5);
    fire(labels, a ^ b, 10, 55, 2);
    return a ^ b;
  });
  return { inputs, labels, classes };
}

/**
 * Direct feedback alignment. Output spikes excite E+ and inhibit E-, those of the labels do the opposite, and a spike of one
 * brings the other up; spikes of both reach the outputs' modulators and, through fixed random weights, the hidden ones'.
 */
function circuit(seed: number, size: number, hiddenRate: number) {
  const { inputs, labels, classes } = samples(seed);
  const rng = new Rng(seed, "feedback");
  const B = Array.from({ length: 2 * size }, () => rng.normal());
  const cell = (vThreshold: number) => ({ tauMem: "20 ms", vThreshold });
  const modulators = { error: { tau: "20 ms" } };
  const learns = (rate: number, height: number, gate: string) => ({
    plasticity: {
      ...{ kind: "three-factor", eligibility: "online", modulator: "error" },
      ...{ eta: -rate, height, gate },
    },
  });
  const each = { connect: { kind: "oneToOne" } };
  const errors = (own: string, other: string, sign: number) => [
    { from: "output", to: own, ...each, weights: output, gain: sign },
    { from: "label", to: own, ...each, weights: output, gain: -sign },
    { from: own, to: other, ...each, weights: error, delay: "0.1 ms" },
    { from: own, to: "output", target: "error", ...each, weights: error, gain: sign, delay: "1 ms" },
    { from: own, to: "hidden", target: "error", weights: B, gain: sign * error, delay: "1 ms" },
  ];
  const model = {
    name: "circuit",
    populations: {
      input: { size: 4, neuron: "input" },
      label: { size: 2, neuron: "input" },
      hidden: { size, neuron: cell(hidden), modulators },
      output: { size: 2, neuron: cell(output), modulators },
      "E+": { size: 2, neuron: cell(error) },
      "E-": { size: 2, neuron: cell(error) },
    },
    projections: [
      {
        ...{ from: "input", to: "hidden", weights: "normal(0, 0.5)", gain: input },
        ...learns(hiddenRate, input, "drive"),
      },
      { from: "hidden", to: "output", weights: 0, gain: hidden, ...learns(0.05, hidden, "none") },
      ...errors("E+", "E-", 1),
      ...errors("E-", "E+", -1),
    ],
    stimuli: [
      { to: "input", kind: "spikes", ...inputs },
      { to: "label", kind: "spikes", ...labels },
    ],
  };
  return { text: JSON.stringify(model), classes };
}

/** Of the first and the last samples: the share in which the right output fires most, and error spikes of each. */
function learn(seed: number, size: number, mode: "exact" | "grid" = "exact", hiddenRate = 0.05) {
  const { text, classes } = circuit(seed, size, hiddenRate);
  const simulation = new Simulation(network(describe(JSON.parse(text)).spec, { seed }), { mode });
  const before = simulation.weights("input->hidden");
  simulation.run(SAMPLES * PERIOD);
  const { times, neurons, populations, populationIndex } = simulation.raster();
  const outputs = classes.map(() => [0, 0]);
  const errors = classes.map(() => 0);
  times.forEach((t, k) => {
    const s = Math.min(SAMPLES - 1, Math.floor(t / PERIOD));
    const { name } = populations[populationIndex[k]];
    if (name === "output") outputs[s][neurons[k]]++;
    if (name === "E+" || name === "E-") errors[s]++;
  });
  const part = (from: number) => {
    const own = [...classes.keys()].slice(from, from + 60);
    const right = own.filter(s => outputs[s][classes[s]] > outputs[s][1 - classes[s]]).length / own.length;
    return { right, errors: own.reduce((sum, s) => sum + errors[s], 0) / own.length };
  };
  const after = simulation.weights("input->hidden");
  const changed = after.filter((w, s) => w !== before[s]).length;
  return { first: part(0), last: part(SAMPLES - 60), changed, after };
}

test.each([
  ["exact", 1],
  ["exact", 2],
  ["exact", 3],
  ["grid", 1],
] as const)("%s mode, seed %d: a circuit of 16 hidden neurons learns exclusive or", (mode, seed) => {
  const { first, last, changed } = learn(seed, 16, mode);
  expect(last.right).toBeGreaterThanOrEqual(0.98);
  expect(first.right).toBeLessThan(0.9);
  expect(last.errors).toBeLessThan(0.9 * first.errors);
  expect(changed).toBeGreaterThan(48);
});

test.each([4, 6])("seed %d: where six do not tell the classes apart, error spikes make them", seed => {
  const [frozen, learnt] = [0, 0.05].map(rate => learn(seed, 6, "exact", rate));
  expect(frozen.changed).toBe(0);
  expect(frozen.last.right).toBeLessThan(0.7);
  expect(learnt.last.right).toBeGreaterThanOrEqual(0.98);
  expect(learnt.last.errors).toBeLessThan(0.85 * frozen.last.errors);
});

test("the same text gives the same weights", () => {
  expect(learn(1, 16).after).toEqual(learn(1, 16).after);
});
