import { exp } from "../../../math/elementary.ts";
import { instant } from "../../instant.ts";
import type { Arena } from "../../kernels/arena.ts";
import { ExpThreshold } from "../../network/neurons/expThreshold.ts";
import type { NeuronGroup } from "../../network/neurons/neuronGroup.ts";
import { currentPerWeight, type SynapticParameters } from "../../network/neurons/parameters.ts";
import { expPeak } from "../../network/neurons/response.ts";
import { BLOCK, CROSSES, LINKS, type ModeLoops, PIECES, RING, SLOT, STATE } from "./modeLoops.ts";

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
  /** What a weight of 1 takes off a mode: current per weight over the difference of the rates. */
  readonly #perE: number;
  readonly #perI: number;
  readonly #epoch: number;
  readonly #threshold: ExpThreshold;
  readonly #block: number;
  readonly #state: number;
  readonly #links: number;
  readonly #heads: number;
  readonly #heap: number;
  readonly #one: number;
  #loops!: ModeLoops;
  #f!: Float64Array;
  #n!: Int32Array;
  readonly #perBucket: number;
  /** No neuron crosses before the end of that bucket, unless an event comes. */
  #quietBucket = -1;
  // The present, and what is left of each mode by then.
  #now = Number.NaN;
  #origin = 0;
  #leftM = 1;
  #leftE = 1;
  #leftI = 1;
  #upM = 1;
  #upE = 1;
  #upI = 1;

  constructor(size: number, parameters: SynapticParameters, arena: Arena) {
    const { tauMem, tauExc, tauInh } = parameters;
    this.#p = parameters;
    this.#size = size;
    this.#arena = arena;
    this.#lambda = 1 / tauMem;
    this.#muE = 1 / tauExc;
    this.#muI = 1 / tauInh;
    const scale = (mu: number) => currentPerWeight(parameters, expPeak(this.#lambda, mu));
    this.#perE = scale(this.#muE) / (this.#muE - this.#lambda);
    this.#perI = scale(this.#muI) / (this.#muI - this.#lambda);
    this.#epoch = 20 * Math.min(tauMem, tauExc, tauInh);
    this.#perBucket = 50 / Math.min(tauMem, tauExc, tauInh);
    this.#threshold = new ExpThreshold(this.#lambda, this.#muE, this.#muI);
    this.#block = arena.take(8 * BLOCK.size);
    // A line of the cache each.
    this.#state = Math.ceil(arena.take(8 * STATE.size * size + 64) / 64) * 64;
    this.#links = arena.take(4 * LINKS.size * size);
    this.#heads = arena.take(4 * RING);
    this.#heap = arena.take(4 * size);
    this.#one = arena.take(16);
  }

  /** All space in the arena is taken. */
  begin(loops: ModeLoops, id: number): void {
    const { vRest, vReset, vThreshold, tauMem, tauExc, tauInh, bias } = this.#p;
    const [lambda, muE, muI] = [this.#lambda, this.#muE, this.#muI];
    const { buffer } = this.#arena.memory;
    this.#loops = loops;
    this.#f = new Float64Array(buffer);
    this.#n = new Int32Array(buffer);
    const shortest = Math.min(tauMem, tauExc, tauInh);
    const block = this.#block / 8;
    const set = (field: "lambda" | "muE" | "muI" | "margin" | "perBucket" | "epoch", value: number) => {
      this.#f[block + BLOCK[field]] = value;
    };
    const count = (field: "state" | "links" | "heads" | "heap" | "id", value: number) => {
      this.#n[2 * (block + BLOCK[field])] = value;
    };
    set("lambda", lambda);
    set("muE", muE);
    set("muI", muI);
    set("margin", 1e-9 * Math.max(Math.abs(vThreshold - vRest), vThreshold - vReset));
    set("perBucket", this.#perBucket);
    set("epoch", this.#epoch);
    count("state", this.#state);
    count("links", this.#links);
    count("heads", this.#heads);
    count("heap", this.#heap);
    count("id", id);
    for (let k = 0; k < PIECES; k++) {
      const [start, end] = [k === 0 ? 0 : ENDS[k - 1] * shortest, ENDS[k] * shortest];
      const piece = block + BLOCK.pieces + k;
      this.#f[piece] = end;
      this.#f[piece + PIECES] = exp(-lambda * start);
      this.#f[piece + 2 * PIECES] = exp(-lambda * end);
      // Relative to the membrane's mode, e (negative and falling in size, or positive and growing) is largest at the
      // end of a piece, and i, of the other sign, at its beginning.
      this.#f[piece + 3 * PIECES] = exp((lambda - muE) * end);
      this.#f[piece + 4 * PIECES] = exp((lambda - muI) * start);
    }
    const end = ENDS[PIECES - 1] * shortest;
    [lambda, muE, muI].forEach((mu, k) => {
      this.#f[block + BLOCK.pieces + 5 * PIECES + k] = exp(-mu * end);
    });
    this.#n.fill(-1, this.#heads / 4, this.#heads / 4 + RING);
    for (let i = 0; i < this.#size; i++) {
      const state = this.#at(i);
      this.#f[state + STATE.x] = vRest + bias / lambda - vThreshold;
      this.#f[state + STATE.refractory] = -Infinity;
      this.#f[state + STATE.bound] = Infinity;
      this.#n[2 * state + SLOT] = -1;
      this.#n[this.#links / 4 + i * LINKS.size + LINKS.place] = -1;
    }
    for (let i = 0; i < this.#size; i++) this.setPotential(i, 0, vRest);
  }

  /** Delivers a spike to a row of synapses at t; addresses are those of the arena. */
  deliver(
    t: number,
    targets: number,
    wide: number,
    from: number,
    to: number,
    weights: number,
    weight: number,
  ): void {
    this.#enter(t);
    // No lists of arguments: they would be garbage, some hundred thousand times a second.
    const due = this.#loops.deliverRow(
      this.#block,
      t,
      targets,
      wide,
      from,
      to,
      weights,
      weight,
      this.#perE,
      this.#perI,
      this.#leftM,
      this.#leftE,
      this.#leftI,
      this.#upM,
      this.#upE,
      this.#upI,
    );
    // All others are looked at again after the present bucket.
    if (due > 0) this.#quietBucket = -1;
  }

  receive(i: number, t: number, weight: number, gain = 1): void {
    this.#n[this.#one / 4] = i;
    this.deliver(t, this.#one, 1, 0, 1, 0, weight * gain);
  }

  /** When a neuron crosses next, as far as `limit`; Infinity where none does by then. */
  nextCrossing(limit: number): number {
    const bucket = Math.floor(limit * this.#perBucket);
    if (bucket <= this.#quietBucket) return Infinity;
    const next = this.#loops.nextCrossing(this.#block, limit);
    if (next === Infinity) this.#quietBucket = bucket;
    return next;
  }

  /** The neuron that crosses next, which then waits no longer. */
  takeCrossing(): number {
    const i = this.#loops.nextNeuron(this.#block);
    this.#loops.leave(this.#block, i);
    return i;
  }

  /** The state of a neuron has changed: finds out when it must be looked at again. */
  judge(i: number): void {
    this.#quietBucket = -1;
    this.#loops.judge(this.#block, i);
  }

  nextSpike(i: number): number {
    const state = this.#at(i);
    const from = Math.max(this.#f[state + STATE.last], this.#f[state + STATE.refractory]);
    const [m, e, inh] = this.#parts(i, from);
    const x = this.#f[state + STATE.x];
    const f0 = x + m + e + inh;
    if (f0 >= 0) return from;
    return from + this.timeToThreshold(x, m, e, inh);
  }

  /**
   * Time until x + m exp(-t / tauMem) + e exp(-t / tauExc) + i exp(-t / tauInh), below 0 now, reaches 0; Infinity for
   * never. Halley's method, where a bound by the modes' slopes then shows that the sum has only risen up to the root, so
   * that there is no other before it; `ExpThreshold` where not.
   */
  timeToThreshold(x: number, m: number, e: number, i: number): number {
    const lambda = this.#lambda;
    const muE = this.#muE;
    const muI = this.#muI;
    // The value, its parts' slopes, and their sum.
    let f = x + m + e + i;
    const a0 = -lambda * m;
    const b0 = -muE * e;
    const c0 = -muI * i;
    let a = a0;
    let b = b0;
    let c = c0;
    let slope = a + b + c;
    let t = 0;
    for (let n = 0; n < 8 && slope > 0; n++) {
      const bend = -lambda * a - muE * b - muI * c;
      const step = (2 * f * slope) / (2 * slope * slope - f * bend);
      t -= step;
      if (!(t < 1 / lambda)) break;
      const leftM = exp(-lambda * t);
      const leftE = exp(-muE * t);
      const leftI = exp(-muI * t);
      a = a0 * leftM;
      b = b0 * leftE;
      c = c0 * leftI;
      if (Math.abs(step) < 1e-13 * (1 + t)) {
        if (t >= 0 && Math.min(a0, a) + Math.min(b0, b) + Math.min(c0, c) > 0) return t;
        break;
      }
      f = x + m * leftM + e * leftE + i * leftI;
      slope = a + b + c;
    }
    return this.#threshold.time(x + m + e + i, -lambda * x, this.#currentE(e), this.#currentI(i));
  }

  /** Nothing is left to do: `fire` knows a crossing by its time. */
  settleCrossing(): void {}

  fire(i: number, t: number): number {
    const { tauRef, vReset, vThreshold } = this.#p;
    const state = this.#at(i);
    if (!this.#n[2 * state + CROSSES] || this.#f[state + STATE.bound] !== t) return 0;
    this.#n[2 * state + CROSSES] = 0;
    this.#move(i, t);
    const free = instant(t + tauRef);
    this.#f[state + STATE.refractory] = free;
    this.#hold(i, free, vReset - vThreshold);
    return 1;
  }

  setCurrent(i: number, t: number, current: number): void {
    const { vRest, bias, vThreshold } = this.#p;
    const state = this.#at(i);
    this.#move(i, t);
    const from = Math.max(t, this.#f[state + STATE.refractory]);
    const excess = this.#excess(i, from);
    this.#f[state + STATE.x] = vRest + (bias + current) / this.#lambda - vThreshold;
    this.#hold(i, from, excess);
    this.judge(i);
  }

  setPotential(i: number, t: number, v: number): void {
    this.#move(i, t);
    this.#hold(i, Math.max(t, this.#f[this.#at(i) + STATE.refractory]), v - this.#p.vThreshold);
    this.judge(i);
  }

  potential(i: number, t: number): number {
    const from = Math.max(t, this.#f[this.#at(i) + STATE.refractory]);
    return this.#p.vThreshold + this.#excess(i, from);
  }

  synapticCurrent(i: number, t: number): number {
    const [, e, inh] = this.#parts(i, t);
    return this.#currentE(e) + this.#currentI(inh);
  }

  #at(i: number): number {
    return this.#state / 8 + i * STATE.size;
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
    const since = t - Math.floor(f[state + STATE.last] / this.#epoch) * this.#epoch;
    return [
      f[state + STATE.m] * exp(-this.#lambda * since),
      f[state + STATE.e] * exp(-this.#muE * since),
      f[state + STATE.i] * exp(-this.#muI * since),
    ];
  }

  /** Potential above threshold at t, if nothing holds it. */
  #excess(i: number, t: number): number {
    const [m, e, inh] = this.#parts(i, t);
    return this.#f[this.#at(i) + STATE.x] + m + e + inh;
  }

  /** Chooses m so that the potential is `excess` above threshold at t. */
  #hold(i: number, t: number, excess: number): void {
    const state = this.#at(i);
    const f = this.#f;
    const since = t - Math.floor(f[state + STATE.last] / this.#epoch) * this.#epoch;
    const e = f[state + STATE.e] * exp(-this.#muE * since);
    const inh = f[state + STATE.i] * exp(-this.#muI * since);
    f[state + STATE.m] = (excess - f[state + STATE.x] - e - inh) * exp(this.#lambda * since);
  }

  /** An event reaches neuron i at t. */
  #move(i: number, t: number): void {
    this.#enter(t);
    const last = this.#at(i) + STATE.last;
    if (this.#f[last] < this.#origin) this.#loops.renew(this.#block, i);
    this.#f[last] = t;
  }

  #enter(t: number): void {
    if (t === this.#now) return;
    this.#now = t;
    this.#origin = Math.floor(t / this.#epoch) * this.#epoch;
    this.#f[this.#block / 8 + BLOCK.origin] = this.#origin;
    const since = t - this.#origin;
    this.#leftM = exp(-this.#lambda * since);
    this.#leftE = exp(-this.#muE * since);
    this.#leftI = exp(-this.#muI * since);
    this.#upM = 1 / this.#leftM;
    this.#upE = 1 / this.#leftE;
    this.#upI = 1 / this.#leftI;
  }
}
