import type { Encoder } from "./encoder.ts";

/** What this encoder shows, said wherever its numbers stand. */
export const DIRECT_CURRENT = "direct current, no input spikes";

/**
 * No input spikes: each intensity drives its synapses as a constant current that brings the input's trace to exactly
 * the intensity at the end of the presentation.
 */
export function current(): Encoder {
  return {
    fixed: true,
    encode(intensities, _key, into) {
      into.spikes.clear();
      const { length } = intensities;
      const drive = into.analogue?.length === length ? into.analogue : new Float64Array(length);
      for (let i = 0; i < length; i++) drive[i] = intensities[i];
      into.analogue = drive;
    },
  };
}
