import { expect, test } from "vitest";
import { binAt, delayOf, instant } from "../../src/engine/instant.ts";
import { instantiate } from "../../src/engine/kernels/module.ts";
import { Rng } from "../../src/math/rng.ts";

/** Steps per millisecond of clocks: decimal, binary, frames of 30 and 60 Hz, sound of 44.1 kHz. */
const clocks = [1, 2, 3, 4, 7, 8, 9, 10, 16, 40, 44.1, 100, 1000, 10_000];
const wasm = instantiate(1).kernels;

/** A whole number, of any size, below n. */
const upTo = (rng: Rng, n: number) => Math.floor(n * rng.uniform());

/** The double n units in the last place away. */
function away(t: number, n: number): number {
  const bits = new BigInt64Array(1);
  new Float64Array(bits.buffer)[0] = t;
  bits[0] = bits[0] + BigInt(n);
  return new Float64Array(bits.buffer)[0];
}

test("a sum of two times of a clock is the instant of the clock's own time, up to 17 hours", () => {
  const rng = new Rng(1, "sums of a clock's times");
  for (const perMs of clocks) {
    for (const end of [20, 1000, 1e6, 3.6e6, 6e7]) {
      for (let n = 0; n < 1000; n++) {
        const [k, d] = [upTo(rng, end * perMs), upTo(rng, 20 * perMs)];
        const point = instant((k + d) / perMs);
        expect(instant(k / perMs + d / perMs)).toBe(point);
        expect(instant(k * (1 / perMs) + d * (1 / perMs))).toBe(point);
        if (Number.isInteger(perMs)) expect(point).toBe((k + d) / perMs);
      }
    }
  }
});

test("errors do not add up along a chain", () => {
  let t = 0;
  for (let k = 1; k <= 50_000; k++) {
    t = instant(t + 0.1);
    expect(t).toBe(k / 10);
  }
});

test("no other pair becomes one: what is farther from the lattice than 8 last places stays as it is", () => {
  const rng = new Rng(2, "times off the lattice");
  for (const end of [1, 1000, 1e6, 6e7]) {
    for (let n = 0; n < 5000; n++) {
      const t = Math.round(end * rng.uniform() * 4_410_000) / 4_410_000;
      if (t === 0) continue;
      for (const near of [-3, 3]) expect(instant(away(t, near))).toBe(t);
      for (const far of [-9, 9]) expect(instant(away(t, far))).toBe(away(t, far));
    }
  }
  let moved = 0;
  for (let n = 0; n < 100_000; n++) {
    const t = 100 * rng.uniform();
    if (instant(t) !== t) moved++;
  }
  expect(moved).toBeLessThan(3);
});

test("the order of two times is never turned around, and an instant is its own", () => {
  const rng = new Rng(3, "times around the lattice");
  for (const end of [1, 1000, 1e6, 6e7, 1e9]) {
    for (let n = 0; n < 400; n++) {
      const t = upTo(rng, end * 4410) / 4_410;
      let before = -Infinity;
      for (let k = t === 0 ? 0 : -12; k <= 12; k++) {
        const at = instant(away(t, k));
        expect(at).toBeGreaterThanOrEqual(before);
        expect(instant(at)).toBe(at);
        expect(wasm.instant(away(t, k))).toBe(at);
        before = at;
      }
    }
  }
  for (const t of [0, Infinity, Number.MIN_VALUE, 1e-300, 1e16, Number.MAX_VALUE]) {
    expect(instant(t)).toBe(t);
    expect(wasm.instant(t)).toBe(t);
  }
  expect(instant(Number.NaN)).toBeNaN();
});

test("the border of two bins belongs to the later one, whatever the last bit", () => {
  for (let width = 1; width <= 60; width++) {
    for (let k = 0; k < 200; k++) {
      expect(binAt((k * width) / 10, width / 10)).toBe(k);
      expect(binAt((k * width + 0.5) / 10, width / 10)).toBe(k);
    }
  }
});

test("delays in single precision are read as the microseconds that they were", () => {
  for (let us = 0; us < 50_000; us++) expect(delayOf(Math.fround(us / 1000))).toBe(us / 1000);
  for (const ms of [1 / 3, Math.PI, 1e-7, 1e9 + 0.5, Infinity])
    expect(delayOf(Math.fround(ms))).toBe(Math.fround(ms));
});
