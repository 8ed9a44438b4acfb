import { exp, expm1, log, log1p } from "../../../math/elementary.ts";
import { bracketedRoot } from "../../../math/root.ts";
import { signChanges } from "../../../math/signChanges.ts";
import { chargePerCurrent, type LatticeStep } from "./lattice.ts";
import { MembraneGroup } from "./membraneGroup.ts";
import type { NeuronDefinition } from "./neuronModel.ts";
import { alphaParameters, currentPerWeight, type SynapticParameters } from "./parameters.ts";
import { alphaPeak, alphaResponse, expPeak, expResponse } from "./response.ts";

/**
 * Leaky integrate-and-fire neuron with alpha-shaped synaptic currents (Rotter & Diesmann 1999, Biol. Cybern. 81:381;
 * NEST's `iaf_psc_alpha`). Between events
 *
 *     dV/dt = -(V - vRest) / tauMem + I + gE + gI                         [mV/ms]
 *     dg/dt = h - g / tau,    dh/dt = -h / tau         for (gE, hE) with tauExc and (gI, hI) with tauInh
 *
 * An input of positive weight makes hE jump, one of negative weight hI, so that gE or gI follows (t / tau)
 * exp(1 - t / tau) times its peak; see `WeightAs` for how high that is. With a fixed reset the potential is held at
 * vReset while refractory and the currents go on.
 *
 * Never missing a crossing. Let f = V - vThreshold < 0 now, and lambda = 1 / tauMem. Then (f exp(lambda t))' =
 * exp(lambda t) q(t) with
 *
 *     q(t) = (gE + hE t) exp(-t / tauExc) + (gI + hI t) exp(-t / tauInh) - r,      r = (vThreshold - vRest) / tauMem - I.
 *
 * Between two sign changes of q, f times a positive function is monotonic; so the first crossing lies in the first
 * such piece at whose end f is at least 0, and f crosses once in it. q has four zeros at most (generalised rule of
 * Descartes), and `signChanges` finds them all from a chain that ends in a function with one zero in closed form:
 * with s the slower synapse's rate, q, q' exp(s t), the derivative of that, and once more. For r > 0 no crossing lies
 * beyond the time when the excitation's envelope falls below r; for r < 0 there is a crossing, and any time with f >= 0
 * limits the search.
 */
export const lifAlpha: NeuronDefinition<typeof alphaParameters, "lif-alpha"> = {
  name: "lif-alpha",
  parameters: alphaParameters,
  create: (p, size) => new LifAlphaGroup(size, p),
  lattice: lifAlphaStep,
};

/** One step on a lattice: states v, gE, hE, gI, hI. */
function lifAlphaStep(p: SynapticParameters, dt: number): LatticeStep {
  const lambda = 1 / p.tauMem;
  const membrane = exp(-lambda * dt);
  const [e, i] = [p.tauExc, p.tauInh].map(tau => {
    const mu = 1 / tau;
    const current = exp(-mu * dt);
    return {
      current,
      g: expResponse(mu - lambda, dt, membrane, current),
      h: alphaResponse(mu - lambda, dt, membrane, current),
      scale: riseScale(p, mu),
    };
  }) as [Channel, Channel];
  return {
    parameters: p,
    propagator: [
      [membrane, e.g, e.h, i.g, i.h],
      [0, e.current, dt * e.current, 0, 0],
      [0, 0, e.current, 0, 0],
      [0, 0, 0, i.current, dt * i.current],
      [0, 0, 0, 0, i.current],
    ],
    perCurrent: chargePerCurrent(p.tauMem, dt),
    excitatory: { state: 2, scale: e.scale },
    inhibitory: { state: 4, scale: i.scale },
    currents: [1, 3],
  };
}

interface Channel {
  readonly current: number;
  readonly g: number;
  readonly h: number;
  readonly scale: number;
}

/** How far h jumps per weight [mV/ms^2]. */
function riseScale(p: SynapticParameters, mu: number): number {
  return Math.E * mu * currentPerWeight(p, Math.E * mu * alphaPeak(1 / p.tauMem, mu));
}

/** Stands for r = 0, so that "reaches the threshold after an infinite time" is "never". */
const TINY = 1e-300;
const TOLERANCE = 1e-13;

export class LifAlphaGroup extends MembraneGroup<SynapticParameters> {
  /** Synaptic currents over capacitance [mV/ms] and what makes them rise [mV/ms^2], at each neuron's last event. */
  readonly excitatory: Float64Array;
  readonly excitatoryRise: Float64Array;
  readonly inhibitory: Float64Array;
  readonly inhibitoryRise: Float64Array;
  readonly #lambda: number;
  readonly #muE: number;
  readonly #muI: number;
  readonly #scaleE: number;
  readonly #scaleI: number;
  /** Highest potential that gE = 1 and hE = 1 can make. */
  readonly #peakOfCurrent: number;
  readonly #peakOfRise: number;
  /** State between two events: v, gE, hE, gI, hI. */
  readonly #state = new Float64Array(5);
  /** The question that f and q below answer: f0, r, gE, hE, gI, hI. */
  readonly #asked = new Float64Array(6);
  readonly #points = new Float64Array(8);
  readonly #f: (t: number) => number;
  readonly #chain: readonly ((t: number) => number)[];

