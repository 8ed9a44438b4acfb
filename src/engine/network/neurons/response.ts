import { exp, expm1, log } from "../../../math/elementary.ts";
import { bracketedRoot } from "../../../math/root.ts";

/*
 * How a leaky membrane answers a current that decays: convolutions of exp(-lambda t), the membrane, with exp(-mu t)
 * and t exp(-mu t), the current. The textbook formulas divide by (mu - lambda) and its square, which is 0 / 0 at
 * equal time constants and loses all digits near them; with x = (mu - lambda) t, what is left over,
 *
 *     phi1(x) = (1 - exp(-x)) / x     and     phi2(x) = (1 - (1 + x) exp(-x)) / x^2,
 *
 * is smooth through x = 0, so these are exact to rounding for any pair of rates, equal ones included.
 */

/**
 * Integral of exp(-lambda (t - s)) exp(-mu s) ds from 0 to t [ms]: potential that a current of 1 mV/ms at time 0 makes.
 * @param delta     mu - lambda [1/ms]
 * @param membrane  exp(-lambda t)
 * @param current   exp(-mu t)
 */
export function expResponse(delta: number, t: number, membrane: number, current: number): number {
  const x = Math.abs(delta) * t;
  if (x > 0.5) return (membrane - current) / delta;
  return t * (delta > 0 ? membrane : current) * phi1(x);
}

/** Integral of exp(-lambda (t - s)) s exp(-mu s) ds from 0 to t [ms^2]; arguments as of `expResponse`. */
export function alphaResponse(delta: number, t: number, membrane: number, current: number): number {
  const x = delta * t;
  if (Math.abs(x) > 0.5) return (membrane - (1 + x) * current) / (delta * delta);
  return t * t * membrane * phi2(x);
}

/** Taylor series, to rounding for 0 <= x <= 0.5. */
function phi1(x: number): number {
  if (x > 0.05) return -expm1(-x) / x;
  return 1 - (x / 2) * (1 - (x / 3) * (1 - (x / 4) * (1 - (x / 5) * (1 - (x / 6) * (1 - x / 7)))));
}

/** Taylor series: sum of (n + 1) (-x)^n / (n + 2)!, to rounding for |x| <= 0.5. */
function phi2(x: number): number {
  let sum = 0;
  for (let n = phi2Series.length - 1; n >= 0; n--) sum = sum * x + phi2Series[n];
  return sum;
}

const phi2Series = Float64Array.from({ length: 15 }, (_, n) => {
  let factorial = 1;
  for (let k = 2; k <= n + 2; k++) factorial *= k;
  return ((n % 2 === 0 ? 1 : -1) * (n + 1)) / factorial;
});

/** The highest value of `expResponse` over all times [ms]: reached at ln(mu / lambda) / (mu - lambda). */
export function expPeak(lambda: number, mu: number): number {
  if (lambda === 0) return 1 / mu;
  const t = Math.abs(mu / lambda - 1) < 1e-6 ? 2 / (lambda + mu) : log(mu / lambda) / (mu - lambda);
  return expResponse(mu - lambda, t, exp(-lambda * t), exp(-mu * t));
}

/** The highest value of `alphaResponse` over all times [ms^2]: where the current equals the leak. */
export function alphaPeak(lambda: number, mu: number): number {
  if (lambda === 0) return 1 / (mu * mu);
  const response = (t: number) => alphaResponse(mu - lambda, t, exp(-lambda * t), exp(-mu * t));
  // Multiplied by exp(mu t) / t, so that its value at 0 tells the sign and nothing underflows.
  const rising = (t: number) => {
    const x = (mu - lambda) * t;
    const ahead =
      x > 0.5 ? (exp(Math.min(x, 600)) - (1 + x)) / (x * x) : response(t) / (t * t * exp(-mu * t));
    return t === 0 ? 1 : 1 - lambda * t * ahead;
  };
  const end = 3 / lambda + 3 / mu;
  return response(bracketedRoot(rising, 0, 1, end, rising(end), 1e-12 / mu));
}
