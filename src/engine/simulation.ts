import { InputError } from "../errors.ts";
import { EventQueue } from "./eventQueue.ts";
import type { Network, Population } from "./network.ts";
import type { NeuronGroup } from "./neurons/neuronGroup.ts";
import { Trace } from "./plasticity/trace.ts";
import type { Raster } from "./raster.ts";
import { Recorder } from "./recorder.ts";
import type { SpikeTrain } from "./spikeTrain.ts";
import { type Stimulus, spikeTrain } from "./stimuli/stimulus.ts";

/** `source` of an event that is not an arrival over projection `source`. */
const CROSSING = -1;
const STIMULUS = -2; // and below: stimulus -2 - source

/**
 * Event-driven simulation of any network. Every event is the arrival of a spike, a predicted threshold crossing or a
 * given input spike; state moves between events by its exact solution, and there is no time step. Events of one
 * population at one instant are one group: all inputs are added, then thresholds are tested.
 *
 * Cutting a run into pieces changes nothing: `run(10)` twice is `run(20)`.
 */
export class Simulation {
  readonly network: Network;
  /** [ms] */
  time = 0;
  /** Spikes delivered to a synapse's target so far. */
  synapticEvents = 0;
  readonly #queue = new EventQueue();
  readonly #groups: readonly (NeuronGroup | null)[];
  readonly #traces: readonly (Trace | null)[];
  readonly #byRank: readonly number[];
  /** Earliest queue entry of each neuron's predicted spike, per population. */
  readonly #predicted: readonly Float64Array[];
  readonly #touched: readonly { marks: Uint8Array; list: Int32Array; count: number; sorted: boolean }[];
  readonly #stimuli: Stimulus[] = [];
  readonly #recorder: Recorder;
  /** What a delivery over each projection does to a target; made once, not per event. */
  readonly #receivers: readonly ((target: number, weight: number) => void)[];
  readonly #spikeBudget: number;
  #spikes = 0;

