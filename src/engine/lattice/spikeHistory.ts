/** Numbers of rows in the arena, of the neurons that fired, for a delivery. */
export interface RowList {
  readonly address: number;
  readonly count: number;
  /** Place in `Crew.list`. */
  readonly first: number;
}

const NONE = new Uint32Array(0);

/** The spikes of one population at the last points of the lattice, as many as the longest delay looks back. */
export class SpikeHistory {
  readonly #steps: number;
  /** Made when the first spike comes. */
  readonly #lists: (Uint32Array | undefined)[];
  readonly #counts: Uint32Array;
  readonly #rounds: Float64Array;
  readonly #places: (readonly RowList[])[] = [];

  /** @param steps  how far back it reaches */
  constructor(steps: number) {
    this.#steps = steps + 1;
    this.#lists = new Array<undefined>(this.#steps);
    this.#counts = new Uint32Array(this.#steps);
    this.#rounds = new Float64Array(this.#steps).fill(-1);
  }

  /** Forgets what was at this point one round of the ring ago. */
  begin(step: number): void {
    this.#counts[step % this.#steps] = 0;
  }

  /** Forgets all. */
  clear(): void {
    this.#counts.fill(0);
    this.#rounds.fill(-1);
  }

  push(step: number, neuron: number): void {
    const slot = step % this.#steps;
    const count = this.#counts[slot]++;
    let list = this.#lists[slot];
    if (!list || count === list.length) {
      const wider = new Uint32Array(Math.max(4, 2 * count));
      if (list) wider.set(list);
      this.#lists[slot] = list = wider;
    }
    list[count] = neuron;
  }

  /** Those in a part of a list, in their order. */
  pushAll(step: number, neurons: Int32Array, from: number, to: number): void {
    const slot = step % this.#steps;
    const count = this.#counts[slot];
    const all = count + to - from;
    let list = this.#lists[slot];
    if (!list || all > list.length) {
      const wider = new Uint32Array(2 * all);
      if (list) wider.set(list);
      this.#lists[slot] = list = wider;
    }
    for (let k = from; k < to; k++) list[count + k - from] = neurons[k];
    this.#counts[slot] = all;
  }

  /** Where the spikes of a step have been put, if it was in this round. */
  placed(step: number, round: number): readonly RowList[] | null {
    const slot = step % this.#steps;
    return this.#rounds[slot] === round ? this.#places[slot] : null;
  }

  place(step: number, round: number, rows: readonly RowList[]): void {
    const slot = step % this.#steps;
    this.#rounds[slot] = round;
    this.#places[slot] = rows;
  }

  count(step: number): number {
    return step < 0 ? 0 : this.#counts[step % this.#steps];
  }

  /** Who fired at a step; `count` of it says how many. */
  at(step: number): Uint32Array {
    return this.#lists[step % this.#steps] ?? NONE;
  }
}
