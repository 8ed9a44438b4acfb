import { InputError } from "../../errors.ts";
import type { NestOptions } from "./options.ts";

/** The time of a point of the lattice, free of the rounding of dt where a ms has a whole number of steps. */
export function timeOf(step: number, dt: number): number {
  const perMs = Math.round(1 / dt);
  return Math.abs(perMs * dt - 1) < 1e-9 ? step / perMs : step * dt;
}

/**
 * A delay [ms] as NEST can have it.
 * @param notes  gets a sentence when it is rounded
 * @throws InputError for one that is shorter than a step
 */
export function stepsOf(
  delay: number,
  path: string,
  { dtMs }: Pick<NestOptions, "dtMs">,
  notes: Set<string>,
): number {
  const n = Math.round(delay / dtMs);
  if (n < 1) throw new InputError(`${path}: expected ${dtMs} ms, NEST's step, or more, got ${delay}`);
  if (Math.abs(n * dtMs - delay) > 1e-6 * dtMs) notes.add(`delays are rounded to ${dtMs} ms`);
  return timeOf(n, dtMs);
}
