import { addOuter, type Runs } from "../engine/network/synapses/runs.ts";
import { Rng } from "../math/rng.ts";

/**
 * Share of a mirror presentation in the feedback weights: they are the average over about the last thousand. Enough
 * for the layers that mirror here, whose sources are fewer; the codes of the papers forget at similar speed.
 */
const SHARE = 1e-3;

/**
 * Mirror noise for one source population and one sample: independent, uniform, mean 0, variance 1.
 * @param key  names the presentation, so that both twins and a resumed run draw the same
 */
export function mirrorNoise(n: number, seed: number, key: string): Float64Array {
  const rng = new Rng(seed, key);
  return Float64Array.from({ length: n }, () => rng.uniformIn(-Math.sqrt(3), Math.sqrt(3)));
}

/**
 * Weight mirror (Akrout et al. 2019, eq. 8-9): with independent noise of variance 1 at the source, E[noise (x) drive]
 * is the forward weight, so that a Hebbian average of the two becomes it. Changes B by the mean over the samples, of a
 * shared kernel over its places too.
 * @param B      in the shape of the layer's weights, changed in place
 * @param noise  [samples, sources] @param drive [samples, post], what the noise drives the targets with
 * @param runs   the synapses of the layer
 */
export function mirror(
  B: Float32Array,
  noise: ArrayLike<number>,
  drive: ArrayLike<number>,
  samples: number,
  runs: Runs,
): void {
  const [pre, post] = [noise.length / samples, drive.length / samples];
  const keep = (1 - SHARE) ** samples;
  const scale = (1 - keep) / (samples * (post / runs.length));
  for (let at = 0; at < B.length; at++) B[at] *= keep;
  for (let n = 0; n < samples; n++) {
    const [noisy, driven] = [new Float64Array(pre), new Float64Array(post)];
    for (let i = 0; i < pre; i++) noisy[i] = scale * noise[n * pre + i];
    for (let j = 0; j < post; j++) driven[j] = drive[n * post + j];
    addOuter(runs, noisy, driven, B);
  }
}
