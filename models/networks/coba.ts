import type { ModelDescription } from "../../src/description/describe.ts";

/**
 * Conductance-based network of Vogels & Abbott 2005 (J. Neurosci. 25:10786) in the form of the simulator review by Brette
 * et al. 2007 (J. Comput. Neurosci. 23:349, benchmark 1): 80 % excitatory neurons, 2 % connectivity; noise of the first
 * 50 ms sets off activity that keeps itself going. `scale` as of `cuba`, and 0.1 ms of delay for the published none.
 *
 * It runs in the grid mode, in steps of 0.1 ms.
 */
export const coba: ModelDescription = {
  name: "coba",
  description: "4,000 neurons with exponential conductances, self-sustained irregular activity",
  source: "Vogels & Abbott 2005, J. Neurosci. 25:10786; Brette et al. 2007, benchmark 1",
  dt: "0.1 ms",
  parameters: {
    scale: 1,
    nE: "round(3200 * scale)",
    nI: "round(800 * scale)",
    p: "0.02 / scale",
    wE: "6 nS",
    wI: "-67 nS",
    delay: "0.1 ms",
  },
  populations: Object.fromEntries(
    ["E", "I"].map(name => [
      name,
      {
        size: `n${name}`,
        neuron: {
          model: "lif-cond-exp",
          tauMem: "20 ms",
          gLeak: "10 nS",
          tauExc: "5 ms",
          tauInh: "10 ms",
          eExc: "0 mV",
          eInh: "-80 mV",
          vRest: "-60 mV",
          vThreshold: "-50 mV",
          vReset: "-60 mV",
          tauRef: "5 ms",
        },
        initial: { v: "uniform(-60 mV, -50 mV)" },
      },
    ]),
  ),
  projections: ["E", "I"].flatMap(from =>
    ["E", "I"].map(to => ({
      from,
      to,
      connect: { kind: "probability", p: "p" },
      weights: `w${from}`,
      delay: "delay",
    })),
  ),
  stimuli: ["E", "I"].map(to => ({ to, kind: "poisson", rate: "300 Hz", weight: "wE", stop: "50 ms" })),
};
