import { expect, test } from "vitest";
import { describe as describeModel } from "../../src/description/describe.ts";
import { override } from "../../src/description/override.ts";
import { network } from "../../src/engine/network/network.ts";
import { Simulation } from "../../src/engine/simulation.ts";
import type { InputError } from "../../src/errors.ts";

const model = {
  name: "pair",
  parameters: { J: "2 mV", g: 4, n: "10 * g" },
  populations: {
    in: { size: "n", neuron: "input" },
    out: {
      size: 3,
      neuron: {
        model: "lif",
        tauMem: "0.02 s",
        vThreshold: "20 mV",
        vReset: "10 mV",
        tauRef: "2 ms",
        reset: "fixed",
      },
    },
  },
  projections: [
    {
      from: "in",
      to: "out",
      connect: { kind: "inDegree", n: "n / 4" },
      weights: "J",
      delay: "normal(1.5 ms, 0.1 ms)",
    },
    { from: "out", to: "out", connect: { kind: "all", autapses: false }, weights: "-g * J", delay: "1 ms" },
  ],
};

test("quantities become ms and mV, expressions see the parameters, and the network runs", () => {
  const { name, spec } = describeModel(model);
  expect(name).toBe("pair");
  expect(spec.populations.in.size).toBe(40);
  expect(spec.populations.out.neuron).toMatchObject({ tauMem: 20, vThreshold: 20, vReset: 10, tauRef: 2 });
  expect(spec.projections![1]).toMatchObject({ weights: -8, delay: 1 });
  const net = network(spec, { seed: 3 });
  expect(net.projections[0].synapses.synapses).toBe(30);
  const simulation = new Simulation(net);
  simulation.stimulate("in", [1], [0]);
  simulation.run(5);
  expect(simulation.time).toBe(5);
});

test.each<[string, string]>([
  ["projections[0].delay=-1", "projections[0].delay: expected 0 ms or more, got -1"],
  ["projections[1].delay=3 mV", 'projections[1].delay: expected a time such as "1.5 ms", got "3 mV"'],
  [
    "projections[1].weights=foo",
    "projections[1].weights: expected names of parameters, units or functions, got foo",
  ],
  ["populations.out.size=0", "populations.out.size: expected an integer of 1 or more, got 0"],
  ["populations.out.neuron.tauMem=0 ms", "populations.out.neuron.tauMem: expected a time in ms above 0"],
  ["populations.out.neuron.model=hodgkin", "populations.out.neuron.model: expected one of lif"],
  ["projections[0].from=nobody", "projections[0].from: expected one of in, out, got nobody"],
  ["parameters.J=1 +", 'parameters.J: expected a quantity or an expression, got "1 +"'],
  ["parameters.K=1", '--set: expected a parameter, one of J, g, n, got "K"'],
  ["nowhere.x=1", "--set: expected a path of the model"],
  ["projections[5]=1", "--set: expected an index below 2"],
  ["novalue", '--set: expected PATH=VALUE, got "novalue"'],
])("--set %s is refused with its path", (assignment, message) => {
  expect(() => network(describeModel(override(model, assignment)).spec)).toThrow(message);
});

test("--set keeps functions, and takes no path for another", () => {
  const weights = () => 1;
  const written = { ...model, projections: [{ ...model.projections[0], weights }] };
  const changed = override(written, "projections[0].delay=3 ms") as typeof written;
  expect(changed.projections[0]).toMatchObject({ weights, delay: "3 ms" });
  expect(written.projections[0].delay).toBe(model.projections[0].delay);
  const connect = { kind: "all" };
  const own = {
    name: "own",
    populations: { n: { size: 3, neuron: { tauMem: 1, vThreshold: 1, reset: "fixed" } } },
  };
  const all = { ...own, projections: [{ from: "n", to: "n", weights: 1, delay: 1, connect }] };
  const synapses = ["true", "false"].map(is => {
    const { spec } = describeModel(override(all, `projections[0].connect.autapses=${is}`));
    return network(spec).projections[0].synapses.synapses;
  });
  expect(synapses).toEqual([9, 6]);
  expect(() => override(model, "projections.length=0")).toThrow("--set: expected an index below 2");
  expect(() => override(model, ".=1")).toThrow("--set: expected PATH=VALUE");
  expect(() => override(null, "a=1")).toThrow("--set: expected a model, got null");
  expect(() => describeModel(override(model, "populations.__proto__=1"))).toThrow(
    "populations.__proto__: expected an object, got 1",
  );
});

