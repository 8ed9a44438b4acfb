import { InputError } from "../errors.ts";
import { EventQueue } from "./eventQueue.ts";
import type { Act, OnSpikes } from "./loop.ts";
import type { Network } from "./network/network.ts";
import type { PlasticSynapses } from "./network/plasticity/plasticSynapses.ts";
import type { PopulationState } from "./populationState.ts";
import { spend } from "./spikeBudget.ts";

/** `source` of the first actor's events; the others' are below it. */
const FIRST = -2;

/**
 * What both clocks do in the same way: the queue of events, among them those of actors, which are stimuli, probes,
 * callbacks, and spikes on their way back to dendritic synapses; and what a spike means to all but those whom it reaches
 * over synapses.
 */
export class Actors {
  readonly queue = new EventQueue();
  readonly #onSpike: (population: number, neuron: number, t: number) => void;
  readonly #onSpikes: OnSpikes;
  readonly #acts: Act[] = [];
  /** The synapses that learn by general rules from the spikes of each population. */
  readonly #learning: readonly (readonly { readonly plastic: PlasticSynapses; readonly source: number }[])[];

  /**
   * @param plastic  synapses that learn by general rules, by projection
   * @param onSpike  hears of every spike when it is fired
   * @param onSpikes hears of several at once, where there is one
   */
  constructor(
    { projections }: Network,
    populations: readonly PopulationState[],
    plastic: readonly (PlasticSynapses | null)[],
    onSpike: (population: number, neuron: number, t: number) => void,
    onSpikes: OnSpikes = (population, neurons, from, to, t) => {
      for (let k = from; k < to; k++) onSpike(population, neurons[k], t);
    },
  ) {
    this.#onSpike = onSpike;
    this.#onSpikes = onSpikes;
    this.#learning = populations.map((state, p) =>
      projections.flatMap(({ to }, q) => {
        const own = plastic[q];
        if (to !== p || !own?.hearsPost) return [];
        const learning = { plastic: own, source: FIRST - this.#acts.length };
        this.add((j, cursor, t) => {
          const next = own.arrivePost(j, cursor, t);
          if (next < Infinity) this.#pushBack(state, learning, j, next, t - own.lag(j, cursor));
        });
        return [learning];
      }),
    );
  }

  /** @returns the source that its events have */
  add(act: Act): number {
    return FIRST - (this.#acts.push(act) - 1);
  }

  act(source: number, item: number, extra: number, time: number): void {
    this.#acts[FIRST - source](item, extra, time);
  }

  /** Neuron i fires at t. */
  fired(state: PopulationState, i: number, t: number): void {
    spend(state, i, t);
    if (state.counts) state.counts[i]++;
    this.#onSpike(state.index, i, t);
    state.trace?.bump(i, t);
    for (const learning of this.#learning[state.index]) {
      const { plastic } = learning;
      if (!plastic.dendritic) plastic.arrivePost(i, 0, t);
      else if (plastic.hasColumn(i)) this.#pushBack(state, learning, i, 0, t);
    }
  }

  /** Those in a part of a list do. @returns false, and nothing has happened, where each must be heard of in its turn */
  firedAll(state: PopulationState, neurons: Int32Array, from: number, to: number, t: number): boolean {
    const { counts, trace, index } = state;
    if (trace || this.#learning[index].length > 0 || state.spikesLeft < to - from) return false;
    state.spikesLeft -= to - from;
    if (counts) for (let k = from; k < to; k++) counts[neurons[k]]++;
    this.#onSpikes(index, neurons, from, to, t);
    return true;
  }

  /** A spike on its way back from neuron j to its dendritic synapses from `cursor` on. */
  #pushBack(
    state: PopulationState,
    { plastic, source }: { readonly plastic: PlasticSynapses; readonly source: number },
    j: number,
    cursor: number,
    fired: number,
  ): void {
    this.queue.push(fired + plastic.lag(j, cursor), state.lateRank, source, j, cursor);
  }
}

/** @throws InputError for an input that is no number, which would silence a neuron for good: NaN is above no threshold */
export function expectInput(target: PopulationState, j: number, t: number, amount: number): void {
  if (amount - amount === 0) return;
  throw new InputError(
    `${target.name}, neuron ${j}, t = ${t} ms: expected finite weights, got an input of ${amount}`,
  );
}

/**
 * What takes the inputs of a row of weights times a gain to all neurons of a population, or to their modulators of a name,
 * as one after the other would be taken; null where neurons take them one by one. With `own`, each weight is multiplied by
 * that before.
 */
export function receivingRows(state: PopulationState, target: string | null): RowReceiver | null {
  const modulator = target === null ? null : state.modulators.get(target)!;
  const { group, size } = state;
  if (!modulator && !group?.receiveRun) return null;
  return (t, weights, from, gain, own = 1) => {
    const sum = modulator
      ? modulator.receiveRow(t, weights, from, own * gain)
      : group!.receiveRun!(0, t, weights, from, size, gain, own);
    // One that is no number makes none of the sum.
    if (sum - sum !== 0)
      for (let j = 0; j < size; j++) expectInput(state, j, t, weights[from + j] * own * gain);
  };
}

export type RowReceiver = (
  t: number,
  weights: Float32Array | Float64Array,
  from: number,
  gain: number,
  own?: number,
) => void;

/** What takes an input to a neuron's modulator of a name now. */
export function modulating(
  state: PopulationState,
  name: string,
  gain: number,
  now: () => number,
): (j: number, weight: number) => void {
  const modulator = state.modulators.get(name)!;
  return (j, weight) => {
    expectInput(state, j, now(), weight * gain);
    modulator.receive(j, now(), weight * gain);
  };
}
