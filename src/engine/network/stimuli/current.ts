import { InputError } from "../../../errors.ts";
import { expectFinite, expectMoment, expectNumber, expectOnly } from "../expect.ts";
import { table } from "../parameters.ts";
import { namedFields, select, selectionFields } from "./selection.ts";
import type { Stimulus } from "./timing.ts";

/**
 * A current over capacitance [mV/ms] that is constant between given times. The currents of several stimuli add up, to
 * each other and to what `setCurrent` sets.
 */
export interface CurrentSpec {
  readonly name?: string;
  /** Name of a population of neurons. */
  readonly to: string;
  readonly kind: "current";
  /** Constant current from `start` to `stop`, of all or of each neuron; instead of `times` and `currents`. */
  readonly current?: number | ArrayLike<number>;
  readonly start?: number;
  readonly stop?: number;
  /** Step current: it is `currents[k]` from `times[k]` [ms] on, ascending, and 0 before the first. */
  readonly times?: ArrayLike<number>;
  readonly currents?: ArrayLike<number>;
  /** Which neurons; all by default. */
  readonly neurons?: ArrayLike<number>;
}

export const currentFields = table({
  ...namedFields,
  current: {
    unit: "mV/ms",
    own: true,
    doc: "over capacitance, constant from `start` to `stop`; of all neurons, or one each",
  },
  start: selectionFields.start,
  stop: selectionFields.stop,
  times: { unit: "ms", own: true, doc: "instead: steps, ascending" },
  currents: { unit: "mV/ms", own: true, doc: "as many, each from its time on" },
  neurons: selectionFields.neurons,
});

/** @throws InputError that names the field, its value and what was expected */
export function current(spec: CurrentSpec, population: number, size: number): Stimulus {
  expectOnly(spec, "a current", Object.keys(currentFields));
  const neurons = select(spec.neurons, size);
  const { times, currents, shares } = steps(spec, neurons.length);
  let at = 0;
  return {
    population,
    effect: "current",
    weight: 0,
    first: () => Float64Array.of(times.length > 0 ? times[0] : Infinity),
    neuron: () => -1,
    change() {
      const by = currents[at] - (at > 0 ? currents[at - 1] : 0);
      return { neurons, by: shares ? shares.map(share => by * share) : by };
    },
    next: () => (++at < times.length ? times[at] : Infinity),
  };
}

/** @returns shares  factors on the currents of each neuron, where they differ */
function steps(
  spec: CurrentSpec,
  neurons: number,
): { times: ArrayLike<number>; currents: ArrayLike<number>; shares?: Float64Array } {
  const { current, start = 0, stop = Infinity, times, currents } = spec;
  if (current !== undefined) {
    if (times || currents) throw new InputError("current: expected it without times and currents");
    expectMoment("start", start);
    expectNumber("stop", stop, stop > start, `later than start (${start} ms)`);
    const span = stop < Infinity ? [start, stop] : [start];
    if (typeof current !== "object" || current === null) {
      expectFinite("current", current);
      return { times: span, currents: [current, 0].slice(0, span.length) };
    }
    if (current.length !== neurons)
      throw new InputError(`current: expected one number or ${neurons}, got ${current.length}`);
    for (let k = 0; k < neurons; k++) expectFinite(`current[${k}]`, current[k]);
    return { times: span, currents: [1, 0].slice(0, span.length), shares: Float64Array.from(current) };
  }
  if (!times) throw new InputError("current: expected a number, or times and currents");
  if (currents?.length !== times.length) {
    throw new InputError(`currents: expected ${times.length}, one for each time, got ${currents?.length}`);
  }
  for (let k = 0; k < times.length; k++) {
    expectMoment(`times[${k}]`, times[k], k > 0 ? times[k - 1] : 0);
    expectFinite(`currents[${k}]`, currents[k]);
  }
  return { times: Float64Array.from(times), currents: Float64Array.from(currents) };
}
