import type { TwinModel } from "./twinModel.ts";

/** The shipped 8x8 digits. Learning rates: best mean validation accuracy of both twins on a grid of 0.1, 0.2, 0.3. */
export const digits: TwinModel = {
  hidden: [128],
  epochs: 30,
  batch: 10,
  learningRates: { default: 0.3 },
  durationMs: 20,
  tauMem: 20,
  vThreshold: 0.2,
  maxSpikes: 8,
  source: "chosen here on the validation part, seeds 1 and 2",
};
