/** What cannot be simulated is refused, or stopped, with a message that says where; nothing hangs. */
import { expect, test } from "vitest";
import { type NetworkSpec, network } from "../../src/engine/network.ts";
import { Simulation } from "../../src/engine/simulation.ts";

const cell = { vThreshold: 10 };
const spec = (changes: Partial<NetworkSpec>): NetworkSpec => ({
  populations: { in: { size: 2, neuron: "input" }, n: { size: 2, neuron: cell } },
  projections: [{ from: "in", to: "n", weights: 1 }],
  ...changes,
});
const neuron = (parameters: object) =>
  spec({ populations: { in: { size: 2, neuron: "input" }, n: { size: 2, neuron: parameters as never } } });
const projection = (fields: object) =>
  spec({ projections: [{ from: "in", to: "n", weights: 1, ...fields } as never] });

const times: [string, object][] = [
  ["tauMem", { ...cell }],
  ["tauExc", { ...cell, model: "lif-exp" }],
  ["tauInh", { ...cell, model: "lif-exp" }],
  ["tauExc", { ...cell, model: "lif-alpha" }],
  ["tauInh", { ...cell, model: "lif-alpha" }],
  ["tauAdapt", { ...cell, model: "alif", beta: 1 }],
];
test.each(times.flatMap(([field, of]) => [0, -5, Number.NaN].map(value => [field, value, of] as const)))(
  "a neuron's %s of %d ms is refused",
  (field, value, of) => {
    expect(() => network(neuron({ ...of, [field]: value }))).toThrow(
      new RegExp(`^populations\\.n\\.neuron\\.${field}: expected a time in ms above 0.*got ${value}$`),
    );
  },
);

const rules: [string, string][] = [
  ["stdp-pair", "tauPlus"],
  ["stdp-pair", "tauMinus"],
  ["stdp-reward", "tauEligibility"],
  ["stdp-reward", "tauDopamine"],
];
test.each(rules.flatMap(([kind, field]) => [0, -5, Number.NaN].map(value => [kind, field, value] as const)))(
  "%s with a %s of %d ms is refused",
  (kind, field, value) => {
    const amplitudes = kind === "stdp-pair" ? { aPlus: 1, aMinus: 1, wMax: 2 } : {};
    const build = () => network(projection({ plasticity: { kind, ...amplitudes, [field]: value } }));
    expect(build).toThrow(`projections[0].plasticity.${field}: expected a time in ms above 0, got ${value}`);
  },
);

test.each<[object, string]>([
  [{ from: "cortex" }, "projections[0].from: expected one of in, n, got cortex"],
  [{ to: "cortex" }, "projections[0].to: expected one of in, n, got cortex"],
  [{ weights: Number.NaN }, "projections[0].weights: expected a finite number, got NaN"],
  [{ weights: [1, 2, Infinity, 4] }, "projections[0].weights[2]: expected a finite number, got Infinity"],
  [{ weights: () => Number.NaN }, "projections[0].weights[0]: expected a finite number, got NaN"],
  [{ delay: -1 }, "projections[0].delay: expected 0 ms or more, got -1"],
  [{ delay: Number.NaN }, "projections[0].delay: expected 0 ms or more, got NaN"],
  [{ delay: () => -0.5 }, "projections[0].delay[0]: expected 0 ms or more, got -0.5"],
  [{ gain: Number.NaN }, "projections[0].gain: expected a finite number, got NaN"],
  [{ name: "" }, 'projections[0].name: expected a name, got ""'],
  [{ weight: 1 }, "projections[0].weight: expected a field of a projection"],
])("a projection with %j is refused", (fields, message) => {
  expect(() => network(projection(fields))).toThrow(message);
});

test("a network that diverges is stopped where it does: by its spikes, by a burst, by a weight that is no number", () => {
  const loop = (weights: number, reset: "fixed" | "subtract" = "subtract") =>
    network({
      populations: { n: { size: 2, neuron: { ...cell, reset } } },
      projections: [{ from: "n", to: "n", weights, delay: 1 }],
      stimuli: [{ to: "n", kind: "spikes", times: [1], neurons: [0], weight: 11 }],
    });
  expect(() => new Simulation(loop(25, "fixed"), { spikeBudget: 5000 }).run(1e9)).toThrow(
    /^n, neuron [01], t = \d+ ms: expected at most 5000 spikes of the population in this run; the network runs away/,
  );
  expect(() => new Simulation(loop(1e9)).run(1e9)).toThrow(/^n, neuron 0 fired \d+ times at t = 2 ms/);
  const net = loop(1);
  net.projections[0]!.synapses.weights.fill(Number.NaN);
  expect(() => new Simulation(net).run(10)).toThrow(/^n, neuron \d, t = 2 ms: expected finite weights/);
});
