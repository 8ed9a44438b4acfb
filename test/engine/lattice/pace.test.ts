import { describe, expect, test } from "vitest";
import { Pace } from "../../../src/engine/lattice/pace.ts";

/** Time of so many turns, and how many of them were shared. */
function pass(pace: Pace, turns: number, alone: number, shared: number) {
  let [time, together] = [0, 0];
  for (let k = 0; k < turns; k++) {
    const took = pace.shared ? shared : alone;
    if (pace.shared) together++;
    time += took;
    pace.took(took);
  }
  return { time, together };
}

describe("a pace", () => {
  test("shares nearly all turns where that is faster", () => {
    const { time, together } = pass(new Pace(), 100_000, 1, 0.5);
    expect(together).toBeGreaterThan(98_000);
    expect(time).toBeLessThan(51_000);
  });

  test.each([1.1, 3, 100])("costs at most a twentieth where a shared turn takes %d times as long", slower => {
    const { time, together } = pass(new Pace(), 100_000, 1, slower);
    expect(together).toBeGreaterThan(1);
    expect(time).toBeLessThan(105_000);
  });

  test("goes back to threads when cores are free again", () => {
    const pace = new Pace();
    pass(pace, 20_000, 1, 5);
    pass(pace, 70_000, 1, 0.5);
    expect(pass(pace, 10_000, 1, 0.5).together).toBeGreaterThan(9700);
  });

  test("leaves threads when they begin to be waited for", () => {
    const pace = new Pace();
    pass(pace, 10_000, 1, 0.5);
    expect(pass(pace, 10_000, 1, 50).together).toBeLessThan(200);
  });
});
