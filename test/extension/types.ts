// What the compiler says of definitions of others; compiled by `../extension.test.ts`, never run.
import { defineNeuron, definePlasticity, network, train } from "threefactor";
import { neuron, plasticity, rule } from "./plugin.js";

network({
  populations: {
    a: { size: 1, neuron: neuron.spec({ every: 2, window: 5 }) },
    b: { size: 1, neuron: "input" },
  },
  projections: [{ from: "b", to: "a", weights: 1, plasticity: plasticity.spec({ share: 0.1 }) }],
});
// @ts-expect-error a parameter that the neuron does not have
neuron.spec({ often: 2 });
// @ts-expect-error a text for a number
neuron.spec({ every: "2" });
// @ts-expect-error one without a default is left out
plasticity.spec({});
// @ts-expect-error no such unit
defineNeuron({ name: "x", parameters: { a: { unit: "sec" } }, create: () => null as never });
definePlasticity({
  name: "x",
  parameters: { a: { unit: "1" }, mode: { words: ["on", "off"], default: "on" } },
  create(p) {
    const [a, mode]: [number, "on" | "off"] = [p.a, p.mode];
    // @ts-expect-error a parameter that the table does not have
    return { dendritic: mode === "on", check: () => a, create: () => p.b };
  },
});

const part = { samples: [[0, 1], new Float32Array(2)], labels: Uint8Array.of(0, 1) };
declare const settings: Parameters<typeof train>[0]["settings"];
train({ rule, twin: "spike", settings }, { train: part, test: part });
// @ts-expect-error no part to test on
train({ rule, twin: "spike", settings }, { train: part });
