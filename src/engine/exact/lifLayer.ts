import { InputError } from "../../errors.ts";
import { exp, log } from "../../math/elementary.ts";
import { instant } from "../instant.ts";
import type { LayerKernel } from "../kernels/layerKernel.ts";
import type { LifParameters } from "../network/neurons/lif.ts";
import { BURST } from "../network/neurons/neuronGroup.ts";
import { leftAt } from "../network/plasticity/threeFactor.ts";
import { fullRuns, type Runs } from "../network/synapses/runs.ts";
import { SpikeTrain } from "../record/spikeTrain.ts";
import type { LayerLeft } from "./carried.ts";
import type { LayerOptions } from "./presentation.ts";

/**
 * One layer of LIF neurons over one presentation: takes the whole spike train of the layer below and a constant
 * current per neuron, gives its own whole spike train. For feed-forward networks this is exact, needs no queue and
 * reads weights row by row; it gives the spikes that `Simulation` gives.
 *
 * Instead of the potential V(t) it keeps a number that does not change between events, so that an input touches each
 * neuron with one addition and one comparison:
 *
 *     leaky:      U = (V - vInfinity) exp(t / tauMem),  vInfinity = vRest + I tauMem
 *     non-leaky:  U = V - I t
 *
 * In both cases V reaches threshold when U >= slope * e(t) + offset, with e(t) = exp(t / tauMem) or t.
 */
export class LifLayer {
  readonly pre: number;
  readonly post: number;
  /** Where `runs` says: by default [pre, post]. */
  readonly weights: Float32Array;
  readonly neuron: LifParameters;
  /** Spikes of the last presentation. */
  readonly spikes = new SpikeTrain();
  /** Potentials at the end of the last presentation. */
  readonly v: Float64Array;
  readonly #u: Float64Array;
  readonly #slope: Float64Array;
  #offset = 0;
  /** Neurons whose current alone can take them over threshold. */
  readonly #driven: Int32Array;
  #drivenCount = 0;
  readonly #refractoryUntil: Float64Array;
  /** What spikes have taken off the state so far: with the state itself, what the neuron was driven by. */
  readonly #spent: Float64Array;
  /** Changes of a synapse by learning while presentations run. */
  updates = 0;
  /** Neurons above threshold that wait for the end of their refractory period. */
  readonly #waiting: Uint8Array;
  #waitingUntil = Infinity;
  /** Per presentation. Far beyond any code, and an end to neurons that fire at every instant or have no finite state. */
  readonly #mostSpikes: number;
  readonly #kernel: LayerKernel | null;
  readonly #runs: Runs;

  /**
   * @throws InputError for a fixed reset with a refractory period, which loses input, and for neurons that rest above
   *     threshold: run those in a Simulation
   */
  constructor(
    pre: number,
    post: number,
    weights: Float32Array,
    neuron: LifParameters,
    kernel: LayerKernel | null = null,
    runs: Runs = fullRuns(pre, post),
  ) {
    if (neuron.reset === "fixed" && neuron.tauRef > 0) {
      throw new InputError(
        `tauRef: expected 0 with a fixed reset in a layer, got ${neuron.tauRef}; use Simulation`,
      );
    }
    if (neuron.vThreshold === Infinity)
      throw new InputError("vThreshold: expected a finite number in a layer");
    if (neuron.vRest >= neuron.vThreshold) {
      throw new InputError(
        `vRest: expected below vThreshold (${neuron.vThreshold}) in a layer, got ${neuron.vRest}; use Simulation`,
      );
    }
    this.pre = pre;
    this.post = post;
    this.weights = weights;
    this.neuron = neuron;
    this.#runs = runs;
    this.v = new Float64Array(post);
    // A fixed reset has no kernel.
    const fits = weights === kernel?.weights && neuron.reset === "subtract";
    this.#kernel = fits ? kernel : null;
    // State lies where the kernel finds it.
    this.#u = this.#kernel?.u ?? new Float64Array(post);
    this.#slope = this.#kernel?.limits ?? new Float64Array(post);
    this.#refractoryUntil = this.#kernel?.until ?? new Float64Array(post);
    this.#waiting = this.#kernel?.waiting ?? new Uint8Array(post);
    this.#driven = new Int32Array(post);
    this.#spent = new Float64Array(post);
    this.#mostSpikes = Math.min(BURST * post, 2 ** 24);
  }

