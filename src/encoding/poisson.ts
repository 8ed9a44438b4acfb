import { Rng } from "../math/rng.ts";
import { type Encoder, type EncoderSettings, tracePerSpike } from "./encoder.ts";

/** Poisson code: input i fires at the rate maxSpikes * intensity per presentation, drawn anew for every key. */
export function poisson({ inputs, durationMs, tauMem, maxSpikes, seed }: EncoderSettings): Encoder {
  const gain = 1 / (maxSpikes * tracePerSpike(durationMs, tauMem));
  return {
    encode(intensities, key, into) {
      const rng = new Rng(seed, `poisson/${key}`);
      into.gain = gain;
      into.analogue = null;
      into.spikes.clear();
      for (let i = 0; i < inputs; i++) {
        const rate = (maxSpikes * intensities[i]) / durationMs;
        if (rate <= 0) continue;
        for (let t = rng.exponential(rate); t <= durationMs; t += rng.exponential(rate))
          into.spikes.push(t, i);
      }
      into.spikes.sort(durationMs);
    },
  };
}