  /**
   * @param spikeBudget  spikes after which a network counts as running away; by default 1,000 Hz of every neuron
   *                     for 100 s
   */
  constructor(network: Network, { spikeBudget }: { spikeBudget?: number } = {}) {
    const { populations } = network;
    this.#spikeBudget = spikeBudget ?? 100_000 * populations.reduce((sum, p) => sum + p.size, 0);
    this.network = network;
    this.#groups = populations.map(p => p.model?.create(p.size) ?? null);
    this.#traces = populations.map(p => (p.tauTrace === null ? null : new Trace(p.size, p.tauTrace)));
    this.#byRank = [...populations.keys()].sort((a, b) => populations[a]!.rank - populations[b]!.rank);
    this.#predicted = populations.map(p => new Float64Array(p.size).fill(Infinity));
    this.#touched = populations.map(p => ({
      marks: new Uint8Array(p.size),
      list: new Int32Array(p.size),
      count: 0,
      sorted: true,
    }));
    this.#recorder = new Recorder(populations);
    this.#receivers = network.projections.map(({ synapses, to }) => {
      const group = this.#groups[to];
      return (j, weight) => {
        group!.receive(j, this.time, weight * synapses.gain);
        this.#touch(to, j);
      };
    });
    for (const make of network.stimuli) this.#addStimulus(make());
    populations.forEach((population, p) => {
      const group = this.#groups[p];
      if (!group) return;
      for (let i = 0; i < population.size; i++) {
        if (population.initial) group.setPotential?.(i, 0, population.initial[i]!);
        this.#predict(p, i);
      }
    });
  }

  /**
   * Gives an input population spikes to emit, in any order.
   * @param times    [ms], not before the present
   * @param neurons  which neuron emits each of them
   */
  stimulate(population: string, times: ArrayLike<number>, neurons: ArrayLike<number>): void {
    const p = this.#find(population);
    const { size, model } = this.network.populations[p]!;
    if (model !== null)
      throw new InputError(`${population}: expected an input population, got ${model.model} neurons`);
    let train: SpikeTrain;
    try {
      train = spikeTrain(times, neurons, size, this.time);
    } catch (error) {
      throw error instanceof InputError ? new InputError(`${population}: ${error.message}`) : error;
    }
    let at = 0;
    this.#addStimulus({
      population: p,
      effect: "spike",
      weight: 0,
      first: () => (train.length > 0 ? [{ entry: 0, time: train.times[0]! }] : []),
      neuron: () => train.neurons[at]!,
      current: () => 0,
      next: () => (++at < train.length ? train.times[at]! : Infinity),
    });
  }

  #addStimulus(stimulus: Stimulus): void {
    const source = STIMULUS - this.#stimuli.length;
    this.#stimuli.push(stimulus);
    const { rank } = this.network.populations[stimulus.population]!;
    for (const { entry, time } of stimulus.first()) {
      if (time < Infinity) this.#queue.push(time, rank, source, entry, 0);
    }
  }

  /**
   * Sets the constant input current of a population from now on.
   * @param current  current over capacitance [mV/ms]: one number, or one per neuron
   */
  setCurrent(population: string, current: number | ArrayLike<number>): void {
    const p = this.#find(population);
    const group = this.#groups[p];
    if (!group) throw new InputError(`${population}: an input population takes spikes, not currents`);
    const { size } = this.network.populations[p]!;
    if (typeof current !== "number" && current.length !== size) {
      throw new InputError(`${population}: expected one current or ${size}, got ${current.length}`);
    }
    for (let i = 0; i < size; i++) {
      const value = typeof current === "number" ? current : current[i]!;
      if (!Number.isFinite(value))
        throw new InputError(`${population}: current of neuron ${i}: got ${value}`);
      group.setCurrent(i, this.time, value);
      this.#predict(p, i);
    }
  }

  /** Runs for a time [ms]; events at its very end are part of it. */
  run(durationMs: number): void {
    if (!(durationMs >= 0 && durationMs < Infinity)) {
      throw new InputError(`duration: expected 0 ms or more, got ${durationMs}`);
    }
    this.runUntil(this.time + durationMs);
  }

  /** Runs up to a time [ms], not before the present; events at that time are part of it. */
  runUntil(end: number): void {
    if (!(end >= this.time && end < Infinity)) {
      throw new InputError(`end: expected ${this.time} ms or later, got ${end}`);
    }
    const queue = this.#queue;
    while (queue.nextTime <= end) {
      queue.pop();
      this.time = queue.time;
      const { time, rank } = queue;
      const p = this.#byRank[rank]!;
      this.#handle(p);
      while (queue.nextIs(time, rank)) {
        queue.pop();
        this.#handle(p);
      }
      this.#settle(p);
    }
    this.time = end;
  }

  /** Potential of a neuron now. */
  potential(population: string, neuron: number): number {
    const p = this.#find(population);
    const group = this.#groups[p];
    if (!group) throw new InputError(`${population}: an input population has no potential`);
    return group.potential(neuron, this.time);
  }

  /** Spike traces of a population now, one per neuron. */
  trace(population: string): Float64Array {
    const trace = this.#traces[this.#find(population)];
    if (!trace) throw new InputError(`${population}: keeps no trace; give it a tauTrace`);
    return trace.read(this.time);
  }

  /** All spikes so far. */
  raster(metadata: Raster["metadata"] = {}): Raster {
    return this.#recorder.raster(this.time, metadata);
  }

  #find(name: string): number {
    const p = this.network.populations.findIndex(population => population.name === name);
    if (p === -1) {
      const names = this.network.populations.map(population => population.name).join(", ");
      throw new InputError(`population: expected one of ${names}, got ${name}`);
    }
    return p;
  }

  /** Takes in one event of the present group; `queue` holds its fields. */
  #handle(p: number): void {
    const { time, source, item, extra } = this.#queue;
    if (source >= 0) {
      const { synapses } = this.network.projections[source]!;
      const cursor = synapses.deliver(item, extra, this.#receivers[source]!);
      this.synapticEvents += cursor - extra;
      if (cursor < synapses.rowLength(item)) {
        const sent = time - synapses.delayAt(item, extra);
        const { rank } = this.network.populations[p]!;
        this.#queue.push(sent + synapses.delayAt(item, cursor), rank, source, item, cursor);
      }
    } else if (source === CROSSING) {
      if (this.#predicted[p]![item] !== time) return;
      this.#predicted[p]![item] = Infinity;
      // The prediction may be stale: an input since then can have moved the crossing.
      const next = this.#groups[p]!.nextSpike(item);
      if (next > time) {
        if (next < Infinity) {
          this.#predicted[p]![item] = next;
          this.#queue.push(next, this.network.populations[p]!.rank, CROSSING, item, 0);
        }
        return;
      }
      this.#groups[p]!.settleCrossing(item, time);
      this.#touch(p, item);
    } else {
      this.#stimulus(p, this.#stimuli[STIMULUS - source]!, source, item, time);
    }
  }

  #stimulus(p: number, stimulus: Stimulus, source: number, entry: number, time: number): void {
    const group = this.#groups[p];
    const population = this.network.populations[p]!;
    const i = stimulus.neuron(entry);
    if (stimulus.effect === "spike") this.#emit(population, p, i, time);
    else if (stimulus.effect === "input") {
      group!.receive(i, time, stimulus.weight);
      this.#touch(p, i);
    } else {
      for (let j = 0; j < population.size; j++) {
        group!.setCurrent(j, time, stimulus.current(entry));
        this.#touch(p, j);
      }
    }
    const next = stimulus.next(entry, time);
    if (next < Infinity) this.#queue.push(next, population.rank, source, entry, 0);
  }

  #touch(p: number, i: number): void {
    const touched = this.#touched[p]!;
    if (touched.marks[i]) return;
    touched.marks[i] = 1;
    if (touched.count > 0 && touched.list[touched.count - 1]! > i) touched.sorted = false;
    touched.list[touched.count++] = i;
  }

  /** All inputs of this instant are in: tests thresholds, lets neurons fire, predicts what comes next. */
  #settle(p: number): void {
    const group = this.#groups[p];
    if (!group) return;
    const touched = this.#touched[p]!;
    if (!touched.sorted) touched.list.subarray(0, touched.count).sort();
    const population = this.network.populations[p]!;
    for (let k = 0; k < touched.count; k++) {
      const i = touched.list[k]!;
      touched.marks[i] = 0;
      const spikes = group.fire(i, this.time);
      if (spikes >= 10_000) {
        throw new InputError(
          `${population.name}, neuron ${i} fired ${spikes} times at t = ${this.time} ms: ` +
            "expected fewer than 10000; the weights have diverged, lower them or the learning rate",
        );
      }
      for (let n = 0; n < spikes; n++) this.#emit(population, p, i, this.time);
      this.#predict(p, i);
    }
    touched.count = 0;
    touched.sorted = true;
  }

  #emit(population: Population, p: number, i: number, t: number): void {
    if (++this.#spikes > this.#spikeBudget) {
      throw new InputError(
        `${population.name}, neuron ${i}, t = ${t} ms: expected at most ${this.#spikeBudget} spikes in all; ` +
          "the network runs away, lower its weights or raise spikeBudget",
      );
    }
    this.#recorder.spike(p, i, t);
    this.#traces[p]?.bump(i, t);
    for (const q of population.outgoing) {
      const { synapses, to } = this.network.projections[q]!;
      if (synapses.rowLength(i) === 0) continue;
      const { rank } = this.network.populations[to]!;
      this.#queue.push(t + synapses.delayAt(i, 0), rank, q, i, 0);
    }
  }

  /** One live queue entry per neuron, never later than its next spike. */
  #predict(p: number, i: number): void {
    const group = this.#groups[p]!;
    // Finding the spike may be dear: a lower bound will do until then.
    const next = group.earliestSpike?.(i) ?? group.nextSpike(i);
    if (!(next < this.#predicted[p]![i]!)) return;
    this.#predicted[p]![i] = next;
    this.#queue.push(next, this.network.populations[p]!.rank, CROSSING, i, 0);
  }
}
