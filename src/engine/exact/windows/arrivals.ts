import type { Arena } from "../../kernels/arena.ts";
import * as layout from "../../kernels/layout.ts";

/** Bytes that are taken at a time for inputs on their way. */
const STRETCH = 256 * layout.PIECE_BYTES;

/**
 * Inputs of single neurons that are on their way to a population, by the window of the lattice in which they arrive, in a ring
 * of slots. A row whose synapses have delays of their own is read once, when it is fired, and what arrives in a window lies
 * together then: else every synapse would be a line of memory that nothing else needs.
 */
export class Arrivals {
  readonly record: number;
  readonly #arena: Arena;
  readonly #size: number;
  readonly #place: number;
  #n!: Int32Array;
  #slots = 0;

  constructor(arena: Arena, size: number) {
    this.#arena = arena;
    this.#size = size;
    this.record = arena.record(layout.RING_SIZE);
    this.#place = this.record / 4 + 2 * layout.RING_LEFT;
  }

  /** The memory may be another one. */
  bind(): void {
    this.#n = new Int32Array(this.#arena.memory.buffer);
  }

  /** Before the first window. @param width of all, @param longest delay [ms] */
  start(width: number, longest: number): void {
    let slots = 4;
    while (slots < longest / width + 3) slots *= 2;
    this.#slots = slots;
    this.#arena.integers(this.record, {
      [layout.RING_SLOTS]: this.#arena.take(layout.SLOT_BYTES * slots),
      [layout.RING_MASK]: slots - 1,
      [layout.RING_WHO]: this.#arena.take(4 * this.#size + 4),
    });
    this.#arena.doubles(this.record, { [layout.RING_WIDTH]: width, [layout.RING_PER]: 1 / width });
    this.#room(1024);
    this.bind();
  }

  /** Room for so many more inputs; returns whether the memory is another one. */
  expect(inputs: number): boolean {
    const pieces = Math.min(inputs, this.#slots) + Math.ceil(inputs / layout.PIECE_ENTRIES);
    if (this.#n[this.#place] >= pieces) return false;
    const bytes = Math.max(STRETCH, pieces * layout.PIECE_BYTES);
    this.#arena.kernels.addPieces(this.record, this.#arena.take(bytes), bytes);
    return true;
  }

  /** Room for twice as many inputs of a window. */
  grow(): void {
    const place = this.record / 4 + 2 * layout.RING_DUE;
    const before = this.#n[place] >>> 0;
    const count = this.#n[place + 2];
    this.#room(2 * this.#n[place + 4]);
    this.bind();
    const after = this.#n[place] >>> 0;
    this.#n.copyWithin(after / 4, before / 4, (before + layout.ENTRY_BYTES * count) / 4);
  }

  /** Inputs of a window that there is room for. */
  get room(): number {
    return this.#n[this.record / 4 + 2 * layout.RING_DUE_ROOM];
  }

  #room(inputs: number): void {
    this.#arena.integers(this.record, {
      [layout.RING_DUE]: this.#arena.take(layout.ENTRY_BYTES * inputs),
      [layout.RING_DUE_ROOM]: inputs,
    });
  }
}
