import { exp } from "../../../math/elementary.ts";
import { instant } from "../../instant.ts";
import type { Arena } from "../../kernels/arena.ts";
import * as layout from "../../kernels/layout.ts";
import type { Kernels } from "../../kernels/wasm.ts";
import type { NeuronGroup } from "../../network/neurons/neuronGroup.ts";
import { currentPerWeight, type SynapticParameters } from "../../network/neurons/parameters.ts";
import { expPeak } from "../../network/neurons/response.ts";
import { ModeThreshold } from "./modeThreshold.ts";

/** Rates closer than this part of the larger one would make modes that are large and cancel. */
const APART = 0.1;
/** Ends of the pieces of time that are tested after an event, in the shortest time constant. */
const ENDS = [0.1, 0.3, 0.6, 1.1, 2, 4];
/** A mode is scaled up to the end of a refractory period: longer ones, in the shortest time constant, would overflow. */
const LONGEST_REST = 500;

/**
 * `lif-exp` neurons whose state is kept by modes, for populations that whole rows of synapses reach. Between events
 *
 *     V(t) = vThreshold + x + m exp(-(t - origin) / tauMem) + e exp(-(t - origin) / tauExc) + i exp(-(t - origin) / tauInh)
 *
 * with x = vRest + current tauMem - vThreshold, and currents gE = -(1 / tauExc - 1 / tauMem) e exp(...), likewise gI. So an
 * event costs no exponential of its own: all neurons of a row add the same amounts to m and e, or m and i. The origin is
 * the beginning of the epoch of a neuron's last event, so that numbers stay small.
 *
 * A refractory neuron has its m such that V is vReset when the refractory period ends, however often its currents change.
 *
 * Never missing a crossing. After an event, m + e exp(-(1 / tauExc - 1 / tauMem) t) + i exp(...) is bounded through a
 * piece of time by the values of its terms at one end each, and V - vThreshold - x by that times exp(-t / tauMem) at one
 * end: a few products show that V stays below threshold through that piece; the margin is far above rounding. A neuron is
 * looked at again, from a calendar of buckets, when the last piece that passed is over; a crossing is computed (see
 * `ExpThreshold`) from the state after the neuron's last event, so that its time does not depend on how often it was
 * looked at. Inhibition puts a crossing off, so that only excitation needs the test anew.
 */
export class LifExpModes implements NeuronGroup {
  /** Whether the state can be kept this way. */
  static fits({ tauMem, tauExc, tauInh, tauRef, reset, vThreshold }: SynapticParameters): boolean {
    const apart = (tau: number) => Math.abs(1 / tau - 1 / tauMem) >= APART / Math.min(tau, tauMem);
    const finite = tauMem < Infinity && vThreshold < Infinity;
    const restful = tauRef <= LONGEST_REST * Math.min(tauMem, tauExc, tauInh);
    return finite && restful && reset === "fixed" && apart(tauExc) && apart(tauInh);
  }

  readonly #p: SynapticParameters;
  readonly #size: number;
  readonly #arena: Arena;
  readonly #lambda: number;
  readonly #muE: number;
  readonly #muI: number;
  readonly #epoch: number;
  readonly #threshold: ModeThreshold;
  /** Records of the population, and of one synapse; the neurons' states. */
  readonly #block: number;
  readonly #one: number;
  readonly #state: number;
  readonly #links: number;
  readonly #heads: number;
  readonly #heap: number;
  readonly #kernels: Kernels;
  #f!: Float64Array;
  #n!: Int32Array;
  readonly #perBucket: number;
  /** No neuron crosses before the end of that bucket, unless an event comes. */
  #quietBucket = -1;

