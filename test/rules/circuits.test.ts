/** A circuit teaches hidden neurons: where few of them do not tell digits apart, it is above frozen ones. */
import { beforeAll, expect, test } from "vitest";
import { datasetOf } from "../../src/data/arrays.ts";
import { loadDataset } from "../../src/data/index.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { ruleNamed } from "../../src/rules/index.ts";
import { train } from "../../src/training/train.ts";

const whole = await loadDataset("digits", { trainSamples: 400, testSamples: 200 });
const data = datasetOf({
  ...whole,
  validation: { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) },
});

beforeAll(async () => {
  await selectBackend("cpu");
});

async function accuracy(name: string): Promise<number> {
  const { result } = await train(
    {
      rule: ruleNamed(name),
      twin: "circuit",
      settings: {
        ...{ sizes: [64, 16, 10], seed: 1, epochs: 3, batch: 1, learningRate: 0.06 },
        ...{
          schedule: "1 - 0.9 * progress",
          encoder: "rate",
          eligibility: "trace",
          durationMs: 20,
          tauMem: 20,
          vThreshold: 0.25,
        },
        ...{ maxSpikes: 4, circuit: { mode: "grid", error: 0.1, hiddenRate: 2 } },
      },
    },
    data,
  );
  return result.testAccuracy;
}

test("those of DRTP, F3 and PEPITA are above frozen by a tenth of the digits", async () => {
  const frozen = await accuracy("frozen");
  expect(frozen).toBeLessThan(0.7);
  for (const rule of ["drtp", "f3", "pepita"])
    expect(await accuracy(rule), rule).toBeGreaterThan(frozen + 0.1);
});
