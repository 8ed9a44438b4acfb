/**
 * An independent account of a membrane with exponential or alpha currents and a decaying threshold, for tests: the
 * state advances by a fixed step with weights found by Gauss-Legendre quadrature of the convolution integral, not by
 * the closed forms under test.
 *
 * State: u = V - vThreshold, and per synapse (g, h) with g' = h - mu g, h' = -mu h (h = 0: exponential current);
 * a threshold a above vThreshold that decays at rate alpha. r is the rate at which u falls at threshold without synapses.
 */
export interface Case {
  lambda: number;
  r: number;
  u: number;
  /** [rate, g, h] of each synapse. */
  synapses: readonly (readonly [number, number, number])[];
  a: number;
  alpha: number;
}

// 8-point Gauss-Legendre on [0, 1].
const nodes = [0.1834346424956498, 0.525532409916329, 0.7966664774136267, 0.9602898564975363];
const masses = [0.362683783378362, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763];
const rule = nodes.flatMap((x, k) => [
  [(1 - x) / 2, masses[k] / 2] as const,
  [(1 + x) / 2, masses[k] / 2] as const,
]);

/** Integral of exp(-lambda (h - s)) s^power exp(-mu s) ds from 0 to h, in pieces short enough for the rule. */
export function convolution(lambda: number, mu: number, power: 0 | 1, h: number): number {
  const pieces = Math.max(1, Math.ceil((h * Math.abs(lambda - mu)) / 2));
  let sum = 0;
  for (let k = 0; k < pieces; k++) {
    for (const [x, mass] of rule) {
      const s = (h * (k + x)) / pieces;
      sum += (mass * h * Math.exp(-lambda * (h - s) - mu * s) * (power === 1 ? s : 1)) / pieces;
    }
  }
  return sum;
}

/** One step of a length, for many states with the same rates. */
export class Stepper {
  readonly eM: number;
  readonly eA: number;
  readonly constant: number;
  readonly synapses: readonly { e: number; c: number; d: number }[];
  readonly h: number;

  constructor(lambda: number, rates: readonly number[], alpha: number, h: number) {
    this.h = h;
    this.eM = Math.exp(-lambda * h);
    this.eA = Math.exp(-alpha * h);
    this.constant = convolution(lambda, 0, 0, h);
    this.synapses = rates.map(mu => ({
      e: Math.exp(-mu * h),
      c: convolution(lambda, mu, 0, h),
      d: convolution(lambda, mu, 1, h),
    }));
  }
}

/** Excess over the threshold at t, from scratch. */
export function excessAt(c: Case, t: number): number {
  let f = c.u * Math.exp(-c.lambda * t) - c.a * Math.exp(-c.alpha * t);
  if (t > 0) {
    f -= c.r * convolution(c.lambda, 0, 0, t);
    for (const [mu, g, h] of c.synapses) {
      if (g !== 0) f += g * convolution(c.lambda, mu, 0, t);
      if (h !== 0) f += h * convolution(c.lambda, mu, 1, t);
    }
  }
  return f;
}

/**
 * Looks for a time before `limit` at which the excess is 0 or more: on a lattice of `steps` steps, and by golden
 * sections where three values in a row suggest a maximum near the threshold between them.
 * @returns such a time, or Infinity when there is none
 */
export function crossedBefore(c: Case, stepper: Stepper, steps: number, limit: number): number {
  const { h, eM, eA, constant, synapses } = stepper;
  const end = Math.min(steps, Math.floor(limit / h));
  let { u, a } = c;
  let [gE, hE, gI, hI] = [0, 0, 0, 0];
  if (c.synapses.length > 0) [, gE, hE] = c.synapses[0] as [number, number, number];
  if (c.synapses.length > 1) [, gI, hI] = c.synapses[1] as [number, number, number];
  const none = { e: 0, c: 0, d: 0 };
  const [E, I] = [synapses[0] ?? none, synapses[1] ?? none];
  let now = u - a;
  // Before the first point the curve goes on as it starts.
  let before = now - h * (gE + gI - c.lambda * u - c.r + c.alpha * a);
  for (let n = 1; n <= end; n++) {
    u = u * eM - c.r * constant + gE * E.c + hE * E.d + gI * I.c + hI * I.d;
    gE = (gE + hE * h) * E.e;
    hE *= E.e;
    gI = (gI + hI * h) * I.e;
    hI *= I.e;
    a *= eA;
    const next = u - a;
    if (next >= 0) return n * h;
    // A maximum between lattice points lies above its neighbours by no more than their differences suggest.
    if (now >= before && now >= next && now + 2 * Math.max(now - before, now - next) >= 0) {
      const [t, value] = highest(c, Math.max(0, (n - 2) * h), n * h);
      if (value >= 0) return t;
    }
    before = now;
    now = next;
  }
  return Infinity;
}

/** The highest point of a piece with one maximum; golden sections. */
export function highest(c: Case, low: number, high: number, sections = 28): readonly [number, number] {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [x, y] = [b - golden * (b - a), a + golden * (b - a)];
  let [fx, fy] = [excessAt(c, x), excessAt(c, y)];
  for (let k = 0; k < sections; k++) {
    if (fx > fy) {
      [b, y, fy] = [y, x, fx];
      x = b - golden * (b - a);
      fx = excessAt(c, x);
    } else {
      [a, x, fx] = [x, y, fy];
      y = a + golden * (b - a);
      fy = excessAt(c, y);
    }
  }
  return fx > fy ? [x, fx] : [y, fy];
}
