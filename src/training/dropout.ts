import type { Dropout } from "../engine/exact/presentation.ts";
import { InputError } from "../errors.ts";
import { Rng } from "../math/rng.ts";
import type { RateDropout } from "../rate/network.ts";
import { tf } from "../rate/tensors.ts";

/**
 * Dropout of hidden neurons (Srivastava et al. 2014, J. Mach. Learn. Res. 15:1929), inverted: while a sample is learned
 * each hidden neuron is left out with the same probability, and the activity of the others counts 1 / (1 - probability).
 * Masks are drawn by seed, epoch and sample, so that both twins, every presentation of the sample (as in PEPITA's
 * code), any order of work and a resumed run have the same. Mirroring, evaluation and alignment leave nobody out.
 */
export class SampleDropout {
  readonly #sizes: readonly number[];
  readonly #probability: number;
  readonly #seed: number;

  private constructor(sizes: readonly number[], probability: number, seed: number) {
    this.#sizes = sizes;
    this.#probability = probability;
    this.#seed = seed;
  }

  /**
   * @param probability  of being left out; 0 or undefined for none
   * @returns null for none
   * @throws InputError unless the probability is in [0, 1)
   */
  static create(sizes: readonly number[], probability = 0, seed: number): SampleDropout | null {
    if (!(probability >= 0 && probability < 1)) {
      throw new InputError(`dropout: expected a probability in [0, 1), got ${probability}`);
    }
    return probability === 0 ? null : new SampleDropout(sizes, probability, seed);
  }

  get #scale(): number {
    return 1 / (1 - this.#probability);
  }

  /** Who is left out while a sample is learned. */
  ofSample(epoch: number, index: number): Dropout {
    const rng = new Rng(this.#seed, `dropout ${epoch} ${index}`);
    const silent = this.#sizes.slice(0, -1).map((n, p) => {
      if (p === 0) return null;
      return Uint8Array.from({ length: n }, () => (rng.uniform() < this.#probability ? 1 : 0));
    });
    return { silent, scale: this.#scale };
  }

  /** The same for the samples of a batch, as tensors; called inside `tf.tidy`. */
  ofBatch(epoch: number, indices: Uint32Array): RateDropout {
    const samples = Array.from(indices, index => this.ofSample(epoch, index).silent);
    const masks = this.#sizes.slice(0, -1).map((n, p) => {
      if (p === 0) return null;
      const mask = new Float32Array(indices.length * n);
      samples.forEach((silent, k) => {
        for (let j = 0; j < n; j++) mask[k * n + j] = silent[p]![j] ? 0 : this.#scale;
      });
      return tf.tensor2d(mask, [indices.length, n]);
    });
    return { masks, scale: this.#scale };
  }
}
