import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compareOptions, plans } from "../../src/cli/compareOptions.ts";
import { loadDataset } from "../../src/data/index.ts";
import { describe } from "../../src/description/describe.ts";
import { network } from "../../src/engine/network/network.ts";

import { schedule } from "../../src/training/schedule.ts";
import { bytes, either, jsonValues, text } from "./changes.ts";
import { command } from "./command.ts";
import { expression } from "./expressions.ts";
import { type Kind, toBytes, toText } from "./kind.ts";

const lif = {
  model: "lif",
  tauMem: "20 ms",
  vThreshold: "20 mV",
  vReset: "10 mV",
  tauRef: "2 ms",
  reset: "fixed",
};
const exponential = {
  model: "lif-exp",
  tauMem: "20 ms",
  tauExc: "5 ms",
  tauInh: "10 ms",
  vThreshold: "10 mV",
};

/** Small networks in which, together, most of what a description may hold occurs. */
const models: readonly object[] = [
  {
    name: "pair",
    parameters: { J: "2 mV", g: 4, n: "10 + 30" },
    populations: { in: { size: "n", neuron: "input" }, out: { size: 3, neuron: lif, tauTrace: "20 ms" } },
    projections: [
      {
        from: "in",
        to: "out",
        connect: { kind: "inDegree", n: "n / 4" },
        weights: "J",
        delay: "normal(1.5 ms, 0.1 ms, 0.1 ms)",
        plasticity: {
          kind: "stdp-pair",
          tauPlus: "20 ms",
          tauMinus: "20 ms",
          aPlus: 0.01,
          aMinus: 0.01,
          wMax: "5 mV",
        },
      },
      { from: "out", to: "out", connect: { kind: "all", autapses: false }, weights: "-g * J", delay: "1 ms" },
    ],
    stimuli: [
      { to: "in", kind: "poisson", rate: "1000 Hz" },
      { to: "out", kind: "current", current: "3 mV/ms", start: "0.1 ms", stop: "0.4 ms" },
    ],
  },
  {
    name: "balanced",
    parameters: { p: 0.3 },
    populations: {
      E: { size: 20, neuron: exponential, initial: { v: "uniform(0 mV, 9 mV)" } },
      I: { size: 5, neuron: { model: "alif", vThreshold: "10 mV", beta: "1 mV", tauAdapt: "100 ms" } },
      relay: { size: 5, neuron: { model: "parrot" } },
    },
    projections: [
      {
        from: "E",
        to: "E",
        connect: { kind: "probability", p: "p * exp(-distance)" },
        weights: "lognormal(0, 0.5) mV",
        delay: "0.5 ms",
      },
      { from: "E", to: "I", connect: { kind: "total", n: 30 }, weights: "uniform(0, 2) mV", delay: "0.1 ms" },
      {
        from: "I",
        to: "E",
        connect: { kind: "outDegree", n: 4 },
        weights: "-3 mV",
        delay: "exponential(1 ms) + 0.1 ms",
      },
      { from: "I", to: "relay", connect: { kind: "oneToOne" }, weights: 1, delay: "0.2 ms" },
    ],
    stimuli: [
      { to: "E", kind: "poisson", rate: "800 Hz + 200 Hz * sin(t / (5 ms))", weight: "2 mV" },
      { to: "I", kind: "regular", interval: "0.2 ms", start: "0.1 ms", weight: "15 mV" },
      { to: "relay", kind: "spikes", times: [0.1, 0.3], neurons: [0, 4], weight: 1 },
      { to: "E", kind: "noise", low: "-1 mV / (1 ms)", high: "1 mV/ms", interval: "0.1 ms", stop: "0.4 ms" },
    ],
  },
  {
    name: "rewarded",
    populations: {
      in: { size: 4, neuron: "input" },
      out: { size: 2, neuron: { model: "lif-alpha", tauExc: "2 ms", tauInh: "2 ms", vThreshold: "5 mV" } },
    },
    projections: [
      {
        from: "in",
        to: "out",
        connect: { kind: "pairs", pre: [0, 1, 2, 3], post: [0, 1, 0, 1] },
        weights: [1, 2, 3, 4],
        delay: [0.1, 0.2, 0.3, 0.4],
        plasticity: { kind: "short-term", use: 0.5, tauRec: "100 ms", tauFacil: "50 ms" },
      },
    ],
    stimuli: [{ to: "in", kind: "spikes", times: [0, 0.1, 0.2, 0.3], neurons: [0, 1, 2, 3] }],
  },
  {
    name: "modulated",
    populations: {
      in: { size: 4, neuron: "input" },
      out: { size: 2, neuron: lif, modulators: { error: { tau: "20 ms" } } },
    },
    projections: [
      { from: "in", to: "out", target: "error", weights: "normal(0, 1)", delay: "0.1 ms" },
      {
        ...{ from: "in", to: "out", weights: "10 mV", delay: "0.1 ms" },
        plasticity: {
          ...{ kind: "three-factor", eligibility: "online", modulator: "error", eta: -0.1 },
          ...{ gate: "window", vMin: "-1 mV", vMax: "19 mV" },
        },
      },
    ],
    stimuli: [{ to: "in", kind: "spikes", times: [0, 0.1, 0.2, 0.3], neurons: [0, 1, 2, 3] }],
  },
];

