import { InputError } from "../../errors.ts";
import { Arena } from "./arena.ts";
import type { WasmMemory } from "./module.ts";

/** Bytes of a memory, with some left for the runtime. */
const MOST = 2 ** 32 - 2 ** 16;

/**
 * Memories that threads share, each thread with a part of its own. All build the same things in the same order, so that what
 * lies somewhere in one part lies at the same place of every other: there they find what is common.
 */
export class ThreadMemory {
  readonly threads: number;
  readonly place: number;
  /** In the order of their making, by the thread in place 0. */
  readonly made: WasmMemory[];
  #next = 0;

  /** @param made  by the first thread; absent for that one itself */
  constructor(threads: number, place = 0, made: WasmMemory[] = []) {
    this.threads = threads;
    this.place = place;
    this.made = made;
  }

  /**
   * A part of so many bytes of the next memory.
   * @throws InputError where there are too many for one memory
   */
  arena(bytes: number): Arena {
    const { place, threads: parts, made } = this;
    if (parts * (bytes + 16) > MOST)
      throw new InputError(
        `workers: expected at most ${Math.floor(MOST / (bytes + 16))} for a network of this size, got ${parts}`,
      );
    const arena = new Arena(true, undefined, bytes, { memory: made[this.#next] ?? null, place, parts });
    made[this.#next++] = arena.memory;
    return arena;
  }
}
