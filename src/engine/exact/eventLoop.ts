import { InputError } from "../../errors.ts";
import { Actors, expectInput, modulating, receivingRows } from "../actors.ts";
import type { EventQueue } from "../eventQueue.ts";
import { instant } from "../instant.ts";
import type { Act, Loop } from "../loop.ts";
import { within } from "../network/expect.ts";
import type { Network } from "../network/network.ts";
import { BURST, type NeuronGroup } from "../network/neurons/neuronGroup.ts";
import { PlasticSynapses } from "../network/plasticity/plasticSynapses.ts";
import { PopulationState } from "../populationState.ts";
import { LifExpModes } from "./modes/lifExpModes.ts";
import { type ModeRows, modesOf } from "./modes/modeRows.ts";

type State = PopulationState<NeuronGroup>;

interface Bundle {
  readonly from: number;
  readonly delay: number;
  readonly rank: number;
  readonly rows: ModeRows[];
}

interface Timed {
  readonly state: State;
  readonly group: LifExpModes;
}

/** `source` of an event that is not an arrival over projection `source`; those of actors are below. */
const CROSSING = -1;

/** How far crossings are looked for at first [ms]. */
const LOOK_AHEAD = 1;

/**
 * The state of a network and the queue of its events. An event is the arrival of a spike, a predicted threshold
 * crossing, or belongs to an actor: a stimulus, a probe, a callback, a spike on its way back to a dendritic synapse.
 * Events of one population at one instant (see `instant`) are one group: all inputs are added, then thresholds are
 * tested.
 */
export class EventLoop implements Loop {
  /** [ms] */
  time = 0;
  synapticEvents = 0;
  readonly populations: readonly State[];
  /** The synapses that learn, by projection. */
  readonly plastic: readonly (PlasticSynapses | null)[];
  /** Rank of what comes after all other events of an instant. */
  readonly lastRank: number;
  readonly #network: Network;
  readonly #actors: Actors;
  readonly #queue: EventQueue;
  readonly #byRank: readonly State[];
  /** Populations that keep their own calendar of crossings, by rank. */
  readonly #timed: readonly Timed[];
  /** Rows that reach them at the same delay after a spike: one event for all. Its source counts on from projections. */
  readonly #bundles: readonly Bundle[];
  readonly #firstBundle: number;
  /** What a spike of each population is sent over: projections of their own, and bundles. */
  readonly #outgoing: readonly (readonly number[])[];
  readonly #sends: readonly (readonly number[])[];
  /** Synapses onto each population with rules that act after a spike has passed. */
  readonly #passing: readonly (readonly PlasticSynapses[])[];
  /** What a delivery over each projection does to a target; made once, not per event. */
  readonly #receivers: readonly ((target: number, weight: number) => void)[];
  /** The same to all targets of a matrix's row, which it counts. */
  readonly #rowReceivers: readonly (((row: number, t: number) => number) | null)[];

