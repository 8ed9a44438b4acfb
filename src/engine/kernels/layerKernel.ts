import type { SpikeTrain } from "../record/spikeTrain.ts";
import { Arena } from "./arena.ts";
import * as at from "./layout.ts";
import type { ThreadMemory } from "./threadMemory.ts";

/** Events and spikes of one presentation that fit; longer ones take the loops of `LifLayer`. */
const EVENTS = 65_536;
const SPIKES = 131_072;

/**
 * Weights of one layer in the memory of the kernels, and the three loops over them that training spends its time in. For
 * the same bits, `LifLayer` and `ThreeFactorSynapses` have loops for what these do not do: shared kernels, learning
 * within a presentation, a fixed reset, weights that lie elsewhere.
 */
export class LayerKernel {
  /** [pre, post] */
  readonly weights: Float32Array;
  /** [pre, post]: changes that a batch has collected. */
  readonly changes: Float32Array;
  /** [post]: state and limits of `present`, and the vector of `addRow`. */
  readonly u: Float64Array;
  readonly limits: Float64Array;
  readonly vector: Float64Array;
  /** [post]: ends of refractory periods [ms], and whether a neuron waits above threshold for its own. */
  readonly until: Float64Array;
  readonly waiting: Uint8Array;
  readonly #arena: Arena;
  readonly #record: Float64Array;
  /** Its place for the number of events. */
  readonly #events: Int32Array;
  readonly #post: number;
  /** Of the last presentation, by event. */
  readonly #times: Float64Array;
  readonly #neurons: Int32Array;
  readonly #outTimes: Float64Array;
  readonly #outNeurons: Int32Array;

  /** @param common  of threads that share the weights */
  constructor(pre: number, post: number, common: ThreadMemory | null = null) {
    const doubles = at.SWEEP_SIZE + 4 * post + 4 * EVENTS + SPIKES;
    const words = 2 * pre * post + 2 * EVENTS + SPIKES;
    const bytes = 8 * doubles + 4 * words + EVENTS + post;
    const arena = common?.arena(bytes) ?? new Arena(false, undefined, bytes);
    this.#arena = arena;
    this.#post = post;
    let next = arena.take(bytes);
    const take = <T extends { readonly byteLength: number }>(
      make: new (buffer: ArrayBuffer, offset: number, length: number) => T,
      n: number,
    ) => {
      const view = arena.view(make, next, n);
      next += view.byteLength;
      return view;
    };
    this.#record = take(Float64Array, at.SWEEP_SIZE);
    this.#events = arena.view(Int32Array, this.#record.byteOffset + 8 * at.SWEEP_EVENTS, 1);
    this.u = take(Float64Array, post);
    this.limits = take(Float64Array, post);
    this.vector = take(Float64Array, post);
    this.until = take(Float64Array, post);
    const scales = take(Float64Array, EVENTS);
    const es = take(Float64Array, EVENTS);
    const drops = take(Float64Array, EVENTS);
    this.#times = take(Float64Array, EVENTS);
    this.#outTimes = take(Float64Array, SPIKES);
    const own = take(Float32Array, pre * post);
    this.weights = arena.view(Float32Array, arena.inFirst(own.byteOffset), own.length);
    this.changes = take(Float32Array, pre * post);
    const rows = take(Int32Array, EVENTS);
    this.#neurons = take(Int32Array, EVENTS);
    this.#outNeurons = take(Int32Array, SPIKES);
    const lasts = take(Uint8Array, EVENTS);
    this.waiting = take(Uint8Array, post);
    arena.integers(this.#record.byteOffset, {
      [at.SWEEP_NEURONS]: post,
      [at.SWEEP_U]: this.u.byteOffset,
      [at.SWEEP_LIMITS]: this.limits.byteOffset,
      [at.SWEEP_UNTIL]: this.until.byteOffset,
      [at.SWEEP_WAITING]: this.waiting.byteOffset,
      [at.SWEEP_WEIGHTS]: this.weights.byteOffset,
      [at.SWEEP_ROWS]: rows.byteOffset,
      [at.SWEEP_TIMES]: this.#times.byteOffset,
      [at.SWEEP_SCALES]: scales.byteOffset,
      [at.SWEEP_ES]: es.byteOffset,
      [at.SWEEP_DROPS]: drops.byteOffset,
      [at.SWEEP_LASTS]: lasts.byteOffset,
      [at.SWEEP_OUT_TIMES]: this.#outTimes.byteOffset,
      [at.SWEEP_OUT_NEURONS]: this.#outNeurons.byteOffset,
      ...{ [at.SWEEP_ROOM]: SPIKES, [at.SWEEP_INPUTS]: pre },
      [at.SWEEP_EVENT_NEURONS]: this.#neurons.byteOffset,
    });
  }

  /**
   * Passes all input spikes over all neurons whose limit is not Infinity, from the state in `u`, `until` and `waiting`,
   * which it changes, and adds the spikes to `into`, not in order of time.
   * @param tau     membrane time constant [ms]; Infinity for none
   * @param drop    potential that a spike takes
   * @param tauRef  refractory period [ms]
   * @returns false when the presentation does not fit; nothing is then changed but the state
   */
  present(
    input: SpikeTrain,
    gain: number,
    tau: number,
    drop: number,
    offset: number,
    tauRef: number,
    into: SpikeTrain,
  ): boolean {
    const { times, neurons, length } = input;
    if (length > EVENTS) return false;
    this.#times.set(length < times.length ? times.subarray(0, length) : times);
    this.#neurons.set(length < neurons.length ? neurons.subarray(0, length) : neurons);
    this.#events[0] = length;
    this.#record[at.SWEEP_GAIN] = gain;
    this.#record[at.SWEEP_OFFSET] = offset;
    this.#record[at.SWEEP_TAU] = tau;
    this.#record[at.SWEEP_DROP] = drop;
    this.#record[at.SWEEP_TAU_REF] = tauRef;
    const count = this.#arena.kernels.present(this.#record.byteOffset);
    if (count < 0) return false;
    for (let n = 0; n < count; n++) into.push(this.#outTimes[n], this.#outNeurons[n]);
    return true;
  }

  /** changes[row] += factor * vector */
  addRow(row: number, factor: number): void {
    const to = this.changes.byteOffset + 4 * row * this.#post;
    this.#arena.kernels.addRow(to, this.vector.byteOffset, factor, this.#post);
  }

  /** weights[row] -= scale * changes[row]; changes[row] = 0 */
  applyRow(row: number, scale: number): void {
    const from = 4 * row * this.#post;
    this.#arena.kernels.applyRow(
      this.weights.byteOffset + from,
      this.changes.byteOffset + from,
      scale,
      this.#post,
    );
  }
}
