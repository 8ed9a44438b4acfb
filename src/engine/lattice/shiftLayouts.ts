import type { Arena } from "../kernels/arena.ts";
import * as layout from "../kernels/layout.ts";
import type { Projection } from "../network/synapses/projection.ts";
import { shares } from "./crew.ts";

/** How synapses that spikes change by one number for each target lie in the arena; see `ShiftRows`. */
export interface ShiftLayout {
  readonly bytes: number;
  readonly deliver: "deliverDense" | "deliverList";
  readonly shift: "shiftDense" | "shiftList";
  /** For each member of a crew. */
  readonly records: readonly number[];
  /** Whether `shift` says how many synapses it has changed; else it changes all of a row where its number is not 0. */
  readonly counts: boolean;
  /** What its first target is in the records of member m. */
  first(m: number): number;
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
  readonly records: readonly number[];
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
    this.records = this.#shares.map(() => arena.record(layout.SHIFT_SIZE));
    this.bytes = 4 * pre * this.#columns;
    this.#matrix = arena.take(this.bytes);
  }

  first(m: number): number {
    return this.#shares[m][0];
  }

  length(): number {
    return this.#post;
  }

  bind(): void {
    const columns = this.#columns;
    this.#weights = this.#arena.view(Float32Array, this.#matrix, this.#pre * columns);
    this.#shares.forEach(([first, last], m) => {
      this.#arena.integers(this.records[m], {
        [layout.DENSE_WEIGHTS]: this.#matrix + 4 * first,
        [layout.DENSE_STRIDE]: columns,
        [layout.DENSE_COLUMNS]: Math.min(last, columns) - first,
      });
    });
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
  readonly records: readonly number[];
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
    this.records = this.#ends.map(() => arena.record(layout.LIST_SIZE));
    const before = arena.used;
    this.#startsAt = arena.take(4 * (pre * members + 1));
    this.#targetsAt = arena.take((this.#wide ? 4 : 2) * synapses.synapses);
    this.#weightsAt = arena.take(4 * synapses.synapses);
    this.bytes = arena.used - before;
  }

  first(): number {
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
    this.records.forEach((record, m) => {
      this.#arena.integers(record, {
        [layout.DENSE_WEIGHTS]: this.#weightsAt,
        [layout.LIST_STARTS]: this.#startsAt,
        [layout.LIST_MEMBERS]: ends.length,
        [layout.LIST_MEMBER]: m,
        [layout.LIST_TARGETS]: this.#targetsAt,
        [layout.LIST_WIDE]: this.#wide ? 1 : 0,
      });
    });
  }

  take(weights: Float32Array): void {
    this.#weights.set(weights);
  }

  give(weights: Float32Array | Float64Array): void {
    weights.set(this.#weights);
  }
}
