import { InputError } from "../../../errors.ts";
import { Rng } from "../../../math/rng.ts";
import { instant } from "../../instant.ts";
import { expectFinite, expectMoment } from "../expect.ts";
import type { Table } from "../parameters.ts";
import type { Stream } from "../stream.ts";
import { type CurrentSpec, current, currentFields } from "./current.ts";
import { type NoiseSpec, noise, noiseFields } from "./noise.ts";
import { type PoissonSpec, poisson, poissonFields } from "./poisson.ts";
import { type RegularSpec, regular, regularFields } from "./regular.ts";
import {
  type LabelsSpec,
  labels,
  labelsFields,
  type PhaseSignalSpec,
  phaseFields,
  phaseSignal,
  type SamplesSpec,
  samples,
  samplesFields,
} from "./samples.ts";
import type { SpikeTarget } from "./selection.ts";
import { type SpikesSpec, spikes, spikesFields } from "./spikes.ts";
import type { Stimulus, Timing } from "./timing.ts";

/** Of the samples of a stream. */
type StreamedSpec = SamplesSpec | LabelsSpec | PhaseSignalSpec;

/** Anything that reaches a population from outside; `kind` says which. */
export type StimulusSpec = PoissonSpec | RegularSpec | SpikesSpec | CurrentSpec | NoiseSpec | StreamedSpec;

/** What a stimulus of each kind holds. */
export const stimulusFields: ReadonlyMap<unknown, Table> = new Map(
  Object.entries({
    poisson: poissonFields,
    regular: regularFields,
    spikes: spikesFields,
    current: currentFields,
    noise: noiseFields,
    samples: samplesFields,
    labels: labelsFields,
    phase: phaseFields,
  }),
);

/**
 * Checks a description and makes its stimulus.
 * @param input  whether the population is one of inputs, which emits spikes instead of receiving them
 * @param name   of its streams of random numbers
 * @param stream  of the network, where it is shown samples
 * @throws InputError that names the field, its value and what was expected
 */
export function stimulus(
  spec: StimulusSpec,
  population: number,
  size: number,
  input: boolean,
  seed: number,
  name: string,
  stream: Stream | null = null,
): Stimulus {
  if (spec.kind === "current" || spec.kind === "noise") {
    if (input) {
      throw new InputError(`kind: ${spec.to} is an input population; expected poisson, regular or spikes`);
    }
    return spec.kind === "current"
      ? current(spec, population, size)
      : noise(spec, population, size, seed, name);
  }
  const timing = timingOf(spec, size, seed, name, stream);
  const { weight, delay = 0 } = spec;
  if (input && weight !== undefined) {
    throw new InputError(`weight: expected none for the input population ${spec.to}, got ${weight}`);
  }
  const weights = input ? null : perNeuron(weight, size, new Rng(seed, `${name}, weights`));
  expectMoment("delay", delay);
  return {
    ...(delay === 0 ? timing : delayed(expectDelayed(timing, delay), delay)),
    population,
    effect: input ? "spike" : "input",
    weight: typeof weight === "number" ? weight : 0,
    ...(weights && { weights }),
    ...(!input && !weights && spec.kind === "poisson" && bombardment(spec, seed, name)),
  };
}

/** @returns null where all are one number */
function perNeuron(weight: SpikeTarget["weight"], size: number, rng: Rng): Float64Array | null {
  if (typeof weight !== "function" && (typeof weight !== "object" || weight === null)) {
    expectFinite("weight", weight);
    return null;
  }
  if (typeof weight === "object" && weight.length !== size)
    throw new InputError(`weight: expected one number or ${size}, got ${weight.length}`);
  return Float64Array.from({ length: size }, (_, i) => {
    const w = typeof weight === "function" ? weight(rng, i) : weight[i];
    expectFinite(`weight of neuron ${i}`, w);
    return w;
  });
}

function timingOf(
  spec: Exclude<StimulusSpec, CurrentSpec | NoiseSpec>,
  size: number,
  seed: number,
  name: string,
  stream: Stream | null,
): Timing {
  switch (spec.kind) {
    case "samples":
      return samples(spec, expectStream(spec, stream), size, name);
    case "labels":
      return labels(spec, expectStream(spec, stream), size, name);
    case "phase":
      return phaseSignal(spec, expectStream(spec, stream), size, name);
    case "poisson":
      return poisson(spec, size, seed, name);
    case "regular":
      return regular(spec, size);
    case "spikes":
      return spikes(spec, size);
    default:
      throw new InputError(
        `kind: expected one of ${[...stimulusFields.keys()].join(", ")}, got ${String((spec as { kind: unknown }).kind)}`,
      );
  }
}

function expectStream({ kind }: StreamedSpec, stream: Stream | null): Stream {
  if (stream) return stream;
  throw new InputError(`kind: expected a network with a stream for ${kind}, got none`);
}

function bombardment(
  { rate, neurons, delay = 0, start = 0, stop = Infinity }: PoissonSpec,
  seed: number,
  name: string,
): Pick<Stimulus, "bombardment"> {
  if (typeof rate !== "number" || neurons !== undefined) return {};
  const rng = new Rng(seed, `${name}, counts`);
  const key = [rng.nextUint32(), rng.nextUint32()] as const;
  const [from, to] = [instant(start + delay), instant(stop + delay)];
  return { bombardment: { perMs: rate / 1000, start: from, stop: to, key } };
}

/** @throws InputError where samples, which begin and end at times of their own, are to come later */
function expectDelayed(timing: Timing, delay: number): Timing {
  if (!timing.bySample) return timing;
  throw new InputError(`delay: expected none, as a phase says when samples are shown, got ${delay}`);
}

function delayed({ shots: _, ...timing }: Timing, delay: number): Timing {
  return {
    ...timing,
    first: () => timing.first().map(t => t + delay),
    neuron: (entry, time) => timing.neuron(entry, time - delay),
    next: (entry, time) => timing.next(entry, time - delay) + delay,
    expected: (from, to) => timing.expected?.(from - delay, to - delay) ?? 0,
  };
}
