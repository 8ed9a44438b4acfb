import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { type Rule, rules } from "../../src/rules/index.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import { onEveryBackend } from "../rate/present.ts";
import { everySample, settings, smallData } from "./small.ts";
import { mapSettings, data as maps } from "./smallMaps.ts";

const rows = smallData();
const all = everySample(rows);
const normalised = {
  ...mapSettings.architecture!,
  layers: mapSettings.architecture!.layers.map((l, k) => ({ ...l, batchNorm: k < 3 })),
};
const networks = [
  ["fully connected", rows, settings],
  ["with kernels and pools", maps, mapSettings],
  ["with kernels, pools and batch normalisation", maps, { ...mapSettings, architecture: normalised }],
] as const;

onEveryBackend(() => {
  test.each(
    rules.flatMap(rule => networks.map(([kind, ...network]) => [rule.name, kind, rule, ...network] as const)),
  )("%s, %s: an epoch leaves no tensor behind", (_, __, rule: Rule, data, settings) => {
    const memory = () => {
      const { numTensors, numDataBuffers, numBytes } = tf.memory();
      return { numTensors, numDataBuffers, numBytes, heap: tf.backend().numDataIds() };
    };
    const before = memory();
    // Batches of 7: the last one is smaller.
    const trainer = rateTrainer(rule, data, settings);
    const epoch = (e: number) => {
      for (let first = 0; first < all.length; first += 7)
        trainer.learn(all.subarray(first, first + 7), settings.learningRate, e);
      trainer.evaluate(data.test);
    };
    epoch(0);
    const after = memory();
    epoch(1);
    expect(memory()).toEqual(after);
    trainer.dispose();
    expect(memory()).toEqual(before);
  });
}, "cpu");
