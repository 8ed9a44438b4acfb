import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { networkModels } from "../../../models/index.ts";
import { describe } from "../../../src/description/describe.ts";
import { network, type ProjectionSpec } from "../../../src/engine/network/network.ts";
import type { Connectivity } from "../../../src/engine/network/synapses/connect.ts";
import { nestCircuit } from "../../../src/io/nest/circuit.ts";
import type { NestOptions } from "../../../src/io/nest/options.ts";
import { synapsesAsked } from "../../../src/io/nest/rules.ts";
import { writeNest } from "../../../src/io/nest/script.ts";
import { current, lif, type Parts, spec, usual } from "./networks.ts";

function rules(parts: Parts, options: Partial<NestOptions> = {}) {
  const made = spec(parts);
  const net = network({ ...made, projections: [] });
  return nestCircuit(made, net, { ...usual, rules: true, ...options });
}

/** What a model's text is, once it is read. */
function read(weights: string, more: object = {}) {
  const model = {
    name: "made",
    populations: { in: { size: 2, neuron: "input" }, n: { size: 3, neuron: current } },
    projections: [{ from: "in", to: "n", weights, delay: "1 ms", ...more }],
  };
  return describe(model).spec.projections![0] as ProjectionSpec;
}

test("each way to connect is a rule of NEST", () => {
  const kinds: [Connectivity, object][] = [
    [{ kind: "all" }, { rule: "all_to_all" }],
    [
      { kind: "inDegree", n: 4 },
      { rule: "fixed_indegree", indegree: 4 },
    ],
    [
      { kind: "outDegree", n: 4 },
      { rule: "fixed_outdegree", outdegree: 4 },
    ],
    [
      { kind: "total", n: 7 },
      { rule: "fixed_total_number", N: 7 },
    ],
    [
      { kind: "probability", p: 0.5 },
      { rule: "pairwise_bernoulli", p: 0.5 },
    ],
    [
      { kind: "probability", p: 0.5, autapses: false },
      { rule: "pairwise_bernoulli", p: 0.5 },
    ],
  ];
  for (const [connect, rule] of kinds) {
    const { connections, projections, notes } = rules({ synapses: { connect } });
    expect(connections.map(one => one.connect)).toEqual([rule]);
    expect(projections).toEqual([]);
    expect(notes).toContain("synapses are drawn anew, by NEST's own rules");
  }
  const made = spec({});
  const own = { from: "n", to: "n", weights: 1, delay: 1 } as const;
  const recurrent = {
    ...made,
    projections: [
      { ...own, connect: { kind: "probability", p: 0.1, autapses: false } as const },
      { ...own, connect: { kind: "oneToOne" } as const },
    ],
  };
  const net = network({ ...recurrent, projections: [] });
  const { connections } = nestCircuit(recurrent, net, { ...usual, rules: true });
  expect(connections.map(({ connect }) => connect)).toEqual([
    { rule: "pairwise_bernoulli", p: 0.1, allow_autapses: false },
    { rule: "one_to_one" },
  ]);
});

test("weights and delays keep their distribution, in NEST's units", async () => {
  const texts: [string, string, string][] = [
    ["2 mV", "2 ms", "512.0, 2.0"],
    [
      "normal(2, 0.5)",
      "normal(1.5, 0.5, 0.5)",
      "nest.random.normal(mean=512.0, std=128.0), nest.math.redraw(nest.random.normal(mean=1.5, std=0.5), min=0.5, max=1e+300)",
    ],
    [
      "normal(-2 mV, 0.5 mV, -3 mV)",
      "uniform(1 ms, 2 ms)",
      "nest.math.redraw(nest.random.normal(mean=-512.0, std=128.0), min=-768.0, max=1e+300), nest.math.redraw(nest.random.uniform(min=1.0, max=2.0), min=0.1, max=1e+300)",
    ],
    [
      "uniform(1, 3)",
      "exponential(2 ms)",
      "nest.random.uniform(min=256.0, max=768.0), nest.math.redraw(nest.random.exponential(beta=2.0) * 1.0, min=0.1, max=1e+300)",
    ],
    ["lognormal(0, 1)", "1 ms", "256.0 * nest.random.lognormal(mean=0.0, std=1.0), 1.0"],
  ];
  for (const [weights, delay, written] of texts) {
    const { weights: w, delay: d } = read(weights, { delay });
    const circuit = rules({ neuron: current, synapses: { weights: w, delay: d! } });
    const folder = join(mkdtempSync(join(tmpdir(), "rules-")), "made");
    await writeNest(circuit, "made", folder);
    const text = readFileSync(join(folder, "network.py"), "utf8");
    expect(text).toContain(`draw("in", "n", 0, {"rule": "all_to_all"}, "static_synapse", ${written})\n`);
  }
});

test("a negative factor turns a distribution around", async () => {
  const { weights } = read("normal(2, 0.5, 1)");
  const circuit = rules({ neuron: current, synapses: { weights, gain: -1 } });
  const folder = join(mkdtempSync(join(tmpdir(), "rules-")), "made");
  await writeNest(circuit, "made", folder);
  expect(readFileSync(join(folder, "network.py"), "utf8")).toContain(
    "nest.math.redraw(nest.random.normal(mean=-512.0, std=128.0), min=-1e+300, max=-256.0), 1.0)",
  );
});

test("synapses that learn keep their rule, and neurons what it has them keep", () => {
  const plasticity = { kind: "stdp-pair", aPlus: 0.01, aMinus: 0.012, wMax: 1, tauMinus: 30 } as const;
  const { connections, populations } = rules({
    synapses: { weights: 0.5, plasticity, delayKind: "dendritic" },
  });
  expect(connections[0]).toMatchObject({ model: "stdp_synapse", parameters: { lambda: 0.01, Wmax: 1 } });
  expect(populations[1].parameters.tau_minus).toBe(30);
});

test("what is no rule, or no one distribution, is refused by its field", () => {
  const refused = (synapses: Partial<ProjectionSpec>, message: string) =>
    expect(() => rules({ synapses })).toThrow(message);
  const kinds =
    "projections[0].connect.kind: expected all, oneToOne, inDegree, outDegree, total, or probability with one p, for NEST's rules";
  refused({ connect: { kind: "pairs", pre: [0], post: [1] } }, `${kinds}, got "pairs"`);
  refused({ connect: { kind: "probability", p: () => 0.5 } }, `${kinds}, got "probability"`);
  const draw = 'expected one number, or one draw such as "normal(1, 0.1)", for NEST\'s rules, got';
  refused({ weights: [1, 2, 3, 4, 5, 6] }, `projections[0].weights: ${draw}`);
  refused({ weights: rng => rng.uniform() }, `projections[0].weights: ${draw} a function`);
  refused(read("2 mV * uniform(0, 1)"), `projections[0].weights: ${draw} a function`);
  refused(read("normal(pre, 0.5)"), `projections[0].weights: ${draw} a function`);
  refused({ delay: 0.01 }, "projections[0].delay: expected 0.1 ms, NEST's step, or more, got 0.01");
  expect(() => rules({ neuron: { ...lif, reset: "subtract" } })).toThrow("populations.n.neuron.reset");
});

test("how many synapses a network asks for is known before any is drawn", () => {
  const asked = (model: keyof typeof networkModels) => synapsesAsked(describe(networkModels[model]).spec);
  // 12,500 neurons with 1,250 each; 4,000 of 4,000 with a probability of 2 %.
  expect(asked("brunel")).toBe(12_500 * 1_250);
  expect(asked("cuba")).toBeCloseTo(0.02 * 4_000 ** 2, 6);
});
