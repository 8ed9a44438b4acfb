import type { Rng } from "../../src/math/rng.ts";
import { numbers, pick } from "./changes.ts";

const functions = [
  ...[
    "abs",
    "min",
    "max",
    "mod",
    "floor",
    "ceil",
    "round",
    "fix",
    "sign",
    "exp",
    "expm1",
    "log",
    "log1p",
    "sqrt",
  ],
  ...["pow", "sin", "cos", "tan", "tanh", "uniform", "normal", "lognormal", "exponential"],
];
/** Of the language that expressions were borrowed from, and of the one that the program is written in. */
const foreign = [
  ...[
    "random",
    "randomInt",
    "pickRandom",
    "ones",
    "zeros",
    "range",
    "factorial",
    "bignumber",
    "combinations",
  ],
  ...[
    "permutations",
    "eigs",
    "inv",
    "det",
    "format",
    "parser",
    "evaluate",
    "compile",
    "parse",
    "import",
    "print",
  ],
  ...[
    "string",
    "matrix",
    "concat",
    "map",
    "gamma",
    "nthRoot",
    "lcm",
    "gcd",
    "stirlingS2",
    "bellNumbers",
    "unit",
  ],
  ...[
    "createUnit",
    "simplify",
    "derivative",
    "help",
    "chain",
    "typed",
    "config",
    "isPrime",
    "primes",
    "setPowerset",
  ],
  ...[
    "constructor",
    "__proto__",
    "prototype",
    "toString",
    "process",
    "require",
    "globalThis",
    "this",
    "eval",
  ],
];
const names = [
  "pi",
  "e",
  "t",
  "pre",
  "post",
  "distance",
  "progress",
  "epoch",
  "x",
  "i",
  "Infinity",
  "NaN",
  "true",
];
const units = ["ms", "s", "us", "mV", "V", "Hz", "kHz", "mV/ms", "m", "kg", "degC", "ms^2", "1/ms"];
const operators = [
  "+",
  "-",
  "*",
  "/",
  "^",
  "%",
  " ",
  "==",
  "<",
  ">=",
  "!=",
  "and",
  "or",
  "to",
  "mod",
  "&",
  "|",
  ".*",
];
const wrong = [
  ...[
    "[1, 2; 3, 4]",
    "1:1e9",
    '"text"',
    "{a: 1}",
    "f(x) = x",
    "x = 3",
    "1; 2",
    "# note",
    "a.b",
    "a[1]",
    "'",
    "!",
    "5!",
  ],
  ...[
    "0x1fffffffffffff",
    "1e",
    "1..2",
    "..",
    "$",
    "\\",
    "x'",
    "()",
    "(,)",
    "?",
    "1 ? 2 : 3",
    "\u0000",
    "∞",
    "µs",
    "",
  ],
];

/** Something that might be an expression: mostly one that can be read, sometimes very long or very deep. */
export function expression(rng: Rng): string {
  const kind = rng.integer(24);
  if (kind === 0)
    return `1${pick([" + 1", " * 2", "^2", " - -1"], rng).repeat(pick([50, 500, 5000, 50_000], rng))}`;
  if (kind === 1) {
    const depth = pick([10, 100, 1000, 30_000], rng);
    const [open, close] = pick(
      [
        ["(", ")"],
        ["abs(", ")"],
        ["-", ""],
        ["[", "]"],
        ["1 ? ", " : 1"],
      ] as const,
      rng,
    );
    return `${open.repeat(depth)}1${close.repeat(depth)}`;
  }
  return term(rng, 1 + rng.integer(4));
}

function term(rng: Rng, depth: number): string {
  const inner = () => term(rng, depth - 1);
  const kind = depth <= 0 ? rng.integer(4) : rng.integer(14);
  if (kind === 0) return pick(names, rng);
  if (kind < 3) return number(rng);
  if (kind === 3) return `${number(rng)} ${pick(units, rng)}`;
  if (kind === 4) return pick(wrong, rng);
  if (kind === 5) return `(${inner()})`;
  if (kind === 6) return `${pick(["-", "+", "not ", "~"], rng)}${inner()}`;
  if (kind === 7) return `${inner()} ? ${inner()} : ${inner()}`;
  if (kind < 11) return `${inner()} ${pick(operators, rng)} ${inner()}`;
  const called = kind === 11 ? pick(foreign, rng) : pick(functions, rng);
  return `${called}(${Array.from({ length: rng.integer(4) }, inner).join(", ")})`;
}

function number(rng: Rng): string {
  return rng.integer(2) === 0 ? String(rng.integer(10)) : String(pick(numbers, rng));
}
