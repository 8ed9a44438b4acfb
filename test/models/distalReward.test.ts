import { expect, test } from "vitest";
import { networkModels } from "../../models/index.ts";
import { describe } from "../../src/description/describe.ts";
import { override } from "../../src/description/override.ts";
import { type NetworkSpec, network } from "../../src/engine/network/network.ts";
import { Simulation } from "../../src/engine/simulation.ts";
import { Rng } from "../../src/math/rng.ts";

const grid = { mode: "grid", dt: 1 } as const;
const model: unknown = networkModels["distal-reward-izhikevich"];

test("distal-reward-izhikevich fires about once a second, as published", () => {
  const simulation = new Simulation(network(describe(model).spec), grid);
  simulation.run(3000);
  const hz = simulation.raster().times.length / 3000;
  expect(hz).toBeGreaterThan(0.7);
  expect(hz).toBeLessThan(2);
});

test.each([
  ["rewarded seconds after its neurons fire, a synapse grows to its bound while the others stay low", true],
  ["without rewards it only gets what the baseline of dopamine gives", false],
])("distal-reward-izhikevich: %s", (_, rewards) => {
  const { spec } = describe(override(model, "parameters.scale=0.1"));
  // One neuron is made to fire before another every 2 s, which chance does 70 times in the hour of the paper.
  const [n1, n2] = [0, 1];
  const [first, pairs] = [1000, 60];
  const times = Array.from({ length: pairs }, (_, k) => first + 2000 * k);
  const kicks = [n1, n2].map((neuron, k) => ({
    ...{ to: "E", kind: "spikes" as const, name: `kicks ${k}`, weight: 60 },
    times: times.map(t => t + 5 * k),
    neurons: times.map(() => neuron),
  }));
  const connect = { kind: "pairs" as const, pre: [n1], post: [n2] };
  const learning = spec.projections!.find(({ from, to }) => from === "E" && to === "E")!;
  const own = { ...learning, connect, name: "own", weights: [0] };
  const net = network({
    ...spec,
    projections: [...spec.projections!, own],
    stimuli: [...spec.stimuli!, ...kicks],
  } as NetworkSpec);
  const simulation = new Simulation(net, { ...grid, record: { spikes: false } });
  const rng = new Rng(1, "rewards");
  if (rewards) for (const t of times) simulation.reward(0.5, t + rng.uniformIn(1000, 3000));
  simulation.run(first + 2000 * pairs + 3000);
  const [w] = simulation.weights("own");
  const others = simulation.weights("E->E");
  const mean = others.reduce((a, b) => a + b) / others.length;
  if (rewards) expect(w).toBeGreaterThan(3.9);
  // Each pair leaves an eligibility of 0.1 exp(-5 / 19.5) for 1 s, of which the baseline makes eta 0.002 of the weight.
  else expect(Math.abs(w - pairs * 0.1 * 0.95 ** 5 * 1000 * 0.1 * 0.002)).toBeLessThan(0.2);
  expect(mean).toBeLessThan(1.3);
  expect(others.reduce((n, x) => n + (x > 3.5 ? 1 : 0), 0) / others.length).toBeLessThan(0.1);
});
