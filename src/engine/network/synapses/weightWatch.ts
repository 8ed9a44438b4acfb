import { InputError } from "../../../errors.ts";

/** A list of weights that someone may come to have. */
interface Lent {
  /** Whether someone may have the list. */
  readonly lent: boolean;
  /** Its fingerprint when it was lent, where `watched` was set before. */
  readonly lentAs: Int32Array | null;
  readonly heldWeights: Float32Array;
  watched: boolean;
}

/**
 * For those who keep weights laid out in their own way: says whether those of the projection have changed since. Where
 * nobody has taken the list, nobody can have changed it, and nothing is read.
 */
export class WeightWatch {
  readonly #synapses: Lent;
  readonly #path: string;
  /** null: as they were lent. */
  #seen: Int32Array | null;

  /** @param path  of the projection, for errors */
  constructor(synapses: Lent, path: string) {
    this.#synapses = synapses;
    this.#path = path;
    this.#seen = synapses.lent ? fingerprint(synapses.heldWeights) : null;
    synapses.watched = true;
  }

  /**
   * Whether the weights are others than when this was last asked.
   * @throws InputError for one that is not finite
   */
  changed(): boolean {
    if (!this.#synapses.lent) return false;
    const { lentAs, heldWeights } = this.#synapses;
    const now = fingerprint(heldWeights);
    const seen = this.#seen ?? lentAs!;
    if (now.every((word, k) => word === seen[k])) return false;
    const bad = heldWeights.findIndex(w => !Number.isFinite(w));
    if (bad >= 0) {
      throw new InputError(
        `${this.#path}.weights[${bad}]: expected a finite number, got ${heldWeights[bad]}; it was changed after the ` +
          "network was made",
      );
    }
    this.#seen = now;
    return true;
  }

  /** @throws InputError where they are: before those that have been learnt go into the list */
  expectSame(): void {
    if (!this.changed()) return;
    throw new InputError(
      `${this.#path}.weights: expected them as they were, got others while the network runs; ` +
        "change them between runs or in a callback of `at`",
    );
  }

  /** What the weights are now has been taken in. */
  mark(): void {
    if (this.#synapses.lent) this.#seen = fingerprint(this.#synapses.heldWeights);
  }
}

/**
 * Four words made of the bits of all weights. A weight goes into one of them by a step that can be undone, so that a
 * change of one weight always shows; changes of several cancel with a chance of 2^-32 at most.
 */
export function fingerprint({ buffer, byteOffset, length }: Float32Array): Int32Array {
  const words = Int32Array.of(1, 2, 3, 4);
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
  return words;
}

function mix(word: number): number {
  return Math.imul((word << 13) | (word >>> 19), 0x9e3779b1);
}
