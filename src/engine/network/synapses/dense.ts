import { InputError } from "../../../errors.ts";
import { delayOf } from "../../instant.ts";
import type { Projection } from "./projection.ts";

/**
 * All-to-all synapses, stored pre-major: the row of a presynaptic neuron is contiguous, so one spike reads one run of
 * memory. With one delay for the projection, a row is its weights in order of target. With a delay per synapse, each
 * row is sorted by delay, and a spike walks along it, one queue entry at a time.
 */
export class DenseProjection implements Projection {
  readonly pre: number;
  readonly post: number;
  /** [pre, post] */
  readonly heldWeights: Float32Array;
  lent: boolean;
  /** Factor on every weight at delivery: what one presynaptic spike stands for. */
  gain: number;
  readonly #delay: number;
  readonly #order: { targets: Uint32Array; delays: Float64Array } | null;

  /**
   * @param weights  [pre * post], row of a presynaptic neuron contiguous
   * @param delay    [ms], one number or [pre * post] numbers; 0 or more
   * @param lent     whether someone else has the list of weights
   */
  constructor(
    pre: number,
    post: number,
    weights: Float32Array,
    delay: number | ArrayLike<number>,
    gain: number,
    lent = true,
  ) {
    if (weights.length !== pre * post) {
      throw new InputError(
        `weights: expected ${pre} x ${post} = ${pre * post} numbers, got ${weights.length}`,
      );
    }
    const bad = weights.findIndex(w => !Number.isFinite(w));
    if (bad >= 0) throw new InputError(`weights[${bad}]: expected a finite number, got ${weights[bad]}`);
    if (!Number.isFinite(gain)) throw new InputError(`gain: expected a finite number, got ${gain}`);
    this.pre = pre;
    this.post = post;
    this.heldWeights = weights;
    this.lent = lent;
    this.gain = gain;
    if (typeof delay === "number") {
      checkDelay(delay, "delay");
      this.#delay = delay;
      this.#order = null;
    } else {
      if (delay.length !== pre * post) {
        throw new InputError(`delay: expected one number or ${pre * post} numbers, got ${delay.length}`);
      }
      for (let s = 0; s < delay.length; s++) checkDelay(delay[s], `delay[${s}]`);
      const each = delay instanceof Float32Array ? Float64Array.from(delay, delayOf) : delay;
      this.#delay = least(each);
      this.#order = sortRows(pre, post, each);
    }
  }

  get weights(): Float32Array {
    this.lent = true;
    return this.heldWeights;
  }

  get synapses(): number {
    return this.heldWeights.length;
  }

  get bytes(): number {
    return (
      this.heldWeights.byteLength +
      (this.#order ? this.#order.targets.byteLength + this.#order.delays.byteLength : 0)
    );
  }

  /** Whether all synapses have `minDelay`. */
  get hasOneDelay(): boolean {
    return this.#order === null;
  }

  rowLength(): number {
    return this.post;
  }

  get minDelay(): number {
    return this.#delay;
  }

  deliver(
    row: number,
    cursor: number,
    receive: (target: number, weight: number, synapse: number) => void,
  ): number {
    const base = row * this.post;
    if (!this.#order) {
      for (let j = 0; j < this.post; j++) receive(j, this.heldWeights[base + j], base + j);
      return this.post;
    }
    const { targets, delays } = this.#order;
    const delay = delays[base + cursor];
    let k = cursor;
    for (; k < this.post && delays[base + k] === delay; k++) {
      const synapse = base + targets[base + k];
      receive(targets[base + k], this.heldWeights[synapse], synapse);
    }
    return k;
  }

  delayAt(row: number, cursor: number): number {
    return this.#order ? this.#order.delays[row * this.post + cursor] : this.#delay;
  }
}

function checkDelay(delay: number, name: string): void {
  if (!(delay >= 0 && delay < Infinity)) throw new InputError(`${name}: expected 0 ms or more, got ${delay}`);
}

function least(numbers: ArrayLike<number>): number {
  let least = Infinity;
  for (let k = 0; k < numbers.length; k++) least = Math.min(least, numbers[k]);
  return least;
}

function sortRows(pre: number, post: number, delay: ArrayLike<number>) {
  const targets = new Uint32Array(pre * post);
  const delays = new Float64Array(pre * post);
  for (let i = 0; i < pre; i++) {
    const row = Uint32Array.from({ length: post }, (_, j) => j);
    row.sort((a, b) => delay[i * post + a] - delay[i * post + b] || a - b);
    row.forEach((j, k) => {
      targets[i * post + k] = j;
      delays[i * post + k] = delay[i * post + j];
    });
  }
  return { targets, delays };
}
