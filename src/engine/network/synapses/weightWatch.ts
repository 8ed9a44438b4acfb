import { InputError } from "../../../errors.ts";
import type { Projection } from "./projection.ts";

/** A multiple of 4. */
const PART = 4096;

/**
 * For those who keep weights laid out in their own way: says whether those of the projection have changed since. Where
 * nobody has taken the list, nobody can have changed it, and nothing is read.
 */
export class WeightWatch {
  readonly #synapses: Projection;
  readonly #path: string;
  #seen: Int32Array;

  /** @param path  of the projection, for errors */
  constructor(synapses: Projection, path: string) {
    this.#synapses = synapses;
    this.#path = path;
    this.#seen = fingerprint(synapses);
  }

  /**
   * Whether the weights are others than when this was last asked.
   * @throws InputError for one that is not finite
   */
  changed(): boolean {
    if (!this.#synapses.lent) return false;
    const now = fingerprint(this.#synapses);
    if (now.every((word, k) => word === this.#seen[k])) return false;
    const weights = this.#synapses.heldWeights;
    const bad = weights.findIndex(w => !Number.isFinite(w));
    if (bad >= 0) {
      throw new InputError(
        `${this.#path}.weights[${bad}]: expected a finite number, got ${weights[bad]}; it was changed after the ` +
          "network was made",
      );
    }
    this.#seen = now;
    return true;
  }

  /** What the weights are now has been taken in. */
  mark(): void {
    if (this.#synapses.lent) this.#seen = fingerprint(this.#synapses);
  }
}

/**
 * Four words made of the bits of all weights. A weight goes into one of them by a step that can be undone, so that a
 * change of one weight always shows; changes of several cancel with a chance of 2^-32 at most.
 */
function fingerprint(synapses: Projection): Int32Array {
  const words = Int32Array.of(1, 2, 3, 4);
  const { uniformWeight = null, synapses: count } = synapses;
  if (uniformWeight === null) {
    add(synapses.heldWeights, words);
    return words;
  }
  // What a list of them would give, without the list.
  const part = new Float32Array(Math.min(count, PART)).fill(uniformWeight);
  for (let left = count; left > 0; left -= PART) add(part.subarray(0, left), words);
  return words;
}

function add({ buffer, byteOffset, length }: Float32Array, words: Int32Array): void {
  const bits = new Int32Array(buffer, byteOffset, length);
  let [a, b, c, d] = words as unknown as [number, number, number, number];
  let k = 0;
  for (; k + 3 < length; k += 4) {
    a = mix(a ^ bits[k]);
    b = mix(b ^ bits[k + 1]);
    c = mix(c ^ bits[k + 2]);
    d = mix(d ^ bits[k + 3]);
  }
  words.set([a, b, c, d]);
  for (; k < length; k++) words[k & 3] = mix(words[k & 3] ^ bits[k]);
}

function mix(word: number): number {
  return Math.imul((word << 13) | (word >>> 19), 0x9e3779b1);
}
