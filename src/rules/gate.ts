import type { Presentation } from "../engine/feedForward.ts";

/** Closes a modulator where the neurons of population p were silent or saturated; changes and returns it. */
export function gated(modulator: Float64Array, { gate }: Presentation, p: number): Float64Array {
  for (let j = 0; j < modulator.length; j++) if (gate[p]![j] === 0) modulator[j] = 0;
  return modulator;
}
