import { lambertW0 } from "../../math/lambertW.ts";
import { bracketedRoot } from "../../math/root.ts";
import { chargePerCurrent, type LatticeStep } from "./lattice.ts";
import { MembraneGroup } from "./membraneGroup.ts";
import {
  currentPerWeight,
  expectOnly,
  expectTime,
  expectWeightAs,
  type MembraneParameters,
  type MembraneSpec,
  membrane,
  membraneFields,
  type WeightAs,
} from "./parameters.ts";
import { expPeak, expResponse } from "./response.ts";

/**
 * Leaky integrate-and-fire neuron with exponential synaptic currents (Gerstner et al. 2014, "Neuronal Dynamics",
 * section 1.3; NEST's `iaf_psc_exp`). Between events
 *
 *     dV/dt  = -(V - vRest) / tauMem + I + gE + gI
 *     dgE/dt = -gE / tauExc,    dgI/dt = -gI / tauInh          [mV/ms]
 *
 * An input of positive weight makes gE jump, one of negative weight gI; see `WeightAs` for how far. With a fixed reset
 * the potential is held at vReset while refractory and the currents go on, as in NEST and Brian.
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
export interface LifExpParameters extends MembraneParameters {
  /** Time constant of the excitatory current [ms]. */
  readonly tauExc: number;
  /** Time constant of the inhibitory current [ms]. */
  readonly tauInh: number;
  readonly weightAs: WeightAs;
}

export type LifExpSpec = MembraneSpec & Partial<LifExpParameters>;

/** @throws InputError that names the parameter, the value and what was expected */
export function lifExp(given: LifExpSpec) {
  expectOnly(given, "lif-exp", [...membraneFields, "tauExc", "tauInh", "weightAs"]);
  const { tauExc = 5, tauInh = tauExc, weightAs = "slope" } = given;
  const p: LifExpParameters = { ...membrane(given), tauExc, tauInh, weightAs };
  expectTime(p, "tauExc");
  expectTime(p, "tauInh");
  expectWeightAs(p);
  return { create: (size: number) => new LifExpGroup(size, p), lattice: (dt: number) => lifExpStep(p, dt) };
}

/** One step on a lattice: states v, gE, gI. */
function lifExpStep(p: LifExpParameters, dt: number): LatticeStep {
  const lambda = 1 / p.tauMem;
  const membrane = Math.exp(-lambda * dt);
  const [[eE, eI], [vE, vI], [scaleE, scaleI]] = [
    [p.tauExc, p.tauInh].map(tau => Math.exp(-dt / tau)),
    [p.tauExc, p.tauInh].map(tau => expResponse(1 / tau - lambda, dt, membrane, Math.exp(-dt / tau))),
    [p.tauExc, p.tauInh].map(tau => currentPerWeight(p, expPeak(lambda, 1 / tau))),
  ] as [number, number][];
  return {
    parameters: p,
    propagator: [
      [membrane, vE, vI],
      [0, eE, 0],
      [0, 0, eI],
    ],
    perCurrent: chargePerCurrent(p.tauMem, dt),
    excitatory: { state: 1, scale: scaleE },
    inhibitory: { state: 2, scale: scaleI },
    currents: [1, 2],
  };
}

/** Stands for r = 0, so that "reaches the threshold after an infinite time" is "never". */
const TINY = 1e-300;
const TOLERANCE = 1e-13;

export class LifExpGroup extends MembraneGroup<LifExpParameters> {
  /** Synaptic currents over capacitance at each neuron's last event [mV/ms]: not negative, not positive. */
  readonly excitatory: Float64Array;
  readonly inhibitory: Float64Array;
  readonly #lambda: number;
  readonly #muE: number;
  readonly #muI: number;
  readonly #scaleE: number;
  readonly #scaleI: number;
  readonly #peakE: number;
  /** State between two events (v, gE, gI) and the question that f and q below answer (f0, r, gE, gI). */
  readonly #state = new Float64Array(3);
  readonly #asked = new Float64Array(4);
  readonly #f: (t: number) => number;
  readonly #q: (t: number) => number;

