import type { ModelDescription } from "../../src/description/describe.ts";

/**
 * Network of Izhikevich 2007 ("Solving the distal reward problem through linkage of STDP and dopamine signaling", Cereb.
 * Cortex 17:2443, first experiment): 800 excitatory and 200 inhibitory neurons, each with 100 synapses of 1 ms; those of
 * excitatory neurons learn from dopamine and stay within 0 and 4 mV, inhibitory neurons reach excitatory ones only. Here
 * with LIF neurons, which a random background makes fire about once a second; a spike moves the membrane by its weight.
 *
 * Rewards belong to an experiment: `Simulation.reward` gives them, and `experiments/distal-reward` does. Without any, the
 * weights drift with the baseline.
 */
export const distalReward: ModelDescription = {
  name: "distal-reward",
  description: "1,000 neurons whose excitatory synapses learn from dopamine, driven by a random background",
  source: "after Izhikevich 2007, Cereb. Cortex 17:2443, with LIF neurons",
  parameters: {
    scale: 1,
    nE: "round(800 * scale)",
    nI: "round(200 * scale)",
    // Fewer partners at smaller scales: the probability of a connection stays.
    wE: "1 mV",
    wI: "-1 mV",
    wMax: "4 mV",
    background: "100 Hz",
    kick: "6 mV",
  },
  populations: Object.fromEntries(
    ["E", "I"].map(name => [
      name,
      {
        size: `n${name}`,
        neuron: {
          model: "lif",
          tauMem: "10 ms",
          vRest: "-65 mV",
          vThreshold: "-45 mV",
          reset: "fixed",
          vReset: "-65 mV",
          tauRef: "2 ms",
        },
        initial: { v: "uniform(-65 mV, -55 mV)" },
      },
    ]),
  ),
  projections: [
    ...["E", "I"].map(to => ({
      from: "E",
      to,
      connect: { kind: "outDegree", n: `round(100 * scale * n${to} / (nE + nI))` },
      weights: "wE",
      delay: "1 ms",
      plasticity: { kind: "stdp-reward", wMax: "wMax" },
    })),
    {
      from: "I",
      to: "E",
      connect: { kind: "outDegree", n: "round(100 * scale)" },
      weights: "wI",
      delay: "1 ms",
    },
  ],
  // Excitation and inhibition in balance: only fluctuations reach the threshold.
  stimuli: ["E", "I"].flatMap(to =>
    ["", "-"].map(sign => ({ to, kind: "poisson", rate: "background", weight: `${sign}kick` })),
  ),
};
