import type { Arena } from "../kernels/arena.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { WeightWatch } from "../network/synapses/weightWatch.ts";
import { type Crew, shares } from "./crew.ts";
import { delaySteps } from "./delays.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import type { Rows, SpikeHistory } from "./spikeHistory.ts";

const { fround } = Math;

/** All-to-all synapses of one delay that do not learn: a spike adds a row of the matrix to the state, four at a time. */
export class DenseRows {
  readonly bytes: number;
  /** Synapses reached so far. */
  events = 0;
  readonly #arena: Arena;
  readonly #group: LatticeGroup;
  readonly #delay: number;
  readonly #post: number;
  readonly #columns: number;
  readonly #matrix: number;
  readonly #pre: number;
  readonly #scales: readonly [number, number];
  readonly #synapses: Projection;
  readonly #watch: WeightWatch;
  readonly #crew: Crew;
  readonly #shares: readonly (readonly [first: number, last: number])[];
  #weights!: Float32Array;
  #exc!: Float32Array;
  #inh!: Float32Array;

  /**
   * @param path  of the projection, for errors
   */
  constructor(arena: Arena, crew: Crew, synapses: Projection, group: LatticeGroup, dt: number, path: string) {
    const { pre, post } = synapses;
    const { excitatory, inhibitory } = group.step;
    this.#arena = arena;
    this.#synapses = synapses;
    this.#watch = new WeightWatch(synapses, path);
    this.#group = group;
    this.#delay = delaySteps(synapses.minDelay, dt, path);
    this.#pre = pre;
    this.#post = post;
    this.#columns = Math.ceil(post / 4) * 4;
    this.#crew = crew;
    this.#shares = shares(post, crew.members);
    this.#scales = [fround(excitatory.scale), fround(inhibitory.scale)];
    this.bytes = 4 * pre * this.#columns;
    this.#matrix = arena.take(this.bytes);
    this.#weights = arena.view(Float32Array, this.#matrix, pre * this.#columns);
    this.#fill();
  }

  #fill(): void {
    const { pre, post, heldWeights, gain } = this.#synapses;
    const [into, columns] = [this.#weights, this.#columns];
    for (let row = 0; row < pre; row++) {
      for (let j = 0; j < post; j++) into[row * columns + j] = heldWeights[row * post + j] * gain;
    }
  }

  /** Takes in what has changed outside. */
  takeWeights(): void {
    if (this.#watch.changed()) this.#fill();
  }

  bind(): void {
    const { excitatory, inhibitory } = this.#group.step;
    const view = this.#arena.view.bind(this.#arena);
    this.#weights = view(Float32Array, this.#matrix, this.#pre * this.#columns);
    this.#exc = view(Float32Array, this.#group.addresses[excitatory.state], this.#columns);
    this.#inh = view(Float32Array, this.#group.addresses[inhibitory.state], this.#columns);
  }

  /** Delivers all spikes that arrive at a step. */
  deliver(step: number, history: SpikeHistory): void {
    for (const rows of this.#crew.spikes(history, step - this.#delay)) {
      this.events += rows.count * this.#post;
      if (this.#arena.kernels) for (let m = 0; m < this.#shares.length; m++) this.#deliverShare(rows, m);
      else this.#deliverAll(rows);
    }
  }

  #deliverShare({ address, count }: Rows, member: number): void {
    const [first, last] = this.#shares[member];
    const { excitatory, inhibitory } = this.#group.step;
    const [scaleExc, scaleInh] = this.#scales;
    const columns = Math.min(last, this.#columns) - first;
    const at = (start: number) => start + 4 * first;
    const [matrix, exc, inh] = [
      at(this.#matrix),
      at(this.#group.addresses[excitatory.state]),
      at(this.#group.addresses[inhibitory.state]),
    ];
    const values = [address, count, matrix, this.#columns, columns, exc, scaleExc, inh, scaleInh] as const;
    if (this.#crew.alone) this.#arena.kernels!.deliverDense(...values);
    else if (columns > 0) this.#crew.call(member, "deliverDense", values);
  }

  #deliverAll({ count, first }: Rows): void {
    const { list } = this.#crew;
    const { excitatory, inhibitory } = this.#group.step;
    const [scaleExc, scaleInh] = this.#scales;
    const [exc, inh, weights] = [this.#exc, this.#inh, this.#weights];
    const columns = this.#columns;
    const same = excitatory.state === inhibitory.state;
    for (let k = 0; k < count; k++) {
      const row = list[first + k] * columns;
      for (let j = 0; j < columns; j++) {
        const w = weights[row + j];
        if (same) exc[j] += fround(w * scaleExc);
        else {
          exc[j] += fround(Math.max(w, 0) * scaleExc);
          inh[j] += fround(Math.min(w, 0) * scaleInh);
        }
      }
    }
  }
}