  constructor(size: number, parameters: SynapticParameters, arena: Arena) {
    const { tauMem, tauExc, tauInh } = parameters;
    this.#p = parameters;
    this.#size = size;
    this.#arena = arena;
    this.#lambda = 1 / tauMem;
    this.#muE = 1 / tauExc;
    this.#muI = 1 / tauInh;
    this.#epoch = 20 * Math.min(tauMem, tauExc, tauInh);
    this.#perBucket = 50 / Math.min(tauMem, tauExc, tauInh);
    this.#threshold = new ModeThreshold(this.#lambda, this.#muE, this.#muI);
    this.#kernels = arena.kernels;
    this.#block = arena.record(layout.MODES_SIZE);
    // A line of the cache each.
    this.#state = Math.ceil(arena.take(8 * layout.NEURON_SIZE * size + 64) / 64) * 64;
    this.#links = arena.take(4 * layout.LINK_SIZE * size);
    this.#heads = arena.take(4 * layout.MODES_BUCKETS);
    this.#heap = arena.take(4 * size);
    this.#one = arena.record(layout.ROWS_SIZE + 1);
  }

  /** The record that the kernels take. */
  get record(): number {
    return this.#block;
  }

  /** The record of synapses with pair STDP onto them. */
  learnBy(pairs: number): void {
    this.#arena.integers(this.#block, { [layout.MODES_PAIRS]: pairs });
  }

  /** The memory may be another one. */
  bind(): void {
    const { buffer } = this.#arena.memory;
    this.#f = new Float64Array(buffer);
    this.#n = new Int32Array(buffer);
  }

