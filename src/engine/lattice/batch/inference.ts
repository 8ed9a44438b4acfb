import { InputError, shown } from "../../../errors.ts";
import { Arena } from "../../kernels/arena.ts";
import { expectNumber, expectOnly, expectTime } from "../../network/expect.ts";
import type { Network, Population } from "../../network/network.ts";
import type { Projection } from "../../network/synapses/projection.ts";
import { SpikeTrain } from "../../record/spikeTrain.ts";
import { BatchInputs, type Source } from "./batchInputs.ts";
import { type InputSpikes, takeSample } from "./inputSpikes.ts";
import { LatticeLayer } from "./latticeLayer.ts";
import { Readout } from "./readout.ts";
import { SpikeLists } from "./spikeLists.ts";
import { type Stage, stagesOf } from "./stages.ts";

/** How `Inference` presents its samples. */
export interface InferenceOptions {
  /** Of each presentation [ms]; spikes at its very end are part of it. */
  readonly durationMs: number;
  /** Step of the lattice [ms]; 0.1 by default. */
  readonly dt?: number;
  /** Constant input currents over capacitance by population [mV/ms], one or one per neuron, as `setCurrent` takes. */
  readonly currents?: Readonly<Record<string, number | ArrayLike<number>>>;
  /** Populations whose spikes are counted for each neuron; those that nothing leaves by default. */
  readonly counts?: readonly string[];
  /** Populations whose spike trains are kept; none by default. */
  readonly spikes?: readonly string[];
}

/** What a batch of samples has made a network do. */
export interface Inferred {
  readonly samples: number;
  /** [samples, size] numbers of spikes, by population. */
  readonly counts: Readonly<Record<string, Uint32Array>>;
  /** Spikes of each sample in order of time, ties by neuron, by population. */
  readonly spikes: Readonly<Record<string, readonly SpikeTrain[]>>;
  /** [samples, size] potentials at the end, of populations that never fire (`li`). */
  readonly potentials: Readonly<Record<string, Float64Array>>;
  /** All spikes of a population, over all samples. */
  readonly totals: Readonly<Record<string, number>>;
  /** Spikes delivered to a synapse's target. */
  readonly synapticEvents: number;
}

/** Of a batch: samples at most, entries of the table of their steps, and neurons of a population. */
const BATCH = 512;
const TABLE = 2 ** 17;
const NEURONS = 2 ** 22;

/** Spikes of a batch beyond which weights have diverged. */
const MOST_SPIKES = 2 ** 25;

/** Spikes of a sample that there is room for at first. */
const ROOM = [64, 1024] as const;

/**
 * Feed-forward network with weights that do not change in a run, for many samples: each is presented from rest, for the same time, and spikes
 * are counted. Neurons move on a lattice of time by exact steps in single precision, as in the grid mode of `Simulation`,
 * layer by layer and over a batch of samples at a time, so that weights are read from the processor's nearest cache.
 *
 * Neurons are `lif`, `lif-exp`, `if`, with either reset, and `li` as a readout; a projection has one delay. There is one
 * input population.
 */
export class Inference {
  readonly network: Network;
  readonly durationMs: number;
  readonly dt: number;
  /** Points of the lattice in a presentation, both ends included. */
  readonly steps: number;
  readonly #batch: number;
  readonly #input: number;
  readonly #stages: readonly Stage[];
  readonly #arena: Arena;
  readonly #inputs: BatchInputs;
  readonly #area: number;
  readonly #counts: readonly boolean[];
  readonly #trains: readonly boolean[];
  readonly #times: Float64Array;
  readonly #spikes: readonly SpikeLists[];

