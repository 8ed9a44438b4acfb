import type { Encoder } from "./encoder.ts";

/**
 * No input spikes: each intensity drives its synapses as a constant current that brings the input's trace to exactly
 * the intensity at the end of the presentation.
 */
export function current(): Encoder {
  return {
    encode(intensities, _key, into) {
      into.spikes.clear();
      into.analogue = Float64Array.from(intensities);
    },
  };
}
