import { InputError } from "../../../errors.ts";
import { delayOf } from "../../instant.ts";
import type { Runs } from "./runs.ts";
import { sortRows } from "./sortRows.ts";
import { fingerprint } from "./weightWatch.ts";

/** What a projection is made of. */
export interface Synapses {
  readonly pre: number;
  readonly post: number;
  readonly runs: Runs;
  /** With these, `runs` are those of one line of sources; see `Sliding`. */
  readonly lines?: Runs;
  /** One each, where the runs say; or one for all. */
  readonly weights: Float32Array | number;
  /** [ms], one for all, or one for each run, of length 1 then: these are put in order, with the weights of a list. */
  readonly delay: number | Float32Array | Float64Array;
  readonly gain: number;
  /** Whether the list of weights was made for it. */
  readonly ownsWeights?: boolean;
  /** Whether someone else has the list of weights. */
  readonly lent?: boolean;
}

/**
 * Synapses from one population to another, stored pre-major as runs. The row of a presynaptic neuron is walked by a
 * cursor in order of delay, then of target, so that one spike needs one queue entry at a time, however its delays differ.
 *
 * A list takes 4 bytes of a synapse for its target, 4 for its weight and, where delays differ, 4 for its delay; a matrix
 * its weights alone, with delays 8 or 12 more; a kernel its weights, and what it takes to slide along either side.
 */
export class Projection {
  readonly pre: number;
  readonly post: number;
  readonly synapses: number;
  readonly lines: Runs | null;
  readonly ownsWeights: boolean;
  /** Whether someone may have the list of weights. */
  lent: boolean;
  /** Whether to keep what they were then; see `WeightWatch`. */
  watched = false;
  lentAs: Int32Array | null = null;
  /** The weight of all synapses, as long as nobody has asked for one each. */
  uniformWeight: number | null;
  /** Factor on every weight at delivery: what one presynaptic spike stands for; simulations made from now on use it. */
  gain: number;
  /** Shortest delay [ms]. */
  readonly minDelay: number;
  /** One for each run, or null when all are `minDelay`. */
  readonly delays: Float32Array | Float64Array | null;
  #runs: Runs;
  #weights: Float32Array | null;
  #update: (() => void) | null = null;

  /** @throws InputError for weights, a gain or delays that cannot be */
  constructor(given: Synapses) {
    const { pre, post, runs, lines = null, weights, delay, gain, ownsWeights = false, lent = false } = given;
    const each = typeof weights === "number" ? null : weights;
    if (!each && !Number.isFinite(weights))
      throw new InputError(`weights: expected a finite number, got ${weights}`);
    if (each) expectFinite(each);
    if (!Number.isFinite(gain)) throw new InputError(`gain: expected a finite number, got ${gain}`);
    this.pre = pre;
    this.post = post;
    this.lines = lines;
    this.#runs = runs;
    this.synapses = runs.targets.length * (lines?.targets.length ?? 1) * runs.length;
    this.uniformWeight = each ? null : Math.fround(weights as number);
    this.#weights = each;
    this.ownsWeights = ownsWeights || !each;
    this.lent = lent;
    this.gain = gain;
    this.minDelay = least(delay);
    this.delays = typeof delay === "number" ? null : delay;
    if (this.delays) sortRows(runs, runs.places ?? each, this.delays);
  }

  get runs(): Runs {
    return this.#runs;
  }

  /** Whether several synapses have one weight. */
  get shared(): boolean {
    return this.#runs.shared;
  }

  /** Whether it is a list of synapses, in the order of their weights. */
  get listed(): boolean {
    return this.#runs.places === null;
  }

  /** Whether it is a matrix whose rows are delivered at once. */
  get full(): boolean {
    return !this.listed && !this.shared && !this.delays;
  }

  /** Whether the weights are a matrix of every source and every target, all of one delay. */
  get matrix(): boolean {
    if (!this.listed) return this.full;
    const { starts, targets } = this.#runs;
    const { post } = this;
    if (this.delays || this.synapses !== this.pre * post) return false;
    return starts.every((s, row) => s === row * post) && targets.every((j, s) => j === s % post);
  }

  /** From now on the targets of a list are those in `storage`, which holds the same: it serves a simulation as well. */
  keepTargetsIn(targets: Uint32Array | Uint16Array): void {
    this.#runs = { ...this.#runs, targets };
  }

  /**
   * One per synapse, rows contiguous, unless shared. Whoever takes the list may change it in place, as plasticity does: a
   * simulation delivers what it holds, those that keep weights in their own way from their next run on; see `WeightWatch`.
   */
  get weights(): Float32Array {
    this.#update?.();
    this.#lend();
    return this.heldWeights;
  }

