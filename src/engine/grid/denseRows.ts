import type { DenseProjection } from "../projections/dense.ts";
import type { Arena } from "./arena.ts";
import { delaySteps } from "./delays.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import type { SpikeHistory } from "./spikeHistory.ts";

const { fround } = Math;

/** All-to-all synapses of one delay that do not learn: a spike adds a row of the matrix to the state, four at a time. */
export class DenseRows {
  readonly bytes: number;
  readonly #arena: Arena;
  readonly #group: LatticeGroup;
  readonly #delay: number;
  readonly #post: number;
  readonly #columns: number;
  readonly #matrix: number;
  readonly #pre: number;
  readonly #scales: readonly [number, number];
  readonly #spikes: readonly [address: number, capacity: number];
  #weights!: Float32Array;
  #exc!: Float32Array;
  #inh!: Float32Array;
  #list!: Uint32Array;

  /**
   * @param path    of the projection, for errors
   * @param spikes  address of a list of rows, and how many fit
   */
  constructor(
    arena: Arena,
    synapses: DenseProjection,
    group: LatticeGroup,
    dt: number,
    path: string,
    spikes: readonly [address: number, capacity: number],
  ) {
    const { pre, post, weights, gain } = synapses;
    const { excitatory, inhibitory } = group.step;
    this.#arena = arena;
    this.#group = group;
    this.#delay = delaySteps(synapses.minDelay, dt, path);
    this.#pre = pre;
    this.#post = post;
    this.#columns = Math.ceil(post / 4) * 4;
    this.#spikes = spikes;
    this.#scales = [fround(excitatory.scale), fround(inhibitory.scale)];
    this.bytes = 4 * pre * this.#columns;
    this.#matrix = arena.take(this.bytes);
    const into = arena.view(Float32Array, this.#matrix, pre * this.#columns);
    for (let row = 0; row < pre; row++) {
      for (let j = 0; j < post; j++) into[row * this.#columns + j] = weights[row * post + j]! * gain;
    }
  }

  bind(): void {
    const { excitatory, inhibitory } = this.#group.step;
    const view = this.#arena.view.bind(this.#arena);
    this.#weights = view(Float32Array, this.#matrix, this.#pre * this.#columns);
    this.#exc = view(Float32Array, this.#group.addresses[excitatory.state]!, this.#columns);
    this.#inh = view(Float32Array, this.#group.addresses[inhibitory.state]!, this.#columns);
    this.#list = view(Uint32Array, ...this.#spikes);
  }

  /** Delivers all spikes that arrive at a step; returns the number of synapses that they reached. */
  deliver(step: number, history: SpikeHistory): number {
    const count = history.count(step - this.#delay);
    const from = history.at(Math.max(0, step - this.#delay));
    const [, capacity] = this.#spikes;
    for (let k = 0; k < count; k += capacity) {
      const part = Math.min(capacity, count - k);
      for (let m = 0; m < part; m++) this.#list[m] = from[k + m]!;
      this.#deliverSome(part);
    }
    return count * this.#post;
  }

  #deliverSome(count: number): void {
    const { kernels } = this.#arena;
    const columns = this.#columns;
    const [scaleExc, scaleInh] = this.#scales;
    const { excitatory, inhibitory } = this.#group.step;
    if (kernels) {
      kernels.deliverDense(
        ...([this.#spikes[0], count, this.#matrix, columns] as const),
        ...([this.#group.addresses[excitatory.state]!, scaleExc] as const),
        ...([this.#group.addresses[inhibitory.state]!, scaleInh] as const),
      );
      return;
    }
    const [exc, inh, weights] = [this.#exc, this.#inh, this.#weights];
    const same = excitatory.state === inhibitory.state;
    for (let k = 0; k < count; k++) {
      const row = this.#list[k]! * columns;
      for (let j = 0; j < columns; j++) {
        const w = weights[row + j]!;
        if (same) exc[j]! += fround(w * scaleExc);
        else {
          exc[j]! += fround(Math.max(w, 0) * scaleExc);
          inh[j]! += fround(Math.min(w, 0) * scaleInh);
        }
      }
    }
  }
}
