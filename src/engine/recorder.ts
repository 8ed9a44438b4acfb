import type { Raster, RasterPopulation } from "./raster.ts";

/** Collects the spikes of a simulation in the order in which they happen. */
export class Recorder {
  readonly #populations: readonly RasterPopulation[];
  #times = new Float64Array(256);
  #population = new Uint16Array(256);
  #neurons = new Uint32Array(256);
  #count = 0;

  constructor(populations: readonly RasterPopulation[]) {
    this.#populations = populations.map(({ name, size }) => ({ name, size }));
  }

  spike(population: number, neuron: number, t: number): void {
    if (this.#count === this.#times.length) this.#grow();
    this.#times[this.#count] = t;
    this.#population[this.#count] = population;
    this.#neurons[this.#count++] = neuron;
  }

  /** A copy of what was recorded up to now, ordered by time, then population, then neuron. */
  raster(durationMs: number, metadata: Raster["metadata"]): Raster {
    const [times, population, neurons] = [this.#times, this.#population, this.#neurons];
    const order = Uint32Array.from({ length: this.#count }, (_, k) => k).sort(
      (a, b) =>
        times[a]! - times[b]! || population[a]! - population[b]! || neurons[a]! - neurons[b]! || a - b,
    );
    return {
      durationMs,
      populations: this.#populations,
      times: Float64Array.from(order, k => times[k]!),
      populationIndex: Uint16Array.from(order, k => population[k]!),
      neurons: Uint32Array.from(order, k => neurons[k]!),
      traces: [],
      metadata,
    };
  }

  #grow(): void {
    const capacity = 2 * this.#times.length;
    const [times, population, neurons] = [this.#times, this.#population, this.#neurons];
    this.#times = new Float64Array(capacity);
    this.#population = new Uint16Array(capacity);
    this.#neurons = new Uint32Array(capacity);
    this.#times.set(times);
    this.#population.set(population);
    this.#neurons.set(neurons);
  }
}
