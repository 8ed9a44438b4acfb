import { expect, test } from "vitest";
import { Trace } from "../../../../src/engine/network/plasticity/trace.ts";

test("a trace jumps at a spike and decays exactly", () => {
  const trace = new Trace(2, 20);
  trace.bump(0, 5);
  trace.bump(0, 15, 2);
  expect(trace.at(0, 15)).toBeCloseTo(Math.exp(-0.5) + 2, 14);
  expect(trace.at(0, 35)).toBeCloseTo((Math.exp(-0.5) + 2) * Math.exp(-1), 14);
  expect([...trace.read(35)]).toEqual([trace.at(0, 35), 0]);
});

test("a regular train settles at the geometric sum", () => {
  const trace = new Trace(1, 20);
  for (let k = 0; k <= 200; k++) trace.bump(0, 10 * k);
  expect(trace.at(0, 2000)).toBeCloseTo(1 / (1 - Math.exp(-0.5)), 12);
});

test("without decay a trace counts", () => {
  const trace = new Trace(1, Infinity);
  for (const t of [1, 1, 700]) trace.bump(0, t);
  expect(trace.at(0, 1e9)).toBe(3);
});
