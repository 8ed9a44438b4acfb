/** How a network is to run in NEST. */
export interface NestOptions {
  /** Whether spikes lie anywhere in time, as in the exact mode; else on the lattice. */
  readonly precise: boolean;
  /** Step of the lattice [ms]: of its spikes, and of every delay. */
  readonly dtMs: number;
  /** [ms] How far events at given times are handed over. */
  readonly durationMs: number;
  /** That of the network, which draws its input too. */
  readonly seed: number;
  /** Whether NEST draws the synapses, by its own rules, instead of being given each. */
  readonly rules?: boolean;
  /** Constant input of populations [mV/ms], as `Simulation.setCurrent` takes it. */
  readonly currents?: Readonly<Record<string, ArrayLike<number>>>;
}