test("names of parameters and populations are names, whatever they are", () => {
  const text = `{"name": "x", "parameters": {"__proto__": 3, "toString": "__proto__ + 1"},
    "populations": {"constructor": {"size": "toString", "neuron": "input"}}}`;
  expect(describeModel(JSON.parse(text)).spec.populations.constructor).toMatchObject({ size: 4 });
  const nowhere = { ...model, projections: [{ ...model.projections[0], from: "valueOf" }] };
  expect(() => network(describeModel(nowhere).spec)).toThrow("expected one of in, out, got valueOf");
});

test("what is nested without end, or called by pages of text, is refused in a short line", () => {
  const refused = (changed: object) => {
    try {
      describeModel({ ...model, ...changed });
    } catch (error) {
      return (error as InputError).message;
    }
    return "";
  };
  const deep = (count: number) => JSON.parse(`${"[".repeat(count)}1${"]".repeat(count)}`);
  const expected = "expected at most 10 maps and lists within each other";
  expect(refused({ projections: [{ ...model.projections[0], weights: deep(50_000) }] })).toContain(expected);
  expect(refused({ projections: [{ ...model.projections[0], from: deep(50_000) }] })).toContain(expected);
  const long = "a".repeat(100_000);
  for (const changed of [
    { [long]: 1 },
    { parameters: { [long]: "b" } },
    { populations: { [long]: { size: long } } },
    { populations: { [long]: { size: 1, [long]: { [long]: { [long]: "b" } } } } },
  ]) {
    expect(refused(changed)).toMatch(/expected/);
    expect(refused(changed).length).toBeLessThan(500);
  }
});

test("a plastic projection is described with units too", () => {
  const plastic = override(model, "projections[1].weights=0.5 mV") as typeof model;
  Object.assign(plastic.projections[1], {
    plasticity: {
      kind: "stdp-pair",
      tauPlus: "20 ms",
      tauMinus: "0.02 s",
      aPlus: 0.01,
      aMinus: 0.01,
      wMax: "1 mV",
    },
  });
  const { plasticity } = describeModel(plastic).spec.projections![1];
  expect(plasticity).toMatchObject({ kind: "stdp-pair", tauPlus: 20, tauMinus: 20, wMax: 1 });
  expect(() => network(describeModel(plastic).spec)).not.toThrow();
});

test("--set changes a copy", () => {
  const changed = describeModel(override(model, "parameters.g=8")).spec;
  expect(changed.populations.in.size).toBe(80);
  expect(describeModel(model).spec.populations.in.size).toBe(40);
});

test("a probability may depend on distance but not on draws", () => {
  const ring = (p: string) => ({
    name: "ring",
    populations: { a: { size: 100, neuron: "input" }, b: { size: 100, neuron: { vThreshold: 1 } } },
    projections: [{ from: "a", to: "b", connect: { kind: "probability", p }, weights: 1 }],
  });
  const { synapses } = network(describeModel(ring("0.5 * (distance < 0.1)")).spec).projections[0];
  const rows = Array.from({ length: 100 }, (_, i) => synapses.rowLength(i));
  // 19 partners are nearer than 0.1 on the ring: nine to each side and the one opposite.
  const mean = rows.reduce((a, b) => a + b) / 100;
  expect(Math.abs(mean - 9.5)).toBeLessThan(5 * Math.sqrt((19 * 0.25) / 100));
  expect(() => network(describeModel(ring("uniform(0, 1)")).spec)).toThrow(
    "projections[0].connect.p: expected a probability without draws",
  );
});

test("what is no description is refused", () => {
  expect(() => describeModel([])).toThrow("model: expected an object, got a list of 0");
  expect(() => describeModel({ name: "" })).toThrow("name: expected the model's name");
  for (const dt of ["0 ms", "-1 ms", "1 mV"])
    expect(() => describeModel({ name: "x", populations: {}, dt })).toThrow(/^dt: expected a time/);
  expect(() => describeModel({ name: "x", populations: 3 })).toThrow(
    "populations: expected an object, got 3",
  );
  expect(() => describeModel({ ...model, projection: [] })).toThrow("projection: expected one of name");
});

