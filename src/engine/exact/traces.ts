import { exp } from "../../math/elementary.ts";
import type { SpikeTrain } from "../record/spikeTrain.ts";

/** How long traces decay in a presentation [ms]. */
interface Decay {
  readonly durationMs: number;
  readonly neuron: { readonly tauMem: number };
}

/** Exponentially filtered spikes at the end of a presentation; those of twins, numbered after all of `out`, count against. */
export function filter(
  spikes: SpikeTrain,
  gain: number,
  out: Float64Array,
  { durationMs, neuron }: Decay,
): void {
  out.fill(0);
  const { tauMem } = neuron;
  for (let k = 0; k < spikes.length; k++) {
    const i = spikes.neurons[k];
    const left = gain * exp((spikes.times[k] - durationMs) / tauMem);
    if (i < out.length) out[i] += left;
    else out[i - out.length] -= left;
  }
}

/** Adds to a trace what is left of it from the presentation before, and keeps it for the next one. */
export function goOn(left: Float64Array, trace: Float64Array, { durationMs, neuron }: Decay): void {
  const decay = exp(-durationMs / neuron.tauMem);
  for (let i = 0; i < trace.length; i++) trace[i] += left[i] * decay;
  left.set(trace);
}

export function sum(a: Float64Array | null, b: Float64Array | null): Float64Array | null {
  return a && b ? a.map((value, i) => value + b[i]) : (a ?? b);
}
