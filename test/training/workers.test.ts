import { expect, test } from "vitest";
import { defineEncoder, encoderNamed } from "../../src/encoding/index.ts";
import { defineRule, ruleNamed } from "../../src/rules/index.ts";
import type { Results } from "../../src/training/results.ts";
import type { RunPlan } from "../../src/training/train.ts";
import { filesToSpread } from "../../src/training/workers.ts";
import { scratch, threefactor } from "../cli/process.ts";
import { sized } from "../long.ts";
import { settings, smallData } from "../rules/small.ts";

const at = scratch();

/** What a comparison has measured, without its times. */
async function measured(name: string, workers: string, ...args: string[]) {
  const done = await threefactor(
    ...["compare", "--train-samples", "64", "--test-samples", "40", "--hidden", "20,12", "--epochs", "2"],
    ...["--twins", "spike", "--workers", workers, "--json", "--out", at(`${name}-${workers}`), ...args],
  );
  expect(done.stderr).not.toContain("Error");
  expect(done.code, done.stderr).toBe(0);
  const { runs }: Results = JSON.parse(done.stdout);
  return runs.map(({ trainSamplesPerSecond, wallSeconds, ...rest }) => rest);
}

const cases: [workers: string, rule: string, args: string[]][] = [
  ["3", "f3:target", ["--batch", "10", "--activity-decay", "0.01"]],
  ["2", "kp", ["--optimiser", "adam", "--learning-rate", "0.01", "--encoder", "current", "--batch", "9"]],
  ["4", "brsf", ["--eligibility", "timing", "--batch", "7", "--dropout", "0.2"]],
];
test.each(cases.slice(0, sized(1, 3)))(
  "%s workers give the numbers of one (%s)",
  async (workers, rule, args) => {
    const options = ["--rules", rule, ...args];
    expect(await measured(rule, workers, ...options)).toEqual(await measured(rule, "1", ...options));
  },
);

test("what only this program has is not for other threads", () => {
  const [data, rule] = [smallData(), ruleNamed("dfa")];
  const files = (plan: Partial<RunPlan>) =>
    filesToSpread({ rule: "dfa", twin: "spike", settings, ...plan }, data);
  defineEncoder({ ...encoderNamed("rate"), name: "own-code" });
  defineRule({ ...rule, name: "own-rule" });
  expect(files({ rule: { ...rule } })).toBeNull();
  expect(files({ rule: "own-rule" })).toBeNull();
  expect(files({ settings: { ...settings, encoder: "own-code" } })).toBeNull();
  expect([files({}), files({ rule })]).toEqual([[], []]);
});

test("what goes wrong in a thread ends the run with one line; the number of workers is checked", async () => {
  const diverging = await threefactor(
    ...["compare", "--rules", "bp", "--twins", "spike", "--learning-rate", "1e30", "--workers", "3"],
    ...["--train-samples", "64", "--epochs", "1", "--out", at("diverging")],
  );
  expect(diverging.code).toBe(2);
  expect(diverging.stderr.trim().split("\n").at(-1)).toMatch(/^threefactor: bp spike, epoch 1: /);
  const none = await threefactor("compare", "--workers", "0", "--out", at("none"));
  expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/--workers: .*, got 0/)]);
});
