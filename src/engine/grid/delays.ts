import { InputError } from "../../errors.ts";
import type { Projection } from "../projections/projection.ts";

/**
 * A delay in steps of the lattice, rounded to the nearest.
 * @param path  of the projection, for the error
 * @throws InputError for a delay that the lattice would swallow
 */
export function delaySteps(delay: number, dt: number, path: string): number {
  const steps = Math.round(delay / dt);
  if (steps === 0 && delay > 0) {
    throw new InputError(`${path}.delay: expected 0, or at least half of dt = ${dt} ms, got ${delay}`);
  }
  return steps;
}

/** The longest delay of a projection [steps]. */
export function longestDelay(synapses: Projection, dt: number, path: string): number {
  let longest = delaySteps(synapses.minDelay, dt, path);
  for (let row = 0; row < synapses.pre; row++) {
    const length = synapses.rowLength(row);
    if (length > 0) longest = Math.max(longest, delaySteps(synapses.delayAt(row, length - 1), dt, path));
  }
  return longest;
}
