import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overTime, parameter, quantity } from "../../src/description/expression.ts";
import { draws, functions } from "../../src/description/functions.ts";
import { base } from "../../src/description/units.ts";
import { InputError } from "../../src/errors.ts";
import { Rng } from "../../src/math/rng.ts";
import { schedule } from "../../src/training/schedule.ts";

/** Everywhere an expression is taken. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  field: text => quantity(text, "x", "number", {}),
  draw(text) {
    const value = quantity(text, "x", "voltage", { J: 2 }, [10, 10]);
    return typeof value === "number" ? value : value(new Rng(1), 3, 4);
  },
  rate: text => overTime(`t * (${text})`, "x", "rate", {}),
  parameter: text => parameter(text, "x", {}),
  schedule: text => schedule(text, 10),
};

/** The message of the error that a text is refused with. */
function refusal(read: (text: string) => unknown, text: string): string {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
  return "";
}

const programs = `
  random(); random(0.01, 0.5); randomInt(100, 9000); pickRandom([1, 2]); distribution('normal'); i; complex(1, 2)
  parser().evaluate('1'); evaluate('1'); compile('1'); parse('1'); import({}); simplify('x'); createUnit('x')
  sum(ones(1e9)); zeros(1e9); range(0, 1e9); 1:1e9; [1, 2]; {a: 1}; identity(1e5); eigs([1]); inv([1]); 5 furlong
  factorial(1e7); 1e7!; combinations(1e6, 5e5); gamma(170); bignumber(1); fraction(1); unit(5, 'ms'); 'a'; 1 to 2
  number(format(1e-300, {notation: 'fixed', precision: 1e9})); "a".constructor; a.constructor; a[1]; x = 3; f(x) = x
  constructor; __proto__; toString(); hasOwnProperty(1); 1 | 2; 1 << 2; null; undefined; NaN; 3'; (1).toString()`
  .split(/[;\n]/)
  .map(text => text.trim())
  .filter(text => text !== "")
  .concat("1; 2", "1\n2");

describe.each(Object.keys(readers))("as a %s", name => {
  const read = readers[name];

  test.each(programs)("%s is refused in one short line", text => {
    const message = refusal(read, text);
    expect(message).toMatch(name === "schedule" ? /^schedule: expected / : /^x: expected /);
    expect(message.length).toBeLessThan(500);
    expect(message).not.toContain("\n");
  });

  test.each([
    ["(", 5000],
    ["((((", 200],
    ["1 + ", 100_000],
    ["-", 990],
    ["not ", 240],
    ["2 ^ ", 240],
    ["1 ? 1 : ", 120],
    ["sin(", 240],
    ["[", 900],
    ["1 + 1% ", 140],
    ["1 + 1% + ", 110],
    ["f(x) = ", 140],
    ["a.", 490],
    ["9", 990],
    ["\u0000", 900],
    ["'\u0000", 450],
  ])("%s, many times, is refused or a number", (part, times) => {
    for (const text of [part.repeat(times), `${part.repeat(times)}1`]) {
      expect(refusal(read, text).length).toBeLessThan(500);
    }
  });
});

test.each([
  ["at most 32 brackets within each other", (n: number) => `${"(".repeat(n)}1${")".repeat(n)}`, 32],
  ["at most 300 numbers, names and operators", (n: number) => `${"-".repeat(n - 1)}1`, 300],
  // Each percentage holds what stands before it twice.
  ["at most 300 numbers, names and operators", (n: number) => `${"(".repeat(n)}1${") + 1%".repeat(n)}`, 5],
  ["an expression of at most 1000 characters", (n: number) => "1".padEnd(n), 1000],
])("what is too much is refused: %s", (message, text, most) => {
  expect(refusal(readers.field, text(most))).toBe("");
  expect(refusal(readers.field, text(most + 1))).toContain(`x: expected ${message}`);
});

test("what is refused names the functions, draws and units that there are", () => {
  expect(refusal(readers.draw, "random(1, 2)")).toBe(
    'x: expected names of parameters, units or functions, got random in "random(1, 2)"; functions are sqrt, pow, abs, ' +
      "min, max, mod, floor, ceil, round, fix, sign, exp, expm1, log, log1p, sin, cos, tan, tanh; draws " +
      "uniform(low, high), normal(mean, sd[, low]), lognormal(mu, sigma), exponential(mean); units s, Hz, V, A, ohm, S, " +
      "F, C with p, n, u, m, k, M, G",
  );
});

