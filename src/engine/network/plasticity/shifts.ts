import type { Projection } from "../synapses/projection.ts";
import { moved } from "./bounds.ts";
import type { Shift } from "./plasticity.ts";

/** Changes of weights that are the same for all synapses of a neuron at one instant: found once for each neuron. */
export class Shifts {
  readonly #shift: Shift;
  readonly #by: Float64Array;
  /** Of the instant that it was found for. */
  readonly #found: Float64Array;
  #instant = 0;
  #time = 0;
  #changes = 0;
  /** Neurons whose synapses change at this instant, for rows that reach all of them. */
  readonly #open: Uint32Array;
  #opened = 0;
  #moved = 0;
  #listed = false;
  /** Whether nothing bounds the weights. */
  readonly #free: boolean;
  readonly #weights: Float32Array | Float64Array;
  readonly #visit: (target: number, place: number, length: number) => void;

  /** @param size  number of postsynaptic neurons */
  constructor(shift: Shift, size: number, weights: Float32Array | Float64Array) {
    this.#shift = shift;
    this.#by = new Float64Array(size);
    this.#found = new Float64Array(size);
    this.#open = new Uint32Array(size);
    this.#weights = weights;
    const { bounds } = shift;
    this.#free = bounds.wMin === -Infinity && bounds.wMax === Infinity && !bounds.keepsSign;
    this.#visit = (target, place, length) => {
      for (let c = 0; c < length; c++) {
        const by = this.#of(target + c);
        if (Number.isNaN(by)) continue;
        weights[place + c] = moved(weights[place + c], by, bounds);
        this.#changes++;
      }
    };
  }

  begin(t: number): void {
    this.#instant++;
    this.#time = t;
    this.#listed = false;
  }

  /** A row from `cursor` on, as far as `Projection.deliver` goes; returns how many weights have changed. */
  act(synapses: Projection, row: number, cursor: number): number {
    if (synapses.full) return this.#actRow(row);
    this.#changes = 0;
    synapses.visit(row, cursor, this.#visit);
    return this.#changes;
  }

  #actRow(row: number): number {
    const [weights, by, open] = [this.#weights, this.#by, this.#open];
    if (!this.#listed) {
      this.#listed = true;
      this.#moved = 0;
      this.#opened = this.#shift.all(this.#time, by);
      if (this.#opened > 0 && !this.#free)
        for (let j = 0; j < by.length; j++) if (by[j] !== 0) open[this.#moved++] = j;
    }
    const { bounds } = this.#shift;
    const from = row * by.length;
    if (this.#free) {
      if (this.#opened > 0) for (let j = 0; j < by.length; j++) weights[from + j] += by[j];
      return this.#opened;
    }
    for (let k = 0; k < this.#moved; k++) {
      const j = open[k];
      weights[from + j] = moved(weights[from + j], by[j], bounds);
    }
    return this.#opened;
  }

  #of(post: number): number {
    if (this.#found[post] !== this.#instant) {
      this.#found[post] = this.#instant;
      this.#by[post] = this.#shift.by(post, this.#time);
    }
    return this.#by[post];
  }
}
