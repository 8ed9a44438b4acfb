import { exp } from "../../../math/elementary.ts";
import type { Arena } from "../../kernels/arena.ts";
import * as layout from "../../kernels/layout.ts";
import type { NeuronGroup } from "../../network/neurons/neuronGroup.ts";
import type { MembraneParameters } from "../../network/neurons/parameters.ts";
import type { Shots as Drawn } from "../../network/stimuli/timing.ts";
import { powerAbove } from "./power.ts";
import { Shots } from "./shots.ts";

/** Refractory periods, in time constants, over which what is scaled up stays in its range. */
const LONGEST_REST = 4;
/** Bits of the largest weight, or of the distance from reset to threshold. */
const BITS = 49;
/** Inputs of one neuron in a window whose sum has room, however large they are. */
const MOST = 4096;

/**
 * `lif` neurons with a fixed reset, for `WindowLoop`. As `LifGroup` does, it keeps U = (V - vInfinity) e(t) with e(t) =
 * exp((t - origin) / tauMem), to which an input adds its weight times e, and which reaches threshold at slope e(t), slope =
 * vThreshold - vInfinity; but U and all inputs are whole numbers of a unit of 2^-49 of the largest weight or of the way from
 * reset to threshold. So sums are exact, and the same in whatever order their parts come: input may be added up as it is
 * met, rows of synapses one after the other and Poisson input then, and only the few neurons that could reach threshold are
 * taken through it in the order of time; see `deltaTogether`. The origin follows at every time constant.
 */
export class LifWindows implements NeuronGroup {
  static fits({ tauMem, tauRef, reset, vThreshold, vReset }: MembraneParameters): boolean {
    const finite = tauMem < Infinity && vThreshold < Infinity && vReset > -Infinity;
    return finite && reset === "fixed" && tauRef > 0 && tauRef <= LONGEST_REST * tauMem;
  }

  readonly parameters: MembraneParameters;
  readonly record: number;
  readonly size: number;
  readonly #arena: Arena;
  readonly #state: number;
  readonly #inputs: { at: number; room: number };
  /** Input current over capacitance, the bias included [mV/ms]. */
  readonly #current: Float64Array;
  #silent: Uint8Array | null = null;
  #f!: Float64Array;
  #n!: BigInt64Array;
  #scale = 1;
  #origin = 0;
  /** Weight that has been made room for [mV]. */
  #largest = 0;
  /** Inputs at a time that have been made room for. */
  #most = MOST;
  #shots: Shots | null = null;
  #driven = false;

  constructor(size: number, parameters: MembraneParameters, arena: Arena) {
    this.parameters = parameters;
    this.size = size;
    this.#arena = arena;
    this.record = arena.record(layout.DELTA_SIZE);
    // One more of some, as two are moved at a time.
    this.#state = arena.take(layout.MEMBRANE_BYTES * (size + 1));
    this.#current = new Float64Array(size).fill(parameters.bias);
    const [plus, minus] = [arena.take(8 * size + 8), arena.take(8 * size + 8)];
    const [flags, care] = [arena.take(size), arena.take(layout.CARE_BYTES * (size + 2))];
    const room = Math.max(1024, 10 * size);
    this.#inputs = { at: arena.take(layout.CARED_BYTES * room), room };
    arena.integers(this.record, {
      [layout.DELTA_NEURONS]: size,
      [layout.DELTA_STATE]: this.#state,
      [layout.DELTA_PLUS]: plus,
      [layout.DELTA_MINUS]: minus,
      [layout.DELTA_FLAGS]: flags,
      [layout.DELTA_CARE]: care,
      [layout.DELTA_HITS]: arena.take(4 * layout.DELTA_STRETCH + 4),
    });
  }

  /** Space in the arena is taken; its memory may be another one. */
  bind(): void {
    const { buffer } = this.#arena.memory;
    this.#f = new Float64Array(buffer);
    this.#n = new BigInt64Array(buffer);
  }

