import { type Architecture, architectureOf, poolsOf } from "../engine/network/architecture.ts";
import { unpool } from "../engine/network/pools.ts";
import { runsOf, sumBackward } from "../engine/network/synapses/runs.ts";
import { angleDegrees, product } from "../math/matrix.ts";

/**
 * The linear path from population p up to the output, without gates: [sizes[p], classes]. Fully connected layers are
 * multiplied; through shared kernels and pools (all taken as averages) each class is brought down by itself.
 * @param shape  sizes stand for a fully connected network
 */
export function forwardPath(
  shape: readonly number[] | Architecture,
  weights: readonly Float32Array[],
  p: number,
): Float32Array {
  const { sizes, layers } = architectureOf(shape);
  const classes = sizes.at(-1)!;
  if (layers.slice(p).some(({ conv, pool }) => conv || pool)) return pathByClass(layers, weights, p, classes);
  let path = weights.at(-1)!;
  for (let l = weights.length - 2; l >= p; l--) {
    path = product(weights[l], path, sizes[l], sizes[l + 1], classes);
  }
  return path;
}

function pathByClass(
  layers: Architecture["layers"],
  weights: readonly Float32Array[],
  p: number,
  classes: number,
): Float32Array {
  const path = new Float32Array(layers[p].pre * classes);
  for (let k = 0; k < classes; k++) {
    let down = Float64Array.from({ length: classes }, (_, c) => (c === k ? 1 : 0));
    for (let l = layers.length - 1; l >= p; l--) {
      const { pool, sources, pre } = layers[l];
      down = sumBackward(runsOf(layers[l]), weights[l], down, new Float64Array(sources)) as typeof down;
      if (pool) {
        const average = { ...pool, kind: "average" } as const;
        down = unpool(average, poolsOf(pool), down, down, new Float64Array(pre)) as typeof down;
      }
    }
    for (let i = 0; i < down.length; i++) path[i * classes + k] = down[i];
  }
  return path;
}

/** Angle between feedback [sizes[p], classes] and the forward path from population p to the output, in degrees. */
export function feedbackAngle(
  shape: readonly number[] | Architecture,
  weights: readonly Float32Array[],
  p: number,
  feedback: Float32Array,
): number {
  return angleDegrees(forwardPath(shape, weights, p), feedback);
}

/** Angles between layered feedback and the forward weights of the same layer, for l = 1 .. depth - 1, in degrees. */
export function layerAngles(weights: readonly Float32Array[], feedback: readonly Float32Array[]): number[] {
  return weights.slice(1).map((w, l) => angleDegrees(w, feedback[l + 1]));
}
