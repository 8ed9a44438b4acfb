/**
 * Synapses from one population to another, stored pre-major. The row of a presynaptic neuron is walked by a cursor in
 * order of delay, so that one spike needs one queue entry at a time, however its delays differ.
 */
export interface Projection {
  readonly pre: number;
  readonly post: number;
  readonly synapses: number;
  /**
   * One per synapse, rows contiguous, unless shared. Whoever takes the list may change it in place, as plasticity does: a
   * simulation delivers what it holds, those that keep weights in their own way from their next run on; see `WeightWatch`.
   */
  readonly weights: Float32Array;
  /** The same list, for those who only read. */
  readonly heldWeights: Float32Array;
  /** Whether someone may have the list. */
  readonly lent: boolean;
  /** The weight of all synapses, as long as there is no list. */
  readonly uniformWeight?: number | null;
  /** Whether several synapses have one weight. */
  readonly shared?: boolean;
  /** Factor on every weight at delivery: what one presynaptic spike stands for; simulations made from now on use it. */
  gain: number;
  /** Static memory: targets, weights and delays. */
  readonly bytes: number;
  /** Shortest delay [ms]. */
  readonly minDelay: number;
  /** Where the cursor of a row ends. */
  rowLength(row: number): number;
  /** Delay of the target that the cursor points at [ms]. */
  delayAt(row: number, cursor: number): number;
  /**
   * Delivers a spike of `row` to the targets from `cursor` on that share one delay.
   * @returns the cursor of the next target, or the row's length when it is done
   */
  deliver(
    row: number,
    cursor: number,
    receive: (target: number, weight: number, synapse: number) => void,
  ): number;
}
