import { expect, test } from "vitest";
import { defaultSchedule, schedule } from "../../src/training/schedule.ts";

test("the default falls linearly to a tenth", () => {
  const factor = schedule(defaultSchedule, 10);
  expect(factor(0)).toBe(1);
  expect(factor(0.5)).toBeCloseTo(0.55, 12);
  expect(factor(1)).toBeCloseTo(0.1, 12);
});

test("steps by epoch", () => {
  const factor = schedule("0.1 ^ floor(epoch / 20)", 60);
  expect([0, 0.32, 0.34, 0.99].map(factor)).toEqual([1, 1, 0.1, 0.010000000000000002]);
});

test.each(["1 -", "foo", "progress > 0.5", "1 / 0", "'a'", "random()", "randomInt(2) + 1"])(
  "%s is refused",
  expression => {
    expect(() => schedule(expression, 10)).toThrow(
      `schedule: expected an expression in progress and epoch, got "${expression}"`,
    );
  },
);
