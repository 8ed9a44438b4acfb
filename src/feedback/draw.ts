import type { Rng } from "../math/rng.ts";

/** [rows, columns] weights, uniform in +-bound. */
export function uniform(rows: number, columns: number, bound: number, rng: Rng): Float32Array {
  return Float32Array.from({ length: rows * columns }, () => rng.uniformIn(-bound, bound));
}

/**
 * Feedback from the output error straight to each hidden layer: B[p] is [sizes[p], classes] for p = 1 .. depth - 1,
 * uniform in +-0.5 sqrt(6 / sizes[p]), the scale of the readout's own initial weights. B[0] is empty.
 */
export function directFeedback(sizes: readonly number[], rng: Rng): Float32Array[] {
  const classes = sizes.at(-1)!;
  return sizes
    .slice(0, -1)
    .map((n, p) => (p === 0 ? new Float32Array(0) : uniform(n, classes, 0.5 * Math.sqrt(6 / n), rng)));
}
