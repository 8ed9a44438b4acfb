import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { networkModels } from "../../../models/index.ts";
import { describe } from "../../../src/description/describe.ts";
import { type NetworkSpec, network, type ProjectionSpec } from "../../../src/engine/network/network.ts";
import type { NeuronSpec } from "../../../src/engine/network/neurons/index.ts";
import { Simulation } from "../../../src/engine/simulation.ts";
import { expectPartners, nestCircuit } from "../../../src/io/nest/circuit.ts";
import type { NestOptions } from "../../../src/io/nest/options.ts";
import { CAPACITANCE } from "../../../src/io/nest/partners.ts";
import { writeNest } from "../../../src/io/nest/script.ts";
import { decodeNpz } from "../../../src/io/npz.ts";
import { circuit, current, lif, type Parts, spec, usual } from "./networks.ts";

test("a neuron has the model of NEST with its equations, and its parameters there", () => {
  const [input, neurons] = circuit({ neuron: { ...lif, vRest: 1, vReset: 2, bias: 0.5 } }).populations;
  expect(input).toMatchObject({ name: "in", size: 2, model: "parrot_neuron", parameters: {}, input: true });
  expect(neurons).toMatchObject({
    model: "iaf_psc_delta",
    parameters: {
      ...{ C_m: 256, tau_m: 20, E_L: 1, V_th: 15, V_reset: 2, t_ref: 2 },
      ...{ I_e: 0.5 * CAPACITANCE, V_m: 1 },
    },
    each: {},
  });
  for (const [model, partner] of [
    ["lif", "iaf_psc_delta"],
    ["lif-exp", "iaf_psc_exp"],
    ["lif-alpha", "iaf_psc_alpha"],
  ] as const) {
    const neuron = { ...current, model } as NeuronSpec;
    const own = model === "lif" ? lif : neuron;
    expect(circuit({ neuron: own }).populations[1].model).toBe(partner);
    expect(circuit({ neuron: own }, { precise: true }).populations[1].model).toBe(`${partner}_ps`);
  }
});

test("weights are in pA, by what a weight stands for, and in mV onto iaf_psc_delta", () => {
  const weight = (neuron: NeuronSpec, weights = 2) =>
    circuit({ neuron, synapses: { weights } }).projections[0].weights;
  const as = (weightAs: "drive" | "peak") => ({ ...current, weightAs });
  expect(weight(lif)).toBe(2);
  expect(weight(current)).toBe(2 * CAPACITANCE);
  expect(weight(as("drive"))).toBe((2 * CAPACITANCE) / 20);
  // The peak of the potential that a current of 1 mV/ms leaves: m s / (m - s) (exp(-t / m) - exp(-t / s)).
  const [m, s] = [20, 5];
  const at = ((m * s) / (m - s)) * Math.log(m / s);
  const peak = ((m * s) / (m - s)) * (Math.exp(-at / m) - Math.exp(-at / s));
  expect(weight(as("peak"))).toBeCloseTo((2 * CAPACITANCE) / peak, 9);
  const inhibitory = ((m * 10) / (m - 10)) * (0.5 - 0.25);
  expect(weight(as("peak"), -2)).toBeCloseTo((-2 * CAPACITANCE) / inhibitory, 9);
  const each = circuit({ synapses: { weights: [1, 2, 3, -4, 5, 6], gain: 0.5 } }).projections[0];
  expect(each.weights).toEqual(Float64Array.of(0.5, 1, 1.5, -2, 2.5, 3));
  expect([each.pre, each.post]).toEqual([Uint32Array.of(0, 0, 0, 1, 1, 1), Uint32Array.of(0, 1, 2, 0, 1, 2)]);
});

