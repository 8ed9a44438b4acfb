import { type State, rk4 as step } from "../../../../experiments/integrators/cells.ts";

type Step = (state: State, dt: number) => number[];

/** The classical method in double precision, for slopes that do not depend on time. */
export const rk4 =
  (slopes: (state: State) => State): Step =>
  (state, dt) =>
    step(slopes, state, dt);

/** State after a time, in so many steps. */
export function endOf(step: Step, start: State, time: number, steps: number): number[] {
  let state = [...start];
  for (let n = 0; n < steps; n++) state = step(state, time / steps);
  return state;
}
