import { beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../src/rate/backend.ts";
import { bp } from "../../src/rules/bp.ts";
import { rateTrainer } from "../../src/training/rateTrainer.ts";
import { spikingTrainer } from "../../src/training/spikingTrainer.ts";
import { everySample, settings, smallData } from "../rules/small.ts";

beforeAll(async () => {
  await selectBackend("wasm");
});

test.each([
  ["rate", rateTrainer],
  ["spike", spikingTrainer],
] as const)(
  "%s: each epoch learns its own version of a sample, and updates are compared on the samples themselves",
  (_, form) => {
    const plain = smallData();
    const asked: string[] = [];
    const data = {
      ...plain,
      augmented(index: number, epoch: number, seed: number) {
        asked.push(`${index} ${epoch} ${seed}`);
        return plain.train.intensities.subarray(14 * index, 14 * (index + 1)).map(x => 1 - x);
      },
    };
    const mirrored = {
      ...plain,
      train: { ...plain.train, intensities: plain.train.intensities.map(x => 1 - x) },
    };
    const [a, b, c] = [data, mirrored, plain].map(set => form(bp, set, settings)) as [
      ReturnType<typeof form>,
      ReturnType<typeof form>,
      ReturnType<typeof form>,
    ];
    expect(a.update(everySample(plain))).toEqual(c.update(everySample(plain)));
    expect(asked).toEqual([]);
    const indices = Uint32Array.of(4, 2);
    a.learn(indices, 0.1, 7);
    b.learn(indices, 0.1, 7);
    expect(asked).toEqual([`4 7 ${settings.seed}`, `2 7 ${settings.seed}`]);
    expect(a.parameters()).toEqual(b.parameters());
    for (const trainer of [a, b, c]) trainer.dispose();
  },
);
