import type { ModelDescription } from "../../src/description/describe.ts";

/**
 * Sparse random network of excitatory and inhibitory LIF neurons with delta synapses (Brunel 2000, J. Comput. Neurosci.
 * 8:183, model A). With nuExt = eta nuThreshold, the four regimes of its figure 8 are (g, eta) = (3, 2) synchronous
 * regular, (6, 4) fast oscillation, (5, 2) asynchronous irregular, (4.5, 0.9) slow oscillation.
 */
export const brunel: ModelDescription = {
  name: "brunel",
  description: "12,500 neurons, 1,250 synapses each; g and eta choose the regime",
  source: "Brunel 2000, J. Comput. Neurosci. 8:183, model A",
  parameters: {
    scale: 1,
    g: 5,
    eta: 2,
    J: "0.1 mV",
    delay: "1.5 ms",
    tauMem: "20 ms",
    theta: "20 mV",
    nE: "round(10000 * scale)",
    nI: "round(2500 * scale)",
    // Rate at which external input alone would bring the mean potential to threshold, of all external synapses.
    nuThreshold: "theta / (J * tauMem)",
  },
  populations: Object.fromEntries(
    ["E", "I"].map(name => [
      name,
      {
        size: `n${name}`,
        neuron: {
          model: "lif",
          tauMem: "tauMem",
          vThreshold: "theta",
          reset: "fixed",
          vReset: "10 mV",
          tauRef: "2 ms",
        },
      },
    ]),
  ),
  projections: ["E", "I"].flatMap(to => [
    { from: "E", to, connect: { kind: "inDegree", n: "0.1 * nE" }, weights: "J", delay: "delay" },
    { from: "I", to, connect: { kind: "inDegree", n: "0.1 * nI" }, weights: "-g * J", delay: "delay" },
  ]),
  stimuli: ["E", "I"].map(to => ({ to, kind: "poisson", rate: "eta * nuThreshold", weight: "J" })),
};
