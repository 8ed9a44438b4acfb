import type { Runs } from "./runs.ts";

type Delays = Float32Array | Float64Array;

/** Synapses of some rows that are sorted together: what it takes stays in the second level of the cache. */
const BLOCK = 16_384;
/** Bits that a pass sorts by. */
const BITS = 11;
const DIGITS = 2 ** BITS;

/** Brings each row, and what goes with it, in order of delay, then target. */
export function sortRows(
  { starts, targets: drawn }: Runs,
  along: Uint32Array | Float32Array | null,
  delays: Delays,
): void {
  // No simulation keeps them in its own way yet.
  const targets = drawn as Uint32Array;
  const lists = [targets, delays, ...(along ? [along] : [])];
  if (!(delays instanceof Float32Array)) {
    for (let row = 0; row + 1 < starts.length; row++)
      compared(targets, delays, starts[row], starts[row + 1], lists);
    return;
  }
  // The bits of numbers of 0 or more are in their order.
  const bits = new Uint32Array(delays.buffer, delays.byteOffset, delays.length);
  let sorter = new Sorter(BLOCK);
  for (let row = 0, last = 0; row + 1 < starts.length; row = last) {
    for (last = row + 1; last + 1 < starts.length && starts[last + 1] - starts[row] <= BLOCK; ) last++;
    const length = starts[last] - starts[row];
    if (length > sorter.room) sorter = new Sorter(2 * length);
    sorter.sort(starts, row, last, targets, bits, lists);
  }
}

/** Sorts without comparing: by some bits after others, without changing the order of what is alike, in the end by row. */
class Sorter {
  readonly room: number;
  #order: Uint32Array;
  #other: Uint32Array;
  readonly #rows: Uint32Array;
  readonly #held: Uint32Array;
  readonly #counts = new Uint32Array(DIGITS);

  constructor(room: number) {
    this.room = room;
    this.#order = new Uint32Array(room);
    this.#other = new Uint32Array(room);
    this.#rows = new Uint32Array(room);
    this.#held = new Uint32Array(room);
  }

  /** Rows `row` .. `last - 1`; lists are of 4 bytes each. */
  sort(
    starts: Uint32Array,
    row: number,
    last: number,
    targets: Uint32Array,
    bits: Uint32Array,
    lists: readonly (Uint32Array | Delays)[],
  ): void {
    const from = starts[row];
    const length = starts[last] - from;
    const rows = this.#rows;
    let ascends = true;
    for (let i = row; i < last; i++) {
      for (let s = starts[i]; s < starts[i + 1]; s++) {
        rows[s - from] = i;
        if (s > starts[i] && targets[s] < targets[s - 1]) ascends = false;
      }
    }
    for (let k = 0; k < length; k++) this.#order[k] = k;
    if (!ascends) this.#by(targets.subarray(from, from + length), 0xffffffff);
    // A delay of -0 is 0.
    this.#by(bits.subarray(from, from + length), 0x7fffffff);
    const [order, places] = [this.#order, this.#other];
    const next = starts.slice(row, last);
    for (let k = 0; k < length; k++) places[next[rows[order[k]] - row]++ - from] = order[k];
    for (const list of lists) {
      const words = new Uint32Array(list.buffer, list.byteOffset + 4 * from, length);
      const held = this.#held;
      for (let k = 0; k < length; k++) held[k] = words[places[k]];
      words.set(held.subarray(0, length));
    }
  }

  #by(keys: Uint32Array, mask: number): void {
    const { length } = keys;
    for (let shift = 0; shift < 32; shift += BITS) {
      const counts = this.#counts.fill(0);
      for (let k = 0; k < length; k++) counts[((keys[k] & mask) >>> shift) & (DIGITS - 1)]++;
      // All alike.
      if (counts[((keys[0] & mask) >>> shift) & (DIGITS - 1)] === length) continue;
      let sum = 0;
      for (let d = 0; d < DIGITS; d++) {
        const count = counts[d];
        counts[d] = sum;
        sum += count;
      }
      const [order, into] = [this.#order, this.#other];
      for (let k = 0; k < length; k++) {
        const s = order[k];
        into[counts[((keys[s] & mask) >>> shift) & (DIGITS - 1)]++] = s;
      }
      [this.#order, this.#other] = [into, order];
    }
  }
}

/** One row by comparison, for delays in double precision. */
function compared(
  targets: Uint32Array,
  delays: Delays,
  start: number,
  end: number,
  lists: readonly (Uint32Array | Delays)[],
): void {
  const order = Uint32Array.from({ length: end - start }, (_, k) => start + k).sort(
    (a, b) => delays[a] - delays[b] || targets[a] - targets[b] || a - b,
  );
  const sorted = lists.map(list => Float64Array.from(order, s => list[s]));
  lists.forEach((list, l) => {
    list.set(sorted[l], start);
  });
}
