import { exp, log } from "../../../math/elementary.ts";
import { instant } from "../../instant.ts";
import { chargePerCurrent, type LatticeStep } from "./lattice.ts";
import { BURST, type NeuronGroup } from "./neuronGroup.ts";
import type { MembraneParameters } from "./parameters.ts";

/** Time constants after which the clock of the exponentials is set back: exp(200) is far from any bound. */
const SPAN = 200;
/** The same for neurons without a leak [ms], whose drift adds up over it. */
const SPAN_MS = 1000;

/**
 * State of a population of LIF neurons in the queue (equation and source in `lif.ts`), touched only when an event
 * reaches it. Instead of the potential V(t) it keeps, as `LifLayer` does, a number that does not change between events,
 *
 *     leaky:      U = (V - vInfinity) e(t),  e(t) = exp((t - origin) / tauMem),  vInfinity = vRest + I tauMem
 *     non-leaky:  U = V - I e(t),            e(t) = t - origin
 *
 * so that V reaches threshold when U >= slope e(t) + offset. Both use one arithmetic: a network gives the same bits layer
 * by layer and through the queue. `origin` is 0 until exponentials grow large.
 */
export class LifGroup implements NeuronGroup {
  readonly parameters: MembraneParameters;
  readonly #leaky: boolean;
  readonly #u: Float64Array;
  readonly #slope: Float64Array;
  readonly #offset: number;
  /** Input current over capacitance, the bias included [mV/ms]. */
  readonly current: Float64Array;
  readonly #refractoryUntil: Float64Array;
  #origin = 0;
  /** Time of the last event of any neuron, and e of it. */
  #now = 0;
  #e: number;
  /** 1 for neurons whose predicted crossing is now, which rounding may not undo; an input of this instant may. */
  readonly #crossing: Uint8Array;

  /** Neurons that do not fire; null for none. */
  #silent: Uint8Array | null = null;

  constructor(size: number, parameters: MembraneParameters) {
    const { tauMem, vRest, vThreshold, bias } = parameters;
    this.parameters = parameters;
    this.#leaky = tauMem < Infinity;
    this.#offset = this.#leaky ? 0 : vThreshold;
    this.#e = this.#leaky ? 1 : 0;
    this.#crossing = new Uint8Array(size);
    this.#u = new Float64Array(size);
    this.#slope = new Float64Array(size);
    this.current = new Float64Array(size).fill(bias);
    this.#refractoryUntil = new Float64Array(size).fill(-Infinity);
    for (let i = 0; i < size; i++) this.#put(i, this.#e, vRest);
  }

