import type { Sample } from "../data/dataset.ts";
import type { PresentedInput } from "../engine/exact/presentation.ts";
import type { Encoder } from "./encoder.ts";

/** How a sample is shown when a rule presents it more than once. */
export interface ShownAs {
  /** Spikes that are drawn: the same in every presentation of a sample, instead of afresh. */
  readonly replay: boolean;
  /**
   * What a rule adds to the input. `spikes`: it changes the intensity that is encoded, which cannot be below 0, so that
   * inputs fire more or less. `current`: a constant drive beside the spikes, of either sign.
   */
  readonly modulation: "spikes" | "current";
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
  { replay, modulation: by }: ShownAs,
): void {
  const { intensities } = sample;
  encoder.encode(intensities, key, input, sample);
  input.intensities = by === "spikes" ? intensities : null;
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
    if (altered || drawn !== key) encoder.encode(intensities, drawn, input, sample);
    altered = false;
    return modulation;
  };
}
