import type { Raster } from "../engine/record/raster.ts";
import { InputError } from "../errors.ts";

/** Neurons that one list holds. */
const MOST_NEURONS = 2 ** 27;

/**
 * Spike times of each neuron of a population, ascending [ms]; silent neurons have an empty train.
 * @throws InputError when there is no such population, or it is too large to list
 */
export function spikeTrains(raster: Raster, population: string): Float64Array[] {
  const p = raster.populations.findIndex(({ name }) => name === population);
  if (p === -1) {
    const names = raster.populations.map(({ name }) => name).join(", ");
    throw new InputError(`population: expected one of ${names}, got ${population}`);
  }
  const { size } = raster.populations[p];
  if (size > MOST_NEURONS)
    throw new InputError(
      `population: expected at most ${MOST_NEURONS} neurons, got ${size} of ${population}`,
    );
  const trains: Float64Array[] = new Array(size).fill(new Float64Array(0));
  for (const [neuron, train] of activeTrains(raster)[p]) trains[neuron] = train;
  return trains;
}

/**
 * Spike times [ms] of the neurons that fired, by neuron, for every population: in one walk through the spikes, whatever
 * the populations' number and size.
 */
export function activeTrains({
  populations,
  times,
  populationIndex,
  neurons,
}: Raster): ReadonlyMap<number, Float64Array>[] {
  const counts = populations.map(() => new Map<number, number>());
  neurons.forEach((neuron, k) => {
    const own = counts[populationIndex[k]];
    own.set(neuron, (own.get(neuron) ?? 0) + 1);
  });
  const trains = counts.map(
    own => new Map([...own].sort(([a], [b]) => a - b).map(([neuron, n]) => [neuron, new Float64Array(n)])),
  );
  // From the last spike to the first, so that what is left of a count is the place.
  for (let k = times.length - 1; k >= 0; k--) {
    const [p, neuron] = [populationIndex[k], neurons[k]];
    const place = counts[p].get(neuron)! - 1;
    counts[p].set(neuron, place);
    trains[p].get(neuron)![place] = times[k];
  }
  return trains;
}
