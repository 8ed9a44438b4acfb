import { InputError } from "../../errors.ts";
import { type LifParameters, lif } from "./lif.ts";

/** Parameters that every model with a membrane has: those of `lif`, and a current that is always on. */
export interface MembraneParameters extends LifParameters {
  /** Constant current over capacitance, dV/dt without the leak [mV/ms]; 0 by default. Set currents add to it. */
  readonly bias: number;
}

/** What a user writes: the threshold and whatever should differ from the defaults. */
export type MembraneSpec = Partial<MembraneParameters> & { readonly vThreshold: number };

/**
 * Fills in the membrane's defaults and checks its values; fields of other names are passed over.
 * @throws InputError that names the parameter, the value and what was expected
 */
export function membrane(given: MembraneSpec): MembraneParameters {
  const { tauMem, vThreshold, vRest, reset, vReset, tauRef } = lif(given);
  const { bias = 0 } = given;
  expectNumber({ bias }, "bias", Number.isFinite(bias), "a current over capacitance in mV/ms");
  return { tauMem, vThreshold, vRest, reset, vReset, tauRef, bias };
}

/** Refuses parameters that a model does not have: they are misspelt, or meant for another model. */
export function expectOnly(given: object, model: string, known: readonly string[]): void {
  for (const field of Object.keys(given)) {
    if (!known.includes(field)) {
      throw new InputError(`${field}: expected a parameter of ${model} (${known.join(", ")})`);
    }
  }
}

/** @throws InputError unless the field holds a number and passes its own test */
export function expectNumber(p: object, field: string, ok: boolean, expected: string): void {
  const value = (p as Record<string, unknown>)[field];
  if (typeof value !== "number" || !ok) {
    throw new InputError(`${field}: expected ${expected}, got ${String(value)}`);
  }
}

export function expectTime(p: object, field: string): void {
  const value = (p as Record<string, number>)[field]!;
  expectNumber(p, field, value > 0 && value < Infinity, "a time in ms above 0");
}

export const membraneFields = ["tauMem", "vThreshold", "vRest", "reset", "vReset", "tauRef", "bias"] as const;

/**
 * What a weight w of a synaptic current stands for:
 * `slope` [mV/ms]: the current (over capacitance) jumps, or peaks, at w; dV/dt changes by w;
 * `drive` [mV]: it jumps, or peaks, at w / tauMem. w is the potential at which the membrane would settle if the current
 *     stayed. So `tauMem dV/dt = vRest - V + gE + gI` with jumps in mV is written, as in Vogels & Abbott's CUBA;
 * `peak` [mV]: one input moves a resting membrane by w at most. So papers give a synapse by its postsynaptic potential.
 */
export type WeightAs = "slope" | "drive" | "peak";

function expectWeightAs(p: MembraneParameters & { weightAs: WeightAs }): void {
  if (!["slope", "drive", "peak"].includes(p.weightAs)) {
    throw new InputError(`weightAs: expected 'slope', 'drive' or 'peak', got ${String(p.weightAs)}`);
  }
  if (p.weightAs === "drive" && p.tauMem === Infinity) {
    throw new InputError("weightAs: expected 'slope' or 'peak' without a leak (tauMem Infinity), got drive");
  }
}

/** Parameters of neurons that excitation and inhibition reach as currents of their own. */
export interface SynapticParameters extends MembraneParameters {
  /** Time constant of the excitatory current [ms]; that of `lif-alpha` is the time to its peak. */
  readonly tauExc: number;
  /** Time constant of the inhibitory current [ms]; tauExc by default. */
  readonly tauInh: number;
  readonly weightAs: WeightAs;
}

export type SynapticSpec = MembraneSpec & Partial<SynapticParameters>;

/**
 * Fills in the defaults and checks all values.
 * @param usual  tauExc by default [ms]
 * @throws InputError that names the parameter, the value and what was expected
 */
export function synaptic(given: SynapticSpec, model: string, usual: number): SynapticParameters {
  expectOnly(given, model, [...membraneFields, "tauExc", "tauInh", "weightAs"]);
  const { tauExc = usual, tauInh = tauExc, weightAs = "slope" } = given;
  const p: SynapticParameters = { ...membrane(given), tauExc, tauInh, weightAs };
  expectTime(p, "tauExc");
  expectTime(p, "tauInh");
  expectWeightAs(p);
  return p;
}

/** Factor from a weight to the peak of its current [mV/ms]. */
export function currentPerWeight(
  { tauMem, weightAs }: { tauMem: number; weightAs: WeightAs },
  peak: number,
): number {
  return weightAs === "slope" ? 1 : weightAs === "drive" ? 1 / tauMem : 1 / peak;
}
