import type { Stimulus } from "./network/stimuli/timing.ts";
import type { PopulationState } from "./populationState.ts";

/** Hears of the spikes in a part of a list, all of one population and time. */
export type OnSpikes = (population: number, neurons: Int32Array, from: number, to: number, t: number) => void;

/** What an event of an actor does; `time` is the present [ms]. */
export type Act = (item: number, extra: number, time: number) => void;

/** What can be asked of synapses that learn; see `PlasticSynapses`. */
export interface Learning {
  /** Changes of a weight while modulators stand, so far. */
  readonly changes?: number;
  weights(t: number): Float64Array;
  /** Spikes until now [ms] leave nothing, where all of its rules can forget them. */
  rest?(t: number): void;
  /** @returns whether any rule takes rewards */
  reward(t: number, amount: number): boolean;
  modulate(modulators: ArrayLike<number>, t: number): void;
}

/** What moves a network through time, in either mode; see `EventLoop` and `GridLoop`. */
export interface Loop {
  /** [ms] */
  readonly time: number;
  /** Step of the lattice [ms], where there is one. */
  readonly dt?: number;
  /** Spikes delivered to a synapse's target so far. */
  readonly synapticEvents: number;
  readonly populations: readonly PopulationState[];
  /** The synapses that learn, by projection. */
  readonly plastic: readonly (Learning | null)[];
  /** Rank of what comes after all other events of an instant. */
  readonly lastRank: number;
  /** Memory of synapses that are laid out for this loop. */
  readonly bytes?: number;
  /** @returns the source that its events have */
  addActor(act: Act): number;
  push(time: number, rank: number, source: number, item: number): void;
  /**
   * Goes on to a time [ms]; events at that time are part of it.
   * @throws InputError that names population, neuron and time when activity or weights diverge
   */
  runUntil(end: number): void;
  /** A neuron fires now. */
  emit(state: PopulationState, i: number): void;
  /** Those in a part of a list do, one after the other; where that is less work. */
  emitAll?(state: PopulationState, neurons: Int32Array, from: number, to: number): void;
  /** An input reaches a neuron now. */
  receive(state: PopulationState, i: number, amount: number): void;
  /** What a neuron gets has changed now, within an event; between runs it is `predict`. */
  touch(state: PopulationState, i: number): void;
  predict(state: PopulationState, i: number): void;
  /** Brings the network to rest now, within an event; there for a network with a stream, as what follows. */
  rest?(): void;
  /** Begins at a time [ms] instead of 0, before anything else. */
  startAt?(time: number): void;
  /** Takes a stimulus of the network over as a whole, where that is cheaper than its events; returns whether it did. */
  absorb?(stimulus: Stimulus): boolean;
  /** The network is complete: what is set now is its beginning. */
  begin?(): void;
  /** Takes in what has become of the weights outside; before a run and after a callback. @throws InputError */
  takeWeights?(): void;
  /** Brings the network's lists of weights up to date; after a run and before a callback. @throws InputError */
  giveWeights?(): void;
  /** The simulation is over: threads may end. */
  close?(): void;
}
