import { instant } from "../../instant.ts";
import { expectFinite, expectNumber, expectOnly, expectTime } from "../expect.ts";
import { table } from "../parameters.ts";
import { NeuronStreams } from "./neuronStreams.ts";
import { MOST_RATE, namedFields, type Selection, select, selectionFields, span } from "./selection.ts";
import type { Stimulus } from "./timing.ts";

/**
 * A current over capacitance [mV/ms] that is drawn anew for each neuron every interval, evenly between two bounds, and
 * constant in between. It adds up with other currents.
 */
export interface NoiseSpec extends Selection {
  readonly name?: string;
  /** Name of a population of neurons. */
  readonly to: string;
  readonly kind: "noise";
  /** [mV/ms] */
  readonly low: number;
  readonly high: number;
  /** [ms] */
  readonly interval: number;
}

export const noiseFields = table({
  ...namedFields,
  low: { unit: "mV/ms", own: true, doc: "least current over capacitance" },
  high: { unit: "mV/ms", own: true, doc: "largest; each neuron draws evenly between the two" },
  interval: { unit: "ms", own: true, doc: "after which each draws anew" },
  ...selectionFields,
});

/**
 * @param name  of its stream of random numbers
 * @throws InputError that names the field, its value and what was expected
 */
export function noise(
  spec: NoiseSpec,
  population: number,
  size: number,
  seed: number,
  name: string,
): Stimulus {
  expectOnly(spec, "noise", Object.keys(noiseFields));
  const { low, high, interval } = spec;
  expectFinite("low", low);
  expectNumber("high", high, high >= low && high - low < Infinity, `a current of low (${low}) or more`);
  expectTime("interval", interval);
  expectNumber("interval", interval, interval >= 1000 / MOST_RATE, `${1000 / MOST_RATE} ms or more`);
  const { start, stop } = span(spec);
  const neurons = select(spec.neurons, size);
  const streams = new NeuronStreams(seed, name, size);
  const [now, by] = [new Float64Array(neurons.length), new Float64Array(neurons.length)];
  // Counted, not summed: the k-th draw is free of the rounding of those before it.
  let count = 0;
  let over = false;
  return {
    population,
    effect: "current",
    weight: 0,
    first: () => Float64Array.of(start),
    neuron: () => -1,
    change() {
      for (let k = 0; k < neurons.length; k++) {
        const next = over ? 0 : low + (high - low) * streams.uniform(neurons[k]);
        by[k] = next - now[k];
        now[k] = next;
      }
      return { neurons, by };
    },
    next() {
      if (over) return Infinity;
      const t = instant(start + ++count * interval);
      over = t >= stop;
      return over ? stop : t;
    },
  };
}
