import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/index.ts";
import type { RunState } from "../../src/training/runState.ts";
import { createTrainer, train } from "../../src/training/train.ts";
import type { TrainingSettings } from "../../src/training/trainer.ts";

const settings: TrainingSettings = {
  ...{ sizes: [64, 20, 10], seed: 1, epochs: 2, batch: 1, learningRate: 0.05, schedule: "constant" },
  ...{ encoder: "rate", eligibility: "trace", durationMs: 20, tauMem: 20, vThreshold: 0.1, maxSpikes: 16 },
};
const running = { ...settings, noReset: true };
const data = await loadDataset("digits", { trainSamples: 60, testSamples: 20 });

test.each(["dfa", "pepita:sparse", "ff", "f3", "wm"])(
  "%s learns while neurons run on, and goes on from a state with the same bits",
  async rule => {
    const states: RunState[] = [];
    const plan = { rule, twin: "spike", settings: running } as const;
    const whole = await train(plan, data, { onEpoch: state => void states.push(state) });
    expect(states).toHaveLength(2);
    const again = await train(plan, data, {}, states[0]);
    expect(again.parameters).toEqual(whole.parameters);
    expect(again.result.testAccuracy).toBe(whole.result.testAccuracy);
    const rested = await train({ ...plan, settings }, data);
    expect(rested.parameters).not.toEqual(whole.parameters);
  },
);

test("a long pause between samples is a reset", async () => {
  const after = (noReset: boolean) => {
    // exp(-600 / 20) = 1e-13 of a sample is left at the end of the next one.
    const long = { ...settings, durationMs: 600, noReset };
    const trainer = createTrainer({ rule: "dfa", twin: "spike", settings: long }, data);
    trainer.learn(
      Uint32Array.from({ length: 20 }, (_, n) => n),
      0.05,
      0,
    );
    return trainer.parameters().weights[0];
  };
  const [running, rested] = [after(true), after(false)];
  let moved = 0;
  running.forEach((w, s) => {
    moved = Math.max(moved, Math.abs(w - rested[s]));
  });
  // Rounded potentials differ by 0.1 at most, whatever began, and so do the traces of the rounding.
  expect(moved).toBeLessThan(0.05);
});

test("evaluations and measured updates leave training as it is", () => {
  const trained = (more: boolean) => {
    const trainer = createTrainer({ rule: "dfa", twin: "spike", settings: running }, data);
    for (const epoch of [0, 1]) {
      trainer.learn(
        Uint32Array.from({ length: 30 }, (_, n) => n),
        0.05,
        epoch,
      );
      if (!more) continue;
      trainer.evaluate(data.test);
      trainer.update(Uint32Array.of(3, 4));
    }
    return trainer.parameters();
  };
  expect(trained(true)).toEqual(trained(false));
});

test("what cannot run on is refused", () => {
  for (const [more, message] of [
    [{ eligibility: "timing" }, "eligibility: expected trace where neurons are not reset, got timing"],
    [
      { tauMem: Infinity, encoder: "latency" },
      "tauMem: expected a leak where neurons are not reset, got Infinity",
    ],
    [{ presentations: "queue" }, "presentations: expected sweep where neurons are not reset, got queue"],
  ] as [Partial<TrainingSettings>, string][]) {
    expect(() =>
      createTrainer({ rule: "dfa", twin: "spike", settings: { ...running, ...more } }, data),
    ).toThrow(message);
  }
});
