import { expect, test } from "vitest";
import { schedule } from "../../src/training/schedule.ts";
import { defaultSchedule, schedules } from "../../src/training/schedules.ts";

test("the default falls linearly to a tenth", () => {
  const factor = schedule(defaultSchedule, 10);
  expect(factor(0)).toBe(1);
  expect(factor(0.5)).toBeCloseTo(0.55, 12);
  expect(factor(1)).toBeCloseTo(0.1, 12);
});

test("the schedules of the papers step where the papers say", () => {
  const at = (name: string, epochs: number, epoch: number) => schedule(name, epochs)(epoch / epochs);
  const steps = (name: string, epochs: number, marks: number[]) =>
    marks.forEach((mark, n) => {
      expect(at(name, epochs, mark - 1), `${name} before ${mark}`).toBeCloseTo(0.1 ** n, 12);
      expect(at(name, epochs, mark), `${name} at ${mark}`).toBeCloseTo(0.1 ** (n + 1), 12);
    });
  steps("pepita", 100, [60, 90]);
  steps("pepita-conv", 100, [10, 30, 60]);
  steps("biotorch", 250, [100, 150, 200]);
  steps("biotorch-mnist", 100, [50, 75]);
  expect([0, 25, 50, 75, 100].map(epoch => at("ff", 100, epoch))).toEqual([1, 1, 1, 0.5, 0]);
  expect(at("constant", 10, 9)).toBe(1);
  expect(at("linear", 10, 5)).toBe(schedule(defaultSchedule, 10)(0.5));
  for (const name of Object.keys(schedules)) expect(at(name, 7, 0)).toBe(1);
});

test("steps by epoch", () => {
  const factor = schedule("0.1 ^ floor(epoch / 20)", 60);
  expect([0, 0.32, 0.34, 0.99].map(factor)).toEqual([1, 1, 0.1, 0.010000000000000002]);
});

test.each([
  "1 -",
  "foo",
  "progress > 0.5",
  "1 / 0",
  "'a'",
  "random()",
  "randomInt(2) + 1",
  "1 ms",
  "normal(1, 1)",
])("%s is refused", expression => {
  expect(() => schedule(expression, 10)).toThrow(
    `schedule: expected an expression in progress and epoch, or one of ${Object.keys(schedules).join(", ")}, got "${expression}"`,
  );
});