  constructor(size: number, parameters: LifExpParameters) {
    super(size, parameters);
    const { tauMem, tauExc, tauInh } = parameters;
    this.excitatory = new Float64Array(size);
    this.inhibitory = new Float64Array(size);
    this.#lambda = 1 / tauMem;
    this.#muE = 1 / tauExc;
    this.#muI = 1 / tauInh;
    this.#peakE = expPeak(this.#lambda, this.#muE);
    this.#scaleE = currentPerWeight(parameters, this.#peakE);
    this.#scaleI = currentPerWeight(parameters, expPeak(this.#lambda, this.#muI));
    this.#f = t => this.#excess(t);
    this.#q = t => this.#push(t);
  }

  receive(i: number, t: number, amount: number): void {
    this.advance(i, t);
    if (amount > 0) this.excitatory[i]! += amount * this.#scaleE;
    else this.inhibitory[i]! += amount * this.#scaleI;
  }

  potential(i: number, t: number): number {
    this.#move(i, t);
    return this.#state[0]!;
  }

  synapticCurrent(i: number, t: number): number {
    this.#move(i, t);
    return this.#state[1]! + this.#state[2]!;
  }

  protected advance(i: number, t: number): void {
    if (t === this.last[i]) return;
    this.#move(i, t);
    this.v[i] = this.#state[0]!;
    this.excitatory[i] = this.#state[1]!;
    this.inhibitory[i] = this.#state[2]!;
    this.last[i] = t;
  }

