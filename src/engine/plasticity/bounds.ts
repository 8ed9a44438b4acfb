import { InputError } from "../../errors.ts";
import { expectNumber } from "../expect.ts";

/** Where a rule stops: a change beyond is cut off. In the unit of the weights. */
export interface Bounds {
  readonly wMin?: number;
  readonly wMax?: number;
}

export function checkBounds({ wMin, wMax }: Required<Bounds>): void {
  expectNumber("wMin", wMin, wMin < Infinity, "a number, or -Infinity");
  expectNumber("wMax", wMax, wMax > wMin, `above wMin (${wMin})`);
}

/** @throws InputError for the first weight that is not within the bounds */
export function checkWeights(weights: Float32Array, { wMin, wMax }: Required<Bounds>): void {
  const bad = weights.findIndex(w => !(w >= Math.fround(wMin) && w <= Math.fround(wMax)));
  if (bad >= 0) {
    throw new InputError(
      `weights[${bad}]: expected ${wMin} to ${wMax}, the bounds of the plasticity, got ${weights[bad]}` +
        (weights[bad]! < 0 ? "; inhibitory synapses learn as positive weights under gain: -1" : ""),
    );
  }
}

export function clip(w: number, { wMin, wMax }: Required<Bounds>): number {
  return w < wMin ? wMin : w > wMax ? wMax : w;
}
