import type { ModelDescription } from "../../description/describe.ts";
import type { Architecture } from "../../engine/network/architecture.ts";
import { populationNames } from "../../engine/network/layers.ts";

/**
 * What a rule's circuit is made of: what the other forms of the run have as well, and the constants of its neurons. In a
 * circuit activities are low-pass filtered spikes: a spike of a neuron stands for its threshold, one of an input for
 * `interval / tau`, and a neuron that fires once every threshold times tau has the activity 1.
 */
export interface CircuitPlan {
  /** Of the rule. */
  readonly name: string;
  readonly architecture: Architecture;
  /** weights[l] is [layers[l].rows, layers[l].columns]. */
  readonly weights: readonly Float32Array[];
  readonly biases: readonly Float32Array[];
  /** Step that weights take in the time of a sample, per activity and error. */
  readonly learningRate: number;
  /** Factor on it, of hidden layers. */
  readonly hiddenRate: number;
  /** Factor on it: an expression in `progress` and `epoch`, as of `compare`. */
  readonly schedule: string;
  /** How long a sample is shown before something else happens, and learned [ms]. */
  readonly durationMs: number;
  /** Of all phases of a sample; `durationMs` where there is one. */
  readonly periodMs: number;
  /** Samples of a pass, and passes. */
  readonly count: number;
  readonly epochs: number;
  /** Time constant of membranes, traces and modulators [ms]. */
  readonly tau: number;
  readonly thresholds: { readonly hidden: number; readonly output: number; readonly error: number };
  /** Between two spikes of a full intensity [ms]. */
  readonly interval: number;
  readonly encoder: string;
  /** Of the stream: `data`, `part`, `samples`, `passes`, `seed`, `order`, `rest`. */
  readonly samples: Readonly<Record<string, unknown>>;
}

/** Some of a network; `circuitOf` puts such parts together. */
export interface Parts {
  readonly populations?: Readonly<Record<string, unknown>>;
  readonly projections?: readonly unknown[];
  readonly stimuli?: readonly unknown[];
}

/** Spikes that arrive together would otherwise go round at one instant [ms]. */
export const DELAY = "1 ms";

/**
 * Share of its own activity in a neuron's third factor, in circuits whose third factor does not vanish when the error does,
 * or comes with the activity: what holds activity down.
 */
export const ACTIVITY_DECAY = 0.03;

/**
 * Refractory period of neurons whose spikes stand for their threshold [ms]: 1, or as long as keeps their activity within a
 * bound. A neuron that may fire any number of times at an instant answers to what drives it far off by a burst, and so does
 * whatever corrects it: with such error neurons training goes well for some ten thousand samples, and then activity grows
 * and accuracy falls, whatever the rule.
 * @param saturation  activity that they do not exceed; a refractory period of less than 1 ms is one of 1 ms
 */
export function refractory({ tau }: CircuitPlan, threshold: number, saturation = Infinity): number {
  return Math.max(1, (threshold * tau) / saturation);
}

/** The populations of a circuit's layers: `input`, `hidden` or `hidden 1`, ..., and `output`. */
export function layerNames({ sizes }: Architecture): string[] {
  return [...populationNames(sizes.length - 1).slice(0, -1), "output"];
}

/** What a spike of each layer stands for. */
export function heights({ architecture, interval, tau, thresholds }: CircuitPlan): number[] {
  const depth = architecture.sizes.length - 1;
  return architecture.sizes.map((_, p) =>
    p === 0 ? interval / tau : p === depth ? thresholds.output : thresholds.hidden,
  );
}

/**
 * Step of a weight per presynaptic spike's height and modulator, as a description has it: summed over the time in which
 * something is learned it is `learningRate` times activity and error.
 * @param factor  on the learning rate
 */
export function eta(plan: CircuitPlan & { readonly learningMs?: number }, factor = 1): number | string {
  const { learningRate, durationMs, tau, schedule, periodMs, count, epochs, learningMs = durationMs } = plan;
  const step = (-factor * learningRate * tau) / learningMs;
  if (schedule === "1") return step;
  const passMs = count * periodMs;
  const factorAt = schedule
    .replace(/\bprogress\b/g, `(t / (${passMs * epochs} ms))`)
    .replace(/\bepoch\b/g, `floor(t / (${passMs} ms))`);
  return `${step} * (${factorAt})`;
}

/** Parts of a sample's time, by name [ms]; one alone, of the whole of it, needs none. */
export type Phases = Readonly<Record<string, { readonly start: number; readonly stop: number }>>;

/** The plan where a sample has phases and takes as long as they do. */
export function inPhases(plan: CircuitPlan, phases: Phases): InPhases {
  return { ...plan, phases, periodMs: Math.max(...Object.values(phases).map(({ stop }) => stop)) };
}

export type InPhases = CircuitPlan & { readonly phases?: Phases; readonly learningMs?: number };

/** Name of the phase in which a circuit learns that lets its activities settle before, and of the signal that says so. */
export const LEARNING = "learn";
/** The one in which they settle, and its share of a sample's time. */
export const SETTLE = "settle";
const SETTLING = 1 / 3;

/**
 * The plan where a sample is learned when activities have settled: an error that output and label neurons begin with,
 * before the sample has come through, would never vanish, and drive hidden activity up as long as it is learned by.
 */
export function settled(plan: CircuitPlan): InPhases {
  const { durationMs } = plan;
  const start = Math.round(SETTLING * durationMs);
  const phases = { [SETTLE]: { start: 0, stop: start }, [LEARNING]: { start, stop: durationMs } };
  return { ...inPhases(plan, phases), learningMs: durationMs - start };
}

/** When something happens, where not all the time: in a phase of that name, or in several, each time with the same spikes. */
export type During = string | readonly string[];

/** The description of the network that parts make up. */
export function circuitOf(plan: InPhases, ...parts: readonly Parts[]): ModelDescription {
  return {
    name: plan.name,
    populations: Object.assign({}, ...parts.map(({ populations }) => populations ?? {})),
    projections: parts.flatMap(({ projections = [] }) => projections),
    stimuli: parts.flatMap(({ stimuli = [] }) => stimuli),
    stream: { ...plan.samples, duration: plan.periodMs, ...(plan.phases && { phases: plan.phases }) },
  };
}

/** The other way round: what [rows, columns] weights are to a projection of the columns onto the rows. */
export function transposed(weights: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = weights[r * columns + c];
  return out;
}
