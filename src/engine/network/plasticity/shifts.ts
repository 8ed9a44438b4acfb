import type { Projection } from "../synapses/projection.ts";
import { clip } from "./bounds.ts";
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
  readonly #visit: (target: number, place: number, length: number) => void;

  /** @param size  number of postsynaptic neurons */
  constructor(shift: Shift, size: number, weights: Float32Array | Float64Array) {
    this.#shift = shift;
    this.#by = new Float64Array(size);
    this.#found = new Float64Array(size);
    const { bounds } = shift;
    this.#visit = (target, place, length) => {
      for (let c = 0; c < length; c++) {
        const by = this.#of(target + c);
        if (Number.isNaN(by)) continue;
        weights[place + c] = clip(weights[place + c] + by, bounds);
        this.#changes++;
      }
    };
  }

  begin(t: number): void {
    this.#instant++;
    this.#time = t;
  }

  /** A row from `cursor` on, as far as `Projection.deliver` goes; returns how many weights have changed. */
  act(synapses: Projection, row: number, cursor: number): number {
    this.#changes = 0;
    synapses.visit(row, cursor, this.#visit);
    return this.#changes;
  }

  #of(post: number): number {
    if (this.#found[post] !== this.#instant) {
      this.#found[post] = this.#instant;
      this.#by[post] = this.#shift.by(post, this.#time);
    }
    return this.#by[post];
  }
}
