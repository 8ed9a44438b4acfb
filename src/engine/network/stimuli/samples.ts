import { InputError, shown } from "../../../errors.ts";
import { Rng } from "../../../math/rng.ts";
import { instant } from "../../instant.ts";
import { SpikeTrain } from "../../record/spikeTrain.ts";
import { expectChoice, expectInteger, expectNumber, expectOnly, expectTime } from "../expect.ts";
import { table } from "../parameters.ts";
import type { PhaseSpec, Stream } from "../stream.ts";
import {
  expectRate,
  MOST_RATE,
  type SpikeTarget,
  select,
  selectionFields,
  targetFields,
} from "./selection.ts";
import type { Timing } from "./timing.ts";

/** Makes spikes of intensities: what an encoder's definition creates. */
export type Code = (settings: {
  readonly inputs: number;
  readonly durationMs: number;
  readonly tauMem: number;
  readonly maxSpikes: number;
  readonly seed: number;
  readonly resolution?: number;
}) => {
  encode(
    intensities: Float32Array,
    key: string,
    into: { readonly spikes: SpikeTrain; gain: number; analogue: Float64Array | null },
    sample?: { readonly intensities: Float32Array; readonly recording?: unknown },
  ): void;
};

interface OfSamples extends SpikeTarget {
  /** A phase of the stream, or several, with the same spikes in each; by default all of the time of each sample. */
  readonly during?: string | readonly string[];
}

/** The intensities of each sample of the stream, in spikes. */
export interface SamplesSpec extends OfSamples {
  readonly kind: "samples";
  /** A description has the name of an encoder. */
  readonly encoder: Code;
  /** Between two spikes of a full intensity [ms]. */
  readonly interval: number;
  /** What a code draws beforehand, such as phases: for each sample anew, by default, or `fixed`. */
  readonly draws?: "fresh" | "fixed";
  /** [ms]; spikes come at multiples of it, the last one before they would. Without it at any time. */
  readonly resolution?: number;
}

/** The class of each sample: neuron k fires while one of class k is shown. */
export interface LabelsSpec extends OfSamples {
  readonly kind: "labels";
  /** Between two spikes [ms]; the first comes after a part of it that is drawn for each sample. */
  readonly interval: number;
  /** As of samples. */
  readonly resolution?: number;
  /** `right`, by default, or the number of a `wrong` class that is drawn for each sample. */
  readonly which?: "right" | "wrong";
  /** How many there are; by default as many as neurons. Those beyond never fire. */
  readonly classes?: number;
}

/** Neurons fire in each sample: once, as a phase begins, at an interval, or by chance. */
export interface PhaseSignalSpec extends OfSamples {
  readonly kind: "phase";
  /** Which; all by default. */
  readonly neurons?: ArrayLike<number>;
  /** Between two spikes [ms]; the first comes after half of it. */
  readonly interval?: number;
  /** Of independent Poisson spikes of each neuron [Hz], drawn for each sample. */
  readonly rate?: number;
}

const during = {
  own: true,
  doc: "a phase of the stream, or several, with the same spikes in each; by default all of the time of each sample",
} as const;
const resolution = {
  ...({ unit: "ms", own: true } as const),
  doc: "spikes come at multiples of it; at any time by default",
} as const;
export const samplesFields = table({
  ...targetFields,
  during,
  encoder: { own: true, doc: "what makes spikes of intensities, by its name" },
  interval: { unit: "ms", own: true, doc: "between two spikes of a full intensity" },
  draws: {
    words: ["fresh", "fixed"],
    doc: "what a code draws beforehand: for each sample anew, by default, or once",
  },
  resolution,
});
export const labelsFields = table({
  ...targetFields,
  during,
  interval: { unit: "ms", own: true, doc: "between spikes of the class's neuron" },
  resolution,
  which: { words: ["right", "wrong"], doc: "the sample's class, by default, or another that is drawn" },
  classes: { unit: "1", own: true, doc: "how many there are; by default as many as neurons" },
});
export const phaseFields = table({
  ...targetFields,
  during,
  neurons: selectionFields.neurons,
  interval: {
    unit: "ms",
    own: true,
    doc: "between spikes of a neuron; by default they fire once, as the phase begins",
  },
  rate: {
    ...({ unit: "Hz", own: true } as const),
    doc: "of independent Poisson spikes of each neuron, drawn for each sample, in place of an interval",
  },
});

