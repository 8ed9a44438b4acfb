import { exp } from "../../../math/elementary.ts";
import { ExpThreshold } from "./expThreshold.ts";
import { chargePerCurrent, type LatticeStep } from "./lattice.ts";
import { MembraneGroup } from "./membraneGroup.ts";
import type { NeuronDefinition } from "./neuronModel.ts";
import { currentPerWeight, expParameters, type SynapticParameters } from "./parameters.ts";
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
 * Crossings of the threshold between events: see `ExpThreshold`.
 */
export const lifExp: NeuronDefinition<typeof expParameters, "lif-exp"> = {
  name: "lif-exp",
  parameters: expParameters,
  create: (p, size) => new LifExpGroup(size, p),
  lattice: lifExpStep,
  modes: p => p,
};

/** One step on a lattice: states v, gE, gI. */
function lifExpStep(p: SynapticParameters, dt: number): LatticeStep {
  const lambda = 1 / p.tauMem;
  const membrane = exp(-lambda * dt);
  const [[eE, eI], [vE, vI], [scaleE, scaleI]] = [
    [p.tauExc, p.tauInh].map(tau => exp(-dt / tau)),
    [p.tauExc, p.tauInh].map(tau => expResponse(1 / tau - lambda, dt, membrane, exp(-dt / tau))),
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

export class LifExpGroup extends MembraneGroup<SynapticParameters> {
  /** Synaptic currents over capacitance at each neuron's last event [mV/ms]: not negative, not positive. */
  readonly excitatory: Float64Array;
  readonly inhibitory: Float64Array;
  readonly #lambda: number;
  readonly #muE: number;
  readonly #muI: number;
  readonly #scaleE: number;
  readonly #scaleI: number;
  readonly #peakE: number;
  /** State between two events: v, gE, gI. */
  readonly #state = new Float64Array(3);
  readonly #threshold: ExpThreshold;

  constructor(size: number, parameters: SynapticParameters) {
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
    this.#threshold = new ExpThreshold(this.#lambda, this.#muE, this.#muI);
  }

  receive(i: number, t: number, weight: number, gain = 1): void {
    this.advance(i, t);
    const amount = weight * gain;
    if (amount > 0) this.excitatory[i] += amount * this.#scaleE;
    else this.inhibitory[i] += amount * this.#scaleI;
  }

  potential(i: number, t: number): number {
    this.#move(i, t);
    return this.#state[0];
  }

  synapticCurrent(i: number, t: number): number {
    this.#move(i, t);
    return this.#state[1] + this.#state[2];
  }

  protected advance(i: number, t: number): void {
    if (t === this.last[i]) return;
    this.#move(i, t);
    this.v[i] = this.#state[0];
    this.excitatory[i] = this.#state[1];
    this.inhibitory[i] = this.#state[2];
    this.last[i] = t;
  }

  /** Puts the state of neuron i at t into #state. */
  #move(i: number, t: number): void {
    const state = this.#state;
    let v = this.v[i];
    let gE = this.excitatory[i];
    let gI = this.inhibitory[i];
    let dt = t - this.last[i];
    if (dt > 0) {
      const held = this.held(i, t);
      if (held > 0) {
        gE *= exp(-held * this.#muE);
        gI *= exp(-held * this.#muI);
        dt -= held;
      }
      if (dt > 0) {
        const lambda = this.#lambda;
        const eM = exp(-lambda * dt);
        const eE = exp(-this.#muE * dt);
        const eI = this.#muI === this.#muE ? eE : exp(-this.#muI * dt);
        const current = this.current[i];
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
    const from = Math.max(this.last[i], this.refractoryUntil[i]);
    this.#move(i, from);
    const v = this.#state[0];
    if (v >= vThreshold) return from;
    const gE = this.#state[1];
    const current = this.current[i];
    if (!this.#canReach(v, gE, current)) return Infinity;
    // Without inhibition V rises no faster than now as long as it is above v; with inhibition it is lower.
    const slope = current + gE - this.#lambda * (v - vRest);
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
    if (!this.#canReach(v, this.#state[1], current)) return Infinity;
    const r = this.#lambda * (vThreshold - this.parameters.vRest) - current;
    return from + this.#threshold.time(v - vThreshold, r, this.#state[1], this.#state[2]);
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
    return Math.max(v, settled) + gE * this.#peakE >= vThreshold - 1e-9 * Math.abs(vThreshold - vRest);
  }
}