test("conductances and adaptive neurons keep their equations at another capacitance", () => {
  const shared = {
    tauMem: 20,
    gLeak: 10,
    vRest: -60,
    vReset: -61,
    tauRef: 5,
    bias: 0.5,
    tauExc: 3,
    tauInh: 8,
  };
  const reversal = { eExc: 0, eInh: -80 };
  const theirs = {
    ...{ C_m: CAPACITANCE, g_L: CAPACITANCE / 20, E_L: -60, V_reset: -61, t_ref: 5, I_e: 0.5 * CAPACITANCE },
    ...{ tau_syn_ex: 3, tau_syn_in: 8 },
  };
  // 200 pF here, so that all conductances are 1.28 times ours.
  const coba = circuit({
    neuron: { model: "lif-cond-exp", ...shared, ...reversal, vThreshold: -50 },
    synapses: { weights: [6, -67, 1, 1, 1, 1] },
  });
  expect(coba.populations[1]).toMatchObject({
    model: "iaf_cond_exp",
    parameters: { ...theirs, E_ex: 0, E_in: -80, V_th: -50, V_m: -60 },
  });
  const [excitatory, inhibitory] = coba.projections[0].weights as Float64Array;
  expect([excitatory, inhibitory]).toEqual([6 * 1.28, -67 * 1.28]);
  const adaptation = { vT: -50, deltaT: 2, vThreshold: 0, a: 4, b: 0.25, tauW: 144 };
  const adex = { model: "adex", ...shared, ...adaptation } as const;
  const partner = { ...theirs, V_th: -50, Delta_T: 2, V_peak: 0, a: 4 * 1.28, b: 64, tau_w: 144 };
  expect(circuit({ neuron: { ...adex, ...reversal } }).populations[1]).toMatchObject({
    model: "aeif_cond_exp",
    parameters: { ...partner, E_ex: 0, E_in: -80 },
  });
  const currents = circuit({ neuron: { ...adex, synapses: "current" as const } });
  expect(currents.populations[1]).toMatchObject({ model: "aeif_psc_exp", parameters: partner });
  expect(currents.projections[0].weights).toBe(2 * CAPACITANCE);
  const euler = {
    ...{ ...shared, ...reversal, vThreshold: -50 },
    ...({ model: "lif-cond-exp", integrator: "euler" } as const),
  };
  expect(() => circuit({ neuron: euler })).toThrow(/^populations\.n\.neuron\.integrator: expected rk4, /);
  expect(() => circuit({ neuron: { ...adex, ...reversal } }, { precise: true })).toThrow(
    'populations.n.neuron.model: expected lif, lif-exp, lif-alpha, parrot or input in the exact mode, as NEST has, got "adex"',
  );
  expect(() => circuit({ neuron: { model: "izhikevich" } })).toThrow('as NEST has, got "izhikevich"');
  expect(() => circuit({ stimuli: [{ to: "n", kind: "noise", low: 0, high: 1, interval: 1 }] })).toThrow(
    "stimuli[0].kind: expected poisson, regular, spikes or current, as NEST has, got noise",
  );
});

test("delays are whole steps, and a note says so where they were not", () => {
  const exact = circuit({ synapses: { delay: 1.5 } });
  expect(exact.projections[0].delays).toBe(1.5);
  expect(exact.notes.filter(note => note.startsWith("delays"))).toEqual([]);
  const rounded = circuit({ synapses: { delay: [1, 1.04, 1.26, 2, 2, 2] } });
  expect(rounded.projections[0].delays).toEqual(Float64Array.of(1, 1, 1.3, 2, 2, 2));
  expect(rounded.notes).toContain("delays are rounded to 0.1 ms");
});

test("spikes that are given keep their times; Poisson input keeps its rate", () => {
  const given = { to: "in", kind: "spikes", times: [3, 5.5, 200], neurons: [1, 0, 0] } as const;
  const { inputs } = circuit({ stimuli: [given] });
  // What comes after the end is left out.
  expect(inputs).toMatchObject([
    { kind: "spikes", times: Float64Array.of(3, 5.5), of: Uint32Array.of(1, 0), weight: 1 },
  ]);
  const drawn = circuit({
    neuron: current,
    stimuli: [
      { to: "n", kind: "poisson", rate: 50, weight: -2, delay: 3, stop: 40 },
      { to: "n", kind: "current", current: 0.5, start: 10, stop: 30, neurons: [2] },
    ],
  });
  expect(drawn.inputs).toEqual([
    { to: "n", neurons: null, kind: "poisson", rate: 50, weight: -512, start: 3, stop: 43 },
    { to: "n", neurons: Uint32Array.of(2), kind: "current", amplitude: 128, start: 10, stop: 30 },
  ]);
  expect(drawn.notes).toContain("Poisson input is drawn anew, by NEST's own generator");
});

