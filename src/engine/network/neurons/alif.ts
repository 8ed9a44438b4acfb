import { exp, expm1, log, log1p } from "../../../math/elementary.ts";
import { bracketedRoot } from "../../../math/root.ts";
import { table, time, type Values } from "../parameters.ts";
import { relax } from "./lif.ts";
import { membraneStep } from "./lifGroup.ts";
import { MembraneGroup } from "./membraneGroup.ts";
import type { NeuronDefinition } from "./neuronModel.ts";
import { membraneParameters } from "./parameters.ts";

/**
 * Adaptive leaky integrate-and-fire neuron with delta-shaped synapses: each spike raises the threshold by beta, which
 * then decays (Bellec et al. 2018, arXiv:1803.09574, "LSNN"; with the reset of Bellec et al. 2020, Nat. Commun.
 * 11:3625, where a subtractive reset takes off vThreshold - vRest whatever the present threshold). Between events
 *
 *     dV/dt = -(V - vRest) / tauMem + I,     dA/dt = -A / tauAdapt
 *
 * and the neuron fires at V >= vThreshold + A; each spike adds beta to A. A goes on decaying while refractory.
 *
 * Never missing a crossing. Let f = V - vThreshold - A < 0 now, lambda = 1 / tauMem, alpha = 1 / tauAdapt. Then
 * (f exp(lambda t))' = exp(lambda t) q(t) with
 *
 *     q(t) = A (alpha - lambda) exp(-alpha t) - r,     r = (vThreshold - vRest) / tauMem - I,
 *
 * which is monotonic, so f can come up to 0 once at most while q > 0. For r > 0 that is until b, where q = 0, or never:
 * there is a crossing when f(b) >= 0 and none otherwise. For r < 0 there is one and only one.
 */
const parameters = table({
  ...membraneParameters,
  tauAdapt: { ...time, default: 200, doc: "time constant of the threshold" },
  beta: {
    unit: "mV",
    check: b => (b >= 0 && b < Infinity) || "a number of 0 or more",
    doc: "what a spike adds to the threshold",
  },
});

export type AlifParameters = Values<typeof parameters>;

export const alif: NeuronDefinition<typeof parameters, "alif"> = {
  name: "alif",
  parameters,
  create: (p, size) => new AlifGroup(size, p),
  lattice: (p, dt) => ({
    ...membraneStep(p, dt),
    adaptation: { decay: exp(-dt / p.tauAdapt), beta: p.beta },
  }),
};

/** Stands for r = 0, so that "reaches the threshold after an infinite time" is "never". */
const TINY = 1e-300;
const TOLERANCE = 1e-13;

export class AlifGroup extends MembraneGroup<AlifParameters> {
  /** Threshold above vThreshold at each neuron's last event. */
  readonly adaptation: Float64Array;
  readonly #lambda: number;
  readonly #alpha: number;
  /** The question that f below answers: V - vThreshold, r and A. */
  readonly #asked = new Float64Array(3);
  readonly #f: (t: number) => number;

  constructor(size: number, parameters: AlifParameters) {
    super(size, parameters);
    this.adaptation = new Float64Array(size);
    this.#lambda = 1 / parameters.tauMem;
    this.#alpha = 1 / parameters.tauAdapt;
    this.#f = t => this.#excess(t);
  }

  override threshold(i: number): number {
    return this.parameters.vThreshold + this.adaptation[i];
  }

  protected override spiked(i: number): void {
    this.adaptation[i] += this.parameters.beta;
  }

  potential(i: number, t: number): number {
    return relax(this.parameters, this.v[i], this.current[i], t - this.last[i] - this.held(i, t));
  }

  protected advance(i: number, t: number): void {
    this.v[i] = this.potential(i, t);
    this.adaptation[i] *= exp(-this.#alpha * (t - this.last[i]));
    this.last[i] = t;
  }

  receive(i: number, t: number, weight: number, gain = 1): void {
    this.advance(i, t);
    const amount = weight * gain;
    const lost = this.parameters.reset === "fixed" && t < this.refractoryUntil[i];
    if (!lost) this.v[i] += amount;
  }

  earliestSpike(i: number): number {
    const { vThreshold, vRest } = this.parameters;
    if (vThreshold === Infinity) return Infinity;
    const from = Math.max(this.last[i], this.refractoryUntil[i]);
    const v = this.potential(i, from);
    const r = this.#lambda * (vThreshold - vRest) - this.current[i];
    if (v < vThreshold) {
      // The threshold is never below vThreshold.
      const slope = this.current[i] - this.#lambda * (v - vRest);
      return r >= 0 ? Infinity : from + ((vThreshold - v) / slope) * (1 - 1e-12);
    }
    return this.nextSpike(i);
  }

  nextSpike(i: number): number {
    const { vThreshold, vRest } = this.parameters;
    if (vThreshold === Infinity) return Infinity;
    const last = this.last[i];
    const from = Math.max(last, this.refractoryUntil[i]);
    const v = this.potential(i, from);
    const lambda = this.#lambda;
    const alpha = this.#alpha;
    const r = lambda * (vThreshold - vRest) - this.current[i] || TINY;
    if (r > 0 && v < vThreshold) return Infinity;
    const a = from > last ? this.adaptation[i] * exp(-alpha * (from - last)) : this.adaptation[i];
    const f0 = v - vThreshold - a;
    if (f0 >= 0) return from;
    this.#asked[0] = v - vThreshold;
    this.#asked[1] = r;
    this.#asked[2] = a;
    if (r > 0) {
      const push = a * (alpha - lambda);
      if (!(push > r)) return Infinity;
      const b = log(push / r) / alpha;
      const fb = this.#excess(b);
      return fb >= 0 ? from + bracketedRoot(this.#f, 0, f0, b, fb, TOLERANCE) : Infinity;
    }
    // A first guess: what it would take if the threshold decayed as fast as the membrane.
    const end = lambda > 0 ? log1p((lambda * f0) / r) / lambda : f0 / r;
    for (let t = Math.max(end, TOLERANCE), start = 0, fStart = f0; t < Infinity; t *= 2) {
      const ft = this.#excess(t);
      if (ft >= 0) return from + bracketedRoot(this.#f, start, fStart, t, ft, TOLERANCE);
      start = t;
      fStart = ft;
    }
    return Infinity;
  }

  /** f: potential above the threshold at t after the state asked about. */
  #excess(t: number): number {
    const lambda = this.#lambda;
    const asked = this.#asked;
    const leaked = lambda > 0 ? -expm1(-lambda * t) / lambda : t;
    return asked[0] * exp(-lambda * t) - asked[1] * leaked - asked[2] * exp(-this.#alpha * t);
  }
}