  /** Puts the state of neuron i at t into #state. */
  #move(i: number, t: number): void {
    const state = this.#state;
    let v = this.v[i]!;
    let gE = this.excitatory[i]!;
    let gI = this.inhibitory[i]!;
    let dt = t - this.last[i]!;
    if (dt > 0) {
      const held = this.held(i, t);
      if (held > 0) {
        gE *= Math.exp(-held * this.#muE);
        gI *= Math.exp(-held * this.#muI);
        dt -= held;
      }
      if (dt > 0) {
        const lambda = this.#lambda;
        const eM = Math.exp(-lambda * dt);
        const eE = Math.exp(-this.#muE * dt);
        const eI = this.#muI === this.#muE ? eE : Math.exp(-this.#muI * dt);
        const current = this.current[i]!;
        const { vRest } = this.parameters;
        const settled = lambda > 0 ? vRest + current / lambda : v;
        v = settled + (v - settled) * eM + (lambda > 0 ? 0 : current * dt);
        v += gE * expResponse(this.#muE - lambda, dt, eM, eE);
        if (gI !== 0) v += gI * expResponse(this.#muI - lambda, dt, eM, eI);
        gE *= eE;
        gI *= eI;
      }
    }
    state[0] = v;
    state[1] = gE;
    state[2] = gI;
  }

  earliestSpike(i: number): number {
    const { vThreshold, vRest } = this.parameters;
    if (vThreshold === Infinity) return Infinity;
    const from = Math.max(this.last[i]!, this.refractoryUntil[i]!);
    this.#move(i, from);
    const v = this.#state[0]!;
    if (v >= vThreshold) return from;
    const gE = this.#state[1]!;
    const current = this.current[i]!;
    if (!this.#canReach(v, gE, current)) return Infinity;
    // Without inhibition V rises no faster than now as long as it is above v; with inhibition it is lower.
    const slope = current + gE - this.#lambda * (v - vRest);
    return slope > 0 ? from + ((vThreshold - v) / slope) * (1 - 1e-12) : Infinity;
  }

  nextSpike(i: number): number {
    const { vThreshold } = this.parameters;
    if (vThreshold === Infinity) return Infinity;
    const from = Math.max(this.last[i]!, this.refractoryUntil[i]!);
    this.#move(i, from);
    const v = this.#state[0]!;
    if (v >= vThreshold) return from;
    const current = this.current[i]!;
    if (!this.#canReach(v, this.#state[1]!, current)) return Infinity;
    return from + this.#timeToThreshold(v, this.#state[1]!, this.#state[2]!, current);
  }

  /**
   * Whether the potential could reach the threshold if there were no inhibition: false needs no exponential. The
   * margin keeps grazing crossings, where rounding decides, for the exact answer.
   */
  #canReach(v: number, gE: number, current: number): boolean {
    const { vThreshold, vRest } = this.parameters;
    const lambda = this.#lambda;
    const r = lambda * (vThreshold - vRest) - current;
    if (r < 0) return true;
    if (gE <= r) return false;
    const settled = lambda > 0 ? vRest + current / lambda : v;
    return Math.max(v, settled) + gE * this.#peakE >= vThreshold - 1e-9 * (vThreshold - vRest);
  }

  /** Time from v < vThreshold to the first crossing [ms]; Infinity for never. */
  #timeToThreshold(v: number, gE: number, gI: number, current: number): number {
    const { vThreshold, vRest } = this.parameters;
    const muE = this.#muE;
    const muI = this.#muI;
    const r = this.#lambda * (vThreshold - vRest) - current || TINY;
    const f0 = v - vThreshold;
    if (muE === muI) return this.#oneCurrent(f0, r, gE + gI, muE);
    if (gI === 0) return this.#oneCurrent(f0, r, gE, muE);
    if (gE === 0) return this.#oneCurrent(f0, r, gI, muI);
    this.#ask(f0, r, gE, gI);

    if (r > 0) {
      if (gE <= r) return Infinity;
      // Without inhibition q falls to zero at `end`: b comes before that.
      const end = Math.log(gE / r) / muE;
      let start = 0;
      if (muI > muE) start = Math.max(0, Math.log((muI * -gI) / (muE * gE)) / (muI - muE));
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
      const least = Math.log((muE * gE) / (muI * -gI)) / (muE - muI);
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
      end = Math.log(g / r) / mu;
      fEnd = this.#excess(end);
      if (!(fEnd >= 0)) return Infinity;
    }
    if (mu === 2 * lambda) {
      // g X^2 - b X + r = 0 with X = exp(-lambda t): the first crossing is its larger root below 1.
      const b = lambda * f0 + r + g;
      const root = Math.sqrt(Math.max(0, b * b - 4 * g * r));
      const x = b > 0 ? (b + root) / (2 * g) : (2 * r) / (b - root);
      if (x > 0 && x <= 1) return Math.min(-Math.log(x) / lambda, end);
    } else if (mu === lambda && g > 0) {
      // (f0 + r / lambda + g t) exp(-lambda t) = r / lambda
      const shift = lambda * f0 + r;
      const z = (-r / g) * Math.exp(-shift / g);
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
    const alone = this.#lambda > 0 ? Math.log1p((this.#lambda * fStart) / r) / this.#lambda : fStart / r;
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
    const eM = Math.exp(-lambda * t);
    let f = this.#asked[0]! * eM - this.#asked[1]! * (lambda > 0 ? -Math.expm1(-lambda * t) / lambda : t);
    const gE = this.#asked[2]!;
    const gI = this.#asked[3]!;
    if (gE !== 0) f += gE * expResponse(this.#muE - lambda, t, eM, Math.exp(-this.#muE * t));
    if (gI !== 0) f += gI * expResponse(this.#muI - lambda, t, eM, Math.exp(-this.#muI * t));
    return f;
  }

  /** q: what drives f up, dV/dt at the threshold [mV/ms]. */
  #push(t: number): number {
    const a = this.#asked;
    return a[2]! * Math.exp(-this.#muE * t) + a[3]! * Math.exp(-this.#muI * t) - a[1]!;
  }
}
