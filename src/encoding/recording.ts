import { InputError } from "../errors.ts";
import { Rng } from "../math/rng.ts";
import { type Encoder, type EncoderSettings, tracePerSpike } from "./encoder.ts";

/**
 * The recording itself: every event is a spike of its input at its time; what comes after the presentation is left out.
 * A spike stands for as much as in the rate code: `maxSpikes` of them, evenly spread, for a full intensity. A recording is
 * never drawn, so each presentation shows the same spikes, `--replay` or not.
 *
 * Where a modulation changes intensities (`--modulation spikes`), an input that is to fire less loses each of its events
 * with the same probability, and one that is to fire more gets Poisson spikes, evenly spread, beside them.
 */
export function recording({ inputs, durationMs, tauMem, maxSpikes, seed }: EncoderSettings): Encoder {
  const gain = 1 / (maxSpikes * tracePerSpike(durationMs, tauMem));
  return {
    encode(intensities, key, into, sample) {
      if (!sample?.recording)
        throw new InputError(
          "encoder recording: expected samples that are recordings of events, got intensities alone",
        );
      const { recording, intensities: own } = sample;
      const { times, inputs: at } = recording;
      const { spikes } = into;
      into.gain = gain;
      into.analogue = null;
      spikes.clear();
      const rng = intensities === own ? null : new Rng(seed, `recording/${key}`);
      for (let e = 0; e < times.length; e++) {
        const i = at[e];
        if (times[e] > durationMs) continue;
        if (rng && intensities[i] < own[i] && rng.uniform() * own[i] >= intensities[i]) continue;
        spikes.push(times[e], i);
      }
      for (let i = 0; rng && i < inputs; i++) {
        const rate = (maxSpikes * (intensities[i] - own[i])) / durationMs;
        if (rate <= 0) continue;
        for (let t = rng.exponential(rate); t <= durationMs; t += rng.exponential(rate)) spikes.push(t, i);
      }
      spikes.sort(durationMs);
    },
  };
}
