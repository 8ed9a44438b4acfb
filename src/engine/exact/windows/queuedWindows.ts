import { InputError } from "../../../errors.ts";
import { expectInput } from "../../actors.ts";
import { EventQueue } from "../../eventQueue.ts";
import { instant } from "../../instant.ts";
import { BURST, type NeuronGroup } from "../../network/neurons/neuronGroup.ts";
import type { PopulationState } from "../../populationState.ts";
import type { Window } from "./window.ts";
import type { WindowRows } from "./windowRows.ts";

/**
 * Neurons of any model through a window of `WindowLoop`: what `EventLoop` does to a population, operation by operation, but
 * inputs come in order from the window, and only crossings that are foreseen need a queue, which is this population's own. All
 * that happens at one instant is one group: inputs are added, then thresholds are tested.
 */
export class QueuedWindows {
  readonly group: NeuronGroup;
  readonly #state: PopulationState<NeuronGroup>;
  readonly #window: Window;
  /** By the order of their packets. */
  readonly #rows: readonly WindowRows[];
  readonly #hear: (t: number, neuron: number) => void;
  readonly #crossings = new EventQueue();
  /** When neurons were changed that are to be looked at with what else happens then [ms]; Infinity for none. */
  #touched = Infinity;

  constructor(
    state: PopulationState<NeuronGroup>,
    window: Window,
    rows: readonly WindowRows[],
    hear: (t: number, neuron: number) => void,
  ) {
    this.group = state.neurons;
    this.#state = state;
    this.#window = window;
    this.#rows = rows;
    this.#hear = hear;
  }

  /** When a neuron is looked at next if nothing more comes [ms]. */
  get nextTime(): number {
    return Math.min(this.#crossings.nextTime, this.#touched);
  }

  /** One live entry per neuron, never later than its next spike; to be called when its state has changed. */
  predict(i: number): void {
    const { group } = this;
    const { predicted } = this.#state;
    const next = instant(group.earliestSpike ? group.earliestSpike(i) : group.nextSpike(i));
    if (next < predicted[i]) {
      predicted[i] = next;
      this.#crossings.push(next, 0, 0, i, 0);
    }
  }

  /** A neuron was changed at a time that is not over. */
  touch(i: number, t: number): void {
    this.#state.touch(i);
    this.#touched = t;
  }

  /** Moves through what is in the window, in order, up to a time. */
  run(until: number): void {
    const window = this.#window;
    const { count } = window;
    const crossings = this.#crossings;
    let synapses = 0;
    let k = 0;
    let due = this.nextTime;
    for (;;) {
      const arrives = k < count ? window.timeOf(k) : Infinity;
      const t = Math.min(arrives, due);
      if (!(t < until)) break;
      if (t < due && window.orderOf(k) < 0 && !(k + 1 < count && window.timeOf(k + 1) === t)) {
        // By far the most are Poisson inputs, with which nothing else comes.
        const i = window.fromOf(k);
        this.#receive(i, t, window.weightOf(k));
        k++;
        this.#look(i, t);
        due = this.nextTime;
        continue;
      }
      for (; k < count && window.timeOf(k) === t && window.orderOf(k) < 0; k++) {
        this.#receive(window.fromOf(k), t, window.weightOf(k));
        this.#state.touch(window.fromOf(k));
      }
      while (crossings.nextTime === t) {
        crossings.pop();
        this.#cross(crossings.item, t);
      }
      for (; k < count && window.timeOf(k) === t; k++) synapses += this.#deliver(k, t);
      this.#settle(t);
      due = this.nextTime;
    }
    window.clear(synapses);
  }

  #receive(i: number, t: number, weight: number): void {
    expectInput(this.#state, i, t, weight);
    this.group.receive(i, t, weight);
  }

  #deliver(k: number, t: number): number {
    const window = this.#window;
    const { synapses } = this.#rows[window.orderOf(k)];
    const { runs, uniformWeight, heldWeights, gain } = synapses;
    const { targets } = runs;
    const [from, to] = [window.fromOf(k), window.toOf(k)];
    const group = this.group;
    const state = this.#state;
    for (let s = from; s < to; s++) {
      const i = targets[s];
      const weight = uniformWeight ?? heldWeights[s];
      expectInput(state, i, t, weight * gain);
      group.receive(i, t, weight, gain);
      state.touch(i);
    }
    return to - from;
  }

  /** The time has come at which a neuron was foreseen to cross; an input since then may have moved that. */
  #cross(i: number, t: number): void {
    const { predicted } = this.#state;
    if (predicted[i] !== t) return;
    predicted[i] = Infinity;
    const next = instant(this.group.nextSpike(i));
    if (next <= t) {
      this.group.settleCrossing(i, t);
      this.#state.touch(i);
    } else if (next < Infinity) {
      predicted[i] = next;
      this.#crossings.push(next, 0, 0, i, 0);
    }
  }

  #settle(t: number): void {
    this.#touched = Infinity;
    const state = this.#state;
    const count = state.touched;
    const list = state.takeTouched();
    for (let k = 0; k < count; k++) this.#look(list[k], t);
  }

  /** All inputs of a neuron at t are in: tests its threshold, lets it fire, predicts what comes next. */
  #look(i: number, t: number): void {
    const spikes = this.group.fire(i, t);
    if (spikes >= BURST) throw bursting(this.#state.name, i, spikes, t);
    for (let n = 0; n < spikes; n++) this.#hear(t, i);
    this.predict(i);
  }
}

function bursting(name: string, i: number, spikes: number, t: number): InputError {
  return new InputError(
    `${name}, neuron ${i} fired ${spikes} times at t = ${t} ms: ` +
      `expected fewer than ${BURST}; the weights have diverged, lower them or the learning rate`,
  );
}
