import { InputError } from "../../../errors.ts";
import { table, type Values } from "../parameters.ts";

/** Where a rule stops: a change beyond is cut off. In the unit of the weights. */
export const bounds = table({
  wMin: {
    unit: "mV",
    default: 0,
    check: w => w < Infinity || "a number, or -Infinity",
    doc: "least weight",
  },
  wMax: {
    unit: "mV",
    default: Infinity,
    check: (w, { wMin }) => w > wMin || `above wMin (${wMin})`,
    doc: "largest weight",
  },
});

export type Bounds = Values<typeof bounds> & {
  /** Whether a weight that would pass 0 stops there, with the sign that it began with: a zero has one. */
  readonly keepsSign?: boolean;
};

/** @throws InputError for the first weight that is not within the bounds */
export function checkWeights(weights: Float32Array, { wMin, wMax }: Bounds): void {
  const bad = weights.findIndex(w => !(w >= Math.fround(wMin) && w <= Math.fround(wMax)));
  if (bad >= 0) {
    throw new InputError(
      `weights[${bad}]: expected ${wMin} to ${wMax}, the bounds of the plasticity, got ${weights[bad]}` +
        (weights[bad] < 0 ? "; inhibitory synapses learn as positive weights under gain: -1" : ""),
    );
  }
}

/** A weight after a change. */
export function moved(w: number, by: number, bounds: Bounds): number {
  const next = clip(w + by, bounds);
  if (!bounds.keepsSign) return next;
  if (w < 0 || Object.is(w, -0)) return next < 0 ? next : -0;
  return Math.max(next, 0);
}

export function clip(w: number, { wMin, wMax }: Bounds): number {
  return w < wMin ? wMin : w > wMax ? wMax : w;
}