  /** @throws InputError for what is not such a network, and for options that do not fit it */
  constructor(network: Network, options: InferenceOptions) {
    expectOnly(options, "the options", ["durationMs", "dt", "currents", "counts", "spikes"]);
    const { durationMs, dt = 0.1, currents = {} } = options;
    const { populations } = network;
    expectTime("dt", dt);
    expectNumber(
      "durationMs",
      durationMs,
      durationMs >= dt && durationMs < Infinity,
      `a time of dt (${dt} ms) or more`,
    );
    this.network = network;
    this.durationMs = durationMs;
    this.dt = dt;
    this.steps = Math.floor(durationMs / dt + 1e-9) + 1;
    expectNumber("durationMs", durationMs, this.steps <= 2 ** 20, `at most ${2 ** 20} steps of ${dt} ms`);
    const steps = this.steps;
    const perMs = Math.round(1 / dt);
    const whole = Math.abs(1 / dt - perMs) < 1e-9 * perMs;
    this.#times = Float64Array.from({ length: steps }, (_, n) => (whole ? n / perMs : n * dt));
    const largest = Math.max(...populations.map(({ size }) => size));
    this.#batch = Math.max(1, Math.floor(Math.min(BATCH, TABLE / steps, NEURONS / largest)));
    checkNames("currents", Object.keys(currents), populations);
    const inputs = populations.filter(({ model }) => !model);
    if (inputs.length !== 1) {
      throw new InputError(`populations: expected one input population, got ${inputs.length}`);
    }
    this.#input = populations.indexOf(inputs[0]);
    this.#arena = new Arena();
    this.#inputs = new BatchInputs(this.#arena, this.#batch, steps);
    this.#stages = stagesOf(network, currents, this.#arena, dt, steps);
    const layers = this.#stages.flatMap(({ runs }) => (runs instanceof LatticeLayer ? [runs] : []));
    this.#area = LatticeLayer.area(this.#arena, layers, steps);
    this.#spikes = populations.map(({ size }) => {
      const room = Math.min(Math.max(size, ROOM[0]), ROOM[1]);
      return new SpikeLists(this.#arena, this.#batch, room);
    });
    const outputs = populations.filter(({ outgoing, model }) => outgoing.length === 0 && model);
    this.#counts = chosen("counts", options.counts ?? outputs.map(({ name }) => name), populations);
    this.#trains = chosen("spikes", options.spikes ?? [], populations);
  }

  /** Memory of the weights as they are laid out here. */
  get synapseBytes(): number {
    return this.#stages.reduce((sum, { runs }) => sum + (runs instanceof LatticeLayer ? runs.bytes : 0), 0);
  }

  /**
   * Presents every sample; the results do not depend on which others are there.
   * @throws InputError for spikes that the input population cannot fire, and for activity that diverges
   */
  run(samples: readonly InputSpikes[]): Inferred {
    if (!Array.isArray(samples))
      throw new InputError(
        `samples: expected a list of the input spikes of each sample, got ${shown(samples)}`,
      );
    for (const stage of this.#stages) stage.takeWeights();
    const { populations } = this.network;
    const tables = <T>(of: (population: Population, p: number) => T | null) =>
      Object.fromEntries(
        populations.flatMap((population, p) => {
          const made = of(population, p);
          return made === null ? [] : [[population.name, made]];
        }),
      );
    const counts = tables(({ size }, p) => (this.#counts[p] ? new Uint32Array(samples.length * size) : null));
    const spikes = tables((_, p) => (this.#trains[p] ? samples.map(() => new SpikeTrain()) : null));
    const potentials = tables(({ size }, p) =>
      this.#stages.some(({ index, runs }) => index === p && runs instanceof Readout)
        ? new Float64Array(samples.length * size)
        : null,
    );
    const totals = tables(() => 0);
    let synapticEvents = 0;
    for (let first = 0; first < samples.length; first += this.#batch) {
      const batch = samples.slice(first, first + this.#batch);
      this.#takeInput(batch, first);
      for (const { index, population, runs, sources } of this.#stages) {
        if (runs instanceof LatticeLayer) this.#runLayer(index, runs, sources, batch.length);
        else {
          const into = potentials[population.name].subarray(first * population.size);
          runs.read(batch.length, sources, this.#spikes, into);
        }
      }
      populations.forEach(({ name, size, outgoing }, p) => {
        const own = this.#spikes[p];
        const numbers = own.numbers(batch.length);
        for (const number of numbers) totals[name] += number;
        for (const q of outgoing)
          synapticEvents += reached(this.network.projections[q].synapses, own, numbers);
        if (this.#counts[p]) count(own, numbers, size, counts[name].subarray(first * size));
        if (this.#trains[p])
          for (let s = 0; s < batch.length; s++) this.#keep(own, s, numbers[s], spikes[name][first + s]);
      });
    }
    return { samples: samples.length, counts, spikes, potentials, totals, synapticEvents };
  }

  /** Takes the input spikes of a batch to the steps of the lattice. */
  #takeInput(samples: readonly InputSpikes[], first: number): void {
    const { size, name } = this.network.populations[this.#input];
    const into = this.#spikes[this.#input];
    let most = 0;
    for (const { times, length } of samples) most = Math.max(most, length ?? times.length);
    if (most > into.room) into.widen(most);
    const numbers = into.numbers(samples.length);
    const words = into.words();
    for (let s = 0; s < samples.length; s++) {
      const sample = samples[s];
      numbers[s] = sample.length ?? sample.times.length;
      const fault = takeSample(sample, words, into.at(s), this.dt, this.steps, size);
      if (fault)
        throw new InputError(`samples[${first + s}].${fault} (of ${name}, in ${this.durationMs} ms)`);
    }
  }

  #runLayer(index: number, layer: LatticeLayer, sources: readonly Source[], samples: number): void {
    const { rows, rowBytes, tables } = layer;
    const { steps } = this;
    const spikes = this.#spikes[index];
    this.#inputs.make(samples, sources, this.#spikes, this.#area, rows, rowBytes, tables.reach);
    let fault = layer.run(samples, steps, this.#inputs, this.#area, spikes);
    while (fault === -1 && this.#batch * spikes.room < MOST_SPIKES) {
      spikes.widen(2 * spikes.room);
      fault = layer.run(samples, steps, this.#inputs, this.#area, spikes);
    }
    if (fault === 0) return;
    const expected = fault === -1 ? "fewer spikes" : "finite potentials";
    const { name } = this.network.populations[index];
    throw new InputError(`${name}: expected ${expected}; the weights have diverged, lower them`);
  }

  #keep(spikes: SpikeLists, s: number, number: number, into: SpikeTrain): void {
    const list = spikes.inOrder(s, number, this.steps);
    for (let k = 0; k < list.length; k += 2) into.push(this.#times[list[k]], list[k + 1]);
  }
}

/** Synapses that the spikes of a batch reached. */
function reached(synapses: Projection, spikes: SpikeLists, numbers: Int32Array): number {
  let sum = 0;
  if (synapses.synapses === synapses.pre * synapses.post) {
    for (const number of numbers) sum += number * synapses.post;
    return sum;
  }
  const words = spikes.words();
  numbers.forEach((number, s) => {
    for (let k = 0; k < number; k++) sum += synapses.rowLength(words[spikes.at(s) + 2 * k + 1]);
  });
  return sum;
}

/** Adds the spikes of a batch to those counted for each neuron, [samples, size]. */
function count(spikes: SpikeLists, numbers: Int32Array, size: number, into: Uint32Array): void {
  const words = spikes.words();
  for (let s = 0; s < numbers.length; s++) {
    const at = spikes.at(s);
    for (let k = at + 1; k < at + 2 * numbers[s]; k += 2) into[s * size + words[k]]++;
  }
}

function checkNames(field: string, names: readonly string[], populations: readonly Population[]): void {
  const fitting = populations.filter(({ model }) => model).map(({ name }) => name);
  for (const name of names) {
    if (!fitting.includes(name)) {
      throw new InputError(`${field}: expected some of ${fitting.join(", ")}, got ${name}`);
    }
  }
}

function chosen(field: string, names: readonly string[], populations: readonly Population[]): boolean[] {
  checkNames(field, names, populations);
  return populations.map(({ name }) => names.includes(name));
}