  constructor(size: number, parameters: SynapticParameters) {
    super(size, parameters);
    this.excitatory = new Float64Array(size);
    this.excitatoryRise = new Float64Array(size);
    this.inhibitory = new Float64Array(size);
    this.inhibitoryRise = new Float64Array(size);
    const lambda = 1 / parameters.tauMem;
    this.#lambda = lambda;
    this.#muE = 1 / parameters.tauExc;
    this.#muI = 1 / parameters.tauInh;
    this.#scaleE = riseScale(parameters, this.#muE);
    this.#scaleI = riseScale(parameters, this.#muI);
    this.#peakOfCurrent = expPeak(lambda, this.#muE);
    this.#peakOfRise = alphaPeak(lambda, this.#muE);
    this.#f = t => this.#excess(t);
    this.#chain = [t => this.#push(t), t => this.#slope(t), t => this.#curvature(t)];
  }

  receive(i: number, t: number, weight: number, gain = 1): void {
    this.advance(i, t);
    const amount = weight * gain;
    if (amount > 0) this.excitatoryRise[i] += amount * this.#scaleE;
    else this.inhibitoryRise[i] += amount * this.#scaleI;
  }

  potential(i: number, t: number): number {
    this.#move(i, t);
    return this.#state[0];
  }

  synapticCurrent(i: number, t: number): number {
    this.#move(i, t);
    return this.#state[1] + this.#state[3];
  }

  protected advance(i: number, t: number): void {
    if (t === this.last[i]) return;
    this.#move(i, t);
    const state = this.#state;
    this.v[i] = state[0];
    this.excitatory[i] = state[1];
    this.excitatoryRise[i] = state[2];
    this.inhibitory[i] = state[3];
    this.inhibitoryRise[i] = state[4];
    this.last[i] = t;
  }

  /** Puts the state of neuron i at t into #state. */
  #move(i: number, t: number): void {
    const state = this.#state;
    state[0] = this.v[i];
    state[1] = this.excitatory[i];
    state[2] = this.excitatoryRise[i];
    state[3] = this.inhibitory[i];
    state[4] = this.inhibitoryRise[i];
    const held = this.held(i, t);
    if (held > 0) this.#decay(held, exp(-this.#muE * held), exp(-this.#muI * held));
    const dt = t - this.last[i] - held;
    if (!(dt > 0)) return;
    const lambda = this.#lambda;
    const eM = exp(-lambda * dt);
    const eE = exp(-this.#muE * dt);
    const eI = this.#muI === this.#muE ? eE : exp(-this.#muI * dt);
    const current = this.current[i];
    const settled = lambda > 0 ? this.parameters.vRest + current / lambda : state[0];
    const v = settled + (state[0] - settled) * eM + (lambda > 0 ? 0 : current * dt);
    state[0] = v + this.#response(dt, eM, eE, eI, state[1], state[2], state[3], state[4]);
    this.#decay(dt, eE, eI);
  }

