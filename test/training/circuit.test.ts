/** Rules as circuits: nothing but a network makes the weights. */
import { beforeAll, expect, test } from "vitest";
import { datasetOf } from "../../src/data/arrays.ts";
import { loadDataset } from "../../src/data/index.ts";
import { describe } from "../../src/description/describe.ts";
import { network } from "../../src/engine/network/network.ts";
import { Simulation } from "../../src/engine/simulation.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { layerNames } from "../../src/rules/circuits/circuit.ts";
import { ruleNamed, rules, whyNoCircuit } from "../../src/rules/index.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { batches } from "../../src/training/batches.ts";
import { formsOf, planOf } from "../../src/training/circuit.ts";
import { circuitTrainer } from "../../src/training/circuitTrainer.ts";
import { startingParameters } from "../../src/training/initialise.ts";
import type { RunState } from "../../src/training/runState.ts";
import { createTrainer, type RunPlan, train } from "../../src/training/train.ts";
import { networkOf, type TrainingSettings } from "../../src/training/trainer.ts";

const whole = await loadDataset("digits", { trainSamples: 10, testSamples: 5 });
const data = datasetOf({
  ...whole,
  validation: { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) },
});
const circuits = rules.filter(rule => whyNoCircuit(rule) === null);

function settings(more: Partial<TrainingSettings> = {}): TrainingSettings {
  return {
    ...{ sizes: [64, 12, 8, 10], seed: 2, epochs: 2, batch: 1, learningRate: 0.05 },
    ...{ schedule: "1 - 0.9 * progress", encoder: "rate", eligibility: "trace", durationMs: 20, tauMem: 20 },
    ...{ vThreshold: 0.25, maxSpikes: 4 },
    circuit: { mode: "grid" },
    ...more,
  };
}

const plan = (rule: Rule, more?: Partial<TrainingSettings>): RunPlan => ({
  rule,
  twin: "circuit",
  settings: settings(more),
});

beforeAll(async () => {
  await selectBackend("cpu");
});

/** What `threefactor rules NAME --circuit` prints. */
function printed(rule: Rule, given: TrainingSettings): string {
  const { train } = data;
  const samples = Array.from({ length: train.count }, (_, n) => [
    ...train.intensities.subarray(64 * n, 64 * n + 64),
  ]);
  const start = startingParameters(networkOf(rule, given), given);
  const shown = { data: { samples, labels: [...train.labels] } };
  const description = formsOf(rule, given, train.count).circuit!(
    planOf(rule, given, start, train.count, shown),
  );
  return JSON.stringify(description, (_, value) =>
    ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value,
  );
}

test.each(circuits.map(rule => [rule.name, rule] as const))(
  "%s: its network, made of printed text alone, comes to the weights of training",
  async (_, rule) => {
    const { parameters } = await train(plan(rule), data);
    const { spec } = describe(JSON.parse(printed(rule, settings())));
    const simulation = new Simulation(network(spec, { seed: 2 }), { mode: "grid", dt: 1 });
    const { stream } = simulation.network;
    simulation.runSamples(stream!.total);
    const architecture = networkOf(rule, settings());
    layerNames(architecture)
      .slice(1)
      .forEach((to, l) => {
        const from = layerNames(architecture)[l];
        expect(Float32Array.from(simulation.weights(`${from}->${to}`))).toEqual(parameters.weights[l]);
        expect(Float32Array.from(simulation.weights(`bias->${to}`))).toEqual(parameters.biases[l]);
      });
    const start = startingParameters(architecture, settings());
    expect(parameters.weights.at(-1)).not.toEqual(start.weights.at(-1));
  },
);

test("it begins with the weights and feedback of the other forms, and is shown samples in their order", () => {
  const rule = ruleNamed("dfa");
  const [rate, spike, circuit] = (["rate", "spike", "circuit"] as const).map(twin => {
    const trainer = createTrainer({ ...plan(rule), twin }, data);
    const { weights, biases } = trainer.parameters();
    const start = { weights, biases, degrees: trainer.feedbackDegrees!(weights) };
    trainer.dispose();
    return start;
  });
  expect(circuit).toEqual(rate);
  expect(circuit).toEqual(spike);
  const { stream } = network(describe(JSON.parse(printed(rule, settings()))).spec);
  const order = [0, 1].flatMap(epoch => [...batches(data.train.count, settings(), epoch)]);
  expect(Array.from({ length: stream!.total }, (_, n) => stream!.place(n))).toEqual(
    order.flatMap(({ indices }) => [...indices]),
  );
});

test("threads that share the work of a printed network come to its weights", () => {
  const text = printed(ruleNamed("fa"), settings());
  const learnt = (workers: number) => {
    const { spec } = describe(JSON.parse(text));
    const simulation = new Simulation(network(spec, { seed: 2 }), { mode: "grid", dt: 1, workers });
    simulation.runSamples(3);
    const weights = ["input->hidden 1", "hidden 1->hidden 2", "hidden 2->output"].map(name =>
      simulation.weights(name),
    );
    simulation.close();
    return weights;
  };
  expect(learnt(2)).toEqual(learnt(1));
});

test.each([
  ["exact", "dfa"],
  ["grid", "dfa"],
  // Whose synapses keep tags, none of which may outlast a sample.
  ["grid", "pepita-hebbian"],
] as const)("%s mode: a run of %s that is resumed gives the same bits", async (mode, name) => {
  const own = plan(ruleNamed(name), { circuit: { mode } });
  const states: RunState[] = [];
  const all = await train(own, data, { onEpoch: state => void states.push(state) });
  const resumed = await train(own, data, {}, states[0]);
  expect(resumed.parameters).toEqual(all.parameters);
  expect(resumed.result.testAccuracy).toBe(all.result.testAccuracy);
  expect(resumed.result.curve).toEqual(all.result.curve);
});

test("feedback that a circuit learns is remembered, and its angle is that of what it has become", () => {
  const rule = ruleNamed("kp");
  const [trainer, other] = [0, 1].map(() => circuitTrainer(rule, data, settings()));
  const degrees = (of: typeof trainer) => of.feedbackDegrees!(trainer.parameters().weights);
  trainer.learn(Uint32Array.of(0, 1), 1, 0);
  expect(degrees(other)).not.toEqual(degrees(trainer));
  other.restore(trainer.parameters(), trainer.memory);
  expect(other.memory).toEqual(trainer.memory);
  expect(degrees(other)).toEqual(degrees(trainer));
});

test("nothing of the rule is asked once its circuit runs", () => {
  for (const rule of circuits) {
    const given = settings();
    const fail = () => {
      throw new Error("asked while the circuit runs");
    };
    let made = false;
    const guarded: Rule = {
      ...rule,
      create(...args) {
        const forms = rule.create(...args);
        const { circuit } = forms;
        return {
          rate: fail,
          spiking: fail,
          circuit: plan => (made ? fail() : circuit!(plan)),
        };
      },
    };
    const trainer = circuitTrainer(guarded, data, given);
    trainer.learn(Uint32Array.of(0), 1, 0);
    made = true;
    trainer.learn(Uint32Array.of(1, 2), 1, 0);
    const start = startingParameters(networkOf(rule, given), given);
    expect(trainer.parameters().weights.at(-1), rule.name).not.toEqual(start.weights.at(-1));
  }
});

test("a rule without a circuit says why", async () => {
  for (const rule of rules.filter(rule => !circuits.includes(rule) && !rule.lacks))
    await expect(train(plan(rule), data)).rejects.toThrow(
      `${rule.name}: has no circuit: ${whyNoCircuit(rule)}`,
    );
});
