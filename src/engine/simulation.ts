import { about, InputError, shown } from "../errors.ts";
import { EventLoop } from "./exact/eventLoop.ts";
import { WindowLoop } from "./exact/windows/windowLoop.ts";
import { denseOf, windowOf } from "./exact/windows/windowOf.ts";
import { instant } from "./instant.ts";
import { GridLoop } from "./lattice/gridLoop.ts";
import type { Loop } from "./loop.ts";
import {
  expectChoice,
  expectFinite,
  expectMoment,
  expectNeuron,
  expectNumber,
  expectNumbers,
  expectOnly,
  expectTime,
  within,
} from "./network/expect.ts";
import { type Network, placeOf } from "./network/network.ts";
import { edges } from "./network/plasticity/edges.ts";
import { inMemory } from "./network/room.ts";
import { playback, spikeTrain } from "./network/stimuli/spikes.ts";
import type { Stimulus } from "./network/stimuli/timing.ts";
import { addProbe, addStimulus } from "./outside.ts";
import type { PopulationState } from "./populationState.ts";
import { Presenter, type ShownSample } from "./presenter.ts";
import { type Probe, type ProbeRecording, probes } from "./record/probe.ts";
import type { Raster } from "./record/raster.ts";
import { find, Recorder, type SpikeRecording } from "./record/recorder.ts";
import { type SpikeBudget, spikeBudgets } from "./spikeBudget.ts";

/** Of the numbers that the grid mode computes with. */
export type Precision = "single" | "double";

/** How a network is run, and what is recorded of it. */
export interface SimulationOptions {
  /**
   * `exact` (the default): spikes at any time, state moved from event to event. `grid`: spikes and delays on multiples of
   * dt, every neuron moved from each to the next; to compare with clock-driven simulators. See `GridLoop`.
   */
  readonly mode?: "exact" | "grid";
  /** Step [ms] of the grid mode, for it alone; 0.1 by default. */
  readonly dt?: number;
  /**
   * Threads that share the work of the grid mode, this one included; 1 by default. The spikes are the same for any
   * number. Worth it for networks of tens of thousands of neurons; `close` lets the threads go.
   */
  readonly workers?: number;
  /**
   * In which the grid mode computes, for it alone: `single`, the default, or `double`, some two times slower and larger;
   * to compare spike for spike with simulators of that precision. Weights begin in single precision, as the network
   * holds them; those that learn go on in double, and the network's list gets them rounded.
   */
  readonly precision?: Precision;
  /** What to record; all spikes by default. */
  readonly record?: SpikeRecording & ProbeRecording;
  /** Spikes after which a population counts as running away; for the default see `spikeBudgets`. */
  readonly spikeBudget?: SpikeBudget;
  /** With which sample of the network's stream to begin, at its time; 0 by default. The stimuli are then all of samples. */
  readonly firstSample?: number;
  /** Hears of every sample of the stream when it has been shown; what it is told is true until it returns. */
  readonly onSample?: (sample: ShownSample) => void;
  /** Hears of every spike when it is fired; it may call `reward` and `at`. */
  readonly onSpike?: (population: string, neuron: number, t: number) => void;
}

const optionFields: readonly (keyof SimulationOptions)[] = [
  "mode",
  "dt",
  "workers",
  "precision",
  "record",
  "spikeBudget",
  "firstSample",
  "onSample",
  "onSpike",
];

/**
 * Simulation of any network: event-driven by default, where state moves between events by its exact solution and there
 * is no time step; or on a lattice of time.
 *
 * Cutting a run into pieces changes nothing: `run(10)` twice is `run(20)`. Weights that learn are the network's own, so
 * a second simulation of it begins with what the first has learnt. The lists of weights, the network's or a caller's own,
 * may be changed between runs and in a callback of `at`; either mode delivers what they then hold.
 */
export class Simulation {
  readonly network: Network;
  readonly #loop: Loop;
  readonly #recorder: Recorder;
  readonly #presenter: Presenter | null;
  readonly #probes: readonly Probe[];
  readonly #spikeBudget: SpikeBudget | undefined;
  /** Stimuli that are spikes of each population themselves. */
  readonly #inputs: readonly Stimulus[][];

