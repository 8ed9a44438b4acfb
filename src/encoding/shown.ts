import type { Sample } from "../data/dataset.ts";
import type { PresentedInput } from "../engine/exact/presentation.ts";
import { Rng } from "../math/rng.ts";
import { type Encoder, tracePerSpike } from "./encoder.ts";

/**
 * How what a rule adds to the input is shown.
 * `pair`: by spikes beside the sample's own: an input fires what is above 0 and its twin of opposite sign (see
 *     `PresentedInput`) what is below, evenly, from a phase that is drawn for each presentation.
 * `spikes`: it changes the intensity that is encoded, so that inputs fire more or less, down to never. Where most inputs
 *     are dark, only what is above 0 arrives: a presentation is brighter than the one before, whatever was wrong.
 * `current`: no spikes; a constant drive beside them, of either sign.
 */
export const modulations = ["pair", "spikes", "current"] as const;
export type Modulation = (typeof modulations)[number];

/** How a sample is shown when a rule presents it more than once. */
export interface ShownAs {
  /** Spikes that are drawn: the same in every presentation of a sample, instead of afresh. */
  readonly replay: boolean;
  readonly modulation: Modulation;
  /** Length of a presentation, and time constant of traces [ms]. */
  readonly durationMs: number;
  readonly tauMem: number;
  readonly seed: number;
}

/**
 * Puts a sample at an input, for as many presentations as a rule likes.
 * @param sample  a view of its intensities may be reused once it has been learned
 * @param key     names the sample: its first presentation is drawn by it, later ones by their number too
 */
export function show(
  encoder: Encoder,
  sample: Sample,
  key: string,
  input: PresentedInput,
  settings: ShownAs,
): void {
  const { replay, modulation: by } = settings;
  const { intensities } = sample;
  encoder.encode(intensities, key, input, sample);
  input.intensities = by === "current" ? null : intensities;
  let presentation = 0;
  let altered = false;
  input.next = modulation => {
    const again = presentation++ > 0;
    const drawn = again && !replay ? `${key} presentation ${presentation}` : key;
    if (modulation && by === "spikes") {
      const sum = intensities.map((value, i) => Math.max(0, value + modulation[i]));
      encoder.encode(sum, drawn, input, sample);
      altered = true;
      return null;
    }
    if (altered || (drawn !== key && !encoder.fixed)) encoder.encode(intensities, drawn, input, sample);
    altered = modulation !== null && by === "pair";
    if (!altered) return modulation;
    addPairs(modulation!, drawn, input, settings);
    return null;
  };
}

/**
 * Adds the spikes that stand for a modulation: |m| / (gain tracePerSpike) of them on average, spike k of an input at
 * (k - phase) T |m|^-1 gain tracePerSpike. The phase makes it right on average, where a modulation is less than one spike.
 */
function addPairs(
  modulation: Float64Array,
  key: string,
  { spikes, gain }: PresentedInput,
  { durationMs, tauMem, seed }: ShownAs,
) {
  const rng = new Rng(seed, `modulation/${key}`);
  const unit = gain * tracePerSpike(durationMs, tauMem);
  for (let i = 0; i < modulation.length; i++) {
    const m = modulation[i];
    if (m === 0) continue;
    const count = Math.abs(m) / unit;
    const phase = rng.uniform();
    for (let k = 1; k - phase <= count; k++)
      spikes.push(((k - phase) / count) * durationMs, m > 0 ? i : i + modulation.length);
  }
  spikes.sort(durationMs);
}
