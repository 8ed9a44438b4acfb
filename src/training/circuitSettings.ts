/** Constants of circuits that other forms do not have. */
export interface CircuitSettings {
  /** How long a sample is shown, or each of its phases [ms]. */
  readonly durationMs: number;
  /** What a spike stands for, of output and of error neurons; that of hidden ones is `vThreshold`. */
  readonly output: number;
  readonly error: number;
  /** Factor on the steps of hidden layers: errors of outputs that fire are smaller than those of a softmax. */
  readonly hiddenRate: number;
  /** Between two spikes of a full intensity [ms]. */
  readonly interval: number;
  /** In which the network runs, and with which step. */
  readonly mode: "exact" | "grid";
  readonly dt: number;
  /** When the network comes to rest; see `StreamSpec`. */
  readonly rest: "samples" | "passes" | "never";
}

export const usualCircuit: CircuitSettings = {
  ...{ durationMs: 60, output: 0.1, error: 0.2, hiddenRate: 7, interval: 5 },
  ...{ mode: "exact", dt: 1, rest: "samples" },
};
