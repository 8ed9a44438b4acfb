import type { Sample } from "../data/dataset.ts";
import type { PresentedInput } from "../engine/exact/presentation.ts";
import { SpikeTrain } from "../engine/record/spikeTrain.ts";
import { expm1, log1p } from "../math/elementary.ts";
import type { Encoder } from "./encoder.ts";

/**
 * How what a rule adds to the input is shown.
 * `spikes`: it changes the intensity that is encoded, so that inputs fire more or less, down to never.
 * `pair`: the same, and below 0 the twin of opposite sign fires (see `PresentedInput`).
 * `push-pull`: input and twin both fire beside the encoded spikes, and what is left of the two at the end differs by the
 *     modulation: whose sign it has fires later. So it is exact, where counts of spikes would round it.
 * `current`: no spikes; a constant drive beside them, of either sign.
 */
export const modulations = ["push-pull", "pair", "spikes", "current"] as const;
export type Modulation = (typeof modulations)[number];

/** How a sample is shown when a rule presents it more than once. */
export interface ShownAs {
  /** Spikes that are drawn: the same in every presentation of a sample, instead of afresh. */
  readonly replay: boolean;
  readonly modulation: Modulation;
  /** Length of a presentation, and time constant of traces [ms]: `push-pull` needs a leak. */
  readonly durationMs: number;
  readonly tauMem: number;
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
  { replay, modulation: by, durationMs, tauMem }: ShownAs,
): void {
  const { intensities } = sample;
  encoder.encode(intensities, key, input, sample);
  const counted = by === "pair" || by === "spikes";
  input.intensities = counted ? intensities : null;
  let presentation = 0;
  let altered = false;
  input.next = modulation => {
    const again = presentation++ > 0;
    const drawn = again && !replay ? `${key} presentation ${presentation}` : key;
    if (modulation && counted) {
      const sum = intensities.map((value, i) => value + modulation[i]);
      encoder.encode(sum.map(positive), drawn, input, sample);
      if (by === "pair") encodeTwins(encoder, sum, drawn, input, sample);
      altered = true;
      return null;
    }
    if (altered || drawn !== key) encoder.encode(intensities, drawn, input, sample);
    altered = modulation !== null && by === "push-pull";
    if (!altered) return modulation;
    pushAndPull(modulation!, input, durationMs, tauMem);
    return null;
  };
}

function positive(value: number): number {
  return Math.max(0, value);
}

const EMPTY = { times: new Float32Array(0), inputs: new Uint16Array(0) };

/** Adds what the twins of opposite sign fire where intensities are below 0. */
function encodeTwins(
  encoder: Encoder,
  intensities: Float32Array,
  key: string,
  input: PresentedInput,
  { recording }: Sample,
) {
  const below = intensities.map(value => positive(-value));
  if (below.every(value => value === 0)) return;
  const twins: PresentedInput = { spikes: new SpikeTrain(), gain: input.gain, analogue: null };
  const nothing = { intensities: below.map(() => 0), ...(recording && { recording: EMPTY }) };
  encoder.encode(below, `${key} below 0`, twins, nothing);
  const { analogue } = twins;
  if (analogue)
    input.analogue = (input.analogue ?? analogue.map(() => 0)).map((value, i) => value - analogue[i]);
  const { times, neurons, length } = twins.spikes;
  if (length === 0) return;
  for (let k = 0; k < length; k++) input.spikes.push(times[k], neurons[k] + intensities.length);
  input.spikes.sort(Math.max(times[length - 1], input.spikes.times[input.spikes.length - length - 1] ?? 0));
}

/**
 * Adds n spikes of each modulated input, and as many of its twin, at two times, the first of them 0, that leave L + d and
 * L - d of a spike: 2 n d gain is the modulation. So early, neurons make up for what the first of the two did.
 */
function pushAndPull(
  modulation: Float64Array,
  { spikes, gain }: PresentedInput,
  durationMs: number,
  tauMem: number,
) {
  const most = -expm1(-durationMs / tauMem);
  const inputs = modulation.length;
  modulation.forEach((m, i) => {
    if (m === 0) return;
    const n = Math.ceil(Math.abs(m) / (gain * most));
    const later = Math.min(durationMs, tauMem * log1p(Math.abs(m) / (n * gain * (1 - most))));
    for (let k = 0; k < n; k++) {
      spikes.push(m > 0 ? later : 0, i);
      spikes.push(m > 0 ? 0 : later, i + inputs);
    }
  });
  spikes.sort(durationMs);
}
