import type { LayeredModel } from "../../src/description/layeredModel.ts";

/** The MNIST network of Frenkel, Lefebvre & Bol 2021: DRTP 98.19 % with trained kernels, BP 99.01. */
export const drtpConv: LayeredModel = {
  name: "drtp-conv",
  description: "32 kernels of 5 x 5, max pools of 2 x 2, 1,000 neurons, readout",
  source:
    "Frenkel, Lefebvre & Bol 2021, Front. Neurosci. 15:629892, CONV_32_5_1_2, FC_1000, FC_10 of the authors' code",
  layers: [
    { kind: "conv", filters: 32, size: 5, padding: 2 },
    { kind: "maxpool", size: 2 },
    { kind: "flatten" },
    { kind: "dense", units: 1000 },
  ],
};