/**
 * @param size  of the population
 * @param name  of its stream of random numbers
 * @throws InputError that names the field, its value and what was expected
 */
export function samples(spec: SamplesSpec, stream: Stream, size: number, name: string): Timing {
  expectOnly(spec, "samples", Object.keys(samplesFields));
  const { encoder, interval, draws = "fresh" } = spec;
  const windows = windowsOf(spec, stream);
  if (typeof encoder !== "function")
    throw new InputError(
      `encoder: expected what makes one, as encoders have in create, got ${shown(encoder)}`,
    );
  expectInterval(interval);
  expectChoice("draws", draws, ["fresh", "fixed"]);
  const at = resolved(spec);
  const { data, inputs, seed } = stream;
  if (inputs !== size)
    throw new InputError(`to: expected a population of ${inputs}, as samples have inputs, got ${size}`);
  const durationMs = longestOf(windows);
  // Where windows begin and end at multiples of it, codes may place spikes at them.
  const even = windows.every(({ start, stop }) => at(start) === start && at(stop) === stop);
  const settings = {
    ...{ inputs, durationMs, tauMem: Infinity, maxSpikes: durationMs / interval },
    ...(even && spec.resolution !== undefined && { resolution: spec.resolution }),
  };
  const fixed = draws === "fixed" ? encoder({ ...settings, seed }) : null;
  const into = { spikes: new SpikeTrain(), gain: 1, analogue: null };
  return bySample(stream, (n, train) => {
    const place = stream.place(n);
    const intensities = data.intensities.subarray(place * inputs, (place + 1) * inputs);
    const key = `${name} ${n}`;
    const code = fixed ?? encoder({ ...settings, seed: new Rng(seed, key).nextUint32() });
    code.encode(intensities, key, into, { intensities, recording: data.recordings?.[place] });
    const { times, neurons, length } = into.spikes;
    for (const { start, stop } of windows)
      for (let k = 0; k < length; k++)
        if (times[k] < stop - start) train.push(at(start + times[k]), neurons[k]);
  });
}

/** As `samples`. */
export function labels(spec: LabelsSpec, stream: Stream, size: number, name: string): Timing {
  expectOnly(spec, "labels", Object.keys(labelsFields));
  const { interval, which = "right", classes = size } = spec;
  const windows = windowsOf(spec, stream);
  expectInterval(interval);
  const at = resolved(spec);
  expectChoice("which", which, ["right", "wrong"]);
  expectInteger("classes", classes, 1);
  expectNumber("classes", classes, classes <= size, `${size} or less, as there are neurons`);
  const { data, seed } = stream;
  for (let k = 0; k < data.count; k++)
    expectNumber(
      `to: class of sample ${k}`,
      data.labels[k],
      data.labels[k] < classes,
      `one of ${classes}, as there are ${spec.classes === undefined ? "neurons" : "classes"}`,
    );
  if (which === "wrong" && classes < 2) throw new InputError(`which: expected right of one class, got wrong`);
  return bySample(stream, (n, train) => {
    const right = data.labels[stream.place(n)];
    const rng = new Rng(seed, `${name} ${n}`);
    const phase = rng.uniform();
    const drawn = which === "right" ? 0 : 1 + rng.integer(classes - 1);
    for (const window of windows)
      regularly(window, interval, phase, t => train.push(at(t), (right + drawn) % classes));
  });
}

