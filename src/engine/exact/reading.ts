import { expm1 } from "../../math/elementary.ts";
import type { Architecture } from "../network/architecture.ts";
import { type LifParameters, lif } from "../network/neurons/lif.ts";
import type { Presentation } from "./presentation.ts";

/** Width of the window below the threshold in which a silent neuron's gate is open, as a share of it; see `Reading`. */
const WINDOW = 0.5;

/** @param scale  what one unit of activity counts for @param silent  1 for neurons that are left out */
export function readSpikes(
  { trace, potential, drive, response, gate }: Presentation,
  p: number,
  vThreshold: number,
  scale: number,
  silent: Uint8Array | null | undefined,
): void {
  const [a, v, open] = [trace[p], potential[p], gate[p]];
  drive[p].set(a);
  response[p].set(a);
  const near = (1 - WINDOW) * vThreshold;
  for (let j = 0; j < a.length; j++)
    open[j] = (a[j] > 0 || v[j] > near) && v[j] < vThreshold && !silent?.[j] ? scale : 0;
}

/** @param saturation  of the activity; the others as of `readSpikes` */
export function readDrive(
  { trace, potential, drive, response, gate }: Presentation,
  p: number,
  saturation: number,
  scale: number,
  silent: Uint8Array | null | undefined,
): void {
  const [a, v, sum, positive, open] = [trace[p], potential[p], drive[p], response[p], gate[p]];
  const most = scale * saturation;
  for (let j = 0; j < a.length; j++) {
    sum[j] = silent?.[j] ? 0 : a[j] + scale * v[j];
    positive[j] = Math.max(0, sum[j]);
    open[j] = sum[j] > 0 && sum[j] < most ? scale : 0;
  }
}

/** Trace of a hidden neuron that fires at every chance: what it is driven by above this leaves no more spikes. */
export function saturationOf({ tauMem, tauRef, vThreshold }: LifParameters, durationMs: number): number {
  if (tauRef === 0) return Infinity;
  const chances =
    tauMem < Infinity ? expm1(-durationMs / tauMem) / expm1(-tauRef / tauMem) : durationMs / tauRef;
  return vThreshold * chances;
}

/** Neurons of the layers that fire: the hidden ones, and the readout's where it has a threshold. */
export function cellsOf(
  { layers }: Architecture,
  neuron: LifParameters,
  readoutThreshold: number | null,
): LifParameters[] {
  const hidden = layers.slice(1).map(() => neuron);
  return readoutThreshold === null
    ? hidden
    : [...hidden, lif({ tauMem: neuron.tauMem, tauRef: 0, vThreshold: readoutThreshold, reset: "subtract" })];
}
