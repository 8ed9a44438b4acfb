import { describe, expect, test } from "vitest";
import { cells, firing, input, reference } from "../../../../experiments/integrators/cells.ts";
import { fired, potentials } from "../../../../experiments/integrators/engine.ts";

describe.each(cells.map(cell => [cell.name, cell] as const))("steps of 0.1 ms, %s", (_, cell) => {
  test("a potential between spikes errs by single precision alone", () => {
    const given = input(cell, 2000, 2);
    const exact = reference(cell, given, 500);
    const found = potentials(cell, given, 500, 0.1);
    // A unit in the last place of potentials of 64 to 128 mV is 7.6e-6 mV.
    expect(exact.reduce((most, v, n) => Math.max(most, Math.abs(v - found[n])), 0)).toBeLessThan(2e-5);
    expect(exact.reduce((most, v) => Math.max(most, Math.abs(v - exact[0])), 0)).toBeGreaterThan(5);
  });

  test("spikes come late, by less than two steps each", () => {
    const spikes = firing(cell, 8);
    fired(cell, 8, 0.1).forEach((t, k) => {
      expect(t - spikes[k]).toBeGreaterThan(0);
      expect(t - spikes[k]).toBeLessThan(0.2 * (k + 1));
    });
  });
});