/** As `samples`. */
export function phaseSignal(spec: PhaseSignalSpec, stream: Stream, size: number, name: string): Timing {
  expectOnly(spec, "a phase's signal", Object.keys(phaseFields));
  const { interval, rate } = spec;
  const windows = windowsOf(spec, stream);
  const neurons = select(spec.neurons, size);
  if (rate !== undefined) {
    expectRate("rate", rate);
    if (interval !== undefined) throw new InputError(`rate: expected none with an interval, got ${rate}`);
    const longest = longestOf(windows);
    return bySample(stream, (n, train) => {
      const rng = new Rng(stream.seed, `${name} ${n}`);
      const wait = () => rng.exponential(rate / 1000);
      for (const i of neurons)
        for (let t = wait(); t < longest; t += wait())
          for (const { start, stop } of windows) if (t < stop - start) train.push(start + t, i);
    });
  }
  if (interval !== undefined) expectInterval(interval);
  return bySample(stream, (_, train) => {
    const all = (t: number) => {
      for (const i of neurons) train.push(t, i);
    };
    for (const window of windows)
      if (interval === undefined) all(window.start);
      else regularly(window, interval, 0.5, all);
  });
}

function regularly(
  { start, stop }: PhaseSpec,
  interval: number,
  phase: number,
  spike: (t: number) => void,
): void {
  for (let k = 0; ; k++) {
    const t = start + (k + phase) * interval;
    if (t >= stop) return;
    spike(t);
  }
}

function expectInterval(interval: unknown): void {
  expectTime("interval", interval);
  const least = 1000 / MOST_RATE;
  expectNumber("interval", interval, (interval as number) >= least, `${least} ms or more`);
}

/** The time at which a spike comes that would at t. */
function resolved({ resolution }: { readonly resolution?: number }): (t: number) => number {
  if (resolution === undefined) return t => t;
  expectTime("resolution", resolution);
  return t => Math.floor(t / resolution + 1e-9) * resolution;
}

function windowsOf({ during }: OfSamples, { phases, duration }: Stream): readonly PhaseSpec[] {
  if (during === undefined) return [{ start: 0, stop: duration }];
  const found = typeof during === "string" ? [during] : during;
  if (!(Array.isArray(found) && found.length > 0))
    throw new InputError(`during: expected a phase of the stream, or a list of phases, got ${shown(during)}`);
  return found.map(name => {
    const phase = phases.get(name);
    if (phase) return phase;
    const names = [...phases.keys()].join(", ") || "none";
    throw new InputError(`during: expected a phase of the stream, which are ${names}; got ${shown(name)}`);
  });
}

function longestOf(windows: readonly PhaseSpec[]): number {
  return Math.max(...windows.map(({ start, stop }) => stop - start));
}

/**
 * The spikes of one sample after the other, made when the one before is over.
 * @param fill  spikes of sample n [ms from its beginning], within its time
 */
function bySample(stream: Stream, fill: (n: number, train: SpikeTrain) => void): Timing {
  const train = new SpikeTrain();
  let [n, at, beginning] = [-1, 0, 0];
  const time = () => {
    for (let empty = 0; at === train.length; empty++) {
      // Where no sample of a pass has any spikes, none will.
      if (n + 1 >= stream.total || empty > stream.data.count) return Infinity;
      n++;
      at = 0;
      train.clear();
      fill(n, train);
      train.sort(stream.duration);
      beginning = stream.beginning(n);
    }
    return instant(beginning + train.times[at]);
  };
  return {
    bySample: true,
    from(sample) {
      n = sample - 1;
    },
    first: () => Float64Array.of(time()),
    neuron: () => train.neurons[at],
    together() {
      const from = at;
      while (at + 1 < train.length && train.times[at + 1] === train.times[from]) at++;
      return [train.neurons, from, at + 1];
    },
    next: () => {
      at++;
      return time();
    },
  };
}