  /**
   * Presents one input, from the resting state at t = 0, or from what was left.
   * @param input    spikes in order of time, within the duration; neuron pre + i is the twin of i of opposite sign
   * @param gain     what one input spike stands for: factor on every weight
   * @param current  [post], input current over capacitance [mV/ms]
   * @param duration [ms]
   */
  present(
    input: SpikeTrain,
    gain: number,
    current: Float64Array,
    duration: number,
    { silent = null, online = null, carried = null }: LayerOptions = {},
  ): void {
    const { tauMem } = this.neuron;
    if (tauMem < Infinity && duration / tauMem > 500)
      throw new InputError(`duration: expected at most 500 tauMem (${500 * tauMem} ms), got ${duration}`);
    this.#start(current, silent, carried);
    // The kernel knows of no neuron that waits when it begins.
    if (this.#kernel && !online && this.#waitingUntil === Infinity) {
      const { vThreshold, vRest, tauRef } = this.neuron;
      const drop = vThreshold - vRest;
      if (this.#kernel.present(input, gain, tauMem, drop, this.#offset, tauRef, this.spikes)) {
        this.#finish(input.length > 0 ? input.times[input.length - 1] : 0, duration, silent, carried);
        return;
      }
      this.#start(current, silent, carried);
    }
    const leaky = tauMem < Infinity;
    let before = 0;
    for (let k = 0; k < input.length; ) {
      const t = input.times[k];
      const e = leaky ? exp(t / tauMem) : t;
      const scale = leaky ? gain * e : gain;
      if (this.#waitingUntil < t) this.#releaseWaiting(before, t);
      this.#crossBefore(before, t, e);
      before = t;
      // Inputs of one instant are one group: all are added, then thresholds are tested.
      const first = k;
      for (; k + 1 < input.length && input.times[k + 1] === t; k++) this.#add(input.neurons[k], scale);
      this.#addAndTest(input.neurons[k++], scale, t, e);
      // Without shared weights every input reaches every neuron.
      if (this.#runs.shared) for (let n = first; n + 1 < k; n++) this.#test(input.neurons[n], t, e);
      if (online) {
        const left = online.rate * leftAt(duration, gain, t, tauMem);
        for (let n = first; n < k; n++) this.#learn(input.neurons[n], left, online.modulator, e);
      }
    }
    this.#finish(before, duration, silent, carried);
  }

  #start(current: Float64Array, silent: Uint8Array | null, carried: LayerLeft | null): void {
    const { tauMem, vRest, vThreshold } = this.neuron;
    this.#offset = tauMem < Infinity ? 0 : vThreshold;
    this.#drivenCount = 0;
    for (let j = 0; j < this.post; j++) {
      const vInfinity = vRest + current[j] * tauMem;
      this.#u[j] = tauMem < Infinity ? vRest - vInfinity : vRest;
      this.#slope[j] = tauMem < Infinity ? vThreshold - vInfinity : -current[j];
      // No potential reaches such a threshold.
      if (silent?.[j]) this.#slope[j] = Infinity;
      if (this.#slope[j] < 0) this.#driven[this.#drivenCount++] = j;
    }
    this.#refractoryUntil.fill(-Infinity);
    this.#waiting.fill(0);
    this.#waitingUntil = Infinity;
    this.#spent.fill(0);
    this.spikes.clear();
    if (carried) this.#goOn(carried, silent);
  }

  /** Neurons that are left out stay at rest. */
  #goOn({ v, until }: LayerLeft, silent: Uint8Array | null): void {
    const { vRest, vThreshold } = this.neuron;
    for (let j = 0; j < this.post; j++) {
      if (silent?.[j]) continue;
      this.#u[j] += v[j] - vRest;
      this.#refractoryUntil[j] = until[j];
      // Below the end of its refractory period it may stand above threshold.
      if (v[j] >= vThreshold) this.#wait(j);
    }
  }

  /** Changes the synapses of one presynaptic neuron that has just fired; e as at the head of the class. */
  #learn(neuron: number, left: number, modulator: Float64Array, e: number): void {
    const { starts, targets, places, length } = this.#runs;
    const twin = neuron >= this.pre;
    const row = twin ? neuron - this.pre : neuron;
    for (let n = starts[row]; n < starts[row + 1]; n++) {
      this.#learnRun(targets[n], places ? places[n] : n, length, twin ? -left : left, modulator, e);
    }
  }

