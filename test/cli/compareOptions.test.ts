import { expect, test } from "vitest";
import { compareOptions, plans } from "../../src/cli/compareOptions.ts";
import { loadDataset } from "../../src/data/index.ts";

test("optimiser, decays and dropout reach both twins; without them, each rule has its own weight decay", async () => {
  const data = await loadDataset("digits");
  const asked = { rules: "kp", optimiser: "adam", weightDecay: "0", activityDecay: "0.01", dropout: "0.1" };
  for (const { settings } of plans(compareOptions(asked), data)) {
    expect(settings).toMatchObject({ optimiser: "adam", weightDecay: 0, activityDecay: 0.01, dropout: 0.1 });
  }
  for (const { settings } of plans(compareOptions({ rules: "kp" }), data)) {
    expect(settings).toMatchObject({ optimiser: "sgd", activityDecay: 0, dropout: 0 });
    expect(settings).not.toHaveProperty("weightDecay");
  }
});

test("a run folder from before these options goes on with plain gradient descent", async () => {
  const { optimiser, weightDecay, activityDecay, dropout, ...before } = compareOptions({ rules: "bp" });
  expect([optimiser, weightDecay, activityDecay, dropout]).toEqual(["sgd", null, 0, 0]);
  const [plan] = plans(before as ReturnType<typeof compareOptions>, await loadDataset("digits"));
  expect(plan!.settings).toMatchObject({ optimiser: "sgd", activityDecay: 0, dropout: 0 });
});

test("what is not one of them is named", () => {
  expect(() => compareOptions({ optimiser: "rmsprop" })).toThrow(/optimiser.*sgd.*momentum.*nesterov.*adam/);
  expect(() => compareOptions({ weightDecay: "-1" })).toThrow(/weight-decay/);
  expect(() => compareOptions({ activityDecay: "much" })).toThrow(/activity-decay/);
  for (const dropout of ["1", "-0.1", "half"]) expect(() => compareOptions({ dropout })).toThrow(/dropout/);
});
