import { InputError } from "../../errors.ts";
import type { Projection } from "../network/synapses/projection.ts";

/** Longest time that a lattice looks back or ahead [steps]: a ring of so many takes some 300 MB. */
const MOST_STEPS = 2 ** 24;

/**
 * A time in steps of the lattice, rounded to the nearest.
 * @param field  for the error
 * @throws InputError for a time that is too long to be kept step by step
 */
export function stepsOf(field: string, time: number, dt: number): number {
  const steps = Math.round(time / dt);
  if (steps > MOST_STEPS) {
    throw new InputError(
      `${field}: expected at most ${MOST_STEPS} steps of dt = ${dt} ms on a lattice, got ${time} ms; ` +
        "the exact mode has no such limit",
    );
  }
  return steps;
}

/**
 * A delay in steps of the lattice, rounded to the nearest.
 * @param path  of the projection, for the error
 * @throws InputError for a delay that the lattice would swallow
 */
export function delaySteps(delay: number, dt: number, path: string): number {
  const steps = stepsOf(`${path}.delay`, delay, dt);
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
