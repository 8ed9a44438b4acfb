import { describe, expect, test } from "vitest";
import { datasetRegistry, defineDataset, loadDataset } from "../src/data/index.ts";
import { defineEncoder, encoderOf, encoderRegistry } from "../src/encoding/index.ts";
import { network } from "../src/engine/network/network.ts";
import { defineNeuron, neurons } from "../src/engine/network/neurons/index.ts";
import { definePlasticity, plasticities } from "../src/engine/network/plasticity/index.ts";
import { SpikeTrain } from "../src/engine/record/spikeTrain.ts";
import { selectBackend } from "../src/rate/backend.ts";
import type { Registry } from "../src/registry.ts";
import { defineRule, ruleNamed, ruleRegistry, rules } from "../src/rules/index.ts";
import { createTrainer } from "../src/training/train.ts";
import { settings, smallData } from "./rules/small.ts";

const rule = ruleNamed("dfa");
const create = () => null as never;

test("what the package defines would be taken from anybody", () => {
  const registries = [ruleRegistry, neurons, plasticities, encoderRegistry, datasetRegistry];
  for (const registry of registries as unknown as Registry<{ name: string }>[])
    for (const definition of registry.list) expect(registry.check(definition)).toBe(definition);
});

describe("a definition that lacks something is refused with what it lacks", () => {
  test.each<
    [what: string, define: (definition: never) => unknown, definition: unknown, line: string | RegExp]
  >([
    ["no object", defineRule, "dfa", 'rule: expected an object with a name, got "dfa"'],
    [
      "no name",
      defineRule,
      {},
      "rule: name: expected letters, digits, or any of -_.:, no word such as all or constructor, got none",
    ],
    [
      "a word",
      defineEncoder,
      { name: "all", create },
      /^encoder: name: .* no word such as all or constructor, got "all"$/,
    ],
    [
      "a word of objects",
      defineDataset,
      { name: "toString", load: create },
      /^data set: name: .*, got "toString"$/,
    ],
    ["a path", defineRule, { ...rule, name: "../x" }, /^rule: name: .*, got "\.\.\/x"$/],
    [
      "no title",
      defineRule,
      { ...rule, name: "r", title: undefined },
      "rule r: title: expected a string, got none",
    ],
    [
      "no forms",
      defineRule,
      { ...rule, name: "r", create: {} },
      "rule r: create: expected a function, got a map",
    ],
    [
      "a flag",
      defineRule,
      { ...rule, name: "r", knowsAhead: 1 },
      "rule r: knowsAhead: expected a boolean, got 1",
    ],
    [
      "half a presentation",
      defineRule,
      { ...rule, name: "r", presentations: 0.5 },
      "rule r: presentations: expected a whole number, got 0.5",
    ],
    [
      "saturation",
      defineRule,
      { ...rule, name: "r", saturation: 0 },
      "rule r: saturation: expected a number above 0, got 0",
    ],
    [
      "decay",
      defineRule,
      { ...rule, name: "r", weightDecay: -1 },
      "rule r: weightDecay: expected 0 or more, got -1",
    ],
    [
      "frozen",
      defineRule,
      Object.freeze({ ...rule, name: "r" }),
      "rule r: expected an object that is not frozen",
    ],
    ["no table", defineNeuron, { name: "n", create }, "neuron n: parameters: expected an object, got none"],
    [
      "no row",
      defineNeuron,
      { name: "n", create, parameters: { tau: 3 } },
      "neuron n: parameters.tau: expected a map with its unit, got 3",
    ],
    [
      "a unit",
      defineNeuron,
      { name: "n", create, parameters: { tau: { unit: "s" } } },
      'neuron n: parameters.tau.unit: expected one of ms, mV, Hz, mV/ms, 1/ms, nS, 1, got "s"',
    ],
    [
      "words",
      defineNeuron,
      { name: "n", create, parameters: { mode: { words: "on" } } },
      'neuron n: parameters.mode.words: expected a list of texts, got "on"',
    ],
    [
      "a check",
      defineNeuron,
      { name: "n", create, parameters: { tau: { check: 3 } } },
      "neuron n: parameters.tau.check: expected a function, got 3",
    ],
    [
      "a default",
      defineNeuron,
      { name: "n", create, parameters: { tau: { unit: "ms", default: "3 ms" } } },
      'neuron n: parameters.tau.default: expected a number or a function of the others, got "3 ms"',
    ],
    [
      "its own field",
      defineNeuron,
      { name: "n", create, parameters: { model: {} } },
      "neuron n: parameters.model: expected another name, since model names the thing",
    ],
    [
      "its own field",
      definePlasticity,
      { name: "p", create, parameters: { kind: {} } },
      "plasticity p: parameters.kind: expected another name, since kind names the thing",
    ],
    [
      "no function",
      defineDataset,
      { name: "d", load: {} },
      "data set d: load: expected a function, got a map",
    ],
    [
      "a taken name",
      defineNeuron,
      { name: "lif", create, parameters: {} },
      "neuron lif: expected another name, since threefactor has lif",
    ],
    [
      "a name of the same files",
      defineRule,
      { ...rule, name: "F3-loss" },
      "rule F3-loss: expected another name, since threefactor has f3:loss",
    ],
  ])("%s", (_, define, definition, line) => {
    const message = typeof line === "string" ? line : expect.stringMatching(line);
    expect(() => define(definition as never)).toThrow(
      expect.objectContaining({ name: "InputError", message }),
    );
  });

  test("a name that a program has taken; the same definition may come again", () => {
    const mine = defineRule({ ...rule, name: "mine" });
    expect(defineRule(mine)).toBe(mine);
    expect(rules.at(-1)).toBe(mine);
    expect(() => defineRule({ ...mine })).toThrow(
      "rule mine: expected another name, since this program has mine",
    );
  });
});

