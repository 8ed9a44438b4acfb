import { InputError } from "../../errors.ts";
import { Rng } from "../../math/rng.ts";
import { SpikeTrain } from "../spikeTrain.ts";

/**
 * Something outside the network that makes events at one population. A simulation asks for the next event of each of
 * its entries when the last one is done, so an entry needs one place in the queue.
 */
export interface Stimulus {
  readonly population: number;
  /** What an event does: the population's own spike, an input of this weight to the neuron, or a new current. */
  readonly effect: "spike" | "input" | "current";
  readonly weight: number;
  /** Entries: their first events. Neuron -1 stands for all. */
  first(): Iterable<{ readonly entry: number; readonly time: number }>;
  /** Which neuron the entry's present event is for. */
  neuron(entry: number): number;
  /** Current from the present event on [mV/ms]. */
  current(entry: number): number;
  /** Time of the entry's next event [ms]; Infinity when there is none. */
  next(entry: number, time: number): number;
}

export type StimulusSpec =
  /** Independent Poisson spikes for every neuron; to an input population as its own spikes, else with a weight. */
  | {
      readonly to: string;
      readonly kind: "poisson";
      /** [Hz], of all neurons or of each. */
      readonly rate: number | ArrayLike<number>;
      readonly weight?: number;
      /** When it begins and ends [ms]. */
      readonly start?: number;
      readonly stop?: number;
    }
  /** Given spikes: neuron k fires, or receives the weight, at time k [ms]. */
  | {
      readonly to: string;
      readonly kind: "spikes";
      readonly times: ArrayLike<number>;
      readonly neurons: ArrayLike<number>;
      readonly weight?: number;
    }
  /** One spike of every neuron each interval, the first after `start`. */
  | {
      readonly to: string;
      readonly kind: "regular";
      /** [ms] */
      readonly interval: number;
      readonly weight?: number;
      readonly start?: number;
      readonly stop?: number;
    }
  /** Current over capacitance [mV/ms] to all neurons from each time [ms] on. */
  | {
      readonly to: string;
      readonly kind: "current";
      readonly times: ArrayLike<number>;
      readonly currents: ArrayLike<number>;
    };

/**
 * Checks a description and makes its stimulus.
 * @param input  whether the population is one of inputs, which emits spikes instead of receiving them
 * @throws InputError that names the field, its value and what was expected
 */
export function stimulus(
  spec: StimulusSpec,
  population: number,
  size: number,
  input: boolean,
  seed: number,
  name: string,
): Stimulus {
  if (spec.kind === "current") {
    if (input)
      throw new InputError(`kind: ${spec.to} is an input population; expected poisson, regular or spikes`);
    return currentSteps(spec, population);
  }
  const { weight } = spec;
  if (input && weight !== undefined)
    throw new InputError(`weight: expected none for the input population ${spec.to}`);
  if (!input && !(weight !== undefined && Number.isFinite(weight))) {
    throw new InputError(`weight: expected a finite number, got ${weight}`);
  }
  const common = {
    population,
    effect: input ? "spike" : "input",
    weight: weight ?? 0,
    current: () => 0,
  } as const;
  switch (spec.kind) {
    case "poisson":
      return { ...common, ...poisson(spec, size, seed, name) };
    case "regular":
      return { ...common, ...regular(spec, size) };
    case "spikes":
      return { ...common, ...given(spec, size) };
    default:
      throw new InputError(
        `kind: expected poisson, regular, spikes or current, got ${String((spec as { kind: unknown }).kind)}`,
      );
  }
}

type Timing = Pick<Stimulus, "first" | "neuron" | "next">;

