import type { Arena } from "../kernels/arena.ts";
import * as layout from "../kernels/layout.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { shares } from "./crew.ts";

/** How synapses that spikes change by one number for each target lie in the arena; see `ShiftRows`. */
export interface ShiftLayout {
  readonly bytes: number;
  readonly deliver: "deliverDense" | "deliverList";
  readonly shift: "shiftDense" | "shiftList";
  /** Whether `shift` says how many synapses it has changed; else it changes all of a row where its number is not 0. */
  readonly counts: boolean;
  /** Room for what the kernels read: a record for each member of a crew. */
  records(): readonly number[];
  /** Writes into that of member m what the layout has to say; returns what is its first target. */
  describe(record: number, m: number): number;
  /** Synapses of a row. */
  length(row: number): number;
  bind(): void;
  /** [synapses] */
  take(weights: Float32Array): void;
  give(weights: Float32Array | Float64Array): void;
}

/** A matrix of every source and every target: a row is changed four synapses at a time. */
export class ShiftMatrix implements ShiftLayout {
  readonly bytes: number;
  readonly deliver = "deliverDense";
  readonly shift = "shiftDense";
  readonly counts = false;
  readonly #arena: Arena;
  readonly #pre: number;
  readonly #post: number;
  readonly #columns: number;
  readonly #matrix: number;
  readonly #shares: readonly (readonly [first: number, last: number])[];
  #weights!: Float32Array;

  constructor(arena: Arena, { pre, post }: Projection, members: number) {
    this.#arena = arena;
    this.#pre = pre;
    this.#post = post;
    this.#columns = Math.ceil(post / 4) * 4;
    this.#shares = shares(post, members);
    this.bytes = 4 * pre * this.#columns;
    this.#matrix = arena.take(this.bytes);
  }

  records(): readonly number[] {
    return this.#shares.map(() => this.#arena.record(layout.SHIFT_SIZE));
  }

  describe(record: number, m: number): number {
    const [first, last] = this.#shares[m];
    this.#arena.integers(record, {
      [layout.DENSE_WEIGHTS]: this.#matrix + 4 * first,
      [layout.DENSE_STRIDE]: this.#columns,
      [layout.DENSE_COLUMNS]: Math.min(last, this.#columns) - first,
    });
    return first;
  }

  length(): number {
    return this.#post;
  }

  bind(): void {
    this.#weights = this.#arena.view(Float32Array, this.#matrix, this.#pre * this.#columns);
  }

  take(weights: Float32Array): void {
    const post = this.#post;
    for (let row = 0; row < this.#pre; row++)
      this.#weights.set(weights.subarray(row * post, (row + 1) * post), row * this.#columns);
  }

  give(weights: Float32Array | Float64Array): void {
    for (let row = 0; row < this.#pre; row++) {
      const at = row * this.#columns;
      weights.set(this.#weights.subarray(at, at + this.#post), row * this.#post);
    }
  }
}

/** A list in rows, in each of which targets ascend: each member of a crew has a stretch of it. */
export class ShiftList implements ShiftLayout {
  readonly bytes: number;
  readonly deliver = "deliverList";
  readonly shift = "shiftList";
  readonly counts = true;
  readonly #arena: Arena;
  readonly #synapses: Projection;
  readonly #startsAt: number;
  readonly #targetsAt: number;
  readonly #weightsAt: number;
  readonly #ends: readonly number[];
  readonly #wide: boolean;
  #weights!: Float32Array;

  constructor(arena: Arena, synapses: Projection, members: number) {
    const { pre, post } = synapses;
    this.#arena = arena;
    this.#synapses = synapses;
    this.#ends = shares(post, members).map(([, last]) => last);
    this.#wide = post > 65_536;
    const before = arena.used;
    this.#startsAt = arena.take(4 * (pre * members + 1));
    this.#targetsAt = arena.take((this.#wide ? 4 : 2) * synapses.synapses);
    this.#weightsAt = arena.take(4 * synapses.synapses);
    this.bytes = arena.used - before;
  }

  records(): readonly number[] {
    return this.#ends.map(() => this.#arena.record(layout.LIST_SIZE));
  }

  describe(record: number, m: number): number {
    this.#arena.integers(record, {
      [layout.DENSE_WEIGHTS]: this.#weightsAt,
      [layout.LIST_STARTS]: this.#startsAt,
      [layout.LIST_MEMBERS]: this.#ends.length,
      [layout.LIST_MEMBER]: m,
      [layout.LIST_TARGETS]: this.#targetsAt,
      [layout.LIST_WIDE]: this.#wide ? 1 : 0,
    });
    return 0;
  }

  length(row: number): number {
    return this.#synapses.rowLength(row);
  }

  bind(): void {
    const { pre, synapses, runs } = this.#synapses;
    const { starts: rowStart, targets } = runs;
    const view = this.#arena.view.bind(this.#arena);
    this.#weights = view(Float32Array, this.#weightsAt, synapses);
    const into = this.#wide
      ? view(Uint32Array, this.#targetsAt, synapses)
      : view(Uint16Array, this.#targetsAt, synapses);
    into.set(targets);
    const ends = this.#ends;
    const starts = view(Uint32Array, this.#startsAt, pre * ends.length + 1);
    for (let row = 0, s = 0; row < pre; row++) {
      for (let m = 0; m < ends.length; m++) {
        starts[row * ends.length + m] = s;
        while (s < rowStart[row + 1] && targets[s] < ends[m]) s++;
      }
    }
    starts[pre * ends.length] = synapses;
  }

  take(weights: Float32Array): void {
    this.#weights.set(weights);
  }

  give(weights: Float32Array | Float64Array): void {
    weights.set(this.#weights);
  }
}
