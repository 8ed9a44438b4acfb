import { expect, test } from "vitest";
import { gateOf } from "../../../../src/engine/network/plasticity/gate.ts";
import { Modulator } from "../../../../src/engine/network/plasticity/modulator.ts";
import type { Site } from "../../../../src/engine/network/plasticity/plasticity.ts";
import { ThirdFactor } from "../../../../src/engine/network/plasticity/thirdFactor.ts";

const none = new Float64Array(0);
const { through: all } = gateOf({ gate: "none", vMin: 0, vMax: 0 }, {} as Site);

function modulator(...amounts: number[]): Modulator {
  const made = new Modulator(amounts.length, 10);
  for (const [i, amount] of amounts.entries()) made.receive(i, 0, amount);
  return made;
}

test("a third factor is the modulator where it is permitted and the gate is open", () => {
  const neurons = { potential: (i: number) => (i === 3 ? 2 : 0) };
  const { through } = gateOf({ gate: "window", vMin: -1, vMax: 1 }, {
    neurons,
    postSides: 4,
  } as unknown as Site);
  const third = new ThirdFactor(modulator(2, -1, 3, 4), none, modulator(0.6, 0.6, 0.4, 0.6), through, null);
  expect(third.read(0)).toBe(2);
  expect([...third.each]).toEqual([2, -1, 0, 0]);
  // What permits decays: 0.6 exp(-t / 10) falls below a half at 1.8 ms.
  expect(third.read(1)).toBe(2);
  expect([...third.each]).toEqual(
    [2 * Math.exp(-0.1), -1 * Math.exp(-0.1), 0, 0].map(x => expect.closeTo(x, 14)),
  );
  expect(third.read(2)).toBe(0);
});

test("it is 0 where nothing has come since it was, and what stands is taken as it is", () => {
  const silent = modulator(1, 2);
  silent.rest(5);
  expect(new ThirdFactor(silent, none, null, all, null).read(6)).toBe(0);
  const held = new Float64Array([0, 0]);
  const third = new ThirdFactor(null, held, null, all, null);
  expect(third.read(0)).toBe(0);
  held.set([3, 0]);
  expect(third.read(0)).toBe(1);
  expect([...third.each]).toEqual([3, 0]);
});

test("it is read once while rules act after spikes, and anew when they next do, at the same time too", () => {
  const passing = { count: 0, read: new Map() };
  const m = modulator(1, 0);
  const third = new ThirdFactor(m, none, null, all, passing);
  expect(third.read(0)).toBe(1);
  m.receive(1, 0, 5);
  expect(third.read(0)).toBe(1);
  passing.count++;
  expect(third.read(0)).toBe(2);
  expect([...third.each]).toEqual([1, 5]);
});
