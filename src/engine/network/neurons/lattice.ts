import { expm1 } from "../../../math/elementary.ts";
import type { MembraneParameters } from "./parameters.ts";

/** Added to what decays, so that it comes to rest above the slow range of tiny numbers; far below any rounding. */
export const SPECK = Math.fround(1e-25);

/**
 * How a neuron model moves from one point of a lattice of time to the next without input: its state is linear between
 * events, so that one step is exactly a matrix (Rotter & Diesmann 1999, Biol. Cybern. 81:381). State 0 is the potential
 * above vRest.
 */
export interface LatticeStep {
  readonly parameters: MembraneParameters;
  /** [states][states]: what each state becomes, of all of them; the potential's row first. */
  readonly propagator: readonly (readonly number[])[];
  /** Potential that a current of 1 mV/ms adds in one step [ms]. */
  readonly perCurrent: number;
  /** States in which an input of positive or negative weight makes a jump, and how high per weight. */
  readonly excitatory: { readonly state: number; readonly scale: number };
  readonly inhibitory: { readonly state: number; readonly scale: number };
  /** States whose sum is the synaptic current; none for delta synapses. */
  readonly currents: readonly number[];
  /** A threshold that each spike raises by beta and that decays by a factor per step. */
  readonly adaptation?: { readonly decay: number; readonly beta: number };
  /** Every input counts as one, whatever its weight: the parrot. */
  readonly counts?: boolean;
}

/** Potential that a constant current of 1 mV/ms makes in dt [ms]. */
export function chargePerCurrent(tauMem: number, dt: number): number {
  return tauMem === Infinity ? dt : -expm1(-dt / tauMem) * tauMem;
}
