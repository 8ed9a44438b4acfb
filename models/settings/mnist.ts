import type { TwinModel } from "./twinModel.ts";

/** MNIST. Learning rates: validation accuracy of the rate twins after 5 epochs on a grid of 0.1, 0.2, 0.3. */
export const mnist: TwinModel = {
  hidden: [256],
  epochs: 5,
  batch: 10,
  learningRates: { default: 0.2 },
  durationMs: 20,
  tauMem: 20,
  vThreshold: 0.25,
  maxSpikes: 4,
  source: "chosen here on the validation part, seed 1",
};
