import { expect, test } from "vitest";
import { loadDigits } from "../../src/data/digits.ts";
import { range } from "../../src/data/subset.ts";
import { selectBackend } from "../../src/rate/backend.ts";
import { train } from "../../src/training/train.ts";
import { type Setting, usual } from "../../src/web/setting.ts";
import { Session } from "../../src/web/worker/session.ts";

/** Few samples: what is learned must be the same, not much. */
async function few() {
  const data = await loadDigits();
  const some = (part: "train" | "validation" | "test", count: number) => range(data[part], 64, 0, count);
  return { ...data, train: some("train", 90), validation: some("validation", 20), test: some("test", 40) };
}

// A rule of a plain pass, those that remember, one of two presentations, and one that decides in its own way.
test.each([
  ["dfa", "kp"],
  ["f3", "pepita"],
  ["wm", "ff"],
])("the page learns what train does, however often it is looked at: %s, %s", async (rule, beside) => {
  await selectBackend("wasm");
  const data = await few();
  const setting: Setting = { ...usual, rule, beside, hidden: 12, epochs: 2, vThreshold: 0.1 };
  const session = new Session(setting, data);
  let turns = 0;
  while (!session.done) {
    session.advance();
    if (turns++ % 40 === 0) {
      session.show(turns % 30, false);
      session.pictures();
    }
  }
  expect(session.samples).toBe(180);
  for (const { plan, trainer, testAccuracy, points } of session.learners) {
    const { result, parameters } = await train(plan, data);
    const name = `${plan.rule} ${plan.twin}`;
    expect(trainer.parameters().weights, name).toEqual(parameters.weights);
    expect(testAccuracy, name).toBe(result.testAccuracy);
    const ends = points.filter(({ samples }) => samples === 90 || samples === 180);
    expect(ends.map(({ accuracy }) => accuracy)).toEqual(result.curve.map(p => p.validationAccuracy));
    expect(ends.map(({ degrees }) => degrees)).toEqual(result.curve.map(p => p.alignmentDegrees[0] ?? null));
    expect(points.length).toBeGreaterThan(ends.length + 3);
  }
  session.dispose();
});
