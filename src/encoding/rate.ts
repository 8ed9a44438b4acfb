import { rateCode } from "../engine/kernels/rateCode.ts";
import { Rng } from "../math/rng.ts";
import { type Encoder, type EncoderSettings, tracePerSpike } from "./encoder.ts";

/**
 * Deterministic rate code: input i is an integrate-and-fire cell driven by its intensity p, with spike k at
 * (k - phase_i) T / (maxSpikes p). The fixed random phase dithers the rounding of the spike count and is the same in
 * every presentation, so that two presentations of one sample differ by nothing but what the rule adds.
 */
export function rate({ inputs, durationMs, tauMem, maxSpikes, seed, resolution }: EncoderSettings): Encoder {
  const rng = new Rng(seed, "encoder phase");
  const phases = new Float64Array(inputs);
  for (let i = 0; i < inputs; i++) phases[i] = rng.uniform();
  const code = { phases, durationMs, maxSpikes, ...(resolution !== undefined && { resolution }) };
  const gain = 1 / (maxSpikes * tracePerSpike(durationMs, tauMem));
  return {
    fixed: true,
    encode(intensities, _key, into) {
      into.gain = gain;
      into.analogue = null;
      rateCode(code, intensities, into.spikes);
    },
  };
}