describe("what a definition makes is checked where it is used", () => {
  test("populations", () => {
    defineNeuron({ name: "hollow", parameters: {}, create: () => ({ fire: () => 0 }) as never });
    const neuron = { model: "hollow" } as never;
    const made = network({ populations: { a: { size: 1, neuron } }, projections: [] });
    expect(() => made.populations[0].model!.create(1)).toThrow(
      "neuron hollow: create: expected an object with the function receive, got a map",
    );
  });

  test("synapses", () => {
    definePlasticity({ name: "hollow", parameters: {}, create: () => ({ dendritic: true }) as never });
    const spec = {
      populations: { a: { size: 1, neuron: { vThreshold: 1 } } },
      projections: [{ from: "a", to: "a", weights: 1, plasticity: { kind: "hollow" } as never }],
    };
    expect(() => network(spec)).toThrow(
      "plasticity hollow: create: expected an object with the function check, got a map",
    );
  });

  test("forms of rules", async () => {
    await selectBackend("wasm");
    const data = smallData();
    const forms = { ...rule, name: "forms", create: () => ({ spiking: () => ({}) }) as never };
    expect(() => createTrainer({ rule: forms, twin: "rate", settings }, data)).toThrow(
      "rule forms: create: expected an object with the function rate, got a map",
    );
    expect(() => createTrainer({ rule: forms, twin: "spike", settings }, data)).toThrow(
      "rule forms: spiking: expected an object with the function learn, got a map",
    );
  });

  test.each<
    [
      what: string,
      encode: (into: { gain: number; analogue: unknown; spikes: SpikeTrain }) => void,
      line: string,
    ]
  >([
    ["late", ({ spikes }) => spikes.push(21, 0), "spike 0: expected a time from 0 to 20 ms, got 21"],
    [
      "timeless",
      ({ spikes }) => spikes.push(Number.NaN, 0),
      "spike 0: expected a time from 0 to 20 ms, got NaN",
    ],
    ["outside", ({ spikes }) => spikes.push(1, 3), "spike 0: expected an input below 3, got 3"],
    ["still", into => Object.assign(into, { gain: 0 }), "gain: expected a number above 0, got 0"],
    [
      "short",
      into => Object.assign(into, { analogue: [1, 2] }),
      "analogue: expected 3 finite numbers, got a list of 2",
    ],
  ])("codes of inputs: %s", (name, encode, line) => {
    defineEncoder({ name, create: () => ({ encode: (_, __, into) => encode(into as never) }) });
    const made = encoderOf(name, { inputs: 3, durationMs: 20, tauMem: 20, maxSpikes: 4, seed: 1 });
    const into = { spikes: new SpikeTrain(), gain: 1, analogue: null };
    expect(() => made.encode(new Float32Array(3), "k", into)).toThrow(`encoder ${name}: ${line}`);
  });

  test("spikes of a code need no order", () => {
    const pushed = [3, 1, 2];
    defineEncoder({
      name: "shuffled",
      create: () => ({ encode: (_, __, { spikes }) => pushed.forEach((t, i) => void spikes.push(t, i)) }),
    });
    const into = { spikes: new SpikeTrain(), gain: 1, analogue: null };
    encoderOf("shuffled", { inputs: 3, durationMs: 20, tauMem: 20, maxSpikes: 4, seed: 1 }).encode(
      ...([new Float32Array(3), "k", into] as const),
    );
    expect([...into.spikes.neurons.subarray(0, 3)]).toEqual([1, 2, 0]);
  });

  test("data sets", async () => {
    const part = { samples: [[0, 1]], labels: [0] };
    defineDataset({ name: "odd", load: () => ({ train: part, test: { ...part, labels: [7] } }) });
    await expect(loadDataset("odd")).rejects.toThrow("odd: test: labels[0]: expected a class below 1, got 7");
    defineDataset({ name: "even", load: () => ({ train: part, test: part }) });
    expect((await loadDataset("even")).name).toBe("even");
    await expect(loadDataset("uneven")).rejects.toThrow(/digits, .*, odd, even, folder:PATH/);
  });
});
