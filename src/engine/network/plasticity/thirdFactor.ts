import type { Modulator } from "./modulator.ts";

/** Above this, the modulator of `permit` does. */
export const PERMITTED = 0.5;

/**
 * How often the rules of a population's synapses have been let act after spikes of an instant have passed. In between
 * nothing about its neurons changes: what one projection has read of all of them holds for the others.
 */
export interface Passing {
  count: number;
  readonly read: Map<string, ThirdFactor>;
}

/** As of a gate; see `gate.ts`. */
type Through = (t: number, of: Float64Array, by: number, into: Float64Array) => number;

/** The modulators of all neurons of a population as rules read them after spikes have passed: 0 where a gate is shut. */
export class ThirdFactor {
  /** [neurons], as it was last read. */
  readonly each: Float64Array;
  readonly #modulator: Modulator | null;
  readonly #standing: Float64Array;
  readonly #permit: Modulator | null;
  readonly #through: Through;
  readonly #passing: Passing | null;
  #count = -1;
  #open = 0;

  /**
   * @param modulator  null for those that stand
   * @param standing   those [neurons]
   * @param passing    null where nobody counts
   */
  constructor(
    modulator: Modulator | null,
    standing: Float64Array,
    permit: Modulator | null,
    through: Through,
    passing: Passing | null,
  ) {
    this.each = modulator ? new Float64Array(modulator.size) : standing.slice();
    this.#modulator = modulator;
    this.#standing = standing;
    this.#permit = permit;
    this.#through = through;
    this.#passing = passing;
  }

  /** @returns of how many neurons it is not 0; where of none, `each` may be anything */
  read(t: number): number {
    const { count = -1 } = this.#passing ?? {};
    if (count >= 0 && count === this.#count) return this.#open;
    this.#count = count;
    this.#open = this.#read(t);
    return this.#open;
  }

  #read(t: number): number {
    const { each } = this;
    const [modulator, permit] = [this.#modulator, this.#permit];
    if (modulator?.silent) return 0;
    const permitted = permit ? permit.above(PERMITTED, t) : each.length;
    if (permitted === 0) return 0;
    const open = modulator
      ? this.#through(t, modulator.kept, modulator.leftAt(t), each)
      : this.#through(t, this.#standing, 1, each);
    if (permitted === each.length) return open;
    let left = 0;
    for (let j = 0; j < each.length; j++) {
      if (!(permit!.at(j, t) > PERMITTED)) each[j] = 0;
      left += +(each[j] !== 0);
    }
    return left;
  }
}
