import type { Table, Unit, Values } from "../parameters.ts";
import type { LatticeStep, NumericStep } from "./lattice.ts";
import type { NeuronGroup } from "./neuronGroup.ts";
import type { MembraneParameters, SynapticParameters } from "./parameters.ts";

/** A neuron model: its parameters, and how a population of it moves. See `NeuronGroup` and `LatticeStep`. */
export interface NeuronDefinition<T extends Table = Table, Name extends string = string> {
  /** As in `model` of a population's neuron. */
  readonly name: Name;
  readonly parameters: T;
  /** @throws InputError unless a population of this size can have these parameters */
  fits?(parameters: Values<T>, size: number): void;
  /** State of a population, for the exact mode. */
  create(parameters: Values<T>, size: number): NeuronGroup;
  /** One step of dt [ms], for the grid mode; models without it run in the exact mode only. */
  lattice?(parameters: Values<T>, dt: number): LatticeStep;
  /** The same by a kernel of the engine, for models whose equations have no exact solution. */
  numeric?(parameters: Values<T>, dt: number): NumericStep;
  /** What the weight of a synapse onto it counts; mV where it does not say. */
  weightUnit?(parameters: Values<T>): Unit;
  /** Parameters of neurons whose state the exact mode keeps by modes, where they fit; see `LifExpModes`. */
  modes?(parameters: Values<T>): SynapticParameters;
  /** Parameters of neurons whose potential an input moves at once, and which have no other state; see `LifWindows`. */
  jumps?(parameters: Values<T>): MembraneParameters;
}

/** A neuron model with its parameters filled in and checked. */
export interface NeuronModel {
  readonly model: string;
  /** All of its table, filled in. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** @throws InputError unless a population of this size can be of this model */
  fits(size: number): void;
  /** State of a population of so many neurons, for the exact mode. */
  create(size: number): NeuronGroup;
  /** One exact step of dt [ms]. @throws InputError for models without one */
  lattice(dt: number): LatticeStep;
  /** One step of dt [ms], exact or not, the latter in single precision. @throws InputError for models without one */
  step(dt: number, double?: boolean): LatticeStep | NumericStep;
  readonly modes: SynapticParameters | null;
  readonly jumps: MembraneParameters | null;
}
