import type { LayeredModel } from "../../src/description/layeredModel.ts";

/**
 * LeNet-5 in the form of BioTorch (Sanfiz & Akrout 2021, arXiv:2108.13446): ReLU and max pools. Images of 28 x 28 pixels
 * have 2 silent ones around them, where that code brings them to 32 x 32.
 */
export const lenet: LayeredModel = {
  name: "lenet",
  description:
    "6 and 16 kernels of 5 x 5 with max pools, 120 kernels over all that is left, 84 neurons, readout",
  source: "LeCun, Bottou, Bengio & Haffner 1998, Proc. IEEE 86:2278; sizes as in BioTorch, arXiv:2108.13446",
  layers: [
    { kind: "conv", filters: 6, size: 5, padding: 2 },
    { kind: "maxpool", size: 2 },
    { kind: "conv", filters: 16, size: 5 },
    { kind: "maxpool", size: 2 },
    { kind: "conv", filters: 120, size: 5 },
    { kind: "flatten" },
    { kind: "dense", units: 84 },
  ],
};
