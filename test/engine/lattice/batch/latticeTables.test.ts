import { expect, test } from "vitest";
import { LatticeTables, tablesIn } from "../../../../src/engine/lattice/batch/latticeTables.ts";
import { neuronModel } from "../../../../src/engine/network/neurons/index.ts";

const [tauMem, tauExc, tauInh, dt] = [20, 5, 3, 0.1];

test("tables say how far potential and currents are after so many steps, in closed form", () => {
  const model = neuronModel({ model: "lif-exp", tauMem, tauExc, tauInh, vThreshold: 1 });
  const { values, reach, currents, scales } = new LatticeTables(model, dt, 300);
  const tables = tablesIn(values, reach);
  expect([reach, currents]).toEqual([300, 2]);
  const response = (tau: number, t: number) =>
    ((Math.exp(-t / tau) - Math.exp(-t / tauMem)) * tau * tauMem) / (tau - tauMem);
  const near = (value: number, expected: number) => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-6);
  for (const k of [1, 8, 9, 90, 300]) {
    near(tables.decay[k], Math.exp((-k * dt) / tauMem));
    near(tables.grow[k], Math.exp((k * dt) / tauMem));
    near(tables.rise[k], response(tauExc, k * dt) / response(tauExc, dt));
    near(tables.riseInh[k], response(tauInh, k * dt) / response(tauInh, dt));
    near(tables.fall[k], Math.exp((-k * dt) / tauExc));
    near(tables.fallInh[k], Math.exp((-k * dt) / tauInh));
  }
  near(scales[0], response(tauExc, dt));
  near(scales[1], response(tauInh, dt));
  const { rise, peaks } = tables;
  expect(peaks[0]).toBe(Math.max(...rise));
  for (let k = 1; k <= reach; k++) expect(peaks[1 + Math.floor((k - 1) / 8)]).toBeGreaterThanOrEqual(rise[k]);
});

test("one current where both signs share a time constant, none where inputs move the potential", () => {
  const of = (spec: Parameters<typeof neuronModel>[0]) => new LatticeTables(neuronModel(spec), dt, 100);
  expect(of({ model: "lif-exp", tauExc: 5, tauInh: 5, vThreshold: 1 }).currents).toBe(1);
  expect(of({ vThreshold: 1 })).toMatchObject({ currents: 0, scales: [1, 1] });
  // No longer than a few membrane time constants, where 1 / decay is still exact enough.
  expect(of({ vThreshold: 1, tauMem: 0.5 }).reach).toBe(20);
  expect(() => of({ model: "lif-alpha", vThreshold: 1 })).toThrow(
    "expected lif, lif-exp, if or li, got lif-alpha",
  );
  expect(() => of({ vThreshold: 1, tauMem: 0.001 })).toThrow(
    "dt: expected at most 60 tauMem (0.06 ms), got 0.1",
  );
});
