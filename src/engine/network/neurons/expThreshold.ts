import { exp, expm1, log, log1p } from "../../../math/elementary.ts";
import { lambertW0 } from "../../../math/lambertW.ts";
import { bracketedRoot } from "../../../math/root.ts";
import { expResponse } from "./response.ts";

/** Stands for r = 0, so that "reaches the threshold after an infinite time" is "never". */
const TINY = 1e-300;
const TOLERANCE = 1e-13;

/**
 * When a leaky membrane with two exponential currents, one not negative and one not positive, reaches its threshold;
 * see `lifExp` for the equations.
 *
 * Never missing a crossing. Let f = V - vThreshold < 0 now, and lambda = 1 / tauMem. Then (f exp(lambda t))' =
 * exp(lambda t) q(t) with
 *
 *     q(t) = gE exp(-t / tauExc) + gI exp(-t / tauInh) - r,        r = (vThreshold - vRest) / tauMem - I.
 *
 * So f can come up to 0 only while q > 0, at most once in each stretch of time where it is, and where it does in such
 * a stretch, f is at least 0 at the stretch's end. With gE >= 0 >= gI, and each q times a positive exponential that
 * leaves two terms when differentiated, q has at most two zeros (the rule of Descartes for exponential sums):
 *
 *     r > 0 (the current alone is too weak): q is negative in the end, so it is positive in one stretch (a, b) or
 *           never. The first crossing lies before b when f(b) >= 0, and there is none otherwise.
 *     r < 0 (it is strong enough): there is a crossing. Either q is positive at first, falls below zero at b, and
 *           f(b) >= 0: it lies before b. Or it is the only one after b (or after 0 where q never falls below zero).
 *
 * b is where q falls through zero: beyond its one extremum, which has a closed form.
 */
export class ExpThreshold {
  readonly #lambda: number;
  readonly #muE: number;
  readonly #muI: number;
  /** The question that f and q below answer: f0, r, gE, gI. */
  readonly #asked = new Float64Array(4);
  readonly #f = (t: number) => this.#excess(t);
  readonly #q = (t: number) => this.#push(t);

  /** @param lambda, muE, muI  inverse time constants of the membrane and the currents [1/ms] */
  constructor(lambda: number, muE: number, muI: number) {
    this.#lambda = lambda;
    this.#muE = muE;
    this.#muI = muI;
  }

