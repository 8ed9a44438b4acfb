import { InputError } from "../../../errors.ts";
import { delayOf } from "../../instant.ts";
import type { Projection } from "./projection.ts";

/**
 * Any set of synapses as compressed rows: 4 bytes for a target, 4 for a weight and, where delays differ, 4 for a
 * delay, and one offset per presynaptic neuron. Rows are sorted by delay, then by target.
 */
export class SparseProjection implements Projection {
  readonly pre: number;
  readonly post: number;
  /** Whether the list of weights was made for it. */
  readonly ownsWeights: boolean;
  lent: boolean;
  /** The weight of all synapses, as long as nobody has asked for one each. */
  uniformWeight: number | null;
  #weights: Float32Array | null;
  #update: (() => void) | null = null;
  gain: number;
  readonly minDelay: number;
  /** [pre + 1]: synapses of row i are rowStart[i] .. rowStart[i + 1] - 1. */
  readonly rowStart: Uint32Array;
  #targets: Uint32Array;
  /** [synapses], or null when all delays are `minDelay`. */
  readonly delays: Float32Array | null;

  /**
   * @param rowStart  [pre + 1]
   * @param targets   [synapses], in rows
   * @param weights   [synapses], in the same order, or one number for all
   * @param delay     [ms], one number or one per synapse in the same order
   * @param lent      whether someone else has the list of weights
   * @throws InputError for targets, weights or delays that cannot be
   */
  constructor(
    post: number,
    rowStart: Uint32Array,
    targets: Uint32Array,
    weights: Float32Array | number,
    delay: number | Float32Array,
    gain = 1,
    ownsWeights = false,
    lent = !ownsWeights && typeof weights !== "number",
  ) {
    const synapses = targets.length;
    const each = typeof weights === "number" ? null : weights;
    if (rowStart.at(-1) !== synapses || (each && each.length !== synapses)) {
      throw new InputError(`weights: expected ${rowStart.at(-1)}, one per synapse, got ${each?.length}`);
    }
    if (!each && !Number.isFinite(weights)) {
      throw new InputError(`weights: expected a finite number, got ${weights}`);
    }
    if (!Number.isFinite(gain)) throw new InputError(`gain: expected a finite number, got ${gain}`);
    let least = typeof delay === "number" ? delay : Infinity;
    for (let s = 0; s < synapses; s++) {
      if (!(targets[s] < post)) {
        throw new InputError(`targets[${s}]: expected a neuron below ${post}, got ${targets[s]}`);
      }
      if (each && !Number.isFinite(each[s])) {
        throw new InputError(`weights[${s}]: expected a finite number, got ${each[s]}`);
      }
      if (typeof delay !== "number") {
        if (!(delay[s] >= 0 && delay[s] < Infinity)) {
          throw new InputError(`delay[${s}]: expected 0 ms or more, got ${delay[s]}`);
        }
        least = Math.min(least, delay[s]);
      }
    }
    if (!(least >= 0) || (typeof delay === "number" && least === Infinity)) {
      throw new InputError(`delay: expected 0 ms or more, got ${least}`);
    }
    this.pre = rowStart.length - 1;
    this.post = post;
    this.rowStart = rowStart;
    this.#targets = targets;
    this.uniformWeight = each ? null : Math.fround(weights as number);
    this.#weights = each;
    this.ownsWeights = ownsWeights || !each;
    this.lent = lent;
    this.gain = gain;
    this.minDelay = least === Infinity ? 0 : typeof delay === "number" ? least : delayOf(least);
    this.delays = typeof delay === "number" ? null : delay;
    if (this.delays) this.#sortRows(this.delays);
  }

  /** [synapses] */
  get targets(): Uint32Array {
    return this.#targets;
  }

  /** From now on the targets are those in `storage`, which holds the same: one list serves a simulation as well. */
  keepTargetsIn(storage: Uint32Array): void {
    this.#targets = storage;
  }

  get weights(): Float32Array {
    this.lent = true;
    this.#update?.();
    return this.heldWeights;
  }

  /** Written out when first asked for. */
  get heldWeights(): Float32Array {
    if (!this.#weights) {
      this.#weights = new Float32Array(this.synapses).fill(this.uniformWeight!);
      this.uniformWeight = null;
    }
    return this.#weights;
  }

  /**
   * From now on the weights are those in `storage`, which holds the same.
   * @param update  brings it up to date, for who takes the list
   * @returns false where someone has the list that they are in: it stays
   */
  keepWeightsIn(storage: Float32Array, update: () => void): boolean {
    if (this.#update) this.lent = true;
    if (this.lent) return false;
    this.#update = update;
    this.#weights = storage;
    this.uniformWeight = null;
    return true;
  }

  get synapses(): number {
    return this.targets.length;
  }

  get bytes(): number {
    const arrays = [this.rowStart, this.targets, this.#weights, this.delays];
    return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  }

  rowLength(row: number): number {
    return this.rowStart[row + 1] - this.rowStart[row];
  }

  delayAt(row: number, cursor: number): number {
    return this.delays ? delayOf(this.delays[this.rowStart[row] + cursor]) : this.minDelay;
  }

  deliver(
    row: number,
    cursor: number,
    receive: (target: number, weight: number, synapse: number) => void,
  ): number {
    const start = this.rowStart[row];
    const end = this.rowStart[row + 1];
    const { targets, delays } = this;
    const weights = this.#weights;
    const uniform = this.uniformWeight ?? 0;
    let s = start + cursor;
    const delay = delays ? delays[s] : 0;
    for (; s < end && (!delays || delays[s] === delay); s++) {
      receive(targets[s], weights ? weights[s] : uniform, s);
    }
    return s - start;
  }

  #sortRows(delays: Float32Array): void {
    const { targets, rowStart } = this;
    const weights = this.#weights;
    for (let i = 0; i < this.pre; i++) {
      const [start, end] = [rowStart[i], rowStart[i + 1]];
      const order = Uint32Array.from({ length: end - start }, (_, k) => start + k).sort(
        (a, b) => delays[a] - delays[b] || targets[a] - targets[b] || a - b,
      );
      const [t, d] = [order.map(s => targets[s]), Float32Array.from(order, s => delays[s])];
      if (weights)
        weights.set(
          Float32Array.from(order, s => weights[s]),
          start,
        );
      targets.set(t, start);
      delays.set(d, start);
    }
  }
}
