/** What a circuit's synapses read follows from its network: it is another when the network is altered. */
import { expect, test } from "vitest";
import { auditCircuit, circuitAudit, smallCircuit } from "../../src/audit/circuit.ts";
import type { ModelDescription } from "../../src/description/describe.ts";
import { ruleNamed, rules, whyNoCircuit } from "../../src/rules/index.ts";

type Fields = Record<string, unknown>;

/** Looks at DFA's network after a change of it. */
function altered(
  change: (network: {
    populations: Fields;
    projections: Fields[];
    stimuli: Fields[];
    stream: Fields;
  }) => void,
) {
  const network = structuredClone(smallCircuit(ruleNamed("dfa"))) as never as ModelDescription;
  change(network as never);
  return auditCircuit(network, "input", "hidden 1");
}
const learning = (network: { projections: Fields[] }) =>
  network.projections.find(({ from, to }) => from === "input" && to === "hidden 1") as Fields & {
    plasticity: Fields;
  };

const dfa = circuitAudit(ruleNamed("dfa"))!;

test("DFA's reads error spikes, and whether its drive is positive", () => {
  expect(dfa).toEqual({
    ...{ pre: "spikes", post: "drive", third: ["error+", "error-"], ownSpikes: false, label: "errors" },
    ...{ phases: true, keptMs: 2, shared: "no", feedbackLearns: false, rest: "samples", shown: 1 },
  });
});

test("every circuit that changes hidden synapses has a third factor that comes from somewhere", () => {
  for (const rule of rules) {
    const seen = circuitAudit(rule);
    if (whyNoCircuit(rule) !== null) expect(seen, rule.name).toBeNull();
    if (seen) expect(seen.third.length, rule.name).toBeGreaterThan(0);
  }
  expect(circuitAudit(ruleNamed("frozen"))).toBeNull();
});

test("rules differ in what they need", () => {
  const of = (name: string) => circuitAudit(ruleNamed(name))!;
  expect(of("drtp")).toMatchObject({ label: "direct", ownSpikes: true });
  expect(of("f3").keptMs).toBeGreaterThanOrEqual(60);
  expect(of("pepita")).toMatchObject({ ownSpikes: true, label: "no", shown: 3 });
  expect(of("usf").shared).toBe("signs");
  expect(of("fa").shared).toBe("no");
});

test.each<[string, (network: Parameters<Parameters<typeof altered>[0]>[0]) => void, object]>([
  ["a trace", network => void (learning(network).plasticity.eligibility = "trace"), { pre: "trace" }],
  ["no gate", network => void (learning(network).plasticity.gate = "none"), { post: "nothing" }],
  ["a window", network => void (learning(network).plasticity.gate = "window"), { post: "window" }],
  ["postsynaptic spikes", network => void (learning(network).plasticity.read = "post"), { post: "spikes" }],
  ["no permission", network => void delete learning(network).plasticity.permit, { phases: false }],
  ["never at rest", network => void (network.stream.rest = "never"), { rest: "never" }],
  [
    "labels at the modulator",
    network => void network.projections.push({ from: "label", to: "hidden 1", target: "error", weights: 1 }),
    { label: "direct", third: ["error+", "error-", "label"] },
  ],
  [
    "its own spikes",
    network =>
      void network.projections.push({ from: "hidden 1", to: "hidden 1", target: "error", weights: 1 }),
    { ownSpikes: true, third: ["error+", "error-", "hidden 1"] },
  ],
  [
    "a delay line",
    network => {
      for (const projection of network.projections)
        if (projection.to === "hidden 1" && projection.target === "error") projection.delay = "60 ms";
    },
    { keptMs: 61 },
  ],
  [
    "errors without labels",
    network => {
      network.projections = network.projections.filter(({ from }) => from !== "label");
    },
    { label: "no" },
  ],
  [
    "feedback that learns",
    network => {
      for (const projection of network.projections)
        if (projection.to === "hidden 1" && projection.target === "error")
          projection.plasticity = { kind: "three-factor", modulator: "error" };
    },
    { feedbackLearns: true },
  ],
  ["the sample twice", network => void network.stimuli.push({ to: "input", kind: "samples" }), { shown: 2 }],
  [
    "the weights of a layer that keeps their signs",
    network => {
      const weights = [1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12, 13, -14, 15];
      network.projections.push(
        { from: "hidden 1", to: "output", weights, plasticity: { kind: "three-factor", signs: "kept" } },
        {
          ...{ from: "error+", to: "hidden 1", target: "error" },
          weights: [0, 1, 2].flatMap(k => [0, 1, 2, 3, 4].map(j => weights[3 * j + k])),
        },
      );
    },
    { shared: "weights" },
  ],
])("%s: the audit says so", (_, change, expected) => {
  expect(altered(change)).toEqual({ ...dfa, ...expected });
});