/** Each neuron has a stream of its own, so that its spikes do not depend on what else happens. */
function poisson(
  spec: Extract<StimulusSpec, { kind: "poisson" }>,
  size: number,
  seed: number,
  name: string,
): Timing {
  const { rate, start = 0, stop = Infinity } = spec;
  checkSpan(start, stop);
  if (typeof rate !== "number" && rate.length !== size) {
    throw new InputError(`rate: expected one number or ${size}, got ${rate.length}`);
  }
  const perMs = Float64Array.from(
    { length: size },
    (_, i) => (typeof rate === "number" ? rate : rate[i]!) / 1000,
  );
  const bad = perMs.findIndex(r => !(r >= 0 && r < Infinity));
  if (bad >= 0) throw new InputError(`rate: expected 0 Hz or more, got ${perMs[bad]! * 1000}`);
  const streams = Array.from({ length: size }, (_, i) => new Rng(seed, `${name} ${i}`));
  const next = (i: number, time: number) => {
    const t = perMs[i] === 0 ? Infinity : time + streams[i]!.exponential(perMs[i]!);
    return t < stop ? t : Infinity;
  };
  return {
    first: () => Array.from(streams, (_, i) => ({ entry: i, time: next(i, start) })),
    neuron: i => i,
    next,
  };
}

function regular(spec: Extract<StimulusSpec, { kind: "regular" }>, size: number): Timing {
  const { interval, start = 0, stop = Infinity } = spec;
  checkSpan(start, stop);
  if (!(interval > 0 && interval < Infinity)) {
    throw new InputError(`interval: expected a time in ms above 0, got ${interval}`);
  }
  // Counted, not summed: the k-th spike is free of the rounding of those before it.
  const counts = new Float64Array(size);
  const next = (i: number) => {
    const t = start + ++counts[i]! * interval;
    return t < stop ? t : Infinity;
  };
  return { first: () => Array.from(counts, (_, i) => ({ entry: i, time: next(i) })), neuron: i => i, next };
}

function given(spec: Extract<StimulusSpec, { kind: "spikes" }>, size: number): Timing {
  const train = spikeTrain(spec.times, spec.neurons, size, 0);
  let at = 0;
  return {
    first: () => (train.length > 0 ? [{ entry: 0, time: train.times[0]! }] : []),
    neuron: () => train.neurons[at]!,
    next: () => (++at < train.length ? train.times[at]! : Infinity),
  };
}

function currentSteps(spec: Extract<StimulusSpec, { kind: "current" }>, population: number): Stimulus {
  const { times, currents } = spec;
  if (times.length !== currents.length) {
    throw new InputError(`currents: expected ${times.length}, one for each time, got ${currents.length}`);
  }
  for (let k = 0; k < times.length; k++) {
    const before = k > 0 ? times[k - 1]! : 0;
    if (!(times[k]! >= before && times[k]! < Infinity)) {
      throw new InputError(`times[${k}]: expected ${before} ms or later, got ${times[k]}`);
    }
    if (!Number.isFinite(currents[k]!)) {
      throw new InputError(`currents[${k}]: expected a finite number, got ${currents[k]}`);
    }
  }
  let at = 0;
  return {
    population,
    effect: "current",
    weight: 0,
    first: () => (times.length > 0 ? [{ entry: 0, time: times[0]! }] : []),
    neuron: () => -1,
    current: () => currents[at]!,
    next: () => (++at < times.length ? times[at]! : Infinity),
  };
}

/** Checks and sorts spikes given as parallel lists. @throws InputError */
export function spikeTrain(
  times: ArrayLike<number>,
  neurons: ArrayLike<number>,
  size: number,
  from: number,
): SpikeTrain {
  if (times.length !== neurons.length) {
    throw new InputError(`neurons: expected as many as times (${times.length}), got ${neurons.length}`);
  }
  const train = new SpikeTrain(Math.max(1, times.length));
  let end = 0;
  for (let k = 0; k < times.length; k++) {
    const [t, i] = [times[k]!, neurons[k]!];
    if (!(t >= from && t < Infinity))
      throw new InputError(`times[${k}]: expected ${from} ms or later, got ${t}`);
    if (!Number.isInteger(i) || i < 0 || i >= size) {
      throw new InputError(`neurons[${k}]: expected 0 to ${size - 1}, got ${i}`);
    }
    train.push(t, i);
    end = Math.max(end, t);
  }
  train.sort(end);
  return train;
}

function checkSpan(start: number, stop: number): void {
  if (!(start >= 0 && start < Infinity)) throw new InputError(`start: expected 0 ms or later, got ${start}`);
  if (!(stop > start)) throw new InputError(`stop: expected later than start (${start} ms), got ${stop}`);
}