const driven = (stimulus: object, neuron: object | "input" = "input") =>
  describeModel({
    name: "driven",
    parameters: { mean: "40 Hz", period: "100 ms" },
    populations: { n: { size: 100, neuron } },
    stimuli: [{ to: "n", kind: "poisson", ...stimulus }],
  }).spec;

test.each([
  "40 + 30 * sin(2 * pi * t / 100)",
  "mean + 30 Hz * sin(2 * pi * t / period)",
  "mean * (1 + 0.75 * sin(2 * pi * t / (0.1 s)))",
])("a Poisson rate may be a function of time: %s", rate => {
  const spec = driven({ rate });
  const { bound } = spec.stimuli![0] as { bound: number };
  expect(bound).toBeGreaterThanOrEqual(70);
  expect(bound).toBeLessThan(78);
  const simulation = new Simulation(network(spec));
  simulation.run(4000);
  const phases = new Float64Array(4);
  for (const t of simulation.raster().times) phases[Math.floor((t % 100) / 25)]++;
  // 100 neurons, 40 periods: the mean of a quarter is 40 +- 30 * 2 / pi.
  phases.forEach((count, k) => {
    const expected = 100 * (40 + (k < 2 ? 60 : -60) / Math.PI);
    expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
  });
});

test("a rate may differ between neurons, and stops a run where it passes its bound or falls below 0", () => {
  const ramp = new Simulation(network(driven({ rate: "t * 0 + post" })));
  ramp.run(5000);
  const counts = new Float64Array(2);
  for (const i of ramp.raster().neurons) counts[i < 50 ? 0 : 1]++;
  expect(Math.abs(counts[0] - 5 * 1225)).toBeLessThan(5 * Math.sqrt(5 * 1225));
  expect(Math.abs(counts[1] - 5 * 3725)).toBeLessThan(5 * Math.sqrt(5 * 3725));
  const given = driven({ rate: "t", bound: 50 });
  expect(given.stimuli![0]).toMatchObject({ bound: 50 });
  expect(() => new Simulation(network(given)).run(1000)).toThrow(
    /stimulus of n: rate\(.*expected 0 to 50 Hz, got/,
  );
  expect(() => new Simulation(network(driven({ rate: "20 - t", bound: 50 }))).run(1000)).toThrow("Hz, got -");
  expect(() => driven({ rate: "t * normal(1, 2)" })).toThrow(
    'stimuli[0].rate: expected no draws in a function of time, got normal in "t * normal(1, 2)"',
  );
  expect(() => driven({ rate: "t * 1 mV" })).toThrow("stimuli[0].rate: expected a rate");
});

test("the weight of a stimulus may be drawn, or given, for each neuron", () => {
  const cell = { model: "if", vThreshold: "1 V" };
  const potentials = (weight: unknown, neurons?: number[]) => {
    const spec = driven({ kind: "regular", interval: "10 ms", weight, ...(neurons && { neurons }) }, cell);
    const simulation = new Simulation(network(spec));
    simulation.run(25);
    return Array.from({ length: 100 }, (_, i) => simulation.potential("n", i) / 2);
  };
  const drawn = potentials("uniform(1 mV, 2 mV)");
  expect(new Set(drawn).size).toBe(100);
  expect(Math.min(...drawn)).toBeGreaterThan(1);
  expect(Math.max(...drawn)).toBeLessThan(2);
  expect(potentials("uniform(1 mV, 2 mV)", [3])[3]).toBe(drawn[3]);
  expect(potentials("(post + 1) * 1 mV")[41]).toBeCloseTo(42, 9);
  expect(potentials(Array.from({ length: 100 }, (_, i) => `${i} mV`))[41]).toBeCloseTo(41, 9);
  expect(() => potentials([1, 2])).toThrow("stimuli[0].weight: expected one number or 100, got 2");
  expect(() => potentials("1 / (post - 3) * 0 mV")).toThrow("stimuli[0].weight");
});
