/** The time of a point of the lattice, free of the rounding of dt where a ms has a whole number of steps. */
export function timeOf(step: number, dt: number): number {
  const perMs = Math.round(1 / dt);
  return Math.abs(perMs * dt - 1) < 1e-9 ? step / perMs : step * dt;
}
