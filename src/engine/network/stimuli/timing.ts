/** Poisson events of every neuron of a population: waiting times of `NeuronStreams` of a key. */
export interface Shots {
  /** Mean waiting time, beginning and end [ms]. */
  readonly wait: number;
  readonly start: number;
  readonly stop: number;
  readonly key: readonly [number, number];
}

/** When the events of a stimulus come. An entry is a chain of events of which the queue holds one at a time. */
export interface Timing {
  /** Time of the first event of each entry [ms]; Infinity for none. */
  first(): Float64Array;
  /** For which neuron the entry's present event is; -1 for none. */
  neuron(entry: number, time: number): number;
  /** Time of the entry's next event [ms]; Infinity when there is none. */
  next(entry: number, time: number): number;
  /**
   * Whether the times are drawn. On a lattice such an event comes at the next point, as those that are drawn as counts of
   * a step do, so that a run holds as many as its time does; others come at the nearest.
   */
  readonly drawn?: boolean;
  /** Set where entries are all neurons, with independent Poisson events of one constant rate, from `NeuronStreams`. */
  readonly shots?: Shots;
  /**
   * Whether they are those of samples of a stream. On a lattice such an event comes at the last point before its time, so
   * that none comes in the time of the next sample.
   */
  readonly bySample?: boolean;
  /**
   * Instead of `neuron`: a list in which the neurons of all events of the present time stand, the present one first, and
   * where; the last of them is then the present event.
   */
  together?(): readonly [neurons: Int32Array, from: number, to: number];
  /** Begins with a sample of the stream instead of the first one; before anything else is asked. */
  from?(sample: number): void;
  /** About how many events come between two times [ms], where they could be very many. */
  expected?(from: number, to: number): number;
}

/** Something outside the network that makes events at one population. */
export interface Stimulus extends Timing {
  readonly population: number;
  /** What an event does: it is a spike of an input population, an input to a neuron, or a change of currents. */
  readonly effect: "spike" | "input" | "current";
  readonly weight: number;
  /** Of each neuron of the population, where they differ. */
  readonly weights?: Float64Array;
  /** Set where all neurons of the population get independent Poisson inputs of one constant rate and weight. */
  readonly bombardment?: {
    /** Mean number of inputs of a neuron [1/ms]. */
    readonly perMs: number;
    /** [ms] */
    readonly start: number;
    readonly stop: number;
    readonly key: readonly [number, number];
  };
  /** By how much the currents of which neurons change at the present event, each or all [mV/ms]. */
  change?(): { readonly neurons: Uint32Array; readonly by: number | Float64Array };
}
