/** What cannot be simulated is refused, or stopped, with a message that says where; nothing hangs. */
import { expect, test } from "vitest";
import { type NetworkSpec, network } from "../../../src/engine/network/network.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { InputError } from "../../../src/errors.ts";

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

test.each<[object | null, string]>([
  [null, "expected a network, an object with fields, got null"],
  [{}, "populations: expected populations by name, an object with fields, got none"],
  [{ populations: { n: null } }, "populations.n: expected a population, an object with fields, got null"],
  [
    { populations: { n: { size: "2", neuron: "input" } } },
    'populations.n.size: expected an integer of 1 or more, got "2"',
  ],
  [
    { populations: { n: { size: 1e12, neuron: "input" } } },
    "populations.n.size: expected at most 2147483647, got 1000000000000",
  ],
  [
    { populations: { n: { size: 2 } } },
    'populations.n.neuron: expected "input" or a neuron model with its parameters, an object',
  ],
  [
    neuron("lif" as never),
    'populations.n.neuron: expected "input" or a neuron model with its parameters, an object',
  ],
  [spec({ projections: {} as never }), "projections: expected a list of projections, got a map"],
  [
    spec({ projections: [null as never] }),
    "projections[0]: expected a projection, an object with fields, got null",
  ],
  [
    projection({ weights: undefined }),
    "projections[0].weights: expected a list of numbers, one for each synapse, or one number, got none",
  ],
  [
    projection({ weights: "1 mV" }),
    'projections[0].weights: expected a list of numbers, one for each synapse, or one number, got "1 mV"',
  ],
  [
    projection({ delay: "1 ms" }),
    'projections[0].delay: expected a list of numbers, one for each synapse, or one number, got "1 ms"',
  ],
  [
    projection({ connect: "all" }),
    'projections[0].connect: expected a connectivity, an object with fields, got "all"',
  ],
  [
    projection({ connect: { kind: "probability" } }),
    "projections[0].connect.p: expected a probability from 0 to 1, got none",
  ],
  [
    projection({ connect: { kind: "probability", p: 1, n: 2 } }),
    "projections[0].connect.n: expected a field of probability (kind, p, autapses)",
  ],
  [
    projection({ connect: { kind: "pairs", pre: [0] } }),
    "projections[0].connect.post: expected a list of neurons, got none",
  ],
  [
    projection({ plasticity: null }),
    "projections[0].plasticity: expected a plasticity rule, an object with fields, got null",
  ],
  [spec({ stimuli: [null as never] }), "stimuli[0]: expected a stimulus, an object with fields, got null"],
  [spec({ stimuli: {} as never }), "stimuli: expected a list of stimuli, got a map"],
  [
    spec({ stimuli: [{ to: "in", kind: "poisson", rate: 1, neurons: 1 as never }] }),
    "stimuli[0].neurons: expected a list of neurons, got 1",
  ],
  [
    spec({ populations: { n: { size: 2, neuron: cell, initial: -60 as never } }, projections: [] }),
    "populations.n.initial: expected the initial state, an object with fields, got -60",
  ],
  [
    spec({ populations: { n: { size: 2, neuron: cell, initial: { V: 1 } as never } }, projections: [] }),
    "populations.n.initial.V: expected a field of the initial state (v)",
  ],
])("what a caller without types may write is refused, by name: %#", (wrong, message) => {
  expect(() => network(wrong as never)).toThrow(InputError);
  expect(() => network(wrong as never)).toThrow(message);
});

test("a seed that is no whole number is refused, and so is another option", () => {
  expect(() => network(spec({}), { seeds: 3 } as never)).toThrow(
    "options.seeds: expected a field of the options (seed)",
  );
  for (const seed of [-1, 1.5, Number.NaN, "1" as never])
    expect(() => network(spec({}), { seed })).toThrow(/^seed: expected an integer of 0 or more, got /);
});

test.each<[object, string]>([
  [{ mod: "grid" }, "options.mod: expected a field of a simulation's options (mode, dt, "],
  [{ dt: 0.1 }, 'dt: expected it with mode "grid", got 0.1'],
  [{ mode: "exact", workers: 2 }, 'workers: expected it with mode "grid", got 2'],
  [{ onSpike: 3 }, "onSpike: expected a function, got 3"],
  [
    { record: { potentials: [] } },
    "record.potentials: expected a field of a recording (spikes, rates, neurons, weights)",
  ],
  [{ record: { spikes: "n" } }, 'record.spikes: expected a list of names of populations, got "n"'],
  [{ record: { neurons: {} } }, "record.neurons: expected a list of recordings, got a map"],
  [
    { record: { neurons: [{ population: "n", interval: 1 }] } },
    "record.neurons[0].neurons: expected a list of neurons",
  ],
  [
    { record: { neurons: [{ population: "n", neurons: [0], every: 1 }] } },
    "record.neurons[0].every: expected a field of",
  ],
])("options of a simulation with %j are refused", (options, message) => {
  const net = network(spec({}));
  expect(() => new Simulation(net, options)).toThrow(InputError);
  expect(() => new Simulation(net, options)).toThrow(message);
});

test("a description is no network yet", () => {
  expect(() => new Simulation(spec({}) as never)).toThrow(
    "network: expected what network(description) returns, got a map",
  );
  expect(() => new Simulation(network(spec({}))).at(1, undefined as never)).toThrow(
    "at: expected a function to call, got none",
  );
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
  net.projections[0].synapses.weights.fill(Number.NaN);
  expect(() => new Simulation(net).run(10)).toThrow(/^n, neuron \d, t = 2 ms: expected finite weights/);
});
