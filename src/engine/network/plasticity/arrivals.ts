import { exp } from "../../../math/elementary.ts";
import type { SpikeTrain } from "../../record/spikeTrain.ts";
import type { Projection } from "../synapses/projection.ts";

/** What an arrival at a time [ms] counts for at neuron j, per what its spike stands for. */
export type Reading = (j: number, arrival: number) => number;

/** The trace that it has left at the end. */
export function atEnd(tau: number, end: number): Reading {
  return (_, arrival) => exp((arrival - end) / tau);
}

/** The trace of it that the spikes of neuron j read from then on, summed. */
export function atSpikes(post: SpikeTrain, neurons: number, tau: number): Reading {
  const times = Array.from({ length: neurons }, () => [] as number[]);
  for (let k = 0; k < post.length; k++) times[post.neurons[k]].push(post.times[k]);
  return (j, arrival) => {
    let sum = 0;
    const own = times[j];
    for (let k = own.length - 1; k >= 0 && own[k] >= arrival; k--) sum += exp((arrival - own[k]) / tau);
    return sum;
  };
}

/**
 * changes += modulator (x) eligibility of synapses with any delays: each spike counts from when it arrives.
 * @param spikes     of the sources; what arrives after `end` [ms] does not count
 * @param gain       what a spike stands for
 * @param modulator  one number per target
 * @param changes    in the order of the weights
 * @returns          synapses that were given a change, once for each arrival
 */
export function addArrivals(
  synapses: Projection,
  spikes: SpikeTrain,
  gain: number,
  end: number,
  modulator: ArrayLike<number>,
  reading: Reading,
  changes: Float32Array,
): number {
  let updates = 0;
  for (let k = 0; k < spikes.length; k++) {
    const [t, row] = [spikes.times[k], spikes.neurons[k]];
    const length = synapses.rowLength(row);
    for (let cursor = 0; cursor < length; ) {
      const arrival = t + synapses.delayAt(row, cursor);
      if (arrival > end) break;
      const first = cursor;
      cursor = synapses.deliver(row, cursor, (j, _, s) => {
        changes[s] += modulator[j] * gain * reading(j, arrival);
      });
      updates += cursor - first;
    }
  }
  return updates;
}
