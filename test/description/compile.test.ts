import * as fc from "fast-check";
import { all, create } from "mathjs";
import { expect, test } from "vitest";
import { compile, compileField } from "../../src/description/compile.ts";
import type { Dimension } from "../../src/description/units.ts";

const math = create(all);
const fail = (expected: string, found?: string) => new Error(`expected ${expected}, got ${found}`);
const value = (text: string) => compile(text, { scope: {}, draw: "no draws" }, fail).at();

/** An expression of numbers from the grammar, in brackets. */
const expression = fc.letrec<{ e: string }>(tie => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 20 }).map(String),
    fc.constantFrom("0.1", "0.6", "2.5", "12.499999999999999", "1.0000000000001", "1e-3", "3e5", "pi", "e"),
    fc.double({ min: 0, max: 100, noNaN: true }).map(x => `${x}`),
  );
  const binary = fc.constantFrom(..."+-*/^%", "<", "<=", ">", ">=", "==", "!=", "and", "or", "xor");
  const of = fc.constantFrom(
    ...["abs", "sign", "sqrt", "exp", "expm1", "log", "log1p", "floor", "ceil", "round", "fix"],
  );
  const many = fc.constantFrom("min", "max", "mod", "pow", "log");
  return {
    e: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      number,
      fc.tuple(tie("e"), binary, tie("e")).map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie("e").map(a => `(-${a})`),
      fc.tuple(of, tie("e")).map(([f, a]) => `${f}(${a})`),
      fc.tuple(many, tie("e"), tie("e")).map(([f, a, b]) => `${f}(${a}, ${b})`),
      fc.tuple(tie("e"), tie("e"), tie("e")).map(([c, a, b]) => `(${c} > 1 ? ${a} : ${b})`),
    ),
  };
}).e;

test("an expression of numbers has the bits that mathjs gives it", () => {
  let finite = 0;
  fc.assert(
    fc.property(expression, text => {
      let theirs: unknown;
      try {
        theirs = math.evaluate(text);
      } catch {
        return true;
      }
      if (typeof theirs === "boolean" || !Number.isFinite(theirs)) return true;
      let own: number;
      try {
        own = value(text);
      } catch (error) {
        // Something on the way is no number.
        return (error as Error).message.includes("numbers for");
      }
      // mathjs goes on in the complex plane, and may come back.
      if (Number.isNaN(own)) return /sqrt|log|pow|\^/.test(text);
      finite++;
      return own === theirs;
    }),
    { numRuns: 3000 },
  );
  expect(finite).toBeGreaterThan(1000);
});

test("quantities have the bits that mathjs gives them", () => {
  const quantities: readonly (readonly [Dimension, string, string])[] = [
    ["time", "ms", "ms"],
    ["time", "us + 1 ms", "ms"],
    ["time", "s / 7", "ms"],
    ["time", "minute", "ms"],
    ["time", "ms * ms / (3 us)", "ms"],
    ["time", "(ms ^ 2) / (5 ms)", "ms"],
    ["time", "kohm * 2 nF", "ms"],
    ["time", "pF / (3 nS)", "ms"],
    ["voltage", "mV", "mV"],
    ["voltage", "V - 0.3 mV", "mV"],
    ["voltage", "pA * 3 Mohm", "mV"],
    ["voltage", "pC / (3 pF)", "mV"],
    ["rate", "Hz", "Hz"],
    ["rate", "kHz + 1 / (3 ms)", "Hz"],
    ["rate", "mV / (0.1 mV * 20 ms)", "Hz"],
    ["slope", "mV/ms", "mV/ms"],
    ["slope", "pA / (250 pF)", "mV/ms"],
    ["slope", "mV / (20 ms)", "mV/ms"],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...quantities),
      fc.double({ min: 1e-3, max: 1e4 }),
      ([dimension, unit, to], x) => {
        if (Number.isNaN(x)) return true;
        const text = `${x} ${unit}`;
        const own = compileField(text, dimension, { scope: {}, draw: "no draws" }, fail).at();
        return own === math.evaluate(text).toNumber(to);
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  ["0.1 + 0.2 == 0.3", 1],
  ["0.3 - 0.2 < 0.1", 0],
  ["1 < 2 < 3", 1],
  ["1 < 2 > 3", 0],
  ["10%", 0.1],
  ["not 0", 1],
  ["(1 < 2) + (2 < 1)", 1],
  ["mod(-1, 3)", 2],
  ["round(-2.5)", -3],
  ["round(12.4999999999999)", 13],
  ["round(12.499999999)", 12],
  ["floor(0.3 / 0.1)", 3],
  ["log(1000, 10)", Math.log(1000) / Math.log(10)],
  ["sqrt(4 mV * mV) / (1 mV)", 2],
  ["pow(2 ms, 2) / (1 ms)^2", 4],
  ["max(1 ms, 2 ms) / (1 ms)", 2],
  ["0.5 < 1 ? 3 : 4", 3],
])("%s is %d", (text, expected) => {
  expect(value(text)).toBeCloseTo(expected, 15);
});

test("the circle's functions are those of Math", () => {
  const close = (text: string, expected: number, scale: number) =>
    Math.abs(value(text) - expected) <= 4e-16 * Math.max(scale, Math.abs(expected));
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), x => {
      const scale = 1 + Math.abs(x);
      return (
        close(`sin(${x})`, Math.sin(x), scale) &&
        close(`cos(${x})`, Math.cos(x), scale) &&
        Math.abs(value(`tan(${x})`) - Math.tan(x)) <= 4e-16 * scale * (1 + Math.tan(x) ** 2) &&
        Math.abs(value(`tanh(${x / 1e5})`) - Math.tanh(x / 1e5)) <= 4e-16
      );
    }),
    { numRuns: 1000 },
  );
  expect(value("sin(1e-200)")).toBe(1e-200);
  expect(value("sin(Infinity)")).toBeNaN();
});