  /** @param largest  weight [mV] */
  begin(largest: number): void {
    this.bind();
    const { tauMem, tauRef, vReset, vThreshold, vRest } = this.parameters;
    const most = Math.max(largest, vThreshold - vReset, Math.abs(vThreshold - vRest));
    this.#largest = powerAbove(most);
    this.#scale = 2 ** BITS / this.#largest;
    this.#arena.doubles(this.record, {
      [layout.DELTA_TAU]: tauMem,
      [layout.DELTA_ORIGIN]: 0,
      [layout.DELTA_SCALE]: this.#scale,
      [layout.DELTA_TAU_REF]: tauRef,
      [layout.DELTA_DEPTH]: vReset - vThreshold,
    });
    this.#describeInputs();
    for (let i = 0; i < this.size; i++) {
      this.#f[this.#at(i) + 1] = -Infinity;
      this.setPotential(i, 0, vRest);
    }
    this.#f[this.#at(this.size) + 2] = Infinity;
  }

  /** The record of synapses with pair STDP onto them. */
  learnBy(pairs: number): void {
    this.#arena.integers(this.record, { [layout.DELTA_PAIRS]: pairs });
  }

  /** Whether neurons must be looked at in every window. */
  get busy(): boolean {
    return this.#driven || this.#shots !== null;
  }

  /** Poisson input from now on, if it is the first. */
  shoot(shots: Drawn, weight: number): boolean {
    if (this.#shots) return false;
    this.expectWeight(weight);
    this.#shots = new Shots(this.#arena, this.size, shots, weight, -2, 0);
    this.#arena.integers(this.record, { [layout.DELTA_SHOTS]: this.#shots.record });
    return true;
  }

  /** Weights of that size come, or as many as come to so much at a time. */
  expectWeight(weight: number): void {
    if (Math.abs(weight) <= this.#largest) return;
    const larger = powerAbove(Math.abs(weight));
    const factor = this.#largest / larger;
    for (let i = 0; i < this.size; i++) {
      const at = this.#at(i);
      this.#n[at] = BigInt(Math.round(Number(this.#n[at]) * factor));
    }
    this.#largest = larger;
    this.#scale *= factor;
    this.#arena.doubles(this.record, { [layout.DELTA_SCALE]: this.#scale });
    this.#arena.kernels.weighShots(this.record);
  }

  /** Room for so many inputs of one neuron in a window; returns whether the memory is another one. */
  expectInputs(most: number): boolean {
    if (most > this.#most) {
      this.expectWeight((this.#largest * most) / this.#most);
      this.#most *= powerAbove(most / this.#most);
    }
    if (most <= this.#inputs.room) return false;
    this.#inputs.room = 2 * most;
    this.#inputs.at = this.#arena.take(layout.CARED_BYTES * this.#inputs.room);
    this.#describeInputs();
    return true;
  }

  #describeInputs(): void {
    this.#arena.integers(this.record, {
      [layout.DELTA_INPUTS]: this.#inputs.at,
      [layout.DELTA_ROOM]: this.#inputs.room,
    });
  }

  /** Before the first window. @param width  of all [ms] */
  start(width: number): void {
    this.#arena.doubles(this.record, { [layout.DELTA_WIDTH]: width });
    this.#arena.kernels.weighShots(this.record);
  }

  /** A time constant later. */
  moveOrigin(by: number): void {
    this.#origin += by;
    const { tauMem } = this.parameters;
    this.#arena.kernels.moveOrigin(this.record, this.#origin, exp(-by / tauMem));
  }

  /** Moves through a window, whose packets are in order; returns whether there was room for all that happened. */
  run(window: number, from: number, until: number): boolean {
    const { kernels } = this.#arena;
    const done = this.busy
      ? kernels.deltaTogether(this.record, window, from, until)
      : kernels.deltaInOrder(this.record, window);
    return done > 0;
  }

  /** Inputs come as packets. */
  receive(): void {}
  settleCrossing(): void {}
  fire(): number {
    return 0;
  }
  nextSpike(): number {
    return Infinity;
  }

  silence(i: number): void {
    this.#silent ??= new Uint8Array(this.size);
    this.#silent[i] = 1;
    this.#f[this.#at(i) + 2] = Infinity;
  }

  setCurrent(i: number, t: number, current: number): void {
    const from = Math.max(t, this.#refractory(i));
    const v = this.potential(i, from);
    this.#current[i] = this.parameters.bias + current;
    this.#put(i, from, v);
  }

  setPotential(i: number, t: number, v: number): void {
    this.#put(i, t, v);
  }

  potential(i: number, t: number): number {
    const { vReset, tauMem } = this.parameters;
    if (t < this.#refractory(i)) return vReset;
    const u = Number(this.#n[this.#at(i)]) / this.#scale;
    return this.#settles(i) + u * exp(-(t - this.#origin) / tauMem);
  }

  #at(i: number): number {
    return (this.#state + i * layout.MEMBRANE_BYTES) / 8;
  }

  #refractory(i: number): number {
    return this.#f[this.#at(i) + layout.MEMBRANE_REFRACTORY / 8];
  }

  /** Where the potential settles. */
  #settles(i: number): number {
    return this.parameters.vRest + this.#current[i] * this.parameters.tauMem;
  }

  /** Lets the potential be v at t. */
  #put(i: number, t: number, v: number): void {
    const { vThreshold, tauMem } = this.parameters;
    const settles = this.#settles(i);
    const slope = this.#silent?.[i] ? Infinity : vThreshold - settles;
    const u = (v - settles) * exp((t - this.#origin) / tauMem);
    this.#f[this.#at(i) + layout.MEMBRANE_SLOPE / 8] = slope;
    this.#n[this.#at(i)] = BigInt(Math.round(u * this.#scale));
    // Above threshold already, it fires without an input.
    if (slope < 0 || v >= vThreshold) this.#driven = true;
  }
}
