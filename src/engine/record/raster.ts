/** One named group of neurons in a raster. */
export interface RasterPopulation {
  readonly name: string;
  readonly size: number;
}

/** A quantity of one neuron, sampled at given times: `v` is the membrane potential. */
export interface RecordedTrace {
  readonly population: string;
  readonly neuron: number;
  readonly quantity: string;
  /** [ms], ascending; may repeat a time to show a jump. */
  readonly times: Float64Array;
  /** As recorded: a potential that diverged may be infinite, or no number. */
  readonly values: Float64Array;
}

/**
 * Spikes in order of time (ties: by population, then neuron). The three arrays have one entry per spike;
 * `populationIndex` points into `populations`, `neurons` counts within its population.
 */
export interface Raster {
  readonly durationMs: number;
  readonly populations: readonly RasterPopulation[];
  readonly times: Float64Array;
  readonly populationIndex: Uint16Array;
  readonly neurons: Uint32Array;
  readonly traces: readonly RecordedTrace[];
  /** Free facts about the recording (seed, rule, label, threshold), kept by the file formats that can. */
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
}
