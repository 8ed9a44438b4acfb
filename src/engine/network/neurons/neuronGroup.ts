/** Spikes of one neuron at one instant beyond any sensible count: weights have diverged, as the clocks say. */
export const BURST = 10_000;

import type { MembraneParameters } from "./parameters.ts";

type Numbers = Float32Array | Float64Array;

/** What can be done to and read from a population of neurons in either mode of time; times are absolute [ms]. */
export interface NeuronState {
  /** Of the membrane, for models that have one. */
  readonly parameters?: MembraneParameters;
  /**
   * Adds a synaptic input of weight times gain (1) at t; thresholds are tested later, when all inputs of that time are in.
   */
  receive(i: number, t: number, weight: number, gain?: number): void;
  /**
   * The same for neighbours from `first` on, with weights that are neighbours too; where that is less work.
   * @param own  factor on each weight, before the gain
   * @returns the sum of what was added, without the gain: no number where any of it is none
   */
  receiveRun?(
    first: number,
    t: number,
    weights: Numbers,
    from: number,
    count: number,
    gain: number,
    own: number,
  ): number;
  /** Changes the constant input current of neuron i from t on; the model's bias stays on top of it. */
  setCurrent(i: number, t: number, current: number): void;
  /** Puts the potential of neuron i at t to a value, an initial one for example; tests no threshold. */
  setPotential?(i: number, t: number, v: number): void;
  /**
   * All neurons are at rest at t, as if nothing had ever reached them but their constant currents now; for models that can
   * be brought there.
   */
  readonly rest?: ((t: number) => void) | undefined;
  /** Neuron i fires no more. */
  silence?(i: number): void;
  /** Potential of neuron i at t, not before its last event; changes nothing. */
  potential(i: number, t: number): number;
  /** Those of all neurons, for models that have them at less than one by one. */
  potentials?(t: number, into: Float64Array): void;
  /** Synaptic current of neuron i at t, for models that have one; changes nothing. */
  synapticCurrent?(i: number, t: number): number;
}

/**
 * State of a population of one neuron model for the queue-driven simulation. A neuron is touched only when an event
 * reaches it, and moves between events by its exact solution. Times are absolute [ms] and never go back.
 */
export interface NeuronGroup extends NeuronState {
  /** Puts neuron i on its threshold at t, where `nextSpike` said that it would be, free of rounding. */
  settleCrossing(i: number, t: number): void;
  /** Tests the threshold of neuron i at t, fires and resets; returns how many spikes it fired at this instant. */
  fire(i: number, t: number): number;
  /** When neuron i fires next if nothing more reaches it; Infinity for never. Never later than the truth. */
  nextSpike(i: number): number;
  /**
   * A time before which neuron i cannot fire if nothing more reaches it; Infinity for never. Much cheaper than
   * `nextSpike`, for models in which that means finding a root: a queue may wait until then and ask again.
   */
  earliestSpike?(i: number): number;
}
