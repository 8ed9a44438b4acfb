import type { TwinModel } from "./twinModel.ts";

/**
 * The shipped 8x8 digits. So few inputs need a fine code and threshold for the twins to agree. Learning rate: mean
 * validation accuracy over rules, both twins and seeds 1 to 3, on a grid of 0.3, 0.5, 0.7. In spikes, at every sample, with
 * a fifth of it: mean validation accuracy of BP, DFA, KP and uSF, seeds 1 to 3, on a grid of 0.05, 0.1, 0.2, 0.4. PEPITA's
 * of both twins again, as its modulation is noise in spikes: what is best in rates, 0.5 to 1, lets its activity grow.
 */
export const digits: TwinModel = {
  hidden: [64],
  epochs: 30,
  batch: 10,
  spiking: { batch: 1, rateFactor: 0.2 },
  learningRates: {
    default: 0.5,
    sdfa: 0.3,
    wm: 0.1,
    pepita: 0.3,
    mempepita: 0.3,
    "pepita-hebbian": 0.7,
    "pepita-tl": 0.07,
    "pepita-wm": 0.3,
    afa: 1,
  },
  durationMs: 20,
  tauMem: 20,
  vThreshold: 0.08,
  maxSpikes: 16,
  source: "chosen on the validation part",
};
