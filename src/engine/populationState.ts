import { InputError } from "../errors.ts";
import type { Population } from "./network/network.ts";
import type { NeuronState } from "./network/neurons/neuronGroup.ts";
import { Modulator } from "./network/plasticity/modulator.ts";
import type { Passing } from "./network/plasticity/thirdFactor.ts";
import { Trace } from "./network/plasticity/trace.ts";

/** What a simulation keeps of one population besides the state of its neurons. */
export class PopulationState<Neurons extends NeuronState = NeuronState> {
  readonly index: number;
  readonly name: string;
  readonly size: number;
  readonly population: Population;
  /** null for an input population. */
  readonly group: Neurons | null;
  readonly trace: Trace | null;
  /** By name. */
  readonly modulators: ReadonlyMap<string, Modulator>;
  /** When rules of synapses onto it act after spikes have passed. */
  readonly passing: Passing = { count: 0, read: new Map() };
  /** Ranks of what reaches the population, and of what follows at the same instant. */
  readonly rank: number;
  readonly lateRank: number;
  /** Earliest queue entry of each neuron's predicted spike [ms]. */
  readonly predicted: Float64Array;
  /** Spikes that it may fire in this run, and may still fire. */
  budget = Infinity;
  spikesLeft = Infinity;
  /** Spikes of each neuron since they were last set to 0; null where nobody asks. */
  counts: Uint32Array | null = null;
  /** Neurons that events of the present instant have reached. */
  touched = 0;
  readonly #marks: Uint8Array;
  readonly #list: Int32Array;
  #sorted = true;
  /** Currents from `setCurrent` and from stimuli, which add up [mV/ms]; made when there are any. */
  #steady: Float64Array | null = null;
  #steps: Float64Array | null = null;

  constructor(population: Population, index: number, group: Neurons | null) {
    const { name, size, tauTrace, modulators } = population;
    this.index = index;
    this.name = name;
    this.size = size;
    this.population = population;
    this.group = group;
    this.trace = tauTrace === null ? null : new Trace(size, tauTrace);
    this.modulators = new Map([...modulators].map(([own, tau]) => [own, new Modulator(size, tau)]));
    this.rank = 2 * population.rank;
    this.lateRank = this.rank + 1;
    this.predicted = new Float64Array(size).fill(Infinity);
    this.#marks = new Uint8Array(size);
    this.#list = new Int32Array(size);
  }

  /** The neurons, where the population has any that receive something. */
  get neurons(): Neurons {
    if (!this.group) throw new InputError(`${this.name}: an input population has no potential or current`);
    return this.group;
  }

  /** Nothing that has reached it counts any more. @param t  now [ms] */
  rest(t: number): void {
    this.trace?.clear();
    for (const modulator of this.modulators.values()) modulator.rest(t);
    this.group?.rest?.(t);
    this.predicted.fill(Infinity);
  }

  touch(i: number): void {
    if (this.#marks[i]) return;
    this.#marks[i] = 1;
    if (this.touched > 0 && this.#list[this.touched - 1] > i) this.#sorted = false;
    this.#list[this.touched++] = i;
  }

  touchAll(): void {
    if (this.touched < this.size) for (let i = 0; i < this.size; i++) this.touch(i);
  }

  /** The touched neurons in ascending order, which are then forgotten; valid until the next touch. */
  takeTouched(): Int32Array {
    const list = this.#list;
    if (!this.#sorted) list.subarray(0, this.touched).sort();
    for (let k = 0; k < this.touched; k++) this.#marks[list[k]] = 0;
    this.touched = 0;
    this.#sorted = true;
    return list;
  }

  setCurrent(i: number, t: number, current: number): void {
    this.#steady ??= new Float64Array(this.size);
    this.#steady[i] = current;
    this.neurons.setCurrent(i, t, current + (this.#steps?.[i] ?? 0));
  }

  addCurrent(i: number, t: number, by: number): void {
    this.#steps ??= new Float64Array(this.size);
    this.#steps[i] += by;
    this.neurons.setCurrent(i, t, this.#steps[i] + (this.#steady?.[i] ?? 0));
  }
}