  /**
   * @param onSpike  hears of every spike when it is fired
   */
  constructor(network: Network, onSpike: (population: number, neuron: number, t: number) => void) {
    const { populations, projections } = network;
    this.#network = network;
    const { groups, rows } = modesOf(network);
    const bundles: Bundle[] = [];
    const byRank = [...projections.keys()].toSorted(
      (a, b) => populations[projections[a].to].rank - populations[projections[b].to].rank,
    );
    for (const q of byRank) {
      const { from, to, synapses } = projections[q];
      if (!rows[q]) continue;
      const same = bundles.find(bundle => bundle.from === from && bundle.delay === synapses.minDelay);
      if (same) same.rows.push(rows[q]);
      else {
        const rank = 2 * populations[to].rank;
        bundles.push({ from, delay: synapses.minDelay, rank, rows: [rows[q]] });
      }
    }
    this.#bundles = bundles;
    this.#firstBundle = projections.length;
    this.#outgoing = populations.map(({ outgoing }) => outgoing.filter(q => !rows[q]));
    this.#sends = populations.map((_, p) => [...bundles.keys()].filter(k => bundles[k].from === p));
    this.populations = populations.map((population, p) => {
      const { model, name, size } = population;
      const make = () => model?.create(size) ?? null;
      const group = groups[p] ?? within(`populations.${name}.neuron`, make);
      return new PopulationState<NeuronGroup>(population, p, group);
    });
    this.#byRank = this.populations.toSorted((a, b) => a.rank - b.rank);
    this.#timed = this.#byRank.flatMap(state => {
      const group = groups[state.index];
      return group ? [{ state, group }] : [];
    });
    this.lastRank = 2 * populations.length;
    this.#rowReceivers = projections.map(({ synapses, to, target }) => {
      const state = this.populations[to];
      const matrix = target === null ? synapses.full : synapses.matrix;
      const receive = matrix ? receivingRows(state, target) : null;
      if (!receive) return null;
      return (row, t) => {
        receive(t, synapses.heldWeights, row * synapses.post, synapses.gain);
        if (target === null) state.touchAll();
        return synapses.post;
      };
    });
    this.#receivers = projections.map(({ synapses, to, target }) =>
      this.#receiver(this.populations[to], synapses.gain, target),
    );
    this.plastic = projections.map(({ synapses, plasticity, to, target }) => {
      const state = this.populations[to];
      if (!plasticity) return null;
      const all = receivingRows(state, target);
      // Weights that learn are multiplied by the gain first, as where they are reached one by one.
      const receiveAll = (t: number, weights: Float32Array | Float64Array, from: number, gain: number) => {
        all!(t, weights, from, 1, gain);
        if (target === null) state.touchAll();
      };
      const receive = this.#receiver(state, 1, target);
      return new PlasticSynapses(synapses, plasticity, state, receive, all && receiveAll);
    });
    this.#passing = populations.map((_, p) =>
      this.plastic.flatMap((plastic, q) => (plastic?.passes && projections[q].to === p ? [plastic] : [])),
    );
    this.#actors = new Actors(network, this.populations, this.plastic, onSpike);
    this.#queue = this.#actors.queue;
  }

  /** Memory of synapses that are laid out for this loop. */
  get bytes(): number {
    return this.#bundles.flatMap(({ rows }) => rows).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** @returns the source that its events have */
  addActor(act: Act): number {
    return this.#actors.add(act);
  }

  push(time: number, rank: number, source: number, item: number): void {
    this.#queue.push(time, rank, source, item, 0);
  }

  /**
   * Goes on to a time [ms]; events at that time are part of it.
   * @throws InputError that names population, neuron and time when activity or weights diverge
   */
  runUntil(end: number): void {
    this.takeWeights();
    const queue = this.#queue;
    for (;;) {
      const next = queue.nextTime;
      if (this.#cross(Math.min(next, end))) continue;
      if (next > end) break;
      queue.pop();
      const { time, rank, source } = queue;
      this.time = time;
      if (source >= this.#firstBundle) {
        this.#deliverBundle(source, queue.item, time);
        continue;
      }
      // Odd ranks and the last ones are for events that reach no neurons; they find nothing to settle.
      const state = this.#byRank[rank >> 1];
      this.#handle(state);
      while (queue.nextIs(time, rank)) {
        queue.pop();
        this.#handle(state);
      }
      if (state && state.touched > 0) this.#settle(state);
    }
    this.time = end;
  }

  rest(): void {
    const t = this.time;
    for (const plastic of this.plastic) plastic?.rest(t);
    // Spikes on their way, and crossings that are not to come.
    this.#queue.keep(source => source < CROSSING);
    for (const state of this.populations) {
      state.rest(t);
      if (state.group) for (let i = 0; i < state.size; i++) this.predict(state, i);
    }
  }

  startAt(time: number): void {
    this.time = time;
  }

  takeWeights(): void {
    for (const { rows } of this.#bundles) for (const one of rows) one.takeWeights();
  }

  /** Lets the first neuron fire that crosses its threshold by a time, of those with a calendar of their own. */
  #cross(by: number): boolean {
    if (this.#timed.length === 0) return false;
    let first: Timed | null = null;
    let time = by;
    // Not all the way at once: a crossing in one population is an event in others before that.
    for (let ahead = LOOK_AHEAD; ; ahead *= 2) {
      const until = Math.min(by, this.time + ahead);
      for (const timed of this.#timed) {
        const t = timed.group.nextCrossing(until);
        if (t < time || (t === time && !first)) {
          first = timed;
          time = t;
        }
      }
      if (first && time <= until) break;
      if (until === by) return false;
    }
    const { state, group } = first;
    this.time = time;
    const i = group.takeCrossing();
    for (let n = group.fire(i, time); n > 0; n--) this.emit(state, i);
    group.judge(i);
    return true;
  }

  /** A neuron fires now. */
  emit(state: State, i: number): void {
    const t = this.time;
    this.#actors.fired(state, i, t);
    for (const k of this.#sends[state.index]) {
      const { delay, rank } = this.#bundles[k];
      this.#queue.push(t + delay, rank, this.#firstBundle + k, i, 0);
    }
    for (const q of this.#outgoing[state.index]) {
      const { synapses, to } = this.#network.projections[q];
      if (synapses.rowLength(i) === 0) continue;
      this.#queue.push(t + synapses.delayAt(i, 0), this.populations[to].rank, q, i, 0);
    }
  }

  receive(state: State, i: number, amount: number): void {
    state.neurons.receive(i, this.time, amount);
    state.touch(i);
  }

  touch(state: State, i: number): void {
    state.touch(i);
  }

  /** One live queue entry per neuron, never later than its next spike; to be called when its state has changed. */
  predict(state: State, i: number): void {
    const group = state.group!;
    if (group instanceof LifExpModes) {
      group.judge(i);
      return;
    }
    // Finding the spike may be dear: a lower bound will do until then.
    const next = instant(group.earliestSpike ? group.earliestSpike(i) : group.nextSpike(i));
    if (next < state.predicted[i]) {
      state.predicted[i] = next;
      this.#queue.push(next, state.rank, CROSSING, i, 0);
    }
  }

  /** What takes an input to a neuron of a population now, or to its modulator of a name. */
  #receiver(state: State, gain: number, target: string | null): (j: number, weight: number) => void {
    if (target !== null) return modulating(state, target, gain, () => this.time);
    const group = state.neurons;
    return (j, weight) => {
      expectInput(state, j, this.time, weight * gain);
      group.receive(j, this.time, weight, gain);
      state.touch(j);
    };
  }

  /** Takes in one event of the present group; the queue holds its fields. */
  #handle(state: State | undefined): void {
    const queue = this.#queue;
    const { time, source, item, extra } = queue;
    if (source >= this.#firstBundle) this.#deliverBundle(source, item, time);
    else if (source >= 0) {
      const { synapses } = this.#network.projections[source];
      const plastic = this.plastic[source];
      const cursor = plastic
        ? plastic.arrive(item, extra, time)
        : (this.#rowReceivers[source]?.(item, time) ??
          synapses.deliver(item, extra, this.#receivers[source]));
      this.synapticEvents += cursor - extra;
      if (cursor < synapses.rowLength(item)) {
        const fired = time - synapses.delayAt(item, extra);
        queue.push(fired + synapses.delayAt(item, cursor), state!.rank, source, item, cursor);
      }
    } else if (source === CROSSING) {
      const { predicted, group } = state!;
      if (predicted[item] !== time) return;
      predicted[item] = Infinity;
      // The prediction may be stale: an input since then can have moved the crossing.
      const next = instant(group!.nextSpike(item));
      if (next <= time) {
        group!.settleCrossing(item, time);
        state!.touch(item);
      } else if (next < Infinity) {
        predicted[item] = next;
        queue.push(next, state!.rank, CROSSING, item, 0);
      }
    } else {
      this.#actors.act(source, item, extra, time);
    }
  }

  #deliverBundle(source: number, item: number, t: number): void {
    const { rows } = this.#bundles[source - this.#firstBundle];
    for (let r = 0; r < rows.length; r++) this.synapticEvents += rows[r].deliver(item, t);
  }

  /** All inputs of this instant are in: tests thresholds, lets neurons fire, predicts what comes next. */
  #settle(state: State): void {
    const group = state.group!;
    const count = state.touched;
    const list = state.takeTouched();
    // These have been judged at each change, and fire when their calendar says so.
    if (group instanceof LifExpModes) return;
    for (let k = 0; k < count; k++) {
      const i = list[k];
      const spikes = group.fire(i, this.time);
      if (spikes >= BURST) {
        throw new InputError(
          `${state.name}, neuron ${i} fired ${spikes} times at t = ${this.time} ms: ` +
            `expected fewer than ${BURST}; the weights have diverged, lower them or the learning rate`,
        );
      }
      for (let n = 0; n < spikes; n++) this.emit(state, i);
      this.predict(state, i);
    }
    state.passing.count++;
    for (const plastic of this.#passing[state.index]) plastic.pass(this.time);
  }
}