  #lend(): void {
    if (!this.lent && this.watched) this.lentAs = fingerprint(this.heldWeights);
    this.lent = true;
  }

  /** The same list, for those who only read; written out when first asked for. */
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
    if (this.#update) this.#lend();
    if (this.lent) return false;
    this.#update = update;
    this.#weights = storage;
    this.uniformWeight = null;
    return true;
  }

  /** Static memory: targets, weights and delays. */
  get bytes(): number {
    const { starts, targets, places } = this.#runs;
    const arrays = [starts, targets, places, this.#weights, this.delays];
    if (this.lines) arrays.push(this.lines.starts, this.lines.targets, this.lines.places);
    return arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  }

  /** Where the cursor of a row ends. */
  rowLength(row: number): number {
    const { starts, length } = this.#runs;
    if (!this.lines) return (starts[row + 1] - starts[row]) * length;
    const [y, x] = this.#place(row);
    const { starts: heights } = this.lines;
    return (heights[y + 1] - heights[y]) * (starts[x + 1] - starts[x]) * length;
  }

  /** Delay of the target that the cursor points at [ms]. */
  delayAt(row: number, cursor: number): number {
    return this.delays ? delayOf(this.delays[this.#runs.starts[row] + cursor]) : this.minDelay;
  }

  /**
   * Delivers a spike of `row` to the targets from `cursor` on that share one delay.
   * @param receive  is given the synapse as its place among the weights
   * @returns the cursor of the next target, or the row's length when it is done
   */
  deliver(
    row: number,
    cursor: number,
    receive: (target: number, weight: number, synapse: number) => void,
  ): number {
    if (this.lines) return this.#deliverLines(this.lines, row, receive);
    const { starts, targets, places, length } = this.#runs;
    const { delays } = this;
    const weights = this.#weights;
    const uniform = this.uniformWeight ?? 0;
    const first = starts[row];
    const end = starts[row + 1];
    // Lists, and where delays differ.
    if (length === 1) {
      let n = first + cursor;
      const delay = delays ? delays[n] : 0;
      for (; n < end && (!delays || delays[n] === delay); n++) {
        const s = places ? places[n] : n;
        receive(targets[n], weights ? weights[s] : uniform, s);
      }
      return n - first;
    }
    for (let n = first; n < end; n++) {
      let j = targets[n];
      let s = places ? places[n] : n;
      for (const stop = s + length; s < stop; s++, j++) receive(j, weights ? weights[s] : uniform, s);
    }
    return (end - first) * length;
  }

  /** The synapses that `deliver` reaches, as runs of neighbouring targets whose weights are neighbours. */
  visit(row: number, cursor: number, hear: (target: number, place: number, length: number) => void): void {
    const { starts, targets, places, length } = this.#runs;
    const { delays, lines } = this;
    if (lines) {
      const [y, x] = this.#place(row);
      for (let k = lines.starts[y]; k < lines.starts[y + 1]; k++)
        for (let n = starts[x]; n < starts[x + 1]; n++)
          hear(lines.targets[k] + targets[n], lines.places![k] + places![n], length);
      return;
    }
    if (length > 1) {
      for (let n = starts[row]; n < starts[row + 1]; n++) hear(targets[n], places ? places[n] : n, length);
      return;
    }
    const first = starts[row] + cursor;
    let end = starts[row + 1];
    if (delays) for (end = first; end < starts[row + 1] && delays[end] === delays[first]; ) end++;
    for (let n = first; n < end; ) {
      const start = n++;
      const place = places ? places[start] : start;
      while (n < end && targets[n] === targets[n - 1] + 1 && (!places || places[n] === places[n - 1] + 1))
        n++;
      hear(targets[start], place, n - start);
    }
  }

  #deliverLines(
    lines: Runs,
    row: number,
    receive: (target: number, weight: number, synapse: number) => void,
  ): number {
    const { starts, targets, places, length } = this.#runs;
    const weights = this.heldWeights;
    const [y, x] = this.#place(row);
    for (let k = lines.starts[y]; k < lines.starts[y + 1]; k++) {
      for (let n = starts[x]; n < starts[x + 1]; n++) {
        let j = lines.targets[k] + targets[n];
        let s = lines.places![k] + places![n];
        for (const stop = s + length; s < stop; s++, j++) receive(j, weights[s], s);
      }
    }
    return this.rowLength(row);
  }

  /** Line of a source, and its place in it. */
  #place(row: number): [number, number] {
    const sources = this.#runs.starts.length - 1;
    const y = Math.floor(row / sources);
    return [y, row - y * sources];
  }
}

function expectFinite(weights: Float32Array): void {
  for (let s = 0; s < weights.length; s++) {
    // Of what is not finite, the difference to itself is no number.
    if (weights[s] - weights[s] !== 0)
      throw new InputError(`weights[${s}]: expected a finite number, got ${weights[s]}`);
  }
}

/** Whoever gives no synapses gives no delays: 0 then. */
function least(delay: number | Float32Array | Float64Array): number {
  if (typeof delay === "number") {
    if (!(delay >= 0 && delay < Infinity)) throw new InputError(`delay: expected 0 ms or more, got ${delay}`);
    return delay;
  }
  let least = Infinity;
  for (let s = 0; s < delay.length; s++) {
    const one = delay[s];
    if (!(one >= 0 && one < Infinity)) throw new InputError(`delay[${s}]: expected 0 ms or more, got ${one}`);
    if (one < least) least = one;
  }
  return least === Infinity ? 0 : delayOf(least);
}
