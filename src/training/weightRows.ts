import type { ThreeFactorSynapses } from "../engine/exact/threeFactorSynapses.ts";

/** Rows of weights, of which each of several threads changes its own. */
export interface SharedRows {
  /** Of all weights. */
  readonly count: number;
  /** From now on `learn` and `end` change every so many rows, from the first on. */
  divide(first: number, every: number): void;
  /** Copies the own rows to memory that all see. */
  give(to: Float32Array): void;
  /** Takes the rows of the others. */
  take(from: Float32Array): void;
}

/** Matrices of weights, and the synapses that change them, by rows. */
export class WeightRows implements SharedRows {
  readonly count: number;
  readonly #synapses: readonly ThreeFactorSynapses[];
  readonly #matrices: readonly { readonly weights: Float32Array; readonly columns: number }[];
  #first = 0;
  #every = 1;

  /** @param matrices  each [rows, columns] */
  constructor(
    synapses: readonly ThreeFactorSynapses[],
    matrices: readonly { readonly weights: Float32Array; readonly columns: number }[],
  ) {
    this.#synapses = synapses;
    this.#matrices = matrices;
    this.count = matrices.reduce((sum, { weights }) => sum + weights.length, 0);
  }

  divide(first: number, every: number): void {
    [this.#first, this.#every] = [first, every];
    for (const each of this.#synapses) each.rows = { first, every };
  }

  give(to: Float32Array): void {
    this.#eachRow((weights, at, columns, own, place) => {
      if (own) to.set(weights.subarray(at, at + columns), place);
    });
  }

  take(from: Float32Array): void {
    this.#eachRow((weights, at, columns, own, place) => {
      if (!own) weights.set(from.subarray(place, place + columns), at);
    });
  }

  #eachRow(
    visit: (weights: Float32Array, at: number, columns: number, own: boolean, place: number) => void,
  ): void {
    let before = 0;
    for (const { weights, columns } of this.#matrices) {
      for (let at = 0, row = 0; at < weights.length; at += columns, row++)
        visit(weights, at, columns, row % this.#every === this.#first, before + at);
      before += weights.length;
    }
  }
}