test("Poisson input of input populations is handed over as the engine draws it", () => {
  const stimuli = [{ to: "in", kind: "poisson", rate: [200, 900] }] as const;
  const made = spec({ stimuli });
  const net = network(made, { seed: 7 });
  for (const precise of [true, false]) {
    const simulation = new Simulation(net, precise ? {} : { mode: "grid", dt: 0.1 });
    simulation.run(100);
    const { times, neurons, populationIndex } = simulation.raster();
    const own = [...times.keys()].filter(k => populationIndex[k] === 0);
    const [{ kind, ...given }] = nestCircuit(made, net, { ...usual, precise, seed: 7 }).inputs;
    expect(own.length).toBeGreaterThan(80);
    expect(given).toMatchObject({
      times: Float64Array.from(own, k => times[k]),
      of: Uint32Array.from(own, k => neurons[k]),
    });
  }
  const many = { to: "in", kind: "poisson", rate: 1e6 } as const;
  expect(() => circuit({ stimuli: [many] }, { durationMs: 1e5 })).toThrow(
    "stimuli[0].rate: expected at most 16777216 spikes in 100000 ms to hand over, got about 200000000",
  );
});

test("currents from the beginning are constants of neurons, and later ones differ from them", () => {
  const { populations, inputs } = circuit({
    neuron: { ...lif, bias: 1 },
    stimuli: [
      { to: "n", kind: "current", current: [1, 2], neurons: [0, 2], stop: 20 },
      { to: "n", kind: "current", times: [0, 10, 30], currents: [3, 5, 3] },
    ],
  });
  expect(populations[1].each.I_e).toEqual(Float64Array.of(5, 4, 6).map(i => i * CAPACITANCE));
  expect(inputs).toEqual([
    {
      ...{ to: "n", kind: "current", neurons: Uint32Array.of(0, 2), start: 20, stop: Infinity },
      amplitude: Float64Array.of(-256, -512),
    },
    { to: "n", kind: "current", neurons: null, amplitude: 512, start: 10, stop: 30 },
  ]);
  const set = circuit({ neuron: lif }, { currents: { n: Float64Array.of(1, 1, 1) } });
  expect(set.populations[1].parameters.I_e).toBe(CAPACITANCE);
});

const pair = { kind: "stdp-pair", aPlus: 0.01, aMinus: 0.012, wMax: 1 } as const;

test("synapses that learn have the model of NEST with their rule; what neurons keep for them goes to the neurons", () => {
  const learning = circuit({
    synapses: { weights: 0.5, plasticity: { ...pair, tauMinus: 30 }, delayKind: "dendritic" },
  });
  expect(learning.projections[0]).toMatchObject({
    model: "stdp_synapse",
    parameters: { tau_plus: 20, lambda: 0.01, alpha: 1.2, mu_plus: 0, mu_minus: 0, Wmax: 1 },
  });
  expect(learning.populations[1].parameters.tau_minus).toBe(30);
  const kinds = [
    [
      {
        kind: "stdp-triplet",
        tauPlus: 17,
        tauMinus: 34,
        tauX: 100,
        tauY: 114,
        aPlus2: 1,
        aPlus3: 2,
        aMinus2: 3,
        aMinus3: 4,
        wMax: 1,
      },
      "stdp_triplet_synapse",
    ],
    [{ kind: "stdp-inhibitory", eta: 0.01, targetRate: 5, wMax: 1 }, "vogels_sprekeler_synapse"],
  ] as const;
  for (const [plasticity, model] of kinds)
    expect(
      circuit({ synapses: { weights: 0.5, plasticity, delayKind: "dendritic" } as Partial<ProjectionSpec> })
        .projections[0].model,
    ).toBe(model);
  const depressing = { kind: "short-term", use: 0.3, tauRec: 200 } as const;
  expect(circuit({ synapses: { plasticity: depressing } }).projections[0].model).toBe("tsodyks2_synapse");
});

