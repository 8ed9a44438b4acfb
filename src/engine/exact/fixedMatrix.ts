import type { Arena } from "../kernels/arena.ts";

/** Floats to which columns are padded. */
const LANES = 16;
const padded = (n: number) => Math.ceil(n / LANES) * LANES;

/** Bytes that a matrix needs, with what it does to a layer of so many neurons. */
export function bytesOfFixed(rows: number, columns: number, post: number): number {
  return 4 * columns * (padded(rows) + padded(post)) + 8 * (padded(rows) + columns + LANES) + 256;
}

/** A fixed matrix, [rows, columns], in the memory of the loops: it brings a vector, an error, to a population. */
export class FixedMatrix {
  /** [rows]: what was brought last. */
  readonly brought: Float64Array;
  readonly columns: number;
  readonly vector: Float64Array;
  /** [columns, padded post] floats. */
  readonly mixed: number;
  readonly #arena: Arena;
  readonly #matrix: number;
  readonly #rows: number;

  /** @param post  neurons of the layer that `mix` is for */
  constructor(arena: Arena, matrix: Float32Array, columns: number, post: number) {
    const rows = matrix.length / columns;
    [this.#arena, this.#rows, this.columns] = [arena, rows, columns];
    this.#matrix = arena.take(4 * columns * padded(rows));
    this.mixed = arena.take(4 * columns * padded(post));
    this.brought = arena.view(Float64Array, arena.take(8 * padded(rows)), rows);
    this.vector = arena.view(Float64Array, arena.take(8 * columns), columns);
    const own = arena.view(Float32Array, this.#matrix, columns * padded(rows));
    for (let i = 0; i < rows; i++)
      for (let c = 0; c < columns; c++) own[c * padded(rows) + i] = matrix[i * columns + c];
  }

  /** brought = matrix * vector, as `multiply` gives it. */
  bring(vector: ArrayLike<number>): Float64Array {
    this.vector.set(vector);
    const { vector: from, brought, columns } = this;
    this.#arena.kernels.bring(this.#matrix, from.byteOffset, brought.byteOffset, columns, this.#rows);
    return brought;
  }

  /** What a vector that is brought to the sources of a layer does to its neurons, for each column. @param layer  its record */
  mix(layer: number): void {
    this.#arena.kernels.mix(layer, this.#matrix, this.mixed, this.columns);
  }
}
