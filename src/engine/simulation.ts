import { InputError } from "../errors.ts";
import { EventQueue } from "./eventQueue.ts";
import type { Network, Population } from "./network.ts";
import type { NeuronGroup } from "./neurons/neuronGroup.ts";
import { Trace } from "./plasticity/trace.ts";
import type { Raster } from "./raster.ts";
import { Recorder } from "./recorder.ts";
import { SpikeTrain } from "./spikeTrain.ts";

/** `source` of an event that is not an arrival over projection `source`. */
const CROSSING = -1;
const STIMULUS = -2; // and below: train -2 - source

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
  readonly #stimuli: { population: number; train: SpikeTrain; next: number }[] = [];
  readonly #recorder: Recorder;

  constructor(network: Network) {
    const { populations } = network;
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
  }

  /**
   * Gives an input population spikes to emit, in any order.
   * @param times    [ms], not before the present
   * @param neurons  which neuron emits each of them
   */
  stimulate(population: string, times: ArrayLike<number>, neurons: ArrayLike<number>): void {
    const p = this.#find(population);
    const { size, model, rank } = this.network.populations[p]!;
    if (model !== null)
      throw new InputError(`${population}: expected an input population, got ${model.model} neurons`);
    if (times.length !== neurons.length) {
      throw new InputError(
        `${population}: expected as many neurons as times (${times.length}), got ${neurons.length}`,
      );
    }
    const train = new SpikeTrain(Math.max(1, times.length));
    let end = 0;
    for (let k = 0; k < times.length; k++) {
      const [t, i] = [times[k]!, neurons[k]!];
      if (!(t >= this.time && t < Infinity)) {
        throw new InputError(`${population}: times[${k}]: expected ${this.time} ms or later, got ${t}`);
      }
      if (!Number.isInteger(i) || i < 0 || i >= size) {
        throw new InputError(`${population}: neurons[${k}]: expected 0 to ${size - 1}, got ${i}`);
      }
      train.push(t, i);
      end = Math.max(end, t);
    }
    if (train.length === 0) return;
    train.sort(end);
    this.#stimuli.push({ population: p, train, next: 0 });
    this.#queue.push(train.times[0]!, rank, STIMULUS - (this.#stimuli.length - 1), train.neurons[0]!, 0);
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
      const group = this.#groups[p]!;
      const cursor = synapses.deliver(item, extra, (j, weight) => {
        group.receive(j, time, weight * synapses.gain);
        this.#touch(p, j);
        this.synapticEvents++;
      });
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
        this.#predict(p, item);
        return;
      }
      this.#groups[p]!.settleCrossing(item, time);
      this.#touch(p, item);
    } else {
      const stimulus = this.#stimuli[STIMULUS - source]!;
      this.#emit(this.network.populations[p]!, p, item, time);
      const k = ++stimulus.next;
      if (k < stimulus.train.length) {
        const { rank } = this.network.populations[p]!;
        this.#queue.push(stimulus.train.times[k]!, rank, source, stimulus.train.neurons[k]!, 0);
      }
    }
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
    const next = this.#groups[p]!.nextSpike(i);
    if (!(next < this.#predicted[p]![i]!)) return;
    this.#predicted[p]![i] = next;
    this.#queue.push(next, this.network.populations[p]!.rank, CROSSING, i, 0);
  }
}
