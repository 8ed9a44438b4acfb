import type { ModelDescription } from "../../src/description/describe.ts";

/**
 * Network of Izhikevich 2006 ("Polychronization: computation with spikes", Neural Comput. 18:245) by the steps and the rule of
 * its program spnet.cpp: 800 regular spiking and 200 fast spiking neurons, each with 100 synapses; those of excitatory
 * neurons have delays of 1 to 20 ms and learn, those of inhibitory ones reach excitatory ones only, after 1 ms. Once a
 * second, on average, a neuron gets 20 mV from outside; the program kicks one neuron of all in each ms.
 *
 * It runs in the program's steps of 1 ms.
 */
export const polychronous: ModelDescription = {
  name: "polychronous",
  description: "1,000 Izhikevich neurons with delays that learn",
  source: "Izhikevich 2006, Neural Comput. 18:245",
  dt: "1 ms",
  parameters: {
    scale: 1,
    nE: "round(800 * scale)",
    nI: "round(200 * scale)",
    // Fewer partners at smaller scales: the probability of a connection stays.
    wE: "6 mV",
    wI: "-5 mV",
    wMax: "10 mV",
    kicks: "1 Hz",
    kick: "20 mV",
  },
  populations: {
    E: { size: "nE", neuron: { model: "izhikevich", a: 0.02, d: 8, integrator: "euler" } },
    I: { size: "nI", neuron: { model: "izhikevich", a: 0.1, d: 2, integrator: "euler" } },
  },
  projections: [
    ...["E", "I"].map(to => ({
      from: "E",
      to,
      connect: { kind: "outDegree", n: `round(100 * scale * n${to} / (nE + nI))` },
      weights: "wE",
      delay: "floor(uniform(1, 21)) * 1 ms",
      plasticity: { kind: "stdp-derivative", aMinus: "0.12 / 0.95", wMax: "wMax" },
    })),
    {
      from: "I",
      to: "E",
      connect: { kind: "outDegree", n: "round(100 * scale)" },
      weights: "wI",
      delay: "1 ms",
    },
  ],
  stimuli: ["E", "I"].map(to => ({ to, kind: "poisson", rate: "kicks", weight: "kick" })),
};