test("what has no partner in NEST is refused by its field", () => {
  const refused = (parts: Parts, options: Partial<NestOptions>, message: string) =>
    expect(() => circuit(parts, options)).toThrow(message);
  refused(
    { neuron: { ...lif, reset: "subtract" } },
    {},
    'populations.n.neuron.reset: expected fixed, as NEST has, got "subtract"',
  );
  refused(
    { neuron: { ...lif, tauMem: Infinity } },
    {},
    "populations.n.neuron.tauMem: expected a finite number",
  );
  refused(
    { neuron: { ...lif, model: "alif", tauAdapt: 100, beta: 1 } },
    {},
    'populations.n.neuron.model: expected lif, lif-exp, lif-alpha, lif-cond-exp, adex, parrot or input, as NEST has, got "alif"',
  );
  refused(
    { synapses: { delay: 0 } },
    {},
    "projections[0].delay: expected 0.1 ms, NEST's step, or more, got 0",
  );
  refused(
    { synapses: { weights: 0.5, plasticity: pair } },
    {},
    'projections[0].delayKind: expected dendritic, as NEST has, got "axonal"',
  );
  const learns = { weights: 0.5, plasticity: pair, delayKind: "dendritic" } as const;
  refused({ synapses: learns }, { precise: true }, "projections[0].plasticity: expected the grid mode");
  refused(
    { synapses: { ...learns, plasticity: { ...pair, pairing: "nearest" } } },
    {},
    "projections[0].plasticity.pairing: expected all",
  );
  const free = { kind: "stdp-inhibitory", eta: 0.01, targetRate: 5, wMin: -Infinity } as const;
  refused(
    { synapses: { ...learns, plasticity: free } },
    {},
    "projections[0].plasticity.wMin: expected 0, as NEST has, got -Infinity",
  );
  refused(
    { synapses: { plasticity: { kind: "three-factor", eta: 0.1 } } },
    {},
    "projections[0].plasticity.kind: expected short-term",
  );
  refused(
    {
      synapses: {
        weights: 0.5,
        plasticity: [pair, { kind: "homeostasis", targetRate: 5, tauScaling: 1000 }],
      },
    },
    {},
    'projections[0].plasticity: expected one rule, as NEST has, got "stdp-pair, homeostasis"',
  );
  const kernel = { kind: "convolution", shape: [1, 2, 1], kernel: [1, 1], filters: 1 } as const;
  const shared: NetworkSpec = {
    populations: { in: { size: 2, neuron: "input" }, n: { size: 2, neuron: lif } },
    projections: [{ from: "in", to: "n", connect: kernel, weights: [1], delay: 1 }],
  };
  expect(() => nestCircuit(shared, network(shared), usual)).toThrow(
    "projections[0].connect.kind: expected a weight per synapse",
  );
  const modulated: NetworkSpec = {
    populations: {
      in: { size: 2, neuron: "input" },
      n: { size: 2, neuron: lif, modulators: { error: { tau: 5 } } },
    },
    projections: [{ from: "in", to: "n", target: "error", weights: 1, delay: 1 }],
  };
  const onto = 'projections[0].target: expected the membrane, as NEST has, got "error"';
  const made = network(modulated);
  expect(() => nestCircuit(modulated, made, usual)).toThrow(onto);
  expect(() => nestCircuit(modulated, made, { ...usual, rules: true })).toThrow(onto);
  expect(() => expectPartners(modulated, made, false)).toThrow(onto);
  const early = { to: "in", kind: "spikes", times: [0.1], neurons: [0] } as const;
  refused({ stimuli: [early] }, {}, "stimuli[0].times: expected 0.2 ms or more, NEST's first, got 0.1");
});

test("a program is written that anyone can read, with its lists in NumPy's archive", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "nest-")), "made");
  const { spec: cuba } = describe(networkModels.cuba);
  const net = network(cuba);
  await writeNest(nestCircuit(cuba, net, { ...usual, precise: true }), 'cuba """ \u2028', folder);
  const text = readFileSync(join(folder, "network.py"), "utf8");
  expect(text).toContain('nodes["E"] = nest.Create("iaf_psc_exp_ps", 3200, {"C_m": 256.0, "tau_m": 20.0');
  // Each rank of several sets those neurons that it has.
  expect(text).toContain('nodes["E"].set([{"V_m": value} for value in data["V_m_0"]])');
  // A name ends no string and begins no line.
  expect(text.split("\n")[0]).toMatch(/^"""cuba \\"\\"\\" \\u2028 in NEST 3/);
  const arrays = decodeNpz(readFileSync(join(folder, "network.npz")), "network.npz");
  expect([...arrays.keys()].sort()).toEqual(
    ["V_m_0", "V_m_1", ...[0, 1, 2, 3].flatMap(q => [`pre_${q}`, `post_${q}`])].sort(),
  );
  net.projections.forEach(({ synapses }, q) => {
    expect(arrays.get(`post_${q}`)!.shape).toEqual([synapses.synapses]);
  });
});
