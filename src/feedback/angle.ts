import { angleDegrees, product } from "../math/matrix.ts";

/** Product of the forward weights from population p up to the output: [sizes[p], classes]. */
export function forwardPath(
  sizes: readonly number[],
  weights: readonly Float32Array[],
  p: number,
): Float32Array {
  const classes = sizes.at(-1)!;
  let path = weights.at(-1)!;
  for (let l = weights.length - 2; l >= p; l--) {
    path = product(weights[l]!, path, sizes[l]!, sizes[l + 1]!, classes);
  }
  return path;
}

/** Angle between feedback [sizes[p], classes] and the forward path from population p to the output, in degrees. */
export function feedbackAngle(
  sizes: readonly number[],
  weights: readonly Float32Array[],
  p: number,
  feedback: Float32Array,
): number {
  return angleDegrees(forwardPath(sizes, weights, p), feedback);
}

/** Angles between layered feedback and the forward weights of the same layer, for l = 1 .. depth - 1, in degrees. */
export function layerAngles(weights: readonly Float32Array[], feedback: readonly Float32Array[]): number[] {
  return weights.slice(1).map((w, l) => angleDegrees(w, feedback[l + 1]!));
}
