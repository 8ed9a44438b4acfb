import type { NeuronState } from "../neurons/neuronGroup.ts";
import type { Table, Values } from "../parameters.ts";
import type { Bounds } from "./bounds.ts";
import type { Modulator } from "./modulator.ts";
import type { Passing } from "./thirdFactor.ts";

/**
 * What one plasticity rule does at a synapse. The engine calls it when a spike reaches either side of the synapse, and
 * when a weight is read; between these events the state moves by its exact solution, so nothing runs over all synapses
 * as time passes.
 *
 * Delays. Events come in the time frame of arrival at the postsynaptic neuron.
 * `axonal` (the default): the whole delay d of the synapse lies before it. A presynaptic spike reaches the synapse d
 *     after it was fired, and the neuron with it; a postsynaptic spike acts at once.
 * `dendritic`: the whole delay lies behind it. A presynaptic spike of time t is at the synapse at once and is felt by
 *     the neuron at t + d with the weight of time t; a postsynaptic spike reaches the synapse d late. The rule sees the
 *     same intervals with everything moved by d: pre at t + d, post at t + 2 d. Weights are read with that lag.
 * A presynaptic spike that arrives at the very instant of a postsynaptic one counts as earlier: it may have caused it;
 * see `instant` for what is one instant.
 *
 * Sides. `pre` and `post` say where a side of the synapse keeps its state. It is the neuron's number where all synapses
 * of the neuron see its spikes at one time, so that they share it, and else the synapse's own.
 *
 * Synapses. `synapse` is where the weight lies, and the synapse's own number too, unless several share a weight, as at
 * the places of a kernel: state of a synapse is kept by `own`.
 */
export interface SynapseRule {
  /** A spike reaches a presynaptic side, before `atPre` of its synapses. */
  preSpike?(pre: number, t: number): void;
  /** A spike reaches a postsynaptic side, before `atPost` of its synapses. */
  postSpike?(post: number, t: number): void;
  /** A presynaptic spike reaches the synapse [ms]. */
  atPre?(synapse: number, pre: number, post: number, t: number, own: number): void;
  /** A postsynaptic spike reaches the synapse [ms]. */
  atPost?(synapse: number, pre: number, post: number, t: number, own: number): void;
  /** Weight at t, where it has moved since the last event that made it `stored`; changes nothing. */
  weightAt?(synapse: number, pre: number, post: number, t: number, stored: number): number;
  /** Factor on the weight for the spike that has just reached this side. */
  efficacy?(pre: number): number;
  /** Spikes until now [ms] leave nothing; weights and tags stay. See `rests` of the model. */
  rest?(t: number): void;
  /** A reward at t [ms], not before the present. */
  reward?(t: number, amount: number): void;
  /**
   * Called after a presynaptic spike has passed and thresholds of that instant have been tested.
   * @returns whether the weight has changed
   */
  passed?(synapse: number, pre: number, post: number, t: number, own: number): boolean;
  /**
   * In its place where the change does not depend on the synapse; beside it where it does so by a factor of the presynaptic
   * side, for loops of their own.
   */
  readonly shift?: Shift;
  /** These modulators stand from now on, one per postsynaptic neuron. */
  stand?(modulators: ArrayLike<number>): void;
  /** The spikes onto this modulator are what modulates, each by its weight, and nothing from outside. */
  readonly modulatedBy?: Modulator;
  /** A modulator for one postsynaptic neuron reaches its synapse. */
  modulate?(synapse: number, pre: number, post: number, t: number, own: number, modulator: number): void;
}

/** What presynaptic spikes change weights by after they have passed, but for a factor the same for all synapses of a neuron. */
export interface Shift {
  readonly bounds: Bounds;
  /** NaN for no change. */
  by(post: number, t: number): number;
  /** The same of all neurons at once, into `by`, 0 for no change; returns how many have one, and writes nothing where none has. */
  all(t: number, by: Float32Array | Float64Array): number;
  /** Of what has reached a presynaptic side; without it there is none. */
  factor?(pre: number, t: number): number;
}

/** What a rule finds where it is put: how many synapses and sides, and the weights, which it may change. */
export interface Site {
  readonly synapses: number;
  readonly preSides: number;
  readonly postSides: number;
  readonly weights: Float32Array | Float64Array;
  /** Whether synapses share weights. */
  readonly shared: boolean;
  /** The postsynaptic neurons. */
  readonly neurons: Pick<NeuronState, "potential" | "potentials" | "parameters">;
  /** Their modulators, by name. */
  readonly modulators: ReadonlyMap<string, Modulator>;
  /** Where a loop counts when rules act after spikes have passed. */
  readonly passing?: Passing;
}

/** A checked rule whose weight dependence is linear: F+ and F- are a + b w. */
export interface PairParameters {
  readonly aPlus: number;
  readonly aMinus: number;
  readonly tauPlus: number;
  readonly tauMinus: number;
  readonly nearest: boolean;
  readonly bounds: Bounds;
  readonly strengthen: readonly [number, number];
  readonly weaken: readonly [number, number];
}

/** A checked description of a rule. */
export interface PlasticityModel {
  /** Whether its equations hold in a frame that is moved by the delay; see `SynapseRule`. */
  readonly dendritic: boolean;
  /**
   * Whether synapses may share a weight, which then takes the changes of all in turn: state of a synapse is kept by `own`.
   * Where weights move between events, `weightAt` is then that of all of them, and no side matters to it.
   */
  readonly shares?: boolean;
  /** The modulators of the postsynaptic neurons that it reads: their names, by the parameters that give them. */
  readonly modulators?: Readonly<Record<string, string>>;
  /** @throws InputError for weights that are outside its bounds */
  check(weights: Float32Array): void;
  /** The rule at the synapses of one projection. */
  create(site: Site): SynapseRule;
  /** Whether its synapses can be brought to rest, by `rest` of the rule where spikes leave anything there. */
  readonly rests?: boolean;
  /** Whether all that its rule does is a `shift`, which loops of its own may take over; see `ShiftRows`. */
  readonly shifts?: boolean;
  /** Set for a pair rule that loops of its own may take over; see `StdpRows`. */
  readonly pairs?: PairParameters;
}

/** A plasticity rule of synapses: its parameters, and what it does with them. */
export interface PlasticityDefinition<T extends Table = Table, Name extends string = string> {
  /** As in `kind` of a projection's plasticity. */
  readonly name: Name;
  readonly parameters: T;
  /** The rule with these parameters, which are checked and filled in. */
  create(parameters: Values<T>): PlasticityModel;
}
