import { InputError } from "../../errors.ts";
import { expectFinite, expectMoment, expectNumber, expectOnly } from "../expect.ts";
import { select } from "./selection.ts";
import type { Stimulus } from "./stimulus.ts";

/**
 * A current over capacitance [mV/ms] that is constant between given times. The currents of several stimuli add up, to
 * each other and to what `setCurrent` sets.
 */
export interface CurrentSpec {
  readonly name?: string;
  /** Name of a population of neurons. */
  readonly to: string;
  readonly kind: "current";
  /** Constant current from `start` to `stop`; instead of `times` and `currents`. */
  readonly current?: number;
  readonly start?: number;
  readonly stop?: number;
  /** Step current: it is `currents[k]` from `times[k]` [ms] on, ascending, and 0 before the first. */
  readonly times?: ArrayLike<number>;
  readonly currents?: ArrayLike<number>;
  /** Which neurons; all by default. */
  readonly neurons?: ArrayLike<number>;
}

/** @throws InputError that names the field, its value and what was expected */
export function current(spec: CurrentSpec, population: number, size: number): Stimulus {
  expectOnly(spec, "a current", [
    "name",
    "to",
    "kind",
    "current",
    "start",
    "stop",
    "times",
    "currents",
    "neurons",
  ]);
  const { times, currents } = steps(spec);
  const neurons = select(spec.neurons, size);
  let at = 0;
  return {
    population,
    effect: "current",
    weight: 0,
    first: () => Float64Array.of(times.length > 0 ? times[0]! : Infinity),
    neuron: () => -1,
    change: () => ({ neurons, by: currents[at]! - (at > 0 ? currents[at - 1]! : 0) }),
    next: () => (++at < times.length ? times[at]! : Infinity),
  };
}

function steps(spec: CurrentSpec): { times: ArrayLike<number>; currents: ArrayLike<number> } {
  const { current, start = 0, stop = Infinity, times, currents } = spec;
  if (current !== undefined) {
    if (times || currents) throw new InputError("current: expected it without times and currents");
    expectFinite("current", current);
    expectMoment("start", start);
    expectNumber("stop", stop, stop > start, `later than start (${start} ms)`);
    return stop < Infinity
      ? { times: [start, stop], currents: [current, 0] }
      : { times: [start], currents: [current] };
  }
  if (!times) throw new InputError("current: expected a number, or times and currents");
  if (currents?.length !== times.length) {
    throw new InputError(`currents: expected ${times.length}, one for each time, got ${currents?.length}`);
  }
  for (let k = 0; k < times.length; k++) {
    expectMoment(`times[${k}]`, times[k], k > 0 ? times[k - 1]! : 0);
    expectFinite(`currents[${k}]`, currents[k]);
  }
  return { times: Float64Array.from(times), currents: Float64Array.from(currents) };
}
