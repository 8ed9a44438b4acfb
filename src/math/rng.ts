import { cos, log } from "./elementary.ts";

/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy
 * as 1, 2, 3", SC11). A draw depends only on (seed, stream, position), so results are the same on any number of
 * workers, in Node and in the browser.
 */

const PARITY = 0x1bd11bda;
/** One Threefry-2x32-20 block: encrypts counter (c0, c1) under key (k0, k1) into `out[0..1]`. Written out, as it is drawn by the million. */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void {
  const k2 = k0 ^ k1 ^ PARITY;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k1) | 0;
  x1 = (x1 + k2 + 1) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + k2) | 0;
  x1 = (x1 + k0 + 2) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k0) | 0;
  x1 = (x1 + k1 + 3) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + k1) | 0;
  x1 = (x1 + k2 + 4) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k2) | 0;
  x1 = (x1 + k0 + 5) | 0;
  out[0] = x0;
  out[1] = x1;
}

/** FNV-1a over UTF-16 code units: names of streams become the second key word. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** The multiple of n below which words of 32 bits are spread evenly. @throws RangeError unless n is an integer from 1 to 2^32 */
export function limitOf(n: number): number {
  if (Number.isInteger(n) && n >= 1 && n <= 2 ** 32) return 2 ** 32 - (2 ** 32 % n);
  throw new RangeError(`n: expected an integer from 1 to 2^32, got ${n}`);
}

/**
 * A stream of random numbers. Two streams of one seed are independent; the same (seed, stream) gives the same numbers
 * whatever else has been drawn.
 */
export class Rng {
  readonly #k0: number;
  readonly #k1: number;
  readonly #block = new Uint32Array(2);
  #counter = 0;
  #spare = false;

  /**
   * @param seed    non-negative integer, up to 2^53 - 1; its upper bits are folded into the key
   * @param stream  name or number of the stream
   */
  constructor(seed: number, stream: string | number = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`seed: expected a non-negative integer, got ${seed}`);
    }
    const name = typeof stream === "number" ? stream >>> 0 : hash(stream);
    this.#k0 = seed | 0;
    this.#k1 = (name ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1)) | 0;
  }

  /** The key that its words are encrypted with, for who draws them in bulk. */
  get key(): readonly [number, number] {
    return [this.#k0, this.#k1];
  }

  /** How many words have been drawn; who has drawn them elsewhere sets it. */
  get drawn(): number {
    return 2 * this.#counter - (this.#spare ? 1 : 0);
  }
  set drawn(words: number) {
    this.#counter = Math.floor(words / 2);
    this.#spare = false;
    if (words % 2 > 0) this.nextUint32();
  }

  /** Uniform integer in [0, 2^32). */
  nextUint32(): number {
    if (this.#spare) {
      this.#spare = false;
      return this.#block[1];
    }
    const c = this.#counter++;
    threefry2x32(this.#k0, this.#k1, c | 0, Math.floor(c / 2 ** 32) | 0, this.#block);
    this.#spare = true;
    return this.#block[0];
  }

  /** Uniform in [0, 1), 32 bits fine. */
  uniform(): number {
    return this.nextUint32() * 2 ** -32;
  }

  /** Uniform in [low, high). */
  uniformIn(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform integer in [0, n), without modulo bias. @throws RangeError unless n is an integer from 1 to 2^32 */
  integer(n: number): number {
    const limit = limitOf(n);
    let x = this.nextUint32();
    while (x >= limit) x = this.nextUint32();
    return x % n;
  }

  /** Fills a list with integers in [0, n): the numbers that as many calls of `integer` give. */
  integers(n: number, out: Uint32Array): void {
    const limit = limitOf(n);
    const word = n >>> 0;
    for (let k = 0; k < out.length; k++) {
      let x = this.nextUint32();
      while (x >= limit) x = this.nextUint32();
      // Both as 32-bit words, for which there is a remainder of its own; 2^32 is 0 as one.
      out[k] = word === 0 ? x : (x >>> 0) % word;
    }
  }

  /** Normal with the given mean and standard deviation (Box & Muller 1958; one of the pair is used). */
  normal(mean = 0, sd = 1): number {
    const radius = Math.sqrt(-2 * log(1 - this.uniform()));
    return mean + sd * radius * cos(2 * Math.PI * this.uniform());
  }

  /** Exponential with the given rate: the waiting time of a Poisson process, in the inverse unit of the rate. */
  exponential(rate: number): number {
    return -log(1 - this.uniform()) / rate;
  }

  /** The numbers 0 .. n - 1 in random order (Fisher & Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }
}
