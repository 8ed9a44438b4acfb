import { log } from "../../../math/elementary.ts";
import { Rng, threefry2x32 } from "../../../math/rng.ts";

/**
 * A stream of random numbers for each neuron of a stimulus. A draw depends on the seed, the stimulus, the neuron and
 * how many it has drawn before, and on nothing else: not on other neurons, on how a run is cut, or on who computes it.
 */
export class NeuronStreams {
  readonly #k0: number;
  readonly #k1: number;
  readonly #drawn: Uint32Array;
  /** The second half of each neuron's last block. */
  readonly #spare: Uint32Array;
  readonly #block = new Uint32Array(2);

  constructor(seed: number, stimulus: string, size: number) {
    const key = new Rng(seed, stimulus);
    this.#k0 = key.nextUint32();
    this.#k1 = key.nextUint32();
    this.#drawn = new Uint32Array(size);
    this.#spare = new Uint32Array(size);
  }

  get key(): readonly [number, number] {
    return [this.#k0, this.#k1];
  }

  /** Uniform in [0, 1), 32 bits fine. */
  uniform(neuron: number): number {
    const n = this.#drawn[neuron]++;
    if (n & 1) return this.#spare[neuron] * 2 ** -32;
    threefry2x32(this.#k0, this.#k1, n >>> 1, neuron, this.#block);
    this.#spare[neuron] = this.#block[1];
    return this.#block[0] * 2 ** -32;
  }

  /** Exponential with mean 1. */
  exponential(neuron: number): number {
    return -log(1 - this.uniform(neuron));
  }
}