  /**
   * Time to the first crossing [ms]; Infinity for never.
   * @param f0  potential above threshold, below 0 [mV]
   * @param slack  r above [mV/ms]
   * @param gE, gI  currents over capacitance, not negative and not positive [mV/ms]
   */
  time(f0: number, slack: number, gE: number, gI: number): number {
    const muE = this.#muE;
    const muI = this.#muI;
    const r = slack || TINY;
    if (muE === muI) return this.#oneCurrent(f0, r, gE + gI, muE);
    if (gI === 0) return this.#oneCurrent(f0, r, gE, muE);
    if (gE === 0) return this.#oneCurrent(f0, r, gI, muI);
    this.#ask(f0, r, gE, gI);

    if (r > 0) {
      if (gE <= r) return Infinity;
      // Without inhibition q falls to zero at `end`: b comes before that.
      const end = log(gE / r) / muE;
      let start = 0;
      if (muI > muE) start = Math.max(0, log((muI * -gI) / (muE * gE)) / (muI - muE));
      const qStart = this.#push(start);
      if (!(qStart > 0)) return Infinity;
      const qEnd = this.#push(end);
      const b = qEnd < 0 ? bracketedRoot(this.#q, start, qStart, end, qEnd, TOLERANCE) : end;
      const fb = this.#excess(b);
      return fb >= 0 ? bracketedRoot(this.#f, 0, f0, b, fb, TOLERANCE) : Infinity;
    }

    let start = 0;
    let fStart = f0;
    if (muI < muE && gE + gI - r > 0) {
      const least = log((muE * gE) / (muI * -gI)) / (muE - muI);
      if (least > 0) {
        const q = this.#push(least);
        if (q < 0) {
          const b = bracketedRoot(this.#q, 0, gE + gI - r, least, q, TOLERANCE);
          const fb = this.#excess(b);
          if (fb >= 0) return bracketedRoot(this.#f, 0, f0, b, fb, TOLERANCE);
          start = b;
          fStart = fb;
        }
      }
    }
    return this.#onlyCrossing(start, fStart, r);
  }

  /**
   * The same where one exponential current flows: closed forms at tauMem = 2 tau, where f is a quadratic in
   * exp(-t / tauMem), and at tauMem = tau, where Lambert's W solves it (Goeltz et al. 2021, Nat. Mach. Intell. 3:823).
   */
  #oneCurrent(f0: number, r: number, g: number, mu: number): number {
    const lambda = this.#lambda;
    const excitatory = mu === this.#muE;
    this.#ask(f0, r, excitatory ? g : 0, excitatory ? 0 : g);
    let end = Infinity;
    let fEnd = -1;
    if (r > 0) {
      if (g <= r) return Infinity;
      end = log(g / r) / mu;
      fEnd = this.#excess(end);
      if (!(fEnd >= 0)) return Infinity;
    }
    if (mu === 2 * lambda) {
      // g X^2 - b X + r = 0 with X = exp(-lambda t): the first crossing is its larger root below 1.
      const b = lambda * f0 + r + g;
      const root = Math.sqrt(Math.max(0, b * b - 4 * g * r));
      const x = b > 0 ? (b + root) / (2 * g) : (2 * r) / (b - root);
      if (x > 0 && x <= 1) return Math.min(-log(x) / lambda, end);
    } else if (mu === lambda && g > 0) {
      // (f0 + r / lambda + g t) exp(-lambda t) = r / lambda
      const shift = lambda * f0 + r;
      const z = (-r / g) * exp(-shift / g);
      if (Math.abs(z) < 1e100) {
        const t = -(lambertW0(z) + shift / g) / lambda;
        // One step of Newton's method takes off what the exponential has rounded; a long one distrusts the form.
        const f = this.#excess(t);
        const step = f / (this.#push(t) - lambda * f);
        if (Math.abs(step) < 1e-9 / lambda) return Math.min(Math.max(t - step, 0), end);
      }
    }
    if (r > 0) return bracketedRoot(this.#f, 0, f0, end, fEnd, TOLERANCE);
    return this.#onlyCrossing(0, f0, r);
  }

  /** The crossing for r < 0, known to be the only one after `start`. */
  #onlyCrossing(start: number, fStart: number, r: number): number {
    let a = start;
    let fa = fStart;
    // The time it would take without synaptic currents.
    const alone = this.#lambda > 0 ? log1p((this.#lambda * fStart) / r) / this.#lambda : fStart / r;
    for (let step = Math.max(alone, TOLERANCE); step < Infinity; step *= 2) {
      const b = start + step;
      const fb = this.#excess(b);
      if (fb >= 0) return bracketedRoot(this.#f, a, fa, b, fb, TOLERANCE);
      a = b;
      fa = fb;
    }
    return Infinity;
  }

  #ask(f0: number, r: number, gE: number, gI: number): void {
    this.#asked[0] = f0;
    this.#asked[1] = r;
    this.#asked[2] = gE;
    this.#asked[3] = gI;
  }

  /** f: potential above threshold at t after the state asked about [mV]. */
  #excess(t: number): number {
    const lambda = this.#lambda;
    const eM = exp(-lambda * t);
    let f = this.#asked[0] * eM - this.#asked[1] * (lambda > 0 ? -expm1(-lambda * t) / lambda : t);
    const gE = this.#asked[2];
    const gI = this.#asked[3];
    if (gE !== 0) f += gE * expResponse(this.#muE - lambda, t, eM, exp(-this.#muE * t));
    if (gI !== 0) f += gI * expResponse(this.#muI - lambda, t, eM, exp(-this.#muI * t));
    return f;
  }

  /** q: what drives f up, dV/dt at the threshold [mV/ms]. */
  #push(t: number): number {
    const a = this.#asked;
    return a[2] * exp(-this.#muE * t) + a[3] * exp(-this.#muI * t) - a[1];
  }
}
