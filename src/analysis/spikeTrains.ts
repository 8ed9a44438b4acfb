import type { Raster } from "../engine/raster.ts";
import { InputError } from "../errors.ts";

/** Spike times of each neuron of a population, ascending [ms]; silent neurons have an empty train. */
export function spikeTrains(raster: Raster, population: string): Float64Array[] {
  const p = raster.populations.findIndex(({ name }) => name === population);
  if (p === -1) {
    const names = raster.populations.map(({ name }) => name).join(", ");
    throw new InputError(`population: expected one of ${names}, got ${population}`);
  }
  const { size } = raster.populations[p]!;
  const trains: number[][] = Array.from({ length: size }, () => []);
  raster.times.forEach((t, k) => {
    if (raster.populationIndex[k] === p) trains[raster.neurons[k]!]!.push(t);
  });
  return trains.map(train => Float64Array.from(train));
}
