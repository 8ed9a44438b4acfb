/**
 * Constants of a network that is trained in both twins: its size, its neurons and the settings that were chosen for it
 * on validation data. Times in ms, potentials in units of the activation (see `src/engine/exact/feedForward.ts`).
 */
export interface TwinModel {
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  /** Where the spiking form changes its weights more often: samples between two changes, and factor on learning rates. */
  readonly spiking?: { readonly batch: number; readonly rateFactor: number };
  /** By rule; `default` for the rest. */
  readonly learningRates: Readonly<Record<string, number>>;
  /** Length of a presentation [ms]. */
  readonly durationMs: number;
  /** Time constant of membranes and traces [ms]. */
  readonly tauMem: number;
  /** Activation that one hidden spike stands for. */
  readonly vThreshold: number;
  /** Spikes of a full-intensity input per presentation; of recordings, how many stand for it. */
  readonly maxSpikes: number;
  readonly source: string;
}
