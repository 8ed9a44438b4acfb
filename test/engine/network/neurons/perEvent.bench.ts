import { bench, describe } from "vitest";
import { type NeuronSpec, neuronModel } from "../../../../src/engine/network/neurons/index.ts";
import { Rng } from "../../../../src/math/rng.ts";

/*
 * What one input event costs each model: receive, fire, and the prediction of the next spike, over 1,000 neurons in
 * turn with currents as in a balanced network. Divide the mean time by EVENTS.   npx vitest bench test/engine/neurons
 */
const EVENTS = 100_000;
const SIZE = 1000;
const mV = { vThreshold: -50, vRest: -60, vReset: -60, reset: "fixed", tauRef: 2, tauMem: 20 } as const;

const models: [string, NeuronSpec, number][] = [
  ["lif", { model: "lif", ...mV }, 0.4],
  ["lif-exp, quiet", { model: "lif-exp", ...mV, tauExc: 5, tauInh: 10, weightAs: "peak" }, 0.2],
  ["lif-exp, balanced", { model: "lif-exp", ...mV, tauExc: 5, tauInh: 10, weightAs: "peak" }, 1],
  [
    "lif-exp, CUBA (bias above threshold)",
    { model: "lif-exp", ...mV, bias: 0.55, tauExc: 5, tauInh: 10 },
    0.08,
  ],
  ["lif-exp, tauMem = 2 tau", { model: "lif-exp", ...mV, tauExc: 10, tauInh: 10, weightAs: "peak" }, 1],
  ["lif-alpha, quiet", { model: "lif-alpha", ...mV, tauExc: 2, tauInh: 4, weightAs: "peak" }, 0.2],
  ["lif-alpha, balanced", { model: "lif-alpha", ...mV, tauExc: 2, tauInh: 4, weightAs: "peak" }, 1],
  ["alif", { model: "alif", ...mV, tauAdapt: 100, beta: 2 }, 0.4],
  ["parrot", { model: "parrot" }, 1],
];

const rng = new Rng(1, "bench");
const neurons = Int32Array.from({ length: EVENTS }, () => rng.integer(SIZE));
const signs = Float64Array.from({ length: EVENTS }, () => (rng.uniform() < 0.8 ? 1 : -4));

for (const [name, spec, weight] of models) {
  describe(name, () => {
    for (const lazy of [true, false]) {
      const group = neuronModel(spec).create(SIZE);
      if (lazy && !group.earliestSpike) continue;
      let t = 0;
      let sum = 0;
      bench(lazy ? "with earliestSpike" : "with nextSpike", () => {
        // 440 events per neuron and second, in steps of 2.3 us.
        for (let k = 0; k < EVENTS; k++) {
          const i = neurons[k];
          t += 0.0023;
          group.receive(i, t, weight * signs[k]);
          group.fire(i, t);
          const next = lazy ? group.earliestSpike!(i) : group.nextSpike(i);
          if (next <= t + 0.5) {
            const exact = lazy ? group.nextSpike(i) : next;
            if (exact <= t + 0.5) {
              group.settleCrossing(i, Math.max(t, exact));
              group.fire(i, Math.max(t, exact));
            }
          }
          sum += next < Infinity ? 1 : 0;
        }
        if (sum < 0) throw new Error("unreachable: keeps the loop");
      });
    }
  });
}
