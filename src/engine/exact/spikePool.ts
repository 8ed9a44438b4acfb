import { exp } from "../../math/elementary.ts";
import type { Pool } from "../network/architecture.ts";
import type { SpikeTrain } from "../record/spikeTrain.ts";

/**
 * Pooling of spikes. `average`: the synapses of a pool are shared by its neurons, at 1 / size^2 of their weight, so each
 * spike passes as it is. `max`: a pool keeps the traces of its neurons, which all decay alike, and fires whenever the
 * largest of them has outgrown the trace of its own spikes by half a spike: at any time its trace is the largest one,
 * rounded to spikes. That needs no more than the spikes so far, and unlike a gate that lets through whoever leads
 * (Rueckauer et al. 2017, Front. Neurosci. 11:682) it does not add up neurons that take turns.
 */
export class SpikePool {
  /** What a spike of a pool stands for, over what one of a neuron does. */
  readonly share: number;
  readonly #pools: Int32Array;
  readonly #max: boolean;
  /** In the coordinates of `LifLayer`, where nothing decays: sums of exp(t / tau) over spikes. */
  readonly #traces: Float64Array;
  readonly #own: Float64Array;

  /** @param pools  of `poolsOf` */
  constructor({ kind, size }: Pool, pools: Int32Array) {
    this.#pools = pools;
    this.#max = kind === "max";
    this.share = this.#max ? 1 : 1 / (size * size);
    this.#traces = new Float64Array(this.#max ? pools.length : 0);
    this.#own = new Float64Array(this.#max ? 1 + pools.reduce((a, b) => Math.max(a, b), -1) : 0);
  }

  /** @param tau  time constant of the traces [ms] */
  pool(spikes: SpikeTrain, tau: number, into: SpikeTrain): void {
    into.clear();
    this.#traces.fill(0);
    this.#own.fill(0);
    for (let k = 0; k < spikes.length; k++) {
      const [t, i] = [spikes.times[k], spikes.neurons[k]];
      const p = this.#pools[i];
      if (p < 0) continue;
      if (!this.#max) {
        into.push(t, p);
        continue;
      }
      const e = exp(t / tau);
      const trace = this.#traces[i] + e;
      this.#traces[i] = trace;
      while (trace - this.#own[p] >= e / 2) {
        this.#own[p] += e;
        into.push(t, p);
      }
    }
  }
}