const json = (value: object) => toBytes(JSON.stringify(value, null, 1));

async function simulate(path: string, ...more: string[]): Promise<void> {
  await command("simulate", path, "--duration", "0.5", "--json", ...more);
  await command("simulate", path, "--duration", "0.5", "--json", "--mode", "grid", ...more);
}

const model: Kind = {
  name: "model",
  share: 1,
  start(folder) {
    const path = join(folder, "x.json");
    return {
      good: models.map(json),
      change: either(text, jsonValues, jsonValues, jsonValues),
      read(input) {
        writeFileSync(path, input);
        return simulate(path);
      },
    };
  },
};

/** What follows `--set`, a line each. */
const settings: Kind = {
  name: "--set",
  share: 0.5,
  start(folder) {
    const path = join(folder, "x.json");
    writeFileSync(path, json(models[0]));
    return {
      good: [
        "parameters.J=1 mV\nparameters.g=8",
        "projections[0].delay=uniform(1 ms, 2 ms)\npopulations.out.neuron.tauMem=10",
        "stimuli[1].current=2 mV/ms\npopulations.out.size=2\nname=x",
      ].map(toBytes),
      change: either(text, text, bytes),
      read: input =>
        simulate(
          path,
          ...toText(input)
            .split("\n")
            .flatMap(line => ["--set", line]),
        ),
    };
  },
};

/** A description with an expression wherever one may stand. */
const expressions: Kind = {
  name: "expression",
  share: 12,
  start() {
    const around = (written: string): Record<string, object> => ({
      parameter: { parameters: { x: written } },
      weights: { projections: [{ from: "a", to: "b", weights: written }] },
      delay: { projections: [{ from: "a", to: "b", weights: 1, delay: written }] },
      p: { projections: [{ from: "a", to: "b", weights: 1, connect: { kind: "probability", p: written } }] },
      rate: { stimuli: [{ to: "a", kind: "poisson", rate: written }] },
      v: {
        populations: {
          a: { size: 2, neuron: "input" },
          b: { size: 3, neuron: lif, initial: { v: written } },
        },
      },
    });
    const places = Object.keys(around(""));
    const populations = { a: { size: 2, neuron: "input" }, b: { size: 3, neuron: lif } };
    return {
      good: [
        ...["parameter 2 * 3 mV", "weights normal(1, 0.1) mV", "delay uniform(1, 2) ms + 0.1 ms * pre"],
        ...[
          "p min(1, exp(-distance / 0.1))",
          "rate 20 Hz + 10 Hz * sin(t / (50 ms))",
          "v uniform(-1 mV, 2 mV)",
        ],
        "schedule 0.1 ^ floor(epoch / 20) * (progress < 0.5 ? 1 : 0.5)",
      ].map(toBytes),
      change: either(text, (_, rng) => {
        const place = [...places, "schedule"][rng.integer(places.length + 1)];
        return toBytes(`${place} ${expression(rng)}`);
      }),
      read(input) {
        const [, place = "", written = ""] = /^(\w*) ?([\s\S]*)$/.exec(toText(input)) ?? [];
        if (place === "schedule") return schedule(written, 10)(0.5);
        const part = around(written)[places.includes(place) ? place : "parameter"];
        return network(describe({ name: "x", populations, ...part }).spec);
      },
    };
  },
};

/** A network layer by layer, as `compare --model` takes one; it is planned, and not trained. */
const layered: Kind = {
  name: "layered model",
  share: 3,
  async start(folder) {
    const path = join(folder, "x.json");
    const data = await loadDataset("digits", { trainSamples: 20, testSamples: 10 });
    const layers = [
      { kind: "conv", filters: 4, size: 3, padding: "same", stride: 1, rate: 0.5 },
      { kind: "batchnorm" },
      { kind: "maxpool", size: 2 },
      { kind: "conv", filters: 2, size: 2 },
      { kind: "flatten" },
      { kind: "dense", units: 10 },
    ];
    return {
      good: [
        json({
          name: "conv",
          description: "x",
          source: "y",
          layers,
          readoutRate: 0.5,
          learningRates: { default: 0.1 },
        }),
        json({
          name: "dense",
          layers: [
            { kind: "dense", units: 5 },
            { kind: "dense", units: 7, rate: 2 },
          ],
        }),
      ],
      change: either(text, jsonValues, jsonValues),
      read(input) {
        writeFileSync(path, input);
        return plans(compareOptions({ model: path, rules: "bp,ff", twins: "rate" }), data);
      },
    };
  },
};

export const descriptions: readonly Kind[] = [model, settings, expressions, layered];
