import type { Presentation } from "../engine/exact/presentation.ts";

/** Multiplies a modulator with the gate of population p: closed where neurons were silent or saturated. In place. */
export function gated(modulator: Float64Array, { gate }: Presentation, p: number): Float64Array {
  for (let j = 0; j < modulator.length; j++) {
    const open = gate[p][j];
    if (open === 0) modulator[j] = 0;
    else if (open !== 1) modulator[j] *= open;
  }
  return modulator;
}
