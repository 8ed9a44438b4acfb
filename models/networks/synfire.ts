import type { ModelDescription } from "../../src/description/describe.ts";

const GROUPS = 10;

/**
 * Feed-forward synfire chain (Diesmann, Gewaltig & Aertsen 1999, Nature 402:529): ten groups of 100 neurons, each
 * neuron of a group excited by all of the group before. A volley of synchronous spikes into the first group travels
 * down the chain when it is strong and sharp enough, and dies out when it is not. Here with alpha-shaped currents and
 * without the background noise of the paper; `pulse` is the number of spikes of the volley, `spread` the standard
 * deviation of their times when they arrive at the first group.
 */
export const synfire: ModelDescription = {
  name: "synfire",
  description: "ten groups of 100 neurons; a synchronous volley of `pulse` spikes enters the first",
  source: "after Diesmann, Gewaltig & Aertsen 1999, Nature 402:529, without background",
  parameters: { pulse: 100, psp: "0.14 mV", delay: "5 ms", spread: "0.5 ms" },
  populations: {
    pulse: { size: "pulse", neuron: "input" },
    ...Object.fromEntries(
      Array.from({ length: GROUPS }, (_, k) => [
        `group${k + 1}`,
        {
          size: 100,
          neuron: {
            model: "lif-alpha",
            tauMem: "10 ms",
            tauExc: "0.325 ms",
            tauInh: "0.325 ms",
            weightAs: "peak",
            vRest: "-70 mV",
            vThreshold: "-55 mV",
            reset: "fixed",
            vReset: "-70 mV",
            tauRef: "1 ms",
            // Stands for the background: it holds the membrane 6 mV below threshold.
            bias: "9 mV / (10 ms)",
          },
          initial: { v: "normal(-61, 1) * 1 mV" },
        },
      ]),
    ),
  },
  projections: Array.from({ length: GROUPS }, (_, k) => ({
    from: k === 0 ? "pulse" : `group${k}`,
    to: `group${k + 1}`,
    weights: "psp",
    delay: k === 0 ? "normal(delay, spread, 0 ms)" : "normal(1, 0.1) * delay",
  })),
  // Once the potentials have settled.
  stimuli: [{ to: "pulse", kind: "regular", interval: "100 ms", stop: "101 ms" }],
};
