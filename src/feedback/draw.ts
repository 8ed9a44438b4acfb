import { type Architecture, architectureOf } from "../engine/network/architecture.ts";
import type { Rng } from "../math/rng.ts";

/** [rows, columns] weights, uniform in +-bound. */
export function uniform(rows: number, columns: number, bound: number, rng: Rng): Float32Array {
  return Float32Array.from({ length: rows * columns }, () => rng.uniformIn(-bound, bound));
}

/**
 * Bound of the initial forward weights of layer l: He-uniform, sqrt(6 / fan-in) (He et al. 2015, eq. 10), the readout
 * half of that, so that alignment can form before the readout grows. Layered feedback is drawn on the same scale.
 * @param shape  sizes stand for a fully connected network
 */
export function weightBound(shape: readonly number[] | Architecture, l: number): number {
  const { layers } = architectureOf(shape);
  return (l === layers.length - 1 ? 0.5 : 1) * Math.sqrt(6 / layers[l].rows);
}

/** Weights of layer l within its bound, [rows, columns]. */
export function layerWeights(architecture: Architecture, l: number, rng: Rng): Float32Array {
  const { rows, columns } = architecture.layers[l];
  return uniform(rows, columns, weightBound(architecture, l), rng);
}

/** How the entries of direct feedback are distributed; all have the same root mean square, and all but one mean 0. */
export type DirectDraw = "uniform" | "trinomial" | "binomial" | "identity";

/**
 * Feedback from the output error straight to each hidden layer: B[p] is [sizes[p], classes] for p = 1 .. depth - 1,
 * uniform in +-0.5 sqrt(6 / sizes[p]), the scale of the readout's own initial weights. B[0] is empty. The other draws
 * (Flügel et al. 2023): -1, 0 or 1; 0 or 1; and the identity beside its negative, repeated over the layer. Their code
 * takes these numbers as they are and leaves the scale to Adam; here they are brought to the uniform one's scale.
 * @param scale  factor on all of it
 */
export function directFeedback(
  sizes: readonly number[],
  rng: Rng,
  draw: DirectDraw = "uniform",
  scale = 1,
): Float32Array[] {
  const classes = sizes.at(-1)!;
  const drawn = sizes.slice(0, -1).map((n, p) => {
    if (p === 0) return new Float32Array(0);
    const bound = 0.5 * Math.sqrt(6 / n);
    if (draw === "uniform") return uniform(n, classes, bound, rng);
    const rms = bound / Math.sqrt(3);
    return Float32Array.from({ length: n * classes }, (_, at) => {
      if (draw === "trinomial") return rms * Math.sqrt(3 / 2) * (rng.integer(3) - 1);
      if (draw === "binomial") return rms * Math.SQRT2 * rng.integer(2);
      const [j, k] = [Math.floor(at / classes) % (2 * classes), at % classes];
      return rms * Math.sqrt(classes) * (j === k ? 1 : j === k + classes ? -1 : 0);
    });
  });
  return scale === 1 ? drawn : drawn.map(b => b.map(value => scale * value));
}

/** Feedback layer by layer: B[l] has the shape of the forward weights and is drawn as they are; B[0] is empty. */
export function layeredFeedback(shape: readonly number[] | Architecture, rng: Rng): Float32Array[] {
  const architecture = architectureOf(shape);
  return architecture.layers.map((_, l) =>
    l === 0 ? new Float32Array(0) : layerWeights(architecture, l, rng),
  );
}

/**
 * Feedback from the output error onto every input, [inputs, classes]: He-uniform by the number of inputs, times 0.05,
 * as in the code of PEPITA (Dellaferrera & Kreiman 2022).
 * @param scale  factor on that
 */
export function inputFeedback(inputs: number, classes: number, rng: Rng, scale = 1): Float32Array {
  const F = uniform(inputs, classes, 0.05 * Math.sqrt(6 / inputs), rng);
  return scale === 1 ? F : F.map(value => scale * value);
}

/** Normal feedback onto a fixed share of the inputs, [inputs, classes], large enough for its effect to be seen in spikes. */
export function sparseInputFeedback(
  inputs: number,
  classes: number,
  rng: Rng,
  share = 0.15,
  deviation = 0.08,
): Float32Array {
  const F = new Float32Array(inputs * classes);
  const chosen = rng.permutation(inputs).subarray(0, Math.max(1, Math.round(share * inputs)));
  for (const i of chosen) for (let k = 0; k < classes; k++) F[i * classes + k] = rng.normal(0, deviation);
  return F;
}
