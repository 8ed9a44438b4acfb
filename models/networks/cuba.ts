import type { ModelDescription } from "../../src/description/describe.ts";

/**
 * Current-based network of Vogels & Abbott 2005 (J. Neurosci. 25:10786) in the form of the simulator review by Brette
 * et al. 2007 (J. Comput. Neurosci. 23:349, benchmark 2): 80 % excitatory neurons, 2 % connectivity, no input; the rest
 * potential above threshold keeps it going. `scale` multiplies the neurons and divides the connectivity, so that each
 * neuron keeps its 80 synapses.
 *
 * tauMem dV/dt = -(V + 49 mV) + gE + gI is written as a rest of -60 mV and a constant drive of the remaining 11 mV.
 * The published network has no delays; an event-driven one needs them above 0 in a loop, and has 0.1 ms, the time step
 * of the published runs.
 */
export const cuba: ModelDescription = {
  name: "cuba",
  description: "4,000 neurons with exponential currents, self-sustained irregular activity",
  source: "Vogels & Abbott 2005, J. Neurosci. 25:10786; Brette et al. 2007, benchmark 2",
  parameters: {
    scale: 1,
    nE: "round(3200 * scale)",
    nI: "round(800 * scale)",
    p: "0.02 / scale",
    wE: "1.62 mV",
    wI: "-9 mV",
    delay: "0.1 ms",
  },
  populations: Object.fromEntries(
    ["E", "I"].map(name => [
      name,
      {
        size: `n${name}`,
        neuron: {
          model: "lif-exp",
          tauMem: "20 ms",
          tauExc: "5 ms",
          tauInh: "10 ms",
          weightAs: "drive",
          vRest: "-60 mV",
          bias: "11 mV / (20 ms)",
          vThreshold: "-50 mV",
          reset: "fixed",
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
};
