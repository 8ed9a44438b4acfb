import type { Arena } from "../../kernels/arena.ts";

/**
 * Spikes of one population in a batch, a list of steps and neurons for each sample. Neurons of one step stand in the
 * order in which their inputs are added; beyond that the order means nothing.
 */
export class SpikeLists {
  /** Addresses: [samples] numbers of spikes, and [samples, room, 2] of step and neuron. */
  readonly counts: number;
  spikes: number;
  /** Spikes that fit for each sample. */
  room: number;
  readonly #arena: Arena;
  readonly #samples: number;

  constructor(arena: Arena, samples: number, room: number) {
    this.#arena = arena;
    this.#samples = samples;
    this.room = room;
    this.counts = arena.take(4 * samples);
    this.spikes = arena.take(8 * samples * room);
  }

  /** Forgets all spikes and makes room for more of each sample. */
  widen(room: number): void {
    this.room = room;
    this.spikes = this.#arena.take(8 * this.#samples * room);
  }

  clear(): void {
    this.numbers(this.#samples).fill(0);
  }

  /** Numbers of spikes of the first samples. */
  numbers(samples: number): Int32Array {
    return this.#arena.view(Int32Array, this.counts, samples);
  }

  /** All of the arena; steps and neurons of sample s stand in turn from `at(s)` on. */
  words(): Int32Array {
    return this.#arena.view(Int32Array, 0, this.#arena.used >> 2);
  }

  at(s: number): number {
    return (this.spikes >> 2) + 2 * s * this.room;
  }

  /** Steps and neurons of a sample, in turn, in order of steps; those of one step keep their order. */
  inOrder(s: number, count: number, steps: number): Int32Array {
    const list = this.#arena.view(Int32Array, 4 * this.at(s), 2 * count);
    const places = new Int32Array(steps + 1);
    for (let k = 0; k < 2 * count; k += 2) places[list[k] + 1]++;
    for (let n = 0; n < steps; n++) places[n + 1] += places[n];
    const sorted = new Int32Array(2 * count);
    for (let k = 0; k < 2 * count; k += 2) {
      const place = 2 * places[list[k]]++;
      sorted[place] = list[k];
      sorted[place + 1] = list[k + 1];
    }
    return sorted;
  }
}
