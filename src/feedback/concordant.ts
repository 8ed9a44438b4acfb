/**
 * Scale of sign-concordant feedback. `initial`: the magnitudes are on the scale that the forward weights started with.
 * `strict`: at every use the feedback is brought to the Frobenius norm that the forward weights have then (Moskovitz,
 * Litwin-Kumar & Abbott 2018, strict normalisation, as re-implemented by Lance & Kieu 2026).
 */
export type ConcordantScale = "initial" | "strict";

/** Keeps 0 / 0 from a network whose weights have all become 0. */
export const GUARD = 1e-8;

/**
 * Feedback with the sign of each forward weight and a magnitude of its own, into `out`; returns `out`. All shapes are
 * that of the weights.
 */
export function concordant(
  w: Float32Array,
  magnitudes: Float32Array,
  scale: ConcordantScale,
  out: Float32Array,
): Float32Array {
  let [ww, bb] = [0, 0];
  for (let at = 0; at < w.length; at++) {
    const b = Math.sign(w[at]) * magnitudes[at];
    out[at] = b;
    ww += w[at] * w[at];
    bb += b * b;
  }
  if (scale === "strict") {
    const factor = Math.sqrt(ww) / (Math.sqrt(bb) + GUARD);
    for (let at = 0; at < out.length; at++) out[at] *= factor;
  }
  return out;
}
