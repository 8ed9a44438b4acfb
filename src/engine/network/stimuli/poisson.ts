import { InputError } from "../../../errors.ts";
import { expectNumber, expectOnly } from "../expect.ts";
import { table } from "../parameters.ts";
import { NeuronStreams } from "./neuronStreams.ts";
import {
  expectRate,
  type Selection,
  type SpikeTarget,
  select,
  selectionFields,
  span,
  targetFields,
} from "./selection.ts";
import type { Timing } from "./timing.ts";

/**
 * Independent Poisson spikes of every neuron: exponential waiting times at a constant rate; at a rate that changes, by
 * thinning (Lewis & Shedler 1979): candidates come at the rate `bound`, and one at t stays with probability
 * rate(t) / bound. To an input population they are its own spikes; other neurons receive them with a weight, as
 * background from neurons that are not part of the network.
 */
export interface PoissonSpec extends SpikeTarget, Selection {
  readonly kind: "poisson";
  /** [Hz], of all neurons, of each, or of a neuron at a time [ms]. */
  readonly rate: number | ArrayLike<number> | ((t: number, neuron: number) => number);
  /** [Hz], not below the rate at any time; for a rate that is a function. */
  readonly bound?: number;
}

export const poissonFields = table({
  ...targetFields,
  ...selectionFields,
  rate: { unit: "Hz", own: true, doc: "of all neurons, of each, or an expression in the time `t`" },
  bound: { unit: "Hz", own: true, doc: "what a rate that changes never exceeds; for such a one alone" },
});

/** @throws InputError that names the field, its value and what was expected */
export function poisson(spec: PoissonSpec, size: number, seed: number, name: string): Timing {
  expectOnly(spec, "a poisson stimulus", Object.keys(poissonFields));
  const { rate } = spec;
  const neurons = select(spec.neurons, size);
  const { start, stop } = span(spec);
  const streams = new NeuronStreams(seed, name, size);
  const varies = typeof rate === "function";
  if (varies) {
    const { bound } = spec;
    expectNumber(
      "bound",
      bound,
      bound! > 0 && bound! < Infinity,
      "a rate in Hz that the function never exceeds",
    );
    expectRate("bound", bound);
  } else if (spec.bound !== undefined) {
    throw new InputError("bound: expected it only where rate is a function of time");
  } else if (typeof rate !== "number" && rate?.length !== neurons.length) {
    throw new InputError(`rate: expected one number or ${neurons.length}, got ${rate?.length ?? rate}`);
  }
  /** Mean waiting times [ms]. */
  const waits = Float64Array.from(neurons, (_, k) => {
    const hz = varies ? spec.bound! : typeof rate === "number" ? rate : rate[k];
    expectRate("rate", hz);
    return 1000 / hz;
  });
  const next = (k: number, time: number) => {
    if (waits[k] === Infinity) return Infinity;
    const t = time + waits[k] * streams.exponential(neurons[k]);
    return t < stop ? t : Infinity;
  };
  const thinned = (k: number, time: number) => {
    const i = neurons[k];
    const hz = (rate as (t: number, neuron: number) => number)(time, i);
    if (!(hz >= 0 && hz <= spec.bound!)) {
      throw new InputError(
        `stimulus of ${spec.to}: rate(${time}, ${i}): expected 0 to ${spec.bound} Hz, got ${hz}`,
      );
    }
    return streams.uniform(i) * spec.bound! < hz ? i : -1;
  };
  const perMs = varies ? 0 : waits.reduce((sum, wait) => sum + 1 / wait, 0);
  const even = typeof rate === "number" && rate > 0 && spec.neurons === undefined;
  return {
    drawn: true,
    ...(even && { shots: { wait: 1000 / rate, start, stop, key: streams.key } }),
    expected: (from, to) => perMs * Math.max(0, Math.min(to, stop) - Math.max(from, start)),
    first: () => Float64Array.from(neurons, (_, k) => next(k, start)),
    neuron: varies ? thinned : k => neurons[k],
    next,
  };
}
