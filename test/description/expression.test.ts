import { expect, test } from "vitest";
import { parameter, quantity } from "../../src/description/expression.ts";
import { Rng } from "../../src/math/rng.ts";

test.each([
  ["20 ms", "time", 20],
  ["0.02 s", "time", 20],
  ["-50 mV", "voltage", -50],
  ["0.1 V", "voltage", 100],
  ["2 kHz", "rate", 2000],
  ["5 / (100 ms)", "rate", 50],
  ["20 mV / (10 ms)", "slope", 2],
  ["3 + 4 * 2", "number", 11],
  ["Infinity", "time", Infinity],
] as const)("%s is %s %d", (text, dimension, value) => {
  expect(quantity(text, "x", dimension, {})).toBeCloseTo(value, 9);
});

test("parameters carry their units into expressions", () => {
  const scope = { J: parameter("0.1 mV", "J", {}), g: 5, C: parameter("100", "C", {}) };
  expect(quantity("-g * J", "w", "voltage", scope)).toBeCloseTo(-0.5, 12);
  expect(quantity("C + 1", "n", "number", scope)).toBe(101);
});

test("draws have their moments, in the field's unit, and repeat with the seed", () => {
  const draw = quantity("normal(1.5 ms, 200 us)", "delay", "time", {}, [10, 10]);
  if (typeof draw === "number") throw new Error("expected a draw");
  const n = 50_000;
  const take = (seed: number) => {
    const rng = new Rng(seed, "draws");
    return Array.from({ length: n }, () => draw(rng, 0, 0));
  };
  const values = take(1);
  const mean = values.reduce((a, b) => a + b) / n;
  const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / n);
  expect(Math.abs(mean - 1.5)).toBeLessThan((5 * 0.2) / Math.sqrt(n));
  expect(Math.abs(sd - 0.2)).toBeLessThan((5 * 0.2) / Math.sqrt(2 * n));
  expect(take(1)).toEqual(values);
});

test("a third argument of normal is a bound below which nothing is drawn", () => {
  for (const text of ["normal(1.5 ms, 750 us, 1 ms)", "normal(1.5 ms, 750 us, 1 ms) + 0 ms"]) {
    const draw = quantity(text, "delay", "time", {}, [10, 10]);
    if (typeof draw === "number") throw new Error("expected a draw");
    const rng = new Rng(3, "bound");
    const values = Array.from({ length: 20_000 }, () => draw(rng, 0, 0));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(1);
    // Mean of a normal variable above alpha = -2/3 standard deviations: mu + sigma phi(alpha) / (1 - Phi(alpha)).
    const mean = values.reduce((a, b) => a + b) / values.length;
    expect(Math.abs(mean - (1.5 + (0.75 * 0.3194) / 0.7475))).toBeLessThan(5 * (0.55 / Math.sqrt(20_000)));
  }
  expect(() => quantity("normal(0, 1, 100)", "weights", "number", {}, [10, 10])).toThrow(
    "weights: expected a bound of at most 3 standard deviations above the mean in normal(mean, sd[, low])",
  );
});

test.each([
  ["normal(0.5, 0.1) mV", "normal(0.5 mV, 0.1 mV)"],
  ["(uniform(1, 2)) ms * 3 mV / (3 ms)", "uniform(1 mV, 2 mV)"],
  ["exponential(2) * 1 mV", "exponential(2 mV)"],
  ["lognormal(0, 1) mV", "lognormal(0, 1)"],
  ["normal(J, J / 5)", "normal(0.5, 0.1)"],
])("%s draws the numbers of %s", (one, other) => {
  const scope = { J: parameter("0.5 mV", "J", {}) };
  const [a, b] = [one, other].map(text => {
    const draw = quantity(text, "weights", "voltage", scope, [4, 4]);
    if (typeof draw === "number") throw new Error("expected a draw");
    const rng = new Rng(5, "units");
    return Array.from({ length: 50 }, (_, k) => draw(rng, k, k));
  });
  a.forEach((x, k) => {
    expect(x).toBeCloseTo(b[k], 12);
  });
});

test("an expression around a draw means the same as the draw itself", () => {
  const one = quantity("uniform(-60, -50) * 1 mV", "v", "voltage", {}, [4, 4]);
  const other = quantity("uniform(-60 mV, -50 mV)", "v", "voltage", {}, [4, 4]);
  if (typeof one === "number" || typeof other === "number") throw new Error("expected draws");
  const [a, b] = [new Rng(2), new Rng(2)];
  for (let k = 0; k < 20; k++) expect(one(a, 0, 0)).toBeCloseTo(other(b, 0, 0), 9);
});

test("a value may depend on the places of the two neurons; distance is that on a ring", () => {
  const p = quantity("exp(-distance / 0.1)", "connect.p", "number", {}, [100, 10]);
  if (typeof p === "number") throw new Error("expected a function");
  const rng = new Rng(1);
  expect(p(rng, 0, 0)).toBe(1);
  expect(p(rng, 95, 0)).toBeCloseTo(Math.exp(-0.5), 12);
  expect(p(rng, 0, 5)).toBeCloseTo(Math.exp(-5), 12);
});

test.each([
  ["3 mV", "time", 'x: expected a time such as "1.5 ms", got "3 mV"'],
  ["3 ms", "number", 'x: expected a number without a unit, got "3 ms"'],
  ["foo + 1", "number", "x: expected names of parameters, units or functions, got foo"],
  ["1 +", "number", 'x: expected a quantity or an expression, got "1 +"'],
  ["", "number", "x: expected a quantity or an expression"],
  ["0 / 0", "number", 'x: expected a number without a unit, got "0 / 0"'],
  ["import({})", "number", "x: expected names of parameters, units or functions, got import"],
  ['evaluate("1")', "number", "x: expected names of parameters, units or functions, got evaluate"],
  ["a = 3", "number", "x: expected"],
  ["uniform(0, 1)", "number", 'the same for all, got "uniform(0, 1)"'],
  ["3 mV + 1", "voltage", "x: expected quantities of one unit for +, got"],
  ["1 mV < 2 ms", "number", "x: expected quantities of one unit for a comparison"],
  ["exp(1 ms)", "number", "x: expected numbers without a unit for exp"],
  ["2 ^ (1 ms)", "number", "x: expected numbers without a unit for an exponent"],
  ["1 < 2", "number", "x: expected a number without a unit"],
  ["sqrt(-1)", "number", "x: expected a number without a unit"],
  ["1e400", "number", "x: expected a number without a unit"],
  ["1 < 0 / 0", "number", "x: expected numbers for a comparison"],
  ["0 / 0 ? 1 : 2", "number", "x: expected numbers for a condition"],
  ["true", "number", "x: expected a number without a unit"],
  ["sin(1, 2)", "number", "x: expected 1 argument of sin, got 2 of them in"],
  ["constructor", "number", "units or functions, got constructor in"],
] as const)("%s as a %s is refused", (text, dimension, message) => {
  expect(() => quantity(text, "x", dimension, {})).toThrow(message);
});

test("values that are no text and no number are refused", () => {
  expect(() => quantity(null, "a.b", "time", {})).toThrow('a.b: expected a time such as "1.5 ms", got null');
  expect(() => quantity(Number.NaN, "a.b", "time", {})).toThrow("a.b: expected a time");
  expect(() => parameter([], "p", {})).toThrow("p: expected a number or an expression, got a list of 0");
  expect(() => parameter("normal(0, 1)", "p", {})).toThrow(
    "p: expected one value, without draws, got normal in",
  );
});
