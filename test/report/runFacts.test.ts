import { expect, test } from "vitest";
import { runFacts, taskTitle } from "../../src/report/runFacts.ts";
import { record, resultsOf, twoTwins } from "./fixture.ts";

test("the facts name data, seeds, date, backend, machine and versions", () => {
  expect(Object.fromEntries(runFacts(record, twoTwins))).toEqual({
    Data: "digits, 1,200 training and 10 test samples",
    Networks: "64-128-2",
    Epochs: "2",
    Encoder: "current: direct current, no input spikes",
    Seeds: "1",
    Date: "2026-01-05 10:02 UTC to 2026-01-05 10:09 UTC",
    Backend: "cpu",
    Machine: "linux x64, 2 cores",
    Versions: "threefactor 0.1.0, node 20.19.0",
  });
});

test("how many samples each form learns from at a time stands where it was recorded", () => {
  const runs = twoTwins.runs.map(run => ({ ...run, batch: run.twin === "rate" ? 10 : 1 }));
  expect(Object.fromEntries(runFacts(record, resultsOf(...runs))).Batch).toBe("rates 10; spikes 1");
});

test("what each form saw stands where it was recorded", () => {
  const saw = { rate: "counts per input", spike: "recordings with their times, 320 ms" };
  const facts = (of: typeof saw | Partial<typeof saw>) =>
    Object.fromEntries(runFacts({ ...record, saw: of }, twoTwins)).Shown;
  expect(facts(saw)).toBe("rates: counts per input; spikes: recordings with their times, 320 ms");
  expect(facts({ spike: saw.spike })).toBe("spikes: recordings with their times, 320 ms");
});

test("an unfinished run says so", () => {
  const { endedAt: _, ...unfinished } = record;
  const facts = Object.fromEntries(runFacts(unfinished, resultsOf()));
  expect(facts.Date).toBe("2026-01-05 10:02 UTC, unfinished");
  expect(taskTitle(resultsOf())).toBe("Learning rules");
});
