import { InputError } from "../../../errors.ts";
import { Rng } from "../../../math/rng.ts";
import { instant } from "../../instant.ts";
import { expectFinite, expectMoment } from "../expect.ts";
import type { Table } from "../parameters.ts";
import { type CurrentSpec, current, currentFields } from "./current.ts";
import { type NoiseSpec, noise, noiseFields } from "./noise.ts";
import { type PoissonSpec, poisson, poissonFields } from "./poisson.ts";
import { type RegularSpec, regular, regularFields } from "./regular.ts";
import type { SpikeTarget } from "./selection.ts";
import { type SpikesSpec, spikes, spikesFields } from "./spikes.ts";
import type { Stimulus, Timing } from "./timing.ts";

export type StimulusSpec = PoissonSpec | RegularSpec | SpikesSpec | CurrentSpec | NoiseSpec;

/** What a stimulus of each kind holds. */
export const stimulusFields: ReadonlyMap<unknown, Table> = new Map(
  Object.entries({
    poisson: poissonFields,
    regular: regularFields,
    spikes: spikesFields,
    current: currentFields,
    noise: noiseFields,
  }),
);

/**
 * Checks a description and makes its stimulus.
 * @param input  whether the population is one of inputs, which emits spikes instead of receiving them
 * @param name   of its streams of random numbers
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
  if (spec.kind === "current" || spec.kind === "noise") {
    if (input) {
      throw new InputError(`kind: ${spec.to} is an input population; expected poisson, regular or spikes`);
    }
    return spec.kind === "current"
      ? current(spec, population, size)
      : noise(spec, population, size, seed, name);
  }
  const timing = timingOf(spec, size, seed, name);
  const { weight, delay = 0 } = spec;
  if (input && weight !== undefined) {
    throw new InputError(`weight: expected none for the input population ${spec.to}, got ${weight}`);
  }
  const weights = input ? null : perNeuron(weight, size, new Rng(seed, `${name}, weights`));
  expectMoment("delay", delay);
  return {
    ...(delay === 0 ? timing : delayed(timing, delay)),
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
): Timing {
  switch (spec.kind) {
    case "poisson":
      return poisson(spec, size, seed, name);
    case "regular":
      return regular(spec, size);
    case "spikes":
      return spikes(spec, size);
    default:
      throw new InputError(
        `kind: expected poisson, regular, spikes, current or noise, got ${String((spec as { kind: unknown }).kind)}`,
      );
  }
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

function delayed({ shots: _, ...timing }: Timing, delay: number): Timing {
  return {
    ...timing,
    first: () => timing.first().map(t => t + delay),
    neuron: (entry, time) => timing.neuron(entry, time - delay),
    next: (entry, time) => timing.next(entry, time - delay) + delay,
    expected: (from, to) => timing.expected?.(from - delay, to - delay) ?? 0,
  };
}