  #decay(dt: number, eE: number, eI: number): void {
    const state = this.#state;
    state[1] = (state[1] + state[2] * dt) * eE;
    state[2] *= eE;
    state[3] = (state[3] + state[4] * dt) * eI;
    state[4] *= eI;
  }

  /** What the synaptic currents add to the potential within dt. */
  #response(
    dt: number,
    eM: number,
    eE: number,
    eI: number,
    gE: number,
    hE: number,
    gI: number,
    hI: number,
  ): number {
    let v = 0;
    if (hE !== 0 || gE !== 0) {
      const delta = this.#muE - this.#lambda;
      v += gE * expResponse(delta, dt, eM, eE) + hE * alphaResponse(delta, dt, eM, eE);
    }
    if (hI !== 0 || gI !== 0) {
      const delta = this.#muI - this.#lambda;
      v += gI * expResponse(delta, dt, eM, eI) + hI * alphaResponse(delta, dt, eM, eI);
    }
    return v;
  }

  earliestSpike(i: number): number {
    const { vThreshold, vRest } = this.parameters;
    if (vThreshold === Infinity) return Infinity;
    const from = Math.max(this.last[i], this.refractoryUntil[i]);
    this.#move(i, from);
    const v = this.#state[0];
    if (v >= vThreshold) return from;
    const current = this.current[i];
    if (!this.#canReach(v, this.#state[1], this.#state[2], current)) return Infinity;
    // Without inhibition V rises no faster than this as long as it is above v; with inhibition it is lower.
    const slope =
      current + this.#state[1] + this.#state[2] / (Math.E * this.#muE) - this.#lambda * (v - vRest);
    return slope > 0 ? from + ((vThreshold - v) / slope) * (1 - 1e-12) : Infinity;
  }

  nextSpike(i: number): number {
    const { vThreshold } = this.parameters;
    if (vThreshold === Infinity) return Infinity;
    const from = Math.max(this.last[i], this.refractoryUntil[i]);
    this.#move(i, from);
    const v = this.#state[0];
    if (v >= vThreshold) return from;
    const current = this.current[i];
    if (!this.#canReach(v, this.#state[1], this.#state[2], current)) return Infinity;
    return from + this.#timeToThreshold(current);
  }

  /**
   * Whether the potential could reach the threshold if there were no inhibition: false needs no exponential. The
   * margin keeps grazing crossings, where rounding decides, for the exact answer.
   */
  #canReach(v: number, gE: number, hE: number, current: number): boolean {
    const { vThreshold, vRest } = this.parameters;
    const lambda = this.#lambda;
    const r = lambda * (vThreshold - vRest) - current;
    if (r < 0) return true;
    if (gE + hE / (Math.E * this.#muE) <= r) return false;
    const settled = lambda > 0 ? vRest + current / lambda : v;
    const highest = Math.max(v, settled) + gE * this.#peakOfCurrent + hE * this.#peakOfRise;
    return highest >= vThreshold - 1e-9 * Math.abs(vThreshold - vRest);
  }

  /** Time from #state, below threshold, to the first crossing [ms]; Infinity for never. */
  #timeToThreshold(current: number): number {
    const { vThreshold, vRest } = this.parameters;
    const lambda = this.#lambda;
    const muE = this.#muE;
    const muI = this.#muI;
    const asked = this.#asked;
    const r = lambda * (vThreshold - vRest) - current || TINY;
    const f0 = this.#state[0] - vThreshold;
    asked[0] = f0;
    asked[1] = r;
    for (let k = 1; k < 5; k++) asked[k + 1] = this.#state[k];

    let end: number;
    if (r > 0) {
      // t exp(-mu t) <= 2 / (e mu) exp(-mu t / 2)
      end = (2 / muE) * log((asked[2] + (2 * asked[3]) / (Math.E * muE)) / r);
      if (!(end > 0)) return Infinity;
    } else {
      end = Math.max(TOLERANCE, lambda > 0 ? log1p((lambda * f0) / r) / lambda : f0 / r);
      while (!(this.#excess(end) >= 0)) {
        end *= 2;
        if (end === Infinity) return Infinity;
      }
    }

    // The zero of the derivative of `curvature`, with q' = (a + b t) exp(-mu t) + ... for the faster synapse.
    const delta = Math.abs(muE - muI);
    const mu = Math.max(muE, muI);
    const faster = muE >= muI ? 2 : 4;
    const g = asked[faster];
    const h = asked[faster + 1];
    const zero = 2 / delta + (h - mu * g) / (mu * h);
    const points = this.#points;
    let n = 0;
    if (zero > 0 && zero < end) points[n++] = zero;
    n = signChanges(this.#chain, points, n, end, TOLERANCE);

    let start = 0;
    let fStart = f0;
    for (let k = 0; k <= n; k++) {
      const t = k < n ? points[k] : end;
      const ft = this.#excess(t);
      if (ft >= 0) return bracketedRoot(this.#f, start, fStart, t, ft, TOLERANCE);
      start = t;
      fStart = ft;
    }
    return Infinity;
  }

  /** f: potential above threshold at t after the state asked about [mV]. */
  #excess(t: number): number {
    const lambda = this.#lambda;
    const asked = this.#asked;
    const eM = exp(-lambda * t);
    const eE = exp(-this.#muE * t);
    const eI = this.#muI === this.#muE ? eE : exp(-this.#muI * t);
    const leaked = lambda > 0 ? -expm1(-lambda * t) / lambda : t;
    return (
      asked[0] * eM -
      asked[1] * leaked +
      this.#response(t, eM, eE, eI, asked[2], asked[3], asked[4], asked[5])
    );
  }

  /** q: what drives f up, dV/dt at the threshold [mV/ms]. */
  #push(t: number): number {
    const a = this.#asked;
    const excitation = (a[2] + a[3] * t) * exp(-this.#muE * t);
    return excitation + (a[4] + a[5] * t) * exp(-this.#muI * t) - a[1];
  }

  /** q' exp(s t), with s the rate of the slower synapse. */
  #slope(t: number): number {
    const a = this.#asked;
    const slow = Math.min(this.#muE, this.#muI);
    return slopeOf(slow, this.#muE, a[2], a[3], t) + slopeOf(slow, this.#muI, a[4], a[5], t);
  }

  /** The derivative of `slope`. */
  #curvature(t: number): number {
    const a = this.#asked;
    const slow = Math.min(this.#muE, this.#muI);
    return curvatureOf(slow, this.#muE, a[2], a[3], t) + curvatureOf(slow, this.#muI, a[4], a[5], t);
  }
}

/** The derivative of (g + h t) exp(-mu t), times exp(slow t). */
function slopeOf(slow: number, mu: number, g: number, h: number, t: number): number {
  return (h - mu * (g + h * t)) * exp((slow - mu) * t);
}

function curvatureOf(slow: number, mu: number, g: number, h: number, t: number): number {
  return (-mu * h - (mu - slow) * (h - mu * (g + h * t))) * exp((slow - mu) * t);
}
