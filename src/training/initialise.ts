import { uniform, weightBound } from "../feedback/draw.ts";
import { Rng } from "../math/rng.ts";

export interface Parameters {
  /** weights[l] is [sizes[l], sizes[l + 1]], row-major. */
  readonly weights: Float32Array[];
  readonly biases: Float32Array[];
}

/** Initial weights, the same for both twins of a seed: uniform within `weightBound`; biases 0. */
export function initialParameters(sizes: readonly number[], seed: number): Parameters {
  const depth = sizes.length - 1;
  const weights = Array.from({ length: depth }, (_, l) =>
    uniform(sizes[l]!, sizes[l + 1]!, weightBound(sizes, l), new Rng(seed, `weights ${l}`)),
  );
  return { weights, biases: sizes.slice(1).map(n => new Float32Array(n)) };
}

/** Order of the training samples in an epoch, the same for both twins and all rules of a seed. */
export function epochOrder(samples: number, seed: number, epoch: number): Uint32Array {
  return new Rng(seed, `order ${epoch}`).permutation(samples);
}
