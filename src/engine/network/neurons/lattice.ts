import { expm1 } from "../../../math/elementary.ts";
import type { MembraneParameters } from "./parameters.ts";

/** Added to what decays, so that it comes to rest above the slow range of tiny numbers; far below any rounding. */
export const SPECK = Math.fround(1e-25);

/** What steps of all kinds say of a neuron. State 0 is the potential above vRest. */
interface Step {
  readonly parameters: MembraneParameters;
  /** Potential that a current of 1 mV/ms adds in one step [ms]. */
  readonly perCurrent: number;
  /** States in which an input of positive or negative weight makes a jump, and how high per weight. */
  readonly excitatory: { readonly state: number; readonly scale: number };
  readonly inhibitory: { readonly state: number; readonly scale: number };
  /** Every input counts as one, whatever its weight: the parrot. */
  readonly counts?: boolean;
}

/**
 * How a neuron model moves from one point of a lattice of time to the next without input: its state is linear between
 * events, so that one step is exactly a matrix (Rotter & Diesmann 1999, Biol. Cybern. 81:381).
 */
export interface LatticeStep extends Step {
  /** [states][states]: what each state becomes, of all of them; the potential's row first. */
  readonly propagator: readonly (readonly number[])[];
  /** States whose sum is the synaptic current; none for delta synapses. */
  readonly currents: readonly number[];
  /** A threshold that each spike raises by beta and that decays by a factor per step. */
  readonly adaptation?: { readonly decay: number; readonly beta: number };
}

/** The same for equations without an exact solution, which a kernel of `assembly/ode.ts` steps through. */
export interface NumericStep extends Step {
  readonly kernel:
    | "stepConductances"
    | "stepConductancesEuler"
    | "stepQuadratic"
    | "stepQuadraticEuler"
    | "stepExponential";
  /** Places in the kernel's record, of `layout.ts`, of the addresses of the states. */
  readonly states: readonly number[];
  /** Places in that record, and the floats there. */
  readonly constants: Readonly<Record<number, number>>;
  /** What a spike adds to the second state besides the reset. */
  readonly jump?: number;
  /** What a potential at the start, above vRest, makes of the second state, per mV; 0 by default. */
  readonly follows?: number;
  /** Whether a step ends, not begins, where its input arrives: the kernel lets neurons move and then fire. */
  readonly ends?: boolean;
  /** Synaptic current of states [mV/ms]. */
  current(states: readonly number[]): number;
}

/** Potential that a constant current of 1 mV/ms makes in dt [ms]. */
export function chargePerCurrent(tauMem: number, dt: number): number {
  return tauMem === Infinity ? dt : -expm1(-dt / tauMem) * tauMem;
}