  #learnRun(
    first: number,
    at: number,
    length: number,
    left: number,
    modulator: Float64Array,
    e: number,
  ): void {
    const { weights } = this;
    const { tauMem, vThreshold } = this.neuron;
    for (let j = first, end = first + length; j < end; j++, at++) {
      if (modulator[j] === 0) continue;
      const slope = this.#slope[j];
      const [u, rest] = [this.#u[j], tauMem < Infinity ? vThreshold - slope : -slope];
      if (u + this.#spent[j] + rest * e > 0 && u < slope * e + this.#offset) {
        weights[at] -= left * modulator[j];
        this.updates++;
      }
    }
  }

  /** The hot loop: one input spike reaches its targets. */
  #addAndTest(neuron: number, gain: number, t: number, e: number): void {
    const { starts, targets, places, length } = this.#runs;
    const [u, slope, offset, weights] = [this.#u, this.#slope, this.#offset, this.weights];
    const row = neuron < this.pre ? neuron : neuron - this.pre;
    const scale = neuron < this.pre ? gain : -gain;
    for (let n = starts[row]; n < starts[row + 1]; n++) {
      for (let j = targets[n], at = places ? places[n] : n, end = j + length; j < end; j++, at++) {
        const sum = u[j] + scale * weights[at];
        u[j] = sum;
        if (sum >= slope[j] * e + offset) this.#fire(j, t);
      }
    }
  }

  #add(neuron: number, gain: number): void {
    const { starts, targets, places, length } = this.#runs;
    const row = neuron < this.pre ? neuron : neuron - this.pre;
    const scale = neuron < this.pre ? gain : -gain;
    for (let n = starts[row]; n < starts[row + 1]; n++) {
      for (let j = targets[n], at = places ? places[n] : n, end = j + length; j < end; j++, at++) {
        this.#u[j] += scale * this.weights[at];
      }
    }
  }

  #test(neuron: number, t: number, e: number): void {
    const { starts, targets, length } = this.#runs;
    const row = neuron < this.pre ? neuron : neuron - this.pre;
    for (let n = starts[row]; n < starts[row + 1]; n++) {
      for (let j = targets[n], end = j + length; j < end; j++) {
        if (this.#u[j] >= this.#slope[j] * e + this.#offset) this.#fire(j, t);
      }
    }
  }

  /** Lets those neurons fire that their current alone takes over threshold before t; no other can be above it. */
  #crossBefore(before: number, t: number, e: number): void {
    for (let k = 0; k < this.#drivenCount; k++) {
      const j = this.#driven[k];
      if (this.#u[j] >= this.#slope[j] * e + this.#offset) this.#fireWithin(j, before, t, false);
    }
  }

  /** Fires neuron j at t, as often as its potential holds thresholds, or lets it wait while it is refractory. */
  #fire(j: number, t: number): void {
    const limit = this.#limit(j, t);
    for (let spikes = 0; this.#u[j] >= limit; spikes++) {
      if (t < this.#refractoryUntil[j]) {
        this.#wait(j);
        return;
      }
      if (spikes >= BURST) {
        throw new InputError(
          `neuron ${j} fired ${spikes} times at t = ${t} ms: expected fewer than ${BURST}; the weights have diverged, ` +
            "lower them or the learning rate",
        );
      }
      this.#spike(j, t);
    }
  }

  #wait(j: number): void {
    this.#waiting[j] = 1;
    this.#waitingUntil = Math.min(this.#waitingUntil, this.#refractoryUntil[j]);
  }

  #limit(j: number, t: number): number {
    const { tauMem } = this.neuron;
    return this.#slope[j] * (tauMem < Infinity ? exp(t / tauMem) : t) + this.#offset;
  }

  #spike(j: number, t: number): void {
    const { tauMem, reset, vReset, vRest, vThreshold, tauRef } = this.neuron;
    const e = tauMem < Infinity ? exp(t / tauMem) : 1;
    if (reset === "subtract") {
      this.#u[j] -= (vThreshold - vRest) * e;
      this.#spent[j] += (vThreshold - vRest) * e;
    } else
      this.#u[j] =
        tauMem < Infinity ? (vReset - vThreshold + this.#slope[j]) * e : vReset + this.#slope[j] * t;
    if (tauRef > 0) this.#refractoryUntil[j] = instant(t + tauRef);
    this.spikes.push(t, j);
    if (this.spikes.length > this.#mostSpikes) {
      throw new InputError(
        `a layer of ${this.post} neurons fired ${this.spikes.length} times by t = ${t} ms: expected at most ` +
          `${this.#mostSpikes}; vThreshold (${vThreshold}) is too low, or the weights have diverged`,
      );
    }
  }

  /** Spikes of neuron j that no input causes, in (before, end), or (before, end] when the end is part of it. */
  #fireWithin(j: number, before: number, end: number, inclusive: boolean): void {
    const { tauMem } = this.neuron;
    for (;;) {
      const start = Math.max(before, this.#refractoryUntil[j]);
      if (inclusive ? start > end : start >= end) break;
      let t = start;
      if (!(this.#u[j] >= this.#limit(j, start))) {
        const slope = this.#slope[j];
        if (!(slope < 0)) break;
        t = tauMem < Infinity ? tauMem * log(this.#u[j] / slope) : (this.#u[j] - this.#offset) / slope;
        t = Math.max(instant(t), start);
        if (inclusive ? t > end : t >= end) break;
      }
      this.#spike(j, t);
    }
    this.#waiting[j] = 0;
    if (this.#refractoryUntil[j] >= end) this.#wait(j);
  }

  #releaseWaiting(before: number, t: number): void {
    this.#waitingUntil = Infinity;
    for (let j = 0; j < this.post; j++) {
      if (!this.#waiting[j]) continue;
      if (this.#refractoryUntil[j] < t) this.#fireWithin(j, before, t, false);
      else this.#wait(j);
    }
  }

  #finish(before: number, duration: number, silent: Uint8Array | null, carried: LayerLeft | null): void {
    const { tauMem, vRest, vThreshold } = this.neuron;
    const leaky = tauMem < Infinity;
    const [e, left] = leaky ? [exp(duration / tauMem), exp(-duration / tauMem)] : [duration, 1];
    for (let j = 0; j < this.post; j++) {
      if (silent?.[j]) {
        this.v[j] = vRest;
        continue;
      }
      if (this.#waiting[j] || this.#u[j] >= this.#slope[j] * e + this.#offset)
        this.#fireWithin(j, before, duration, true);
      if (leaky) {
        const vInfinity = vThreshold - this.#slope[j];
        this.v[j] = vInfinity + this.#u[j] * left;
      } else {
        this.v[j] = this.#u[j] - this.#slope[j] * duration;
      }
    }
    this.spikes.sort(duration);
    if (!carried) return;
    carried.v.set(this.v);
    for (let j = 0; j < this.post; j++) carried.until[j] = this.#refractoryUntil[j] - duration;
  }
}
