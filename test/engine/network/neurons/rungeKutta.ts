type State = readonly number[];
type Step = (state: State, dt: number) => number[];

/** The classical method in double precision, for slopes that do not depend on time. */
export function rk4(slopes: (state: State) => State): Step {
  const moved = (state: State, k: State, by: number) => state.map((x, n) => x + by * k[n]);
  return (state, dt) => {
    const k1 = slopes(state);
    const k2 = slopes(moved(state, k1, dt / 2));
    const k3 = slopes(moved(state, k2, dt / 2));
    const k4 = slopes(moved(state, k3, dt));
    return state.map((x, n) => x + (dt / 6) * (k1[n] + 2 * k2[n] + 2 * k3[n] + k4[n]));
  };
}

/** State after a time, in so many steps. */
export function endOf(step: Step, start: State, time: number, steps: number): number[] {
  let state = [...start];
  for (let n = 0; n < steps; n++) state = step(state, time / steps);
  return state;
}
