import { InputError, shown } from "../../errors.ts";
import { Rng } from "../../math/rng.ts";
import { instant } from "../instant.ts";
import {
  expectChoice,
  expectFields,
  expectInteger,
  expectMoment,
  expectNumber,
  expectOnly,
  expectTime,
  within,
} from "./expect.ts";
import { type Others, type Table, table } from "./parameters.ts";

/** Samples in memory, as a part of a data set has them. */
export interface SampleSource {
  readonly count: number;
  /** [count, inputs], row-major, in [0, 1]. */
  readonly intensities: Float32Array;
  /** [count], class numbers from 0. */
  readonly labels: ArrayLike<number>;
  /** [count], where samples are recordings of events: times [ms] and inputs. */
  readonly recordings?: readonly { readonly times: Float32Array; readonly inputs: ArrayLike<number> }[];
}

export interface PhaseSpec {
  /** From the beginning of a sample [ms]. */
  readonly start: number;
  readonly stop: number;
}

/**
 * Samples that a network is shown one after the other, for as long as it runs; stimuli of the kinds `samples`, `labels` and
 * `phase` say what of them reaches which population. Spikes are made sample by sample.
 */
export interface StreamSpec {
  readonly data: SampleSource;
  /** How long each is shown, and what passes before the next [ms]. */
  readonly duration: number;
  readonly pause?: number;
  /** How often all of them are; without end by default. */
  readonly passes?: number;
  /** `shuffled`, by default: in an order that the seed draws for each pass; or as they are `given`. */
  readonly order?: "shuffled" | "given";
  /** Draws the order and the spikes of samples; that of the network by default. */
  readonly seed?: number;
  /**
   * When the network comes to rest: before each of the `samples`, by default, before each of the `passes`, or `never`.
   * Potentials are then those of rest, traces and modulators 0, and spikes on their way are gone; weights and tags stay.
   */
  readonly rest?: "samples" | "passes" | "never";
  /** Parts of the time of each sample, by name: `during` of stimuli. */
  readonly phases?: Readonly<Record<string, PhaseSpec>>;
}

const phaseFields = table({ start: { unit: "ms", own: true }, stop: { unit: "ms", own: true } });
const rests = ["samples", "passes", "never"] as const;
const orders = ["shuffled", "given"] as const;

export const streamFields = table({
  data: {
    own: true,
    doc: "the samples: a data set by its name, or { samples, labels }, with recordings for events",
  },
  duration: { unit: "ms", own: true, doc: "how long each is shown" },
  pause: { unit: "ms", own: true, doc: "what passes before the next; 0 by default" },
  passes: { unit: "1", own: true, doc: "how often all of them are shown; without end by default" },
  order: { words: orders, doc: "`shuffled`, by default, anew for each pass, or as they are `given`" },
  seed: {
    unit: "1",
    own: true,
    doc: "of the order and of spikes that are drawn; that of the network by default",
  },
  rest: {
    words: rests,
    doc: "when all comes to rest: before each of the `samples`, by default, or of the `passes`, or `never`",
  },
  phases: {
    own: true,
    doc: "parts of a sample's time, by name: { start, stop } from its beginning",
    fields: (given: Others): Table =>
      Object.fromEntries(Object.keys(given).map(name => [name, { own: true, fields: () => phaseFields }])),
  },
});

/** A checked stream. What it says of a sample depends on nothing but the sample's number in the stream. */
export interface Stream {
  readonly data: SampleSource;
  readonly inputs: number;
  readonly duration: number;
  /** From the beginning of one sample to that of the next [ms]. */
  readonly period: number;
  readonly passes: number;
  /** Samples of all passes. */
  readonly total: number;
  readonly seed: number;
  readonly rest: (typeof rests)[number];
  readonly phases: ReadonlyMap<string, PhaseSpec>;
  /** When sample n of the stream begins [ms]. */
  beginning(n: number): number;
  /** Its place among the data. */
  place(n: number): number;
}

/** In which order samples are shown in a pass, the same wherever they are shown by a seed. */
export function passOrder(samples: number, seed: number, pass: number): Uint32Array {
  return new Rng(seed, `order ${pass}`).permutation(samples);
}

/**
 * @param networkSeed  draws what the stream's own does not
 * @throws InputError that names the field, its value and what was expected
 */
export function streamOf(spec: StreamSpec, networkSeed: number): Stream {
  expectOnly(spec, "a stream", Object.keys(streamFields));
  const { data, duration, pause = 0, passes = Infinity, order = "shuffled", rest = "samples" } = spec;
  const { seed = networkSeed } = spec;
  const inputs = within("data", () => inputsOf(data));
  expectTime("duration", duration);
  expectMoment("pause", pause);
  if (passes !== Infinity) expectInteger("passes", passes, 1);
  expectChoice("order", order, orders);
  expectInteger("seed", seed, 0);
  expectChoice("rest", rest, rests);
  const period = instant(duration + pause);
  const { count } = data;
  let orderedPass = -1;
  let ordered: Uint32Array = new Uint32Array(0);
  return {
    ...{ data, inputs, duration, period, passes, seed, rest },
    total: passes * count,
    phases: phasesOf(spec.phases, duration),
    beginning: n => instant(n * period),
    place(n) {
      if (order === "given") return n % count;
      const pass = Math.floor(n / count);
      if (pass !== orderedPass) ordered = passOrder(count, seed, pass);
      orderedPass = pass;
      return ordered[n % count];
    },
  };
}

/** @returns numbers of a sample */
function inputsOf(data: SampleSource): number {
  expectFields(data, "samples");
  const { count, intensities, labels } = data;
  expectInteger("count", count, 1);
  if (!(intensities instanceof Float32Array && intensities.length > 0 && intensities.length % count === 0))
    throw new InputError(
      `intensities: expected a Float32Array of as many numbers for each of ${count} samples, got ${shown(intensities?.length ?? intensities)}`,
    );
  if (labels?.length !== count)
    throw new InputError(`labels: expected ${count}, one for each sample, got ${shown(labels?.length)}`);
  return intensities.length / count;
}

function phasesOf(given: StreamSpec["phases"], duration: number): ReadonlyMap<string, PhaseSpec> {
  if (given === undefined) return new Map();
  return within("phases", () => {
    expectFields(given, "phases by name");
    const phases = Object.entries(given).map(([name, phase]) => {
      within(name, () => {
        expectOnly(phase, "a phase", Object.keys(phaseFields));
        expectMoment("start", phase.start);
        const { start, stop } = phase;
        expectNumber(
          "stop",
          stop,
          stop > start && stop <= duration,
          `later than start (${start} ms), up to ${duration} ms`,
        );
      });
      return [name, phase] as const;
    });
    const sorted = phases.toSorted(([, a], [, b]) => a.start - b.start);
    for (let k = 1; k < sorted.length; k++) {
      const [[before, { stop }], [name, { start }]] = [sorted[k - 1], sorted[k]];
      if (start < stop)
        throw new InputError(
          `${name}.start: expected ${stop} ms or later, where ${before} stops, as phases do not overlap, got ${start}`,
        );
    }
    return new Map(phases);
  });
}
