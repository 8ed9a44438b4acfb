import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../src/rate/backend.ts";
import { rules } from "../../src/rules/index.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import { presentBackends } from "../rate/present.ts";
import { everySample, settings, smallData } from "./small.ts";

const data = smallData();
const all = everySample(data);

describe.each((await presentBackends()).filter(name => name !== "cpu"))("on %s", backend => {
  beforeAll(async () => {
    await selectBackend(backend);
  });

  test.each(rules.map(rule => [rule.name, rule] as const))(
    "%s: an epoch leaves no tensor behind",
    (_, rule) => {
      const memory = () => {
        const { numTensors, numDataBuffers, numBytes } = tf.memory();
        return { numTensors, numDataBuffers, numBytes, heap: tf.backend().numDataIds() };
      };
      const before = memory();
      // Batches of 7: the last one is smaller.
      const trainer = rateTrainer(rule, data, settings);
      const epoch = (e: number) => {
        for (let first = 0; first < all.length; first += 7)
          trainer.learn(all.subarray(first, first + 7), 0.05, e);
        trainer.evaluate(data.test);
      };
      epoch(0);
      const after = memory();
      epoch(1);
      expect(memory()).toEqual(after);
      trainer.dispose();
      expect(memory()).toEqual(before);
    },
  );
});
