import type { Encoder, EncoderSettings } from "./encoder.ts";

/** Inputs below this intensity stay silent. */
const DARKEST = 0.1;

/**
 * Latency code: one spike per input at T (1 - intensity), the brightest first; dark inputs stay silent. Meant for
 * membranes and traces without a leak, where every spike counts alike at the end of the presentation.
 */
export function latency({ inputs, durationMs }: EncoderSettings): Encoder {
  return {
    fixed: true,
    encode(intensities, _key, into) {
      into.gain = 1;
      into.analogue = null;
      into.spikes.clear();
      for (let i = 0; i < inputs; i++) {
        const p = intensities[i];
        if (p >= DARKEST) into.spikes.push(Math.max(0, durationMs * (1 - p)), i);
      }
      into.spikes.sort(durationMs);
    },
  };
}
