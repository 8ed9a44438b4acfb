import { exp } from "../../math/elementary.ts";
import type { SpikeTrain } from "../record/spikeTrain.ts";
import { instantiate, type WasmMemory } from "./module.ts";

/** Events and spikes of one presentation that fit; longer ones take the TypeScript path. */
const EVENTS = 65_536;
const SPIKES = 131_072;

interface Exports {
  present(
    neurons: number,
    events: number,
    u: number,
    limits: number,
    until: number,
    waiting: number,
    weights: number,
    rows: number,
    times: number,
    scales: number,
    es: number,
    drops: number,
    lasts: number,
    offset: number,
    tau: number,
    drop: number,
    tauRef: number,
    outTimes: number,
    outNeurons: number,
    capacity: number,
  ): number;
  addRow(row: number, vector: number, factor: number, columns: number): void;
  applyRow(weights: number, change: number, scale: number, columns: number): void;
}

/**
 * Weights of one layer in WebAssembly memory, and the three loops over them that training spends its time in. Each has
 * a TypeScript twin (in `LifLayer` and `ThreeFactorSynapses`) that gives the same bits.
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
  readonly #exports: Exports;
  readonly #post: number;
  /** Of the last presentation, per event: factor on the weights, and e(t) of `LifLayer`. */
  readonly #scales: Float64Array;
  readonly #es: Float64Array;
  readonly #drops: Float64Array;
  readonly #rows: Int32Array;
  readonly #times: Float64Array;
  readonly #outTimes: Float64Array;
  readonly #outNeurons: Int32Array;
  readonly #lasts: Uint8Array;

  /** null where the kernels cannot run. */
  static create(pre: number, post: number): LayerKernel | null {
    const doubles = 4 * post + 4 * EVENTS + SPIKES;
    const words = 2 * pre * post + EVENTS + SPIKES;
    // The first 1,024 bytes stay free for the runtime's own data.
    const bytes = 1024 + 8 * doubles + 4 * words + EVENTS + post;
    const compiled = instantiate(Math.ceil(bytes / 65_536));
    return compiled && new LayerKernel(compiled, pre, post);
  }

  private constructor(
    { memory, exports }: { memory: WasmMemory; exports: unknown },
    pre: number,
    post: number,
  ) {
    this.#exports = exports as Exports;
    this.#post = post;
    let at = 1024;
    const take = <T>(
      make: new (buffer: ArrayBuffer, offset: number, length: number) => T,
      size: number,
      n: number,
    ) => {
      const view = new make(memory.buffer, at, n);
      at += size * n;
      return view;
    };
    this.u = take(Float64Array, 8, post);
    this.limits = take(Float64Array, 8, post);
    this.vector = take(Float64Array, 8, post);
    this.until = take(Float64Array, 8, post);
    this.#scales = take(Float64Array, 8, EVENTS);
    this.#es = take(Float64Array, 8, EVENTS);
    this.#drops = take(Float64Array, 8, EVENTS);
    this.#times = take(Float64Array, 8, EVENTS);
    this.#outTimes = take(Float64Array, 8, SPIKES);
    this.weights = take(Float32Array, 4, pre * post);
    this.changes = take(Float32Array, 4, pre * post);
    this.#rows = take(Int32Array, 4, EVENTS);
    this.#outNeurons = take(Int32Array, 4, SPIKES);
    this.#lasts = take(Uint8Array, 1, EVENTS);
    this.waiting = take(Uint8Array, 1, post);
  }

  /**
   * Passes all input spikes over all neurons whose limit is not Infinity, from the state in `u`, which it changes, and adds
   * the spikes to `into`, not in order of time. Nobody is refractory at the start.
   * @param tau     membrane time constant [ms]; Infinity for none
   * @param drop    potential that a spike takes
   * @param tauRef  refractory period [ms]
   * @returns false when the presentation does not fit; nothing is then changed but `u`, `until` and `waiting`
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
    const leaky = tau < Infinity;
    for (let k = 0; k < length; k++) {
      const t = times[k];
      const e = leaky ? exp(t / tau) : t;
      this.#rows[k] = neurons[k];
      this.#times[k] = t;
      this.#scales[k] = leaky ? gain * e : gain;
      this.#es[k] = e;
      this.#drops[k] = drop * (leaky ? e : 1);
      this.#lasts[k] = k + 1 < length && times[k + 1] === t ? 0 : 1;
    }
    this.until.fill(-Infinity);
    this.waiting.fill(0);
    const count = this.#exports.present(
      this.#post,
      length,
      this.u.byteOffset,
      this.limits.byteOffset,
      this.until.byteOffset,
      this.waiting.byteOffset,
      this.weights.byteOffset,
      this.#rows.byteOffset,
      this.#times.byteOffset,
      this.#scales.byteOffset,
      this.#es.byteOffset,
      this.#drops.byteOffset,
      this.#lasts.byteOffset,
      offset,
      tau,
      drop,
      tauRef,
      this.#outTimes.byteOffset,
      this.#outNeurons.byteOffset,
      SPIKES,
    );
    if (count < 0) return false;
    for (let n = 0; n < count; n++) into.push(this.#outTimes[n], this.#outNeurons[n]);
    return true;
  }

  /** changes[row] += factor * vector */
  addRow(row: number, factor: number): void {
    this.#exports.addRow(
      this.changes.byteOffset + 4 * row * this.#post,
      this.vector.byteOffset,
      factor,
      this.#post,
    );
  }

  /** weights[row] -= scale * changes[row]; changes[row] = 0 */
  applyRow(row: number, scale: number): void {
    const at = 4 * row * this.#post;
    this.#exports.applyRow(this.weights.byteOffset + at, this.changes.byteOffset + at, scale, this.#post);
  }
}
