import { InputError } from "../../../errors.ts";
import type { Rng } from "../../../math/rng.ts";
import { instant } from "../../instant.ts";
import { expectMoment, expectNeuron, expectNumber, expectNumbers } from "../expect.ts";
import { table } from "../parameters.ts";

/** Where the spikes of a stimulus go. */
export interface SpikeTarget {
  /** Tells its random numbers from those of another stimulus of this kind and target; see `named`. */
  readonly name?: string;
  /** Name of a population. */
  readonly to: string;
  /**
   * What a spike adds to a neuron: one number, one for each neuron of the population, or drawn for each; none for an
   * input population, which emits the spikes itself.
   */
  readonly weight?: number | ArrayLike<number> | ((rng: Rng, neuron: number) => number);
  /** Every event comes this much later [ms]; 0 by default. */
  readonly delay?: number;
}

/** Fields of every stimulus of spikes, and of one that selects neurons. */
export const namedFields = table({
  name: { doc: "tells its random numbers from those of another stimulus of this kind and target" },
  to: { doc: "population that it reaches" },
  kind: { doc: "which stimulus it is" },
});
export const targetFields = table({
  ...namedFields,
  weight: {
    ...{ unit: "mV", own: true, varies: "neuron" },
    doc: "what a spike adds to a neuron; none for an input population, whose spikes they are",
  },
  delay: { unit: "ms", own: true, doc: "every event comes this much later; 0 by default" },
});
export const selectionFields = table({
  neurons: { unit: "1", own: true, doc: "which neurons, by number; all by default" },
  start: { unit: "ms", own: true, doc: "when it begins; 0 by default" },
  stop: { unit: "ms", own: true, doc: "when it ends; never by default" },
});

/** Which neurons, and when. */
export interface Selection {
  /** All by default. */
  readonly neurons?: ArrayLike<number>;
  /** When the stimulus begins and ends [ms]; from 0 on, without end by default. */
  readonly start?: number;
  readonly stop?: number;
}

/** More events of one neuron than anything has, and more than could be simulated [Hz]. */
export const MOST_RATE = 1e9;

export function expectRate(field: string, hz: unknown): void {
  const rate = hz as number;
  expectNumber(field, hz, rate >= 0 && rate < Infinity, "0 Hz or more");
  expectNumber(field, hz, rate <= MOST_RATE, `at most ${MOST_RATE} Hz`);
}

export function select(neurons: ArrayLike<number> | undefined, size: number): Uint32Array {
  if (neurons === undefined) return Uint32Array.from({ length: size }, (_, i) => i);
  expectNumbers("neurons", neurons, "neurons");
  const seen = new Set<number>();
  for (let k = 0; k < neurons.length; k++) {
    expectNeuron(`neurons[${k}]`, neurons[k], size);
    if (seen.has(neurons[k]))
      throw new InputError(`neurons[${k}]: expected each once, got ${neurons[k]} again`);
    seen.add(neurons[k]);
  }
  return Uint32Array.from(neurons);
}

export function span({ start = 0, stop = Infinity }: Selection): { start: number; stop: number } {
  expectMoment("start", start);
  if (!(stop > start)) throw new InputError(`stop: expected later than start (${start} ms), got ${stop}`);
  return { start: instant(start), stop: instant(stop) };
}
