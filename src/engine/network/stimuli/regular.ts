import { instant } from "../../instant.ts";
import { expectNumber, expectOnly, expectTime } from "../expect.ts";
import { table } from "../parameters.ts";
import {
  MOST_RATE,
  type Selection,
  type SpikeTarget,
  select,
  selectionFields,
  span,
  targetFields,
} from "./selection.ts";
import type { Timing } from "./timing.ts";

/** One spike of every neuron each interval, the first one interval after `start`. */
export interface RegularSpec extends SpikeTarget, Selection {
  readonly kind: "regular";
  /** [ms] */
  readonly interval: number;
}

export const regularFields = table({
  ...targetFields,
  ...selectionFields,
  interval: {
    unit: "ms",
    own: true,
    doc: "between spikes of a neuron, the first one interval after `start`",
  },
});

/** @throws InputError that names the field, its value and what was expected */
export function regular(spec: RegularSpec, size: number): Timing {
  expectOnly(spec, "a regular stimulus", Object.keys(regularFields));
  const { interval } = spec;
  const { start, stop } = span(spec);
  const neurons = select(spec.neurons, size);
  expectTime("interval", interval);
  expectNumber("interval", interval, interval >= 1000 / MOST_RATE, `${1000 / MOST_RATE} ms or more`);
  // Counted, not summed: the k-th spike is free of the rounding of those before it.
  const counts = new Float64Array(neurons.length);
  const next = (k: number) => {
    const t = instant(start + ++counts[k] * interval);
    return t < stop ? t : Infinity;
  };
  return {
    first: () => Float64Array.from(neurons, (_, k) => next(k)),
    neuron: k => neurons[k],
    next,
    expected: (from, to) =>
      (neurons.length * Math.max(0, Math.min(to, stop) - Math.max(from, start))) / interval,
  };
}