  receive(i: number, t: number, weight: number, gain = 1): void {
    const e = this.#go(t);
    if (this.#holds(i, t)) return;
    this.#crossing[i] = 0;
    this.#u[i] += (this.#leaky ? gain * e : gain) * weight;
  }

  receiveRun(
    first: number,
    t: number,
    weights: Float32Array | Float64Array,
    from: number,
    count: number,
    gain: number,
    own: number,
  ): number {
    const { reset, tauRef } = this.parameters;
    if (reset === "fixed" && tauRef > 0) {
      let sum = 0;
      for (let k = 0; k < count; k++) {
        const weight = weights[from + k] * own;
        sum += weight;
        this.receive(first + k, t, weight, gain);
      }
      return sum;
    }
    const e = this.#go(t);
    const scale = this.#leaky ? gain * e : gain;
    const u = this.#u;
    // Four sums, as one would wait for itself.
    let [a, b, c, d] = [0, 0, 0, 0];
    let k = 0;
    for (; k + 4 <= count; k += 4) {
      const at = from + k;
      const to = first + k;
      const w0 = weights[at] * own;
      const w1 = weights[at + 1] * own;
      const w2 = weights[at + 2] * own;
      const w3 = weights[at + 3] * own;
      u[to] += scale * w0;
      u[to + 1] += scale * w1;
      u[to + 2] += scale * w2;
      u[to + 3] += scale * w3;
      a += w0;
      b += w1;
      c += w2;
      d += w3;
    }
    for (; k < count; k++) {
      const weight = weights[from + k] * own;
      u[first + k] += scale * weight;
      a += weight;
    }
    this.#crossing.fill(0, first, first + count);
    return a + b + (c + d);
  }

  setCurrent(i: number, t: number, current: number): void {
    this.#go(t);
    const from = this.#holds(i, t) ? this.#refractoryUntil[i] : t;
    const v = this.potential(i, from);
    this.current[i] = this.parameters.bias + current;
    this.#put(i, this.#at(from), v);
  }

  setPotential(i: number, t: number, v: number): void {
    this.#put(i, this.#go(t), v);
  }

  rest(t: number): void {
    this.#origin = t;
    this.#now = t;
    this.#e = this.#leaky ? 1 : 0;
    this.#crossing.fill(0);
    this.#refractoryUntil.fill(-Infinity);
    for (let i = 0; i < this.#u.length; i++) this.#put(i, this.#e, this.parameters.vRest);
  }

  silence(i: number): void {
    this.#silent ??= new Uint8Array(this.#u.length);
    this.#silent[i] = 1;
  }

  potential(i: number, t: number): number {
    const { vReset, tauMem } = this.parameters;
    if (this.#holds(i, t)) return vReset;
    if (!this.#leaky) return this.#u[i] + this.current[i] * (t - this.#origin);
    return this.#settles(i) + this.#u[i] * exp(-(t - this.#origin) / tauMem);
  }

  potentials(t: number, into: Float64Array): void {
    const { reset, tauRef, tauMem } = this.parameters;
    const u = this.#u;
    const plain = this.#leaky && !(reset === "fixed" && tauRef > 0);
    if (!plain) for (let i = 0; i < u.length; i++) into[i] = this.potential(i, t);
    else {
      const left = exp(-(t - this.#origin) / tauMem);
      for (let i = 0; i < u.length; i++) into[i] = this.#settles(i) + u[i] * left;
    }
  }

  settleCrossing(i: number, t: number): void {
    this.#go(t);
    this.#crossing[i] = 1;
  }

  fire(i: number, t: number): number {
    const { reset, vThreshold, vRest, vReset, tauRef } = this.parameters;
    const e = this.#go(t);
    if (this.#silent?.[i]) return 0;
    const crosses = this.#crossing[i] === 1;
    this.#crossing[i] = 0;
    const limit = this.#slope[i] * e + this.#offset;
    if (t < this.#refractoryUntil[i] || !(crosses || this.#u[i] >= limit)) return 0;
    let spikes = 1;
    if (reset === "subtract") {
      const drop = (vThreshold - vRest) * (this.#leaky ? e : 1);
      this.#u[i] -= drop;
      for (; tauRef === 0 && this.#u[i] >= limit && spikes < BURST; spikes++) this.#u[i] -= drop;
    } else {
      const end = tauRef > 0 ? this.#at(instant(t + tauRef)) : e;
      const slope = this.#slope[i];
      this.#u[i] = this.#leaky ? (vReset - vThreshold + slope) * end : vReset + slope * end;
    }
    if (tauRef > 0) this.#refractoryUntil[i] = instant(t + tauRef);
    return spikes;
  }

  nextSpike(i: number): number {
    if (this.#silent?.[i]) return Infinity;
    const from = Math.max(this.#now, this.#refractoryUntil[i]);
    const [u, slope] = [this.#u[i], this.#slope[i]];
    if (u >= slope * this.#at(from) + this.#offset) return from;
    if (!(slope < 0)) return Infinity;
    const { tauMem } = this.parameters;
    const after = this.#leaky ? tauMem * log(u / slope) : (u - this.#offset) / slope;
    return Math.max(instant(this.#origin + after), from);
  }

  /** Whether the potential is held at t, after a spike that set it to vReset. */
  #holds(i: number, t: number): boolean {
    return this.parameters.reset === "fixed" && t < this.#refractoryUntil[i];
  }

  #at(t: number): number {
    if (t === this.#now) return this.#e;
    return this.#leaky ? exp((t - this.#origin) / this.parameters.tauMem) : t - this.#origin;
  }

  /** Where the potential of a leaky neuron settles. */
  #settles(i: number): number {
    const { vRest, vThreshold, tauMem } = this.parameters;
    if (vThreshold === Infinity) return vRest + this.current[i] * tauMem;
    return vThreshold - this.#slope[i];
  }

  /** Lets the potential be v where e is. */
  #put(i: number, e: number, v: number): void {
    const { vRest, vThreshold, tauMem } = this.parameters;
    const current = this.current[i];
    if (this.#leaky) {
      const settles = vRest + current * tauMem;
      this.#slope[i] = vThreshold - settles;
      this.#u[i] = (v - settles) * e;
    } else {
      this.#slope[i] = -current;
      this.#u[i] = v - current * e;
    }
  }

  /** Lets t be now. @returns e(t) */
  #go(t: number): number {
    if (t === this.#now) return this.#e;
    const { tauMem } = this.parameters;
    const span = this.#leaky ? SPAN * tauMem : SPAN_MS;
    if (t - this.#origin > span) {
      const by = span * Math.floor((t - this.#origin) / span);
      const factor = exp(-by / tauMem);
      for (let i = 0; i < this.#u.length; i++) {
        if (this.#leaky) this.#u[i] *= factor;
        else this.#u[i] += this.current[i] * by;
      }
      this.#origin += by;
    }
    this.#e = this.#leaky ? exp((t - this.#origin) / tauMem) : t - this.#origin;
    this.#now = t;
    return this.#e;
  }
}

/** One step of `lif`, `if` and `li` on a lattice: an input moves the potential itself. */
export function membraneStep(parameters: MembraneParameters, dt: number): LatticeStep {
  const jump = { state: 0, scale: 1 };
  return {
    parameters,
    propagator: [[exp(-dt / parameters.tauMem)]],
    perCurrent: chargePerCurrent(parameters.tauMem, dt),
    excitatory: jump,
    inhibitory: jump,
    currents: [],
  };
}
