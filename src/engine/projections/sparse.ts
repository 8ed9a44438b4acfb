import { InputError } from "../../errors.ts";
import type { Projection } from "./projection.ts";

/**
 * Any set of synapses as compressed rows: 4 bytes for a target, 4 for a weight and, where delays differ, 4 for a
 * delay, and one offset per presynaptic neuron. Rows are sorted by delay, then by target.
 */
export class SparseProjection implements Projection {
  readonly pre: number;
  readonly post: number;
  readonly weights: Float32Array;
  readonly gain: number;
  readonly minDelay: number;
  /** [pre + 1]: synapses of row i are rowStart[i] .. rowStart[i + 1] - 1. */
  readonly rowStart: Uint32Array;
  /** [synapses] */
  readonly targets: Uint32Array;
  /** [synapses], or null when all delays are `minDelay`. */
  readonly delays: Float32Array | null;

  /**
   * @param rowStart  [pre + 1]
   * @param targets   [synapses], in rows
   * @param weights   [synapses], in the same order
   * @param delay     [ms], one number or one per synapse in the same order
   * @throws InputError for targets, weights or delays that cannot be
   */
  constructor(
    post: number,
    rowStart: Uint32Array,
    targets: Uint32Array,
    weights: Float32Array,
    delay: number | Float32Array,
    gain = 1,
  ) {
    const synapses = targets.length;
    if (rowStart.at(-1) !== synapses || weights.length !== synapses) {
      throw new InputError(`weights: expected ${rowStart.at(-1)}, one per synapse, got ${weights.length}`);
    }
    if (!Number.isFinite(gain)) throw new InputError(`gain: expected a finite number, got ${gain}`);
    let least = typeof delay === "number" ? delay : Infinity;
    for (let s = 0; s < synapses; s++) {
      if (!(targets[s]! < post)) {
        throw new InputError(`targets[${s}]: expected a neuron below ${post}, got ${targets[s]}`);
      }
      if (!Number.isFinite(weights[s]!)) {
        throw new InputError(`weights[${s}]: expected a finite number, got ${weights[s]}`);
      }
      if (typeof delay !== "number") {
        if (!(delay[s]! >= 0 && delay[s]! < Infinity)) {
          throw new InputError(`delay[${s}]: expected 0 ms or more, got ${delay[s]}`);
        }
        least = Math.min(least, delay[s]!);
      }
    }
    if (!(least >= 0) || (typeof delay === "number" && least === Infinity)) {
      throw new InputError(`delay: expected 0 ms or more, got ${least}`);
    }
    this.pre = rowStart.length - 1;
    this.post = post;
    this.rowStart = rowStart;
    this.targets = targets;
    this.weights = weights;
    this.gain = gain;
    this.minDelay = least === Infinity ? 0 : least;
    this.delays = typeof delay === "number" ? null : delay;
    if (this.delays) this.#sortRows(this.delays);
  }

  get synapses(): number {
    return this.targets.length;
  }

  get bytes(): number {
    const arrays = [this.rowStart, this.targets, this.weights, this.delays];
    return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  }

  rowLength(row: number): number {
    return this.rowStart[row + 1]! - this.rowStart[row]!;
  }

  delayAt(row: number, cursor: number): number {
    return this.delays ? this.delays[this.rowStart[row]! + cursor]! : this.minDelay;
  }

  deliver(
    row: number,
    cursor: number,
    receive: (target: number, weight: number, synapse: number) => void,
  ): number {
    const start = this.rowStart[row]!;
    const end = this.rowStart[row + 1]!;
    const { targets, weights, delays } = this;
    let s = start + cursor;
    const delay = delays ? delays[s]! : 0;
    for (; s < end && (!delays || delays[s] === delay); s++) receive(targets[s]!, weights[s]!, s);
    return s - start;
  }

  #sortRows(delays: Float32Array): void {
    const { targets, weights, rowStart } = this;
    for (let i = 0; i < this.pre; i++) {
      const [start, end] = [rowStart[i]!, rowStart[i + 1]!];
      const order = Uint32Array.from({ length: end - start }, (_, k) => start + k).sort(
        (a, b) => delays[a]! - delays[b]! || targets[a]! - targets[b]! || a - b,
      );
      const [t, w, d] = [
        order.map(s => targets[s]!),
        Float32Array.from(order, s => weights[s]!),
        Float32Array.from(order, s => delays[s]!),
      ];
      targets.set(t, start);
      weights.set(w, start);
      delays.set(d, start);
    }
  }
}
