import { architectureFrom, type LayeredModel } from "../../src/description/layeredModel.ts";
import type { TrainingSettings } from "../../src/training/trainer.ts";
import { settings, smallData } from "./small.ts";

/** A small network with shared kernels, both kinds of pools, padding, a stride and a fully connected layer. */
const model: LayeredModel = {
  name: "small maps",
  layers: [
    { kind: "conv", filters: 4, size: 3, padding: 1 },
    { kind: "maxpool", size: 2 },
    { kind: "conv", filters: 5, size: 2, stride: 2, padding: 1 },
    { kind: "avgpool", size: 2 },
    { kind: "dense", units: 16 },
  ],
};

const shape = [8, 7, 2] as const;
const classes = 4;
export const architecture = architectureFrom(model, shape, classes, "test");
export const data = { ...smallData(8 * 7 * 2, classes), shape };

export const mapSettings: TrainingSettings = {
  ...settings,
  sizes: architecture.sizes,
  architecture,
  // Changes are summed over places.
  learningRate: 0.005,
  vThreshold: 0.001,
};
