import type { LayeredModel, LayerSpec } from "../../src/description/layeredModel.ts";

/**
 * The smaller network of Moskovitz, Litwin-Kumar & Abbott 2018, as Lance & Kieu 2026 (arXiv:2605.08564) describe it, for
 * crops of 24 x 24 pixels: `--augment crop:24,flip,standardise`. There BP has 75.80 % on CIFAR-10, uSF with strict
 * normalisation 75.67, FA with shared kernels 40.07.
 */
export const signConcordant: LayeredModel = {
  name: "sign-concordant",
  description: "two layers of 64 kernels of 5 x 5 with max pools, 384 and 192 neurons, readout",
  source:
    "Moskovitz, Litwin-Kumar & Abbott 2018, arXiv:1812.06488, after Lance & Kieu 2026, arXiv:2605.08564",
  layers: [
    { kind: "conv", filters: 64, size: 5 },
    { kind: "maxpool", size: 2 },
    { kind: "conv", filters: 64, size: 5 },
    { kind: "maxpool", size: 2 },
    { kind: "flatten" },
    { kind: "dense", units: 384 },
    { kind: "dense", units: 192 },
  ],
};

/** The same with every hidden layer normalised over the batch. */
export const signConcordantNormalised: LayeredModel = {
  ...signConcordant,
  name: "sign-concordant-bn",
  description: `${signConcordant.description}; batch normalisation`,
  layers: signConcordant.layers.flatMap<LayerSpec>(layer =>
    layer.kind === "conv" || layer.kind === "dense" ? [layer, { kind: "batchnorm" }] : [layer],
  ),
};