  /**
   * @param network  what `network` made of a description
   * @throws InputError for options that do not fit the network
   */
  constructor(network: Network, options: SimulationOptions = {}) {
    if (!Array.isArray(network?.populations))
      throw new InputError(`network: expected what network(description) returns, got ${shown(network)}`);
    within("options", () => expectOnly(options, "a simulation's options", optionFields));
    const { record = {}, spikeBudget, onSpike, mode = "exact", firstSample, onSample } = options;
    const { dt = 0.1, workers = 1, precision = "single" } = options;
    for (const [field, value] of Object.entries({ onSpike, onSample }))
      if (value !== undefined && typeof value !== "function")
        throw new InputError(`${field}: expected a function, got ${shown(value)}`);
    within("record", () => expectOnly(record, "a recording", ["spikes", "rates", "neurons", "weights"]));
    const { populations } = network;
    this.network = network;
    this.#inputs = populations.map(() => []);
    this.#recorder = new Recorder(populations, record);
    this.#spikeBudget = spikeBudget;
    const hear = (p: number, i: number, t: number) => {
      this.#recorder.spike(p, i, t);
      onSpike?.(populations[p].name, i, t);
    };
    const stimuli = network.stimuli.map(make => make());
    expectChoice("mode", mode, ["exact", "grid"]);
    if (mode === "grid") {
      expectTime("dt", dt);
      expectNumber("workers", workers, Number.isInteger(workers) && workers > 0 && workers <= 64, "1 to 64");
      expectChoice("precision", precision, ["single", "double"]);
      const [watched, double] = [onSpike !== undefined, precision === "double"];
      const all = this.#recorder.spikes.bind(this.#recorder);
      this.#loop = inMemory("network", () => new GridLoop(network, dt, hear, all, watched, workers, double));
    } else {
      for (const field of ["dt", "workers", "precision"] as const) {
        const given = options[field];
        if (given !== undefined)
          throw new InputError(`${field}: expected it with mode "grid", got ${shown(given)}`);
      }
      // Who hears of a spike may act at once, so that nothing may have happened after it.
      const width = onSpike ? 0 : windowOf(network);
      const dense = denseOf(network, stimuli, width);
      this.#loop = inMemory("network", () =>
        width > 0 ? new WindowLoop(network, width, dense, hear) : new EventLoop(network, hear),
      );
    }
    spikeBudgets(this.#loop.populations, 0, spikeBudget);
    for (const [field, value] of Object.entries({ firstSample, onSample }))
      if (value !== undefined && !network.stream)
        throw new InputError(`${field}: expected it of a network with a stream, got ${shown(value)}`);
    this.#presenter =
      network.stream && new Presenter(network, this.#loop, stimuli, firstSample ?? 0, onSample);
    for (const stimulus of stimuli) this.#add(stimulus);
    this.#loop.begin?.();
    for (const state of this.#loop.populations) if (state.group) this.#initialise(state);
    this.#probes = probes(record, {
      sizeOf: name => this.#find(name).size,
      potential: (name, i) => this.potential(name, i),
      synapticCurrent: (name, i) => this.synapticCurrent(name, i),
      weights: projection => this.weights(projection),
      synapsesOf: projection => {
        const { name, to, synapses } = network.projections[placeOf(network, projection)];
        if (synapses.shared)
          throw new InputError(
            `projection: expected a weight per synapse, got those of a shared kernel: ${name}`,
          );
        return { name, target: populations[to].name, post: edges(synapses).post };
      },
    });
    for (const probe of this.#probes) addProbe(this.#loop, probe);
  }

  /** Lets worker threads go, where there are any; the simulation is over. */
  close(): void {
    this.#loop.close?.();
  }

  /** [ms] */
  get time(): number {
    return this.#loop.time;
  }

  /** Spikes delivered to a synapse's target so far. */
  get synapticEvents(): number {
    return this.#loop.synapticEvents;
  }

  /** Changes of a weight, or of its tag, after presynaptic spikes have passed (three-factor) so far. */
  get synapseUpdates(): number {
    return this.#loop.plastic.reduce((sum, plastic) => sum + (plastic?.changes ?? 0), 0);
  }

  /** Memory of the synapses, as the network holds them and as they are laid out for this simulation. */
  get synapseBytes(): number {
    return this.network.projections.reduce((sum, p) => sum + p.synapses.bytes, this.#loop.bytes ?? 0);
  }

  /**
   * Gives an input population spikes to emit, in any order.
   * @param times    [ms], not before the present
   * @param neurons  which neuron emits each of them
   */
  stimulate(population: string, times: ArrayLike<number>, neurons: ArrayLike<number>): void {
    const state = this.#find(population);
    const { model } = state.population;
    if (model)
      throw new InputError(`${population}: expected an input population, got ${model.model} neurons`);
    const train = about(population, () => spikeTrain(times, neurons, state.size, this.time));
    this.#add({ population: state.index, effect: "spike", weight: 0, ...playback(train) });
  }

  /**
   * Sets the constant input current of a population from now on.
   * @param current  current over capacitance [mV/ms]: one number, or one per neuron
   */
  setCurrent(population: string, current: number | ArrayLike<number>): void {
    const state = this.#find(population);
    const each = perNeuron(population, "current", current, state.size);
    for (let i = 0; i < state.size; i++) {
      state.setCurrent(i, this.time, each[i]);
      this.#loop.predict(state, i);
    }
  }

  /**
   * Neurons that fire no more from now on, whatever reaches them.
   * @throws InputError for neurons of a model that cannot be silenced, or in the grid mode
   */
  silence(population: string, neurons: ArrayLike<number>): void {
    const state = this.#find(population);
    const group = state.neurons;
    expectNumbers(`${population}: neurons`, neurons, "neurons");
    if (!group.silence)
      throw new InputError(
        `${population}: expected lif or if neurons in the exact mode, which can be silenced`,
      );
    for (let k = 0; k < neurons.length; k++) {
      expectNeuron(`${population}: neuron`, neurons[k], state.size);
      group.silence(neurons[k]);
    }
  }

  /**
   * Rewards the synapses of all projections that learn from rewards.
   * @param amount  added to their dopamine
   * @param at      [ms], now or later
   */
  reward(amount: number, at = this.time): void {
    expectFinite("reward", amount);
    expectMoment("reward: time", at, this.time);
    const time = instant(at);
    const rewarded = this.#loop.plastic.map(plastic => plastic?.reward(time, amount) === true);
    if (!rewarded.includes(true)) {
      throw new InputError("reward: expected a projection with plasticity that takes rewards, got none");
    }
  }

  /**
   * Delivers modulators to the three-factor synapses of a projection now.
   * @param modulators  one per postsynaptic neuron, or one for all; 0 leaves a neuron's synapses as they are
   */
  modulate(projection: string | number, modulators: number | ArrayLike<number>): void {
    const q = placeOf(this.network, projection);
    const { to, place } = this.network.projections[q];
    const path = `projections[${place}]`;
    const each = perNeuron(path, "modulator", modulators, this.network.populations[to].size);
    const plastic = this.#loop.plastic[q];
    if (!plastic) throw new InputError(`${path}.plasticity: expected three-factor, got none`);
    plastic.modulate(each, this.time);
  }

  /** Calls back at a time [ms], not before the present, after all other events of that time. */
  at(t: number, callback: () => void): void {
    expectMoment("at: time", t, this.time);
    if (typeof callback !== "function")
      throw new InputError(`at: expected a function to call, got ${shown(callback)}`);
    const act = () => {
      this.#loop.giveWeights?.();
      callback();
      this.#loop.takeWeights?.();
    };
    this.#loop.push(t, this.#loop.lastRank + 1, this.#loop.addActor(act), 0);
  }

  /** Runs for a time [ms]; events at its very end are part of it. */
  run(durationMs: number): void {
    expectNumber("duration", durationMs, durationMs >= 0 && durationMs < Infinity, "0 ms or more");
    this.runUntil(this.time + durationMs);
  }

  /**
   * Runs until so many more samples of the network's stream have been shown.
   * @throws InputError where there are not as many left, and as `runUntil`
   */
  runSamples(count: number): void {
    const presenter = this.#presenter;
    if (!presenter) throw new InputError("samples: expected a network with a stream, got one without");
    const ok = Number.isInteger(count) && count >= 0 && count <= presenter.left;
    expectNumber("samples", count, ok, `0 to ${presenter.left}, which are left`);
    if (count > 0) this.runUntil(presenter.endOf(presenter.shown + count - 1));
  }

  /**
   * Runs up to a time [ms], not before the present; events at that time are part of it.
   * @throws InputError that names population, neuron and time when activity or weights diverge
   */
  runUntil(end: number): void {
    expectMoment("end", end, this.time);
    const last = instant(end);
    const expected = this.#inputs.map(inputs =>
      inputs.reduce((sum, stimulus) => sum + (stimulus.expected?.(this.time, last) ?? 0), 0),
    );
    this.#recorder.expectRoom(last, expected);
    for (const probe of this.#probes) probe.expectRoom(last);
    spikeBudgets(this.#loop.populations, last - this.time, this.#spikeBudget);
    inMemory("run", () => this.#loop.runUntil(last));
  }

  /** Potential of a neuron now. */
  potential(population: string, neuron: number): number {
    const state = this.#find(population);
    expectNeuron(`${population}: neuron`, neuron, state.size);
    return state.neurons.potential(neuron, this.time);
  }

  /** Synaptic current over capacitance of a neuron now [mV/ms]. */
  synapticCurrent(population: string, neuron: number): number {
    const { neurons, size } = this.#find(population);
    expectNeuron(`${population}: neuron`, neuron, size);
    if (!neurons.synapticCurrent)
      throw new InputError(`${population}: these neurons have no synaptic current`);
    return neurons.synapticCurrent(neuron, this.time);
  }

  /** Spike traces of a population now, one per neuron. */
  trace(population: string): Float64Array {
    const { trace } = this.#find(population);
    if (!trace) throw new InputError(`${population}: keeps no trace; give it a tauTrace`);
    return trace.read(this.time);
  }

  /**
   * Modulators of a population now, one per neuron.
   * @param name  as in the population's `modulators`
   */
  modulator(population: string, name: string): Float64Array {
    const { modulators } = this.#find(population);
    expectChoice(`${population}: modulator`, name, [...modulators.keys()]);
    return modulators.get(name)!.read(this.time);
  }

  /**
   * Weights of a projection now, without its gain, in the order of `connections`; of a convolution, those of its kernel.
   * @param projection  its name, or its place in the list
   */
  weights(projection: string | number): Float64Array {
    const q = placeOf(this.network, projection);
    const { synapses } = this.network.projections[q];
    return this.#loop.plastic[q]?.weights(this.time) ?? Float64Array.from(synapses.heldWeights);
  }

  /** Pre- and postsynaptic neuron of each synapse of a projection. */
  connections(projection: string | number): { readonly pre: Uint32Array; readonly post: Uint32Array } {
    const { pre, post } = edges(this.network.projections[placeOf(this.network, projection)].synapses);
    return { pre, post };
  }

  /** All that was recorded so far. */
  raster(metadata: Raster["metadata"] = {}): Raster {
    const traces = this.#probes.flatMap(probe => probe.traces);
    return this.#recorder.raster(this.time, metadata, traces);
  }

  #find(name: string): PopulationState {
    return this.#loop.populations[find(this.#loop.populations, name)];
  }

  #add(stimulus: Stimulus): void {
    if (stimulus.effect === "spike") this.#inputs[stimulus.population].push(stimulus);
    if (!this.#loop.absorb?.(stimulus)) addStimulus(this.#loop, stimulus);
  }

  #initialise(state: PopulationState): void {
    const { initial } = state.population;
    if (initial && !state.neurons.setPotential) {
      throw new InputError(`populations.${state.name}.initial: these neurons have no potential`);
    }
    for (let i = 0; i < state.size; i++) {
      if (initial) state.neurons.setPotential!(i, 0, initial[i]);
      this.#loop.predict(state, i);
    }
  }
}

function perNeuron(
  path: string,
  what: string,
  value: number | ArrayLike<number>,
  size: number,
): ArrayLike<number> {
  const each = typeof value === "number" ? new Float64Array(size).fill(value) : value;
  if (each.length !== size)
    throw new InputError(`${path}: expected one ${what} or ${size}, got ${each.length}`);
  for (let i = 0; i < size; i++) expectFinite(`${path}: ${what} of neuron ${i}`, each[i]);
  return each;
}
