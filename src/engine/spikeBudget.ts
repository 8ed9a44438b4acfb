import { InputError } from "../errors.ts";
import { expectNumber, within } from "./network/expect.ts";
import type { PopulationState } from "./populationState.ts";
import { find } from "./record/recorder.ts";

/** Spikes that a population may fire in one run: one number for every population, or one for each that is named. */
export type SpikeBudget = number | Readonly<Record<string, number>>;

/** Mean rate that no neuron sustains [spikes per ms], and spikes that a neuron may fire in however short a run. */
const RATE = 5;
const AT_ONCE = 1000;
/** The same for parrots that hear themselves: what goes round among them does so for ever. */
const ECHO = 100;

/**
 * Sets how many spikes each population may fire in a run. By default it is a mean of 5 per neuron and ms, and 1,000 per
 * neuron besides; inputs and parrots repeat what they are given, at any rate, and have none, except parrots whose spikes
 * come back to them: a mean of 100 per neuron and ms.
 * @throws InputError
 */
export function spikeBudgets(
  populations: readonly PopulationState[],
  durationMs: number,
  budget: SpikeBudget | undefined,
): void {
  const given = typeof budget === "object" ? budget : {};
  for (const name of Object.keys(given)) find(populations, name, "spikeBudget");
  for (const state of populations) {
    const { model, echoes } = state.population;
    const free = model === null || (["parrot", "max-pool"].includes(model.model) && !echoes);
    const usual = free ? Infinity : state.size * (AT_ONCE + (echoes ? ECHO : RATE) * durationMs);
    const spikes = (typeof budget === "number" ? budget : given[state.name]) ?? usual;
    within("spikeBudget", () => expectNumber(state.name, spikes, spikes >= 0, "0 spikes or more"));
    state.budget = spikes;
    state.spikesLeft = spikes;
  }
}

/**
 * Neuron i spikes at t [ms].
 * @throws InputError when that is one more than its population may fire
 */
export function spend(state: PopulationState, i: number, t: number): void {
  if (--state.spikesLeft >= 0) return;
  throw new InputError(
    `${state.name}, neuron ${i}, t = ${t} ms: expected at most ${state.budget} spikes of the population in this ` +
      "run; the network runs away, lower its weights or raise spikeBudget",
  );
}
