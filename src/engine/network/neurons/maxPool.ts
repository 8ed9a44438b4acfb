import { InputError, shown } from "../../../errors.ts";
import { exp } from "../../../math/elementary.ts";
import { poolsOf } from "../architecture.ts";
import { expectInteger } from "../expect.ts";
import { type Given, table } from "../parameters.ts";
import type { NeuronGroup } from "./neuronGroup.ts";
import type { NeuronDefinition } from "./neuronModel.ts";

/**
 * Max pooling of spikes. Neurons stand in rows, columns and channels, as those of a convolution; those of one window
 * and channel are one pool. Each keeps the trace of the spikes that reach it, all of which decay alike, and passes a
 * spike on whenever its trace has outgrown the trace of what its whole pool has passed on by half a spike: at any time
 * the pool's trace is the largest one, rounded to spikes. That needs no more than the spikes so far, and unlike a gate
 * that lets through whoever leads (Rueckauer et al. 2017, Front. Neurosci. 11:682) it does not add up neurons that take
 * turns. What arrives counts as one spike, whatever its weight, and leaves at the same instant.
 */
const parameters = table({
  tauMem: {
    unit: "ms",
    check: t => t > 0 || "a time in ms above 0",
    doc: "of the traces; Infinity counts spikes",
  },
  shape: { unit: "1", own: true, doc: "[height, width, channels]" },
  size: {
    unit: "1",
    check: n => (Number.isInteger(n) && n >= 1) || "an integer of 1 or more",
    doc: "side of the windows, which do not overlap; rows and columns that do not fill one pass nothing on",
  },
});

/** Parameters of `max-pool` neurons as they are described. */
export type MaxPoolSpec = Omit<Given<typeof parameters>, "shape"> & {
  readonly shape: readonly [number, number, number];
};

export const maxPool: NeuronDefinition<typeof parameters, "max-pool"> = {
  name: "max-pool",
  parameters,
  fits(p, neurons) {
    const pools = poolsIn(p);
    if (neurons !== pools.length)
      throw new InputError(`shape: expected ${neurons} neurons, the population's size, got ${pools.length}`);
  },
  create: p => new MaxPoolGroup(poolsIn(p), p.tauMem),
};

/** The pool that each neuron belongs to; -1 for neurons that no window holds. */
function poolsIn({ shape, size }: { readonly shape: unknown; readonly size: number }): Int32Array {
  if (!Array.isArray(shape) || shape.length !== 3)
    throw new InputError(`shape: expected [height, width, channels], got ${shown(shape)}`);
  shape.forEach((n, k) => {
    expectInteger(`shape[${k}]`, n, 1);
  });
  const [height, width, channels] = shape as [number, number, number];
  const to = { height: Math.floor(height / size), width: Math.floor(width / size), channels };
  return poolsOf({ kind: "max", size, from: { height, width, channels }, to });
}

class MaxPoolGroup implements NeuronGroup {
  readonly #pools: Int32Array;
  readonly #tau: number;
  readonly #traces: Float64Array;
  readonly #last: Float64Array;
  /** By pool: trace of what has been passed on. */
  readonly #own: Float64Array;
  readonly #ownLast: Float64Array;

  constructor(pools: Int32Array, tau: number) {
    const count = 1 + pools.reduce((a, b) => Math.max(a, b), -1);
    this.#pools = pools;
    this.#tau = tau;
    this.#traces = new Float64Array(pools.length);
    this.#last = new Float64Array(pools.length);
    this.#own = new Float64Array(count);
    this.#ownLast = new Float64Array(count);
  }

  receive(i: number, t: number): void {
    this.#traces[i] = this.#decayed(this.#traces, this.#last, i, t) + 1;
    this.#last[i] = t;
  }

  fire(i: number, t: number): number {
    const p = this.#pools[i];
    if (p < 0) return 0;
    const trace = this.#decayed(this.#traces, this.#last, i, t);
    const own = this.#decayed(this.#own, this.#ownLast, p, t);
    const spikes = Math.max(0, Math.floor(trace - own + 0.5));
    this.#own[p] = own + spikes;
    this.#ownLast[p] = t;
    return spikes;
  }

  #decayed(traces: Float64Array, last: Float64Array, k: number, t: number): number {
    return traces[k] * exp((last[k] - t) / this.#tau);
  }

  nextSpike(): number {
    return Infinity;
  }

  potential(): number {
    return 0;
  }

  /** Currents and crossings mean nothing to it. */
  setCurrent(): void {}
  settleCrossing(): void {}
}