test("the page on expressions lists the functions, the draws and the units", () => {
  const section = readFileSync("docs/reference/expressions.md", "utf8");
  const forms = [...draws.values()].flatMap(({ form }) => [
    form.replace(/\[.*\]/, ""),
    form.replace(/[[\]]/g, ""),
  ]);
  for (const name of [...functions.keys(), "sqrt", "pow", ...forms, ...base.map(({ short }) => short)])
    expect(section).toContain(`\`${name}\``);
});

test.each([
  ["normal(0, -1)", "a standard deviation of 0 or more in normal(mean, sd[, low])"],
  ["normal(0 mV, -1 mV)", "a standard deviation of 0 or more in normal(mean, sd[, low])"],
  ["normal(0, -1) mV", "a standard deviation of 0 or more in normal(mean, sd[, low])"],
  ["normal(0, post - 5)", "a standard deviation of 0 or more in normal(mean, sd[, low])"],
  ["normal(0, 0 / 0)", "numbers in normal"],
  ["normal(1e400, 1)", "numbers in normal"],
  ["normal(0, Infinity)", "numbers in normal"],
  ["normal(1)", "normal(mean, sd[, low]), got 1 of them"],
  ["normal(1, 2, 3, 4)", "normal(mean, sd[, low]), got 4 of them"],
  ["uniform(2, 1)", "low before high in uniform(low, high)"],
  ["uniform(-1e400, 1e400)", "numbers in uniform"],
  ["uniform(1)", "uniform(low, high), got 1 of them"],
  ["lognormal(0, -1)", "a standard deviation of 0 or more in lognormal(mu, sigma)"],
  ["lognormal(0 mV, 1 mV)", "a number without a unit"],
  ["2 * lognormal(0 mV, 1 mV)", "numbers without a unit for lognormal"],
  ["lognormal(1000, 1)", 'a potential such as "-50 mV", got Infinity for 3 to 4 in'],
  ["exponential(-1)", "a mean of 0 or more in exponential(mean)"],
  ["exponential()", "exponential(mean), got 0 of them"],
  ["1 + normal(1 mV, 2)", "quantities of one unit for normal"],
])("the draw %s is refused", (text, message) => {
  expect(refusal(readers.draw, text)).toContain(`x: expected ${message}`);
});

test("a text is a finite number, the same for a seed, or refused in a short line", () => {
  const token = fc.constantFrom(
    ...[
      "1",
      "2.5",
      "0",
      "1e300",
      "1e-300",
      "Infinity",
      "J",
      "pi",
      "post",
      "pre",
      "distance",
      "t",
      "ms",
      "mV",
      "Hz",
    ],
    ...[
      " ",
      "+",
      "-",
      "*",
      "/",
      "^",
      "%",
      "(",
      ")",
      ",",
      "<",
      ">=",
      "==",
      "?",
      ":",
      "and",
      "not",
      "'",
      "!",
      "=",
      ";",
    ],
    ...[
      "normal(1, 2)",
      "uniform(",
      "exponential(3)",
      "sqrt(",
      "min(",
      "mod(5, ",
      "round(",
      "[",
      "{",
      ".",
      "random()",
    ],
  );
  const text = fc.oneof(
    { weight: 3, arbitrary: fc.array(token, { maxLength: 12 }).map(tokens => tokens.join(" ")) },
    { weight: 1, arbitrary: fc.string({ maxLength: 40, unit: "binary" }) },
  );
  let numbers = 0;
  fc.assert(
    fc.property(text, expression => {
      for (const [name, read] of Object.entries(readers)) {
        const message = refusal(read, expression);
        if (message.length >= 500) return false;
        if (message !== "" || name !== "draw") continue;
        numbers++;
        const [first, second] = [read(expression), read(expression)];
        if (!Number.isFinite(first) || !Object.is(first, second)) return false;
      }
      return true;
    }),
    { numRuns: 2000 },
  );
  expect(numbers).toBeGreaterThan(20);
});
