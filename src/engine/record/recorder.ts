import { InputError } from "../../errors.ts";
import { binAt, instant } from "../instant.ts";
import { expectList, expectTime, within } from "../network/expect.ts";
import { Room } from "../network/room.ts";
import type { Raster, RasterPopulation, RecordedTrace } from "./raster.ts";

/** Which spikes a simulation keeps. */
export interface SpikeRecording {
  /** Populations whose spikes are kept: all (true, the default), none, or those named. */
  readonly spikes?: boolean | readonly string[];
  /** Rates of whole populations, as the spikes of a bin per neuron and second; traces named `rate` [Hz]. */
  readonly rates?: readonly {
    readonly population: string;
    /** [ms] */
    readonly bin: number;
  }[];
}

interface RateCounter {
  readonly population: number;
  readonly bin: number;
  counts: Float64Array;
}

/** What is kept of a spike, and what a raster takes besides [bytes]; of a bin, its count and its place in the trace. */
const SPIKE = 14;
const KEPT = 3 * SPIKE;
const BIN = 24;

/** Collects the spikes of a simulation in the order in which they happen. */
export class Recorder {
  readonly #populations: readonly RasterPopulation[];
  readonly #kept: readonly boolean[];
  readonly #rates: readonly RateCounter[];
  #times = new Float64Array(256);
  #population = new Uint16Array(256);
  #neurons = new Uint32Array(256);
  #count = 0;

  /** @throws InputError that names the field, its value and what was expected */
  constructor(populations: readonly RasterPopulation[], { spikes = true, rates = [] }: SpikeRecording) {
    this.#populations = populations.map(({ name, size }) => ({ name, size }));
    if (typeof spikes !== "boolean") expectList("record.spikes", spikes, "names of populations");
    expectList("record.rates", rates, "recordings");
    if (typeof spikes === "object") for (const name of spikes) find(populations, name, "record.spikes");
    this.#kept = populations.map(({ name }) => (typeof spikes === "object" ? spikes.includes(name) : spikes));
    this.#rates = rates.map(({ population, bin }, r) => {
      within(`record.rates[${r}]`, () => expectTime("bin", bin));
      return {
        population: find(populations, population, `record.rates[${r}].population`),
        bin,
        counts: new Float64Array(64),
      };
    });
  }

  /**
   * Before a run to a time [ms].
   * @param expected  spikes of each population that will come for sure
   * @throws InputError where what is to be recorded cannot fit into memory
   */
  expectRoom(end: number, expected: readonly number[]): void {
    const spikes = expected.reduce((sum, count, p) => sum + (this.#kept[p] ? count : 0), this.#count);
    const room = new Room();
    room.take("record.spikes", spikes, "spikes", KEPT);
    this.#rates.forEach(({ bin }, r) => {
      room.take(`record.rates[${r}].bin`, Math.floor(end / bin), "bins in this time", BIN);
    });
  }

  spike(population: number, neuron: number, t: number): void {
    if (this.#rates.length > 0) this.#countRates(population, t);
    if (!this.#kept[population]) return;
    if (this.#count === this.#times.length) this.#grow();
    this.#times[this.#count] = t;
    this.#population[this.#count] = population;
    this.#neurons[this.#count++] = neuron;
  }

  /** Of neurons in a part of a list, at one time. */
  spikes(population: number, neurons: Int32Array, from: number, to: number, t: number): void {
    if (this.#rates.length > 0) for (let k = from; k < to; k++) this.#countRates(population, t);
    if (!this.#kept[population]) return;
    while (this.#count + to - from > this.#times.length) this.#grow();
    const [times, populations, all] = [this.#times, this.#population, this.#neurons];
    let at = this.#count;
    for (let k = from; k < to; k++, at++) {
      times[at] = t;
      populations[at] = population;
      all[at] = neurons[k];
    }
    this.#count = at;
  }

  /**
   * A copy of what was recorded up to now, ordered by time, then population, then neuron.
   * @param probes  traces that were recorded elsewhere
   */
  raster(durationMs: number, metadata: Raster["metadata"], probes: readonly RecordedTrace[]): Raster {
    const [times, population, neurons] = [this.#times, this.#population, this.#neurons];
    const order = Uint32Array.from({ length: this.#count }, (_, k) => k).sort(
      (a, b) => times[a] - times[b] || population[a] - population[b] || neurons[a] - neurons[b] || a - b,
    );
    return {
      durationMs,
      populations: this.#populations,
      times: Float64Array.from(order, k => times[k]),
      populationIndex: Uint16Array.from(order, k => population[k]),
      neurons: Uint32Array.from(order, k => neurons[k]),
      traces: [...probes, ...this.#rates.map(counter => this.#rateTrace(counter, durationMs))],
      metadata,
    };
  }

  #countRates(population: number, t: number): void {
    for (const counter of this.#rates) {
      if (counter.population !== population) continue;
      const b = binAt(t, counter.bin);
      if (b >= counter.counts.length) {
        const wider = new Float64Array(Math.max(b + 1, 2 * counter.counts.length));
        wider.set(counter.counts);
        counter.counts = wider;
      }
      counter.counts[b]++;
    }
  }

  /** One value per bin that is over, at the bin's end. */
  #rateTrace({ population, bin, counts }: RateCounter, durationMs: number): RecordedTrace {
    const { name, size } = this.#populations[population];
    const bins = binAt(durationMs, bin);
    return {
      population: name,
      neuron: 0,
      quantity: "rate",
      times: Float64Array.from({ length: bins }, (_, b) => instant((b + 1) * bin)),
      values: Float64Array.from({ length: bins }, (_, b) => ((counts[b] ?? 0) * 1000) / (size * bin)),
    };
  }

  #grow(): void {
    const capacity = 2 * this.#times.length;
    new Room().take("record.spikes", capacity, "spikes", SPIKE);
    const [times, population, neurons] = [this.#times, this.#population, this.#neurons];
    this.#times = new Float64Array(capacity);
    this.#population = new Uint16Array(capacity);
    this.#neurons = new Uint32Array(capacity);
    this.#times.set(times);
    this.#population.set(population);
    this.#neurons.set(neurons);
  }
}

/** @throws InputError when there is no population of this name */
export function find(populations: readonly { name: string }[], name: string, path = "population"): number {
  const p = populations.findIndex(population => population.name === name);
  if (p >= 0) return p;
  const names = populations.map(population => population.name).join(", ");
  throw new InputError(`${path}: expected one of ${names}, got ${name}`);
}
