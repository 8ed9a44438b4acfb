import type { Sample } from "../data/dataset.ts";
import type { PresentedInput } from "../engine/exact/presentation.ts";
import { expm1 } from "../math/elementary.ts";

/** What an encoder is made for: an input population, and how it is presented. */
export interface EncoderSettings {
  readonly inputs: number;
  readonly durationMs: number;
  /** Time constant of the traces that the code is scaled for [ms]. */
  readonly tauMem: number;
  /** Spikes of a full-intensity input in one presentation. */
  readonly maxSpikes: number;
  readonly seed: number;
  /**
   * [ms]; whoever asks will have spikes come at the last multiple of it before they would. A code may do so itself, and then
   * gives them in that order.
   */
  readonly resolution?: number;
}

/** Turns intensities in [0, 1] into what reaches the input population in one presentation. */
export interface Encoder {
  /** Whether it gives the same code for every key; by default it is asked again for each. */
  readonly fixed?: boolean;
  /**
   * Writes one presentation.
   * @param intensities  [inputs]
   * @param key          names the presentation; a random code draws the same spikes for the same key and seed
   * @param sample       whose intensities they are, perhaps changed by a modulation; for encoders that show its recording
   */
  encode(intensities: Float32Array, key: string, into: PresentedInput, sample?: Sample): void;
}

/** An encoder: its name, and how to make one for an input population. */
export interface EncoderDefinition {
  /** As in `encoder` of the settings. */
  readonly name: string;
  /** The code of one input population. */
  create(settings: EncoderSettings): Encoder;
  /** Its spikes carry intensities through membranes without a leak only: `compare` then takes an infinite tauMem. */
  readonly withoutLeak?: boolean;
  /** Intensities below 0 can be shown. */
  readonly belowZero?: boolean;
  /** It drives inputs by a current, and none of them fires. */
  readonly direct?: boolean;
  /** It shows recordings, which the samples must have. */
  readonly recorded?: boolean;
  /** What reaches the input, in a few words; by default its name. */
  shows?(settings: Pick<EncoderSettings, "durationMs" | "maxSpikes">): string;
}

/**
 * Trace that n evenly spread spikes leave at the end, per spike: (tau / T) (1 - exp(-T / tau)). Dividing by it makes
 * the trace of an input equal its intensity, whatever T and tau.
 */
export function tracePerSpike(durationMs: number, tauMem: number): number {
  return tauMem < Infinity ? (tauMem / durationMs) * -expm1(-durationMs / tauMem) : 1;
}
