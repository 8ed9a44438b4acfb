import type { Arena } from "../kernels/arena.ts";
import * as layout from "../kernels/layout.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { WeightWatch } from "../network/synapses/weightWatch.ts";
import { type Crew, shares } from "./crew.ts";
import { delaySteps } from "./delays.ts";
import type { LatticeGroup } from "./latticeGroup.ts";
import type { SpikeHistory } from "./spikeHistory.ts";

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
  /** One for each share. */
  readonly #records: readonly number[];
  readonly #synapses: Projection;
  readonly #watch: WeightWatch;
  readonly #crew: Crew;
  readonly #shares: readonly (readonly [first: number, last: number])[];
  #weights!: Float32Array;

  /**
   * @param path  of the projection, for errors
   */
  constructor(arena: Arena, crew: Crew, synapses: Projection, group: LatticeGroup, dt: number, path: string) {
    const { pre, post } = synapses;
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
    this.#records = this.#shares.map(() => arena.record(layout.DENSE_SIZE));
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
    const { addresses } = this.#group;
    this.#weights = this.#arena.view(Float32Array, this.#matrix, this.#pre * this.#columns);
    this.#shares.forEach(([first, last], m) => {
      this.#arena.integers(this.#records[m], {
        [layout.DENSE_WEIGHTS]: this.#matrix + 4 * first,
        [layout.DENSE_STRIDE]: this.#columns,
        [layout.DENSE_COLUMNS]: Math.min(last, this.#columns) - first,
        [layout.DENSE_EXC]: addresses[excitatory.state] + 4 * first,
        [layout.DENSE_INH]: addresses[inhibitory.state] + 4 * first,
      });
      this.#arena.floats(this.#records[m], {
        [layout.DENSE_SCALE_EXC]: fround(excitatory.scale),
        [layout.DENSE_SCALE_INH]: fround(inhibitory.scale),
      });
    });
  }

  /** Delivers all spikes that arrive at a step. */
  deliver(step: number, history: SpikeHistory): void {
    for (const { address, count } of this.#crew.spikes(history, step - this.#delay)) {
      this.events += count * this.#post;
      for (let m = 0; m < this.#records.length; m++)
        this.#crew.call(m, "deliverDense", null, this.#records[m], address, count);
    }
  }
}
