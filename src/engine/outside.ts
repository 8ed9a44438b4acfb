import type { Loop } from "./loop.ts";
import type { Stimulus } from "./network/stimuli/timing.ts";
import type { PopulationState } from "./populationState.ts";
import type { Probe } from "./record/probe.ts";

/** Lets a stimulus act on a network from now on, each of its entries at its own times. */
export function addStimulus(loop: Loop, stimulus: Stimulus): void {
  const state = loop.populations[stimulus.population];
  // A waiting time begins at the event before it, wherever a lattice has put that.
  const due = stimulus.first();
  const half = (loop.dt ?? 0) / 2;
  const late = stimulus.drawn ? half : stimulus.bySample ? -half : 0;
  const push = (entry: number) => {
    if (due[entry] < Infinity) loop.push(due[entry] + late, state.rank, source, entry);
  };
  const source = loop.addActor((entry, _, now) => {
    if (stimulus.together && stimulus.effect === "spike" && loop.emitAll) {
      loop.emitAll(state, ...stimulus.together());
      due[entry] = stimulus.next(entry, due[entry]);
      push(entry);
      return;
    }
    // On a lattice nothing can come between events of one entry and time, which would be the queue's next.
    for (const time = due[entry]; ; ) {
      apply(loop, stimulus, state, entry, due[entry], now);
      due[entry] = stimulus.next(entry, due[entry]);
      if (half === 0 || stimulus.drawn || due[entry] !== time) break;
    }
    push(entry);
  });
  due.forEach((_, entry) => {
    push(entry);
  });
}

/** @param due  [ms] time of the event, `now` but for the lattice */
function apply(
  loop: Loop,
  stimulus: Stimulus,
  state: PopulationState,
  entry: number,
  due: number,
  now: number,
): void {
  if (stimulus.effect === "current") {
    const { neurons, by } = stimulus.change!();
    neurons.forEach((i, k) => {
      state.addCurrent(i, now, typeof by === "number" ? by : by[k]);
      loop.touch(state, i);
    });
    return;
  }
  const i = stimulus.neuron(entry, due);
  if (i < 0) return;
  if (stimulus.effect === "spike") loop.emit(state, i);
  else loop.receive(state, i, stimulus.weights ? stimulus.weights[i] : stimulus.weight);
}

/** Lets a probe look whenever it wants to, after all other events of that time. */
export function addProbe(loop: Loop, probe: Probe): void {
  const push = () => {
    if (probe.next < Infinity) loop.push(probe.next, loop.lastRank, source, 0);
  };
  const source = loop.addActor((_item, _extra, t) => {
    probe.sample(t);
    push();
  });
  push();
}
