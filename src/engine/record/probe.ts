import { instant } from "../instant.ts";
import {
  expectChoice,
  expectList,
  expectMoment,
  expectNeuron,
  expectNumbers,
  expectOnly,
  expectTime,
  within,
} from "../network/expect.ts";
import { Room } from "../network/room.ts";
import type { RecordedTrace } from "./raster.ts";

/** When a quantity is read [ms]: at given times, ascending, or at every interval from `start` (0) on. */
export type SampleTimes = {
  readonly times?: ArrayLike<number>;
  readonly interval?: number;
  readonly start?: number;
  readonly stop?: number;
};

/** Quantities of neurons and synapses that a simulation reads at chosen times, exactly and without disturbing it. */
export interface ProbeRecording {
  readonly neurons?: readonly (SampleTimes & {
    readonly population: string;
    /** `v`, the membrane potential (the default), or `current`, the synaptic current [mV/ms]. */
    readonly quantity?: "v" | "current";
    readonly neurons: ArrayLike<number>;
  })[];
  /** Weights as `Simulation.weights` gives them; traces of the target neuron named `weight PROJECTION[SYNAPSE]`. */
  readonly weights?: readonly (SampleTimes & {
    /** Name or place in the list of projections. */
    readonly projection: string | number;
    /** Places in the list of its synapses; all by default. */
    readonly synapses?: ArrayLike<number>;
  })[];
}

const sampleTimes: readonly (keyof SampleTimes)[] = ["times", "interval", "start", "stop"];

/** What a probe needs to know of the simulation. */
export interface Readable {
  sizeOf(population: string): number;
  potential(population: string, neuron: number): number;
  synapticCurrent(population: string, neuron: number): number;
  weights(projection: string | number): Float64Array;
  /** Target population of a projection, and the neuron there of each of its synapses. */
  synapsesOf(projection: string | number): {
    readonly name: string;
    readonly target: string;
    readonly post: Uint32Array;
  };
}

type Label = Omit<RecordedTrace, "times" | "values">;

/** One recording: it says when it is read next, and keeps what it read. Values are those after all events of a time. */
export class Probe {
  readonly #labels: readonly Label[];
  readonly #read: () => ArrayLike<number>;
  readonly #when: (k: number) => number;
  readonly #interval: { readonly each: number; readonly start: number; readonly stop: number } | null;
  readonly #path: string;
  readonly #times: number[] = [];
  readonly #values: number[][];

  /** @param path  of the recording, for errors */
  constructor(labels: readonly Label[], read: () => ArrayLike<number>, times: SampleTimes, path: string) {
    const { interval, start = 0, stop = Infinity } = times;
    this.#path = path;
    this.#interval = interval === undefined || times.times ? null : { each: interval, start, stop };
    this.#labels = labels;
    this.#read = read;
    this.#when = schedule(times);
    this.#values = labels.map(() => []);
  }

  /** [ms]; Infinity when there is nothing more to read. */
  get next(): number {
    return this.#when(this.#times.length);
  }

  /** @throws InputError where the samples up to a time [ms] cannot fit into memory */
  expectRoom(end: number): void {
    if (!this.#interval) return;
    const { each, start, stop } = this.#interval;
    const samples = Math.max(0, Math.min(end, stop) - start) / each;
    new Room().take(`${this.#path}.interval`, samples, "samples in this time", 8 * (1 + this.#labels.length));
  }

  sample(t: number): void {
    this.#times.push(t);
    const values = this.#read();
    for (let k = 0; k < this.#values.length; k++) this.#values[k].push(values[k]);
  }

  get traces(): RecordedTrace[] {
    const times = Float64Array.from(this.#times);
    return this.#labels.map((label, k) => ({ ...label, times, values: Float64Array.from(this.#values[k]) }));
  }
}

/** @throws InputError that names the field, its value and what was expected */
export function probes(spec: ProbeRecording, simulation: Readable): Probe[] {
  expectList("record.neurons", spec.neurons, "recordings");
  expectList("record.weights", spec.weights, "recordings");
  const neurons = (spec.neurons ?? []).map(({ population, quantity = "v", neurons, ...times }, r) =>
    within(`record.neurons[${r}]`, () => {
      expectChoice("quantity", quantity, ["v", "current"]);
      expectOnly(times, "a recording of neurons", sampleTimes);
      const size = simulation.sizeOf(population);
      expectNumbers("neurons", neurons, "neurons");
      Array.from(neurons, (i, k) => expectNeuron(`neurons[${k}]`, i, size));
      const read = (i: number) =>
        quantity === "v" ? simulation.potential(population, i) : simulation.synapticCurrent(population, i);
      read(neurons[0] ?? 0);
      const labels = Array.from(neurons, neuron => ({ population, neuron, quantity }));
      return new Probe(labels, () => Array.from(neurons, read), times, `record.neurons[${r}]`);
    }),
  );
  const weights = (spec.weights ?? []).map(({ projection, synapses, ...times }, r) =>
    within(`record.weights[${r}]`, () => {
      expectOnly(times, "a recording of weights", sampleTimes);
      if (synapses !== undefined) expectNumbers("synapses", synapses, "synapses");
      const { post, target, name } = simulation.synapsesOf(projection);
      const chosen = Array.from(synapses ?? post.keys());
      chosen.forEach((s, k) => {
        expectNeuron(`synapses[${k}]`, s, post.length);
      });
      const labels = chosen.map(s => ({
        population: target,
        neuron: post[s],
        quantity: `weight ${name}[${s}]`,
      }));
      const read = () => {
        const all = simulation.weights(projection);
        return chosen.map(s => all[s]);
      };
      return new Probe(labels, read, times, `record.weights[${r}]`);
    }),
  );
  return [...neurons, ...weights];
}

function schedule({ times, interval, start = 0, stop = Infinity }: SampleTimes): (k: number) => number {
  if (times !== undefined) {
    for (let k = 0; k < times.length; k++) expectMoment(`times[${k}]`, times[k], k > 0 ? times[k - 1] : 0);
    return k => (k < times.length ? times[k] : Infinity);
  }
  expectTime("interval", interval);
  expectMoment("start", start);
  return k => {
    const t = instant(start + k * interval!);
    return t <= instant(stop) ? t : Infinity;
  };
}
