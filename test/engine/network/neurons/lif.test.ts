import fc from "fast-check";
import { expect, test } from "vitest";
import { lif, relax, timeToThreshold } from "../../../../src/engine/network/neurons/lif.ts";

const parameters = fc
  .record({
    tauMem: fc.oneof(fc.double({ min: 0.5, max: 200, noNaN: true }), fc.constant(Infinity)),
    vRest: fc.double({ min: -70, max: 0, noNaN: true }),
    above: fc.double({ min: 0.1, max: 30, noNaN: true }),
  })
  .map(({ tauMem, vRest, above }) => lif({ tauMem, vRest, vThreshold: vRest + above }));

test("the potential follows dV/dt = -(V - vRest) / tauMem + I", () => {
  fc.assert(
    fc.property(
      parameters,
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.double({ min: 0, max: 50, noNaN: true }),
      (p, current, t) => {
        const v0 = p.vRest + 3;
        const h = 1e-4;
        const slope = (relax(p, v0, current, t + h) - relax(p, v0, current, t)) / h;
        const v = relax(p, v0, current, t + h / 2);
        const expected = -(v - p.vRest) / p.tauMem + current;
        expect(Math.abs(slope - expected)).toBeLessThan(1e-5 * (1 + Math.abs(expected)));
        expect(relax(p, v0, current, 0)).toBeCloseTo(v0, 12);
      },
    ),
  );
});

test("two relaxations in a row are one", () => {
  fc.assert(
    fc.property(parameters, fc.double({ min: 0, max: 40, noNaN: true }), (p, t) => {
      const cut = relax(p, relax(p, p.vRest - 2, 0.3, t / 3), 0.3, (2 * t) / 3);
      expect(cut).toBeCloseTo(relax(p, p.vRest - 2, 0.3, t), 9);
    }),
  );
});

test("at the predicted crossing the potential is the threshold, and before it is below", () => {
  fc.assert(
    fc.property(
      parameters,
      fc.double({ min: -5, max: 5, noNaN: true }),
      fc.double({ min: 1e-6, max: 20, noNaN: true }),
      (p, current, below) => {
        const v = p.vThreshold - below;
        const dt = timeToThreshold(p, v, current);
        if (dt === Infinity) {
          const vInfinity = p.tauMem === Infinity ? v : p.vRest + current * p.tauMem;
          expect(vInfinity <= p.vThreshold).toBe(true);
          return;
        }
        expect(Math.abs(relax(p, v, current, dt) - p.vThreshold)).toBeLessThan(1e-9 * Math.max(1, -p.vRest));
        expect(relax(p, v, current, dt / 2)).toBeLessThan(p.vThreshold);
      },
    ),
  );
});

test("impossible parameters are refused by name", () => {
  expect(() => lif({ vThreshold: -1 })).toThrow("vThreshold: expected a number above vRest (0)");
  expect(() => lif({ vThreshold: -1, reset: "fixed" })).toThrow(
    "vReset: expected below vThreshold (-1), got 0",
  );
  expect(() => lif({ vThreshold: -Infinity, reset: "fixed", vReset: -2 })).toThrow(
    "vThreshold: expected a number;",
  );
  expect(() => lif({ vThreshold: Number.NaN, reset: "fixed", vReset: -2 })).toThrow(
    "vThreshold: expected a number;",
  );
  expect(() => lif({ vThreshold: 1, tauMem: 0 })).toThrow("tauMem: expected a time in ms above 0");
  expect(() => lif({ vThreshold: 1, tauMem: Number.NaN })).toThrow("tauMem");
  expect(() => lif({ vThreshold: 1, tauRef: -1 })).toThrow(
    "tauRef: expected a time in ms, 0 or more, got -1",
  );
  expect(() => lif({ vThreshold: 1, reset: "fixed", vReset: 1 })).toThrow(
    "vReset: expected below vThreshold (1)",
  );
  expect(() => lif({ vThreshold: 1, reset: "soft" as "fixed" })).toThrow(
    "reset: expected one of subtract, fixed, got soft",
  );
});
