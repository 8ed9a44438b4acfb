import { cos, exp, expm1, log, log1p, sin } from "../math/elementary.ts";
import type { Rng } from "../math/rng.ts";

/** Of numbers, or of quantities that are alike and give one of their unit. */
export interface Calculation {
  readonly args: readonly [least: number, most: number];
  readonly of: "numbers" | "alike";
  readonly compute: (...args: number[]) => number;
}

const of = (compute: (x: number) => number): Calculation => ({ args: [1, 1], of: "numbers", compute });

/** The functions of an expression, beside `sqrt` and `pow`, which change the unit. */
export const functions: ReadonlyMap<string, Calculation> = new Map<string, Calculation>([
  ["abs", { args: [1, 1], of: "alike", compute: Math.abs }],
  ["min", { args: [1, Infinity], of: "alike", compute: (...all) => all.reduce(least) }],
  ["max", { args: [1, Infinity], of: "alike", compute: (...all) => -all.map(x => -x).reduce(least) }],
  ["mod", { args: [2, 2], of: "alike", compute: mod }],
  ["floor", of(floor)],
  ["ceil", of(x => -floor(-x))],
  ["round", of(round)],
  ["fix", of(x => (x > 0 ? floor(x) : -floor(-x)))],
  ["sign", of(Math.sign)],
  ["exp", of(exp)],
  ["expm1", of(expm1)],
  ["log", { args: [1, 2], of: "numbers", compute: logarithm }],
  ["log1p", of(log1p)],
  ["sin", of(x => Math.sign(x) * turned(sin, x))],
  ["cos", of(x => turned(cos, x))],
  ["tan", of(x => (Math.sign(x) * turned(sin, x)) / turned(cos, x))],
  ["tanh", of(tanh)],
]);

export const constants: ReadonlyMap<string, number> = new Map([
  ["pi", Math.PI],
  ["e", Math.E],
]);

/** A draw from a seeded stream. */
export interface Draw {
  /** As one writes it; what is in brackets may be left out. */
  readonly form: string;
  readonly args: readonly [least: number, most: number];
  /** What is wrong with the arguments. */
  problem(a: number, b: number, c: number): string | null;
  draw(rng: Rng, a: number, b: number, c: number): number;
}

const spread = (sd: number) => (sd >= 0 ? null : "a standard deviation of 0 or more");

export const draws: ReadonlyMap<string, Draw> = new Map<string, Draw>([
  [
    "uniform",
    {
      form: "uniform(low, high)",
      args: [2, 2],
      problem: (low, high) => (low <= high ? null : "low before high"),
      draw: (rng, low, high) => rng.uniformIn(low, high),
    },
  ],
  [
    "normal",
    {
      form: "normal(mean, sd[, low])",
      args: [2, 3],
      // Above three deviations it would take some 700 tries for each that is kept.
      problem: (mean, sd, low) =>
        spread(sd) ??
        (low > mean + 3 * sd ? "a bound of at most 3 standard deviations above the mean" : null),
      draw(rng, mean, sd, low) {
        let x = rng.normal(mean, sd);
        // What falls below the bound is drawn again.
        while (x < low) x = rng.normal(mean, sd);
        return x;
      },
    },
  ],
  [
    "lognormal",
    {
      form: "lognormal(mu, sigma)",
      args: [2, 2],
      problem: (_, sigma) => spread(sigma),
      draw: (rng, mu, sigma) => exp(rng.normal(mu, sigma)),
    },
  ],
  [
    "exponential",
    {
      form: "exponential(mean)",
      args: [1, 1],
      problem: mean => (mean >= 0 ? null : "a mean of 0 or more"),
      draw: (rng, mean) => mean * rng.exponential(1),
    },
  ],
]);

/**
 * -1, 0 or 1 for a below, equal to or above b; NaN where one of them is. Numbers within a part in 10^12 are equal, so
 * that `distance < 0.1` and `progress >= 0.6` mean what they say of numbers that come out of a division.
 */
export function order(a: number, b: number): number {
  if (a === b) return 0;
  const gap = Math.abs(a - b);
  if (gap < Infinity && gap <= Math.max(1e-12 * Math.max(Math.abs(a), Math.abs(b)), 1e-15)) return 0;
  return a < b ? -1 : a > b ? 1 : Number.NaN;
}

const least = (a: number, b: number) => (Number.isNaN(a) || order(b, a) >= 0 ? a : b);

/** To the nearest integer, halves away from 0; what is half but for a rounding counts as half. */
function round(x: number): number {
  const size = Math.abs(x);
  const whole = Math.floor(size);
  return Math.sign(x) * (size - whole >= 0.5 - 5e-13 ? whole + 1 : whole);
}

/** The integer below, or the one above where nothing but a rounding is missing. */
function floor(x: number): number {
  const below = Math.floor(x);
  const nearest = round(x);
  return nearest !== below && order(x, nearest) === 0 && order(x, below) !== 0 ? nearest : below;
}

function mod(x: number, y: number): number {
  return y === 0 ? x : x - y * floor(x / y);
}

function logarithm(x: number, base?: number): number {
  return base === undefined ? log(x) : log(x) / log(base);
}

/** Of the angle's size without whole turns, which is no further from it than what rounding took from the angle. */
function turned(of: (x: number) => number, x: number): number {
  return Number.isFinite(x) ? of(Math.abs(x) % (2 * Math.PI)) : Number.NaN;
}

function tanh(x: number): number {
  // Nothing else fits into a double beyond 20, and the exponential would not fit either.
  const grown = expm1(2 * Math.min(Math.abs(x), 20));
  return (Math.sign(x) * grown) / (grown + 2);
}