  /** All space in the arena is taken. */
  begin(id: number): void {
    const { vRest, vReset, vThreshold, tauMem, tauExc, tauInh, bias } = this.#p;
    const [lambda, muE, muI] = [this.#lambda, this.#muE, this.#muI];
    this.bind();
    // What a weight of 1 takes off a mode: current per weight over the difference of the rates.
    const per = (mu: number) => currentPerWeight(this.#p, expPeak(lambda, mu)) / (mu - lambda);
    this.#arena.doubles(this.#block, {
      [layout.MODES_LAMBDA]: lambda,
      [layout.MODES_MU_E]: muE,
      [layout.MODES_MU_I]: muI,
      [layout.MODES_MARGIN]: 1e-9 * Math.max(Math.abs(vThreshold - vRest), vThreshold - vReset),
      [layout.MODES_PER_BUCKET]: this.#perBucket,
      [layout.MODES_EPOCH]: this.#epoch,
      [layout.MODES_PER_E]: per(muE),
      [layout.MODES_PER_I]: per(muI),
    });
    this.#arena.integers(this.#block, {
      [layout.MODES_STATE]: this.#state,
      [layout.MODES_LINKS]: this.#links,
      [layout.MODES_HEADS]: this.#heads,
      [layout.MODES_HEAP]: this.#heap,
      [layout.MODES_ID]: id,
    });
    this.#arena.doubles(this.#block, {
      [layout.MODES_NOW]: Number.NaN,
      [layout.MODES_TAU_REF]: this.#p.tauRef,
      [layout.MODES_DEPTH]: vReset - vThreshold,
    });
    this.#arena.integers(this.#block, { [layout.MODES_ONE]: this.#one });
    this.#arena.integers(this.#one, {
      [layout.ROWS_TARGETS]: this.#one + 8 * layout.ROWS_SIZE,
      [layout.ROWS_WIDE]: 1,
    });
    const shortest = Math.min(tauMem, tauExc, tauInh);
    const count = layout.MODES_PIECE_COUNT;
    const pieces = this.#f.subarray(this.#block / 8 + layout.MODES_PIECES);
    for (let k = 0; k < count; k++) {
      const [start, end] = [k === 0 ? 0 : ENDS[k - 1] * shortest, ENDS[k] * shortest];
      pieces[k] = end;
      pieces[count + k] = exp(-lambda * start);
      pieces[2 * count + k] = exp(-lambda * end);
      // Relative to the membrane's mode, e (negative and falling in size, or positive and growing) is largest at the
      // end of a piece, and i, of the other sign, at its beginning.
      pieces[3 * count + k] = exp((lambda - muE) * end);
      pieces[4 * count + k] = exp((lambda - muI) * start);
    }
    const end = pieces[count - 1];
    [lambda, muE, muI].forEach((mu, k) => {
      pieces[5 * count + k] = exp(-mu * end);
    });
    this.#n.fill(-1, this.#heads / 4, this.#heads / 4 + layout.MODES_BUCKETS);
    for (let i = 0; i < this.#size; i++) {
      const state = this.#at(i);
      this.#f[state + layout.NEURON_X] = vRest + bias / lambda - vThreshold;
      this.#f[state + layout.NEURON_REFRACTORY] = -Infinity;
      this.#f[state + layout.NEURON_BOUND] = Infinity;
      this.#n[2 * state + layout.NEURON_SLOT] = -1;
      this.#n[this.#links / 4 + i * layout.LINK_SIZE + layout.LINK_PLACE] = -1;
    }
    for (let i = 0; i < this.#size; i++) this.setPotential(i, 0, vRest);
  }

  /** Delivers a spike at t to the synapses `from` to `to` of rows, by their record. */
  deliver(t: number, rows: number, from: number, to: number): void {
    this.#enter(t);
    const due = this.#kernels.deliverRow(this.#block, rows, t, from, to);
    // All others are looked at again after the present bucket.
    if (due > 0) this.#quietBucket = -1;
  }

  receive(i: number, t: number, weight: number, gain = 1): void {
    const one = this.#one / 8;
    this.#n[2 * (one + layout.ROWS_SIZE)] = i;
    this.#f[one + layout.ROWS_WEIGHT] = weight * gain;
    this.deliver(t, this.#one, 0, 1);
  }

  /** When a neuron crosses next, as far as `limit`; Infinity where none does by then. */
  nextCrossing(limit: number): number {
    const bucket = Math.floor(limit * this.#perBucket);
    if (bucket <= this.#quietBucket) return Infinity;
    const next = this.#kernels.nextCrossing(this.#block, limit);
    if (next === Infinity) this.#quietBucket = bucket;
    return next;
  }

  /** The neuron that crosses next, which then waits no longer. */
  takeCrossing(): number {
    const i = this.#kernels.nextNeuron(this.#block);
    this.#kernels.leave(this.#block, i);
    return i;
  }

  /** The state of a neuron has changed: finds out when it must be looked at again. */
  judge(i: number): void {
    this.#quietBucket = -1;
    this.#kernels.judge(this.#block, i);
  }

  nextSpike(i: number): number {
    const state = this.#at(i);
    const from = Math.max(this.#f[state + layout.NEURON_LAST], this.#f[state + layout.NEURON_REFRACTORY]);
    const [m, e, inh] = this.#parts(i, from);
    const x = this.#f[state + layout.NEURON_X];
    const f0 = x + m + e + inh;
    if (f0 >= 0) return from;
    return from + this.timeToThreshold(x, m, e, inh);
  }

  /** See `ModeThreshold`. */
  timeToThreshold(x: number, m: number, e: number, i: number): number {
    return this.#threshold.time(x, m, e, i);
  }

  /** Nothing is left to do: `fire` knows a crossing by its time. */
  settleCrossing(): void {}

  fire(i: number, t: number): number {
    const { tauRef, vReset, vThreshold } = this.#p;
    const state = this.#at(i);
    if (!this.#n[2 * state + layout.NEURON_CROSSES] || this.#f[state + layout.NEURON_BOUND] !== t) return 0;
    this.#n[2 * state + layout.NEURON_CROSSES] = 0;
    this.#move(i, t);
    const free = instant(t + tauRef);
    this.#f[state + layout.NEURON_REFRACTORY] = free;
    this.#hold(i, free, vReset - vThreshold);
    return 1;
  }

  setCurrent(i: number, t: number, current: number): void {
    const { vRest, bias, vThreshold } = this.#p;
    const state = this.#at(i);
    this.#move(i, t);
    const from = Math.max(t, this.#f[state + layout.NEURON_REFRACTORY]);
    const excess = this.#excess(i, from);
    this.#f[state + layout.NEURON_X] = vRest + (bias + current) / this.#lambda - vThreshold;
    this.#hold(i, from, excess);
    this.judge(i);
  }

  setPotential(i: number, t: number, v: number): void {
    this.#move(i, t);
    this.#hold(i, Math.max(t, this.#f[this.#at(i) + layout.NEURON_REFRACTORY]), v - this.#p.vThreshold);
    this.judge(i);
  }

  potential(i: number, t: number): number {
    const from = Math.max(t, this.#f[this.#at(i) + layout.NEURON_REFRACTORY]);
    return this.#p.vThreshold + this.#excess(i, from);
  }

  synapticCurrent(i: number, t: number): number {
    const [, e, inh] = this.#parts(i, t);
    return this.#currentE(e) + this.#currentI(inh);
  }

  #at(i: number): number {
    return this.#state / 8 + i * layout.NEURON_SIZE;
  }

  #currentE(part: number): number {
    return -(this.#muE - this.#lambda) * part;
  }

  #currentI(part: number): number {
    return -(this.#muI - this.#lambda) * part;
  }

  /** What is left of each mode of neuron i at t. */
  #parts(i: number, t: number): readonly [m: number, e: number, i: number] {
    const state = this.#at(i);
    const f = this.#f;
    const since = t - Math.floor(f[state + layout.NEURON_LAST] / this.#epoch) * this.#epoch;
    return [
      f[state + layout.NEURON_M] * exp(-this.#lambda * since),
      f[state + layout.NEURON_E] * exp(-this.#muE * since),
      f[state + layout.NEURON_I] * exp(-this.#muI * since),
    ];
  }

  /** Potential above threshold at t, if nothing holds it. */
  #excess(i: number, t: number): number {
    const [m, e, inh] = this.#parts(i, t);
    return this.#f[this.#at(i) + layout.NEURON_X] + m + e + inh;
  }

  /** Chooses m so that the potential is `excess` above threshold at t. */
  #hold(i: number, t: number, excess: number): void {
    const state = this.#at(i);
    const f = this.#f;
    const since = t - Math.floor(f[state + layout.NEURON_LAST] / this.#epoch) * this.#epoch;
    const e = f[state + layout.NEURON_E] * exp(-this.#muE * since);
    const inh = f[state + layout.NEURON_I] * exp(-this.#muI * since);
    f[state + layout.NEURON_M] = (excess - f[state + layout.NEURON_X] - e - inh) * exp(this.#lambda * since);
  }

  /** An event reaches neuron i at t. */
  #move(i: number, t: number): void {
    this.#enter(t);
    const last = this.#at(i) + layout.NEURON_LAST;
    if (this.#f[last] < this.#f[this.#block / 8 + layout.MODES_ORIGIN]) this.#kernels.renew(this.#block, i);
    this.#f[last] = t;
  }

  /** What is left of each mode at t, for all that happens then. */
  #enter(t: number): void {
    const [f, block] = [this.#f, this.#block / 8];
    if (t === f[block + layout.MODES_NOW]) return;
    const origin = Math.floor(t / this.#epoch) * this.#epoch;
    const since = t - origin;
    const leftM = exp(-this.#lambda * since);
    const leftE = exp(-this.#muE * since);
    const leftI = exp(-this.#muI * since);
    f[block + layout.MODES_NOW] = t;
    f[block + layout.MODES_ORIGIN] = origin;
    f[block + layout.MODES_LEFT_M] = leftM;
    f[block + layout.MODES_LEFT_E] = leftE;
    f[block + layout.MODES_LEFT_I] = leftI;
    f[block + layout.MODES_UP_M] = 1 / leftM;
    f[block + layout.MODES_UP_E] = 1 / leftE;
    f[block + layout.MODES_UP_I] = 1 / leftI;
  }
}
