import type { Presentation } from "../engine/exact/presentation.ts";

/** Multiplies a modulator with the gate of population p: closed where neurons were silent or saturated. In place. */
export function gated(modulator: Float64Array, { gate }: Presentation, p: number): Float64Array {
  const open = gate[p];
  // A product without a branch, as none foresees which gates are open.
  for (let j = 0; j < modulator.length; j++) modulator[j] *= open[j];
  return modulator;
}
