import { log1p } from "../../math/elementary.ts";
import type { Rng } from "../../math/rng.ts";
import { Arena } from "./arena.ts";
import * as layout from "./layout.ts";

/** Words at a time: what comes of them stays in the second level of the cache. */
const WORDS = 16_384;
/** Of those, what a kernel takes of them: a stream may stand in the middle of a block, and some take four at a time. */
const TAKEN = WORDS - 4;
/** Fewer numbers than so many are drawn as fast one by one. */
export const MANY = 2048;

/** Memory for the kernels that draw, and views of it. */
class Room {
  readonly #arena = new Arena(false, undefined, 20 * WORDS);
  readonly kernels = this.#arena.kernels;
  readonly record = this.#arena.record(layout.GAPS_SIZE);
  readonly wordsAt = this.#arena.take(4 * WORDS);
  readonly outAt = this.#arena.take(4 * WORDS);
  readonly gapsAt = this.#arena.take(4 * WORDS);
  readonly endsAt = this.#arena.take(4 * WORDS);
  readonly words = this.#arena.view(Uint32Array, this.wordsAt, WORDS);
  readonly out = this.#arena.view(Uint32Array, this.outAt, WORDS);
  readonly floats = this.#arena.view(Float32Array, this.outAt, WORDS);
  readonly ends = this.#arena.view(Uint32Array, this.endsAt, WORDS);
  readonly fields = this.#arena.view(Int32Array, this.record, 2 * layout.GAPS_SIZE);
  readonly scale = this.#arena.view(Float64Array, this.record + 8 * layout.GAPS_SCALE, 1);

  /** The words of a stream from `at` on: where in the list they begin. */
  fill({ key: [k0, k1] }: Rng, at: number): number {
    const block = Math.floor(at / 2);
    const [low, high] = [block % 2 ** 32, Math.floor(block / 2 ** 32)];
    const blocks = WORDS / 2;
    const first = Math.min(blocks, 2 ** 32 - low);
    this.kernels.words(k0, k1, low | 0, high | 0, first, this.wordsAt);
    if (first < blocks)
      this.kernels.words(k0, k1, 0, (high + 1) | 0, blocks - first, this.wordsAt + 8 * first);
    return at % 2;
  }
}

let made: Room | null = null;
/** One for all, as nobody draws while another does. */
const room = () => {
  made ??= new Room();
  return made;
};

/** Integers of a stream in bulk: those that `Rng.integer` gives. */
export class Integers {
  readonly #rng: Rng;
  readonly #room = room();
  readonly #words = this.#room.words;
  #at = WORDS;
  /** Words drawn before those in the list. */
  #before: number;

  constructor(rng: Rng) {
    this.#rng = rng;
    this.#before = rng.drawn - WORDS;
  }

  /** Uniform in [0, n), n up to 2^32 - 1, with the multiple of it up to 2^32 as `limit`. */
  below(n: number, limit: number): number {
    let x = this.#next();
    while (x >= limit) x = this.#next();
    return (x >>> 0) % (n >>> 0);
  }

  #next(): number {
    if (this.#at === WORDS) {
      const drawn = this.#before + WORDS;
      this.#at = this.#room.fill(this.#rng, drawn);
      this.#before = drawn - this.#at;
    }
    return this.#words[this.#at++];
  }

  /** The stream goes on behind what was drawn. */
  end(): void {
    this.#rng.drawn = this.#before + this.#at;
  }
}

/** Fills a list with normal numbers, those below `low` drawn again: what `Rng.normal` gives. */
export function fillNormal(rng: Rng, mean: number, sd: number, low: number, out: Float32Array): void {
  const own = room();
  let count = 0;
  while (out.length - count >= 2) {
    // Never more than are wanted: else it could not be told where the last of them was drawn.
    const pairs = Math.min(TAKEN / 2, 2 * Math.floor((out.length - count) / 2));
    const words = own.wordsAt + 4 * own.fill(rng, rng.drawn);
    const kept = own.kernels.normals(words, pairs, mean, sd, low, own.outAt);
    out.set(own.floats.subarray(0, kept), count);
    rng.drawn += 2 * pairs;
    count += kept;
  }
  while (count < out.length) {
    const x = rng.normal(mean, sd);
    if (!(x < low)) out[count++] = x;
  }
}

/**
 * Connects each neuron to each with a probability between 0 and 1, by gaps: those that floor(log(1 - u) / log(1 - p)) gives.
 * @param loops  whether a neuron may connect to that of its number
 */
export function connectByGaps(
  rng: Rng,
  p: number,
  pre: number,
  post: number,
  loops: boolean,
): { rowStart: Uint32Array; targets: Uint32Array } {
  const own = room();
  const { kernels, fields, ends } = own;
  const place = (field: number, value: number) => {
    fields[2 * field] = value;
  };
  place(layout.GAPS_NEXT, 0);
  place(layout.GAPS_ROW, 0);
  place(layout.GAPS_ROWS, pre);
  place(layout.GAPS_POST, post);
  place(layout.GAPS_LOOPS, loops ? 1 : 0);
  place(layout.GAPS_ROOM, own.gapsAt);
  place(layout.GAPS_TARGETS, own.outAt);
  place(layout.GAPS_ENDS, own.endsAt);
  own.scale[0] = log1p(-p);
  const mean = p * pre * post;
  // Nearly always enough; what is not needed is never touched.
  let targets = new Uint32Array(Math.ceil(mean + 6 * Math.sqrt(mean)) + 64);
  const rowStart = new Uint32Array(pre + 1);
  let count = 0;
  for (let row = 0; row < pre; ) {
    const words = own.wordsAt + 4 * own.fill(rng, rng.drawn);
    const drawn = kernels.gaps(own.record, words, TAKEN);
    for (const last = fields[2 * layout.GAPS_ROW], from = row; row < last; row++)
      rowStart[row + 1] = count + ends[row - from];
    if (count + drawn > targets.length) {
      const wider = new Uint32Array(Math.ceil(1.1 * (count + drawn)));
      wider.set(targets.subarray(0, count));
      targets = wider;
    }
    targets.set(own.out.subarray(0, drawn), count);
    count += drawn;
    rng.drawn += fields[2 * layout.GAPS_USED];
  }
  return { rowStart, targets: targets.subarray(0, count) };
}
