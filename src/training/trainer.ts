import type { Dataset, Sample, Samples } from "../data/dataset.ts";
import type { EncoderName } from "../encoding/index.ts";
import type { Modulation } from "../encoding/shown.ts";
import type { Precision, Reading } from "../engine/exact/presentation.ts";
import { type Architecture, dense } from "../engine/network/architecture.ts";
import type { Wiring } from "../engine/network/layers.ts";
import type { Eligibility } from "../engine/network/plasticity/threeFactor.ts";
import type { ActivationName, LossName, Units } from "../rate/activation.ts";
import type { Chosen } from "../rules/options.ts";
import type { Rule } from "../rules/rule.ts";
import type { CircuitSettings } from "./circuitSettings.ts";
import type { Parameters } from "./initialise.ts";
import type { OptimiserName } from "./optimiser.ts";
import type { SampleLog } from "./sampleLog.ts";

/** What both twins of a run share, and the neuron constants that only the spiking twin uses. */
export interface TrainingSettings {
  /** Neurons per population, the input first. */
  readonly sizes: readonly number[];
  /** Where the network is not the fully connected one of these sizes. */
  readonly architecture?: Architecture;
  /** Weights and biases at the beginning; when absent, those that the seed draws. */
  readonly start?: Parameters;
  readonly seed: number;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Expression, see `schedule`. */
  readonly schedule: string;
  readonly encoder: EncoderName;
  readonly eligibility: Eligibility;
  /** Length of a presentation [ms]. */
  readonly durationMs: number;
  /** Time constant of membranes and traces [ms]. */
  readonly tauMem: number;
  /** Activation that one hidden spike stands for. */
  readonly vThreshold: number;
  /** Spikes of a full-intensity input per presentation. */
  readonly maxSpikes: number;
  /** Plain gradient descent when absent. */
  readonly optimiser?: OptimiserName;
  /** Share of the learning rate by which learning weights shrink at every step; when absent, what the rule asks. */
  readonly weightDecay?: number;
  /**
   * Homeostasis: share of each hidden neuron's own activity in its third factor, which keeps activity low. In layers
   * that the rule changes, on top of what the rule does itself.
   */
  readonly activityDecay?: number;
  /** What hidden neurons and readout of the rate form compute; the spiking form is rectified, and takes a softmax. */
  readonly activation?: ActivationName;
  readonly loss?: LossName;
  /** What is chosen of the rule's options; the rest is as the rule says. */
  readonly ruleOptions?: Chosen;
  /** What learning reads of hidden neurons; `spikes` by default. See `Reading`. */
  readonly reading?: Reading;
  /** Whether the readout fires, and its spikes are the logits, or its potential is; by default as `reading`. */
  readonly readout?: "spikes" | "potential";
  /** Whether drawn spikes are the same in every presentation of a sample; false by default. See `ShownAs`. */
  readonly replay?: boolean;
  /**
   * Neurons are not brought to rest between presentations: membranes and traces run on from sample to sample, from the
   * beginning of each epoch and of each evaluation. False by default.
   */
  readonly noReset?: boolean;
  /** How what a rule adds to the input is shown; by default `pair` where the encoder spikes, else `current`. */
  readonly modulation?: Modulation;
  /** How the spiking form's presentations are run: see `PresentationOptions`. By default as the network allows. */
  readonly presentations?: "sweep" | "queue";
  /**
   * Of the spiking form's states, sums and changes; here `double` by default, and what `usualPrecision` says in `compare`
   * and the playground. See `PresentationOptions`.
   */
  readonly precision?: Precision;
  /** Delays and further synapses of the spiking form; hidden neurons' synapses learn with the same third factor. */
  readonly wiring?: Wiring;
  /** Probability of each hidden neuron to be left out while a sample is learned; see `SampleDropout`. */
  readonly dropout?: number;
  /** Constants of circuits; the rest of `usualCircuit`. */
  readonly circuit?: Partial<CircuitSettings>;
}

/** How samples of one part were decided. */
export interface Evaluation {
  readonly accuracy: number;
  /** Samples by [true class][decided class]. */
  readonly confusion: number[][];
  /** Of each sample, in their order. */
  readonly correct: boolean[];
  readonly inputSpikesPerSample?: number;
  readonly hiddenSpikesPerSample?: number;
  readonly outputSpikesPerSample?: number;
}

/** Cost of learning, per training sample since training began or was resumed. */
export interface Cost {
  readonly synapticEventsPerSample?: number;
  readonly synapseUpdatesPerSample?: number;
  /** Of circuits, by population. */
  readonly spikesPerSample?: Readonly<Record<string, number>>;
  /** Of a circuit's own time [ms]. */
  readonly msPerSample?: number;
}

/** A batch in pieces, one for each sample, that threads with trainers of their own can share. */
export interface Pieces {
  /** Where a sample's wishes are written down: numbers that one takes, and the log over such numbers. */
  readonly log: {
    readonly room: number;
    /** The log over such numbers. */
    readonly at: (numbers: Float64Array) => SampleLog;
  };
  /** A batch begins; places of its samples in the training set. */
  begin(indices: Uint32Array, rate: number, epoch: number): void;
  /** Presents and writes down what the sample asks for, without doing it. */
  present(index: number, into: SampleLog): void;
  /** Does what was written; in the order of the batch. */
  learn(index: number, from: SampleLog): { loss: number; correct: number };
  /** The batch ends, and weights change. */
  end(): void;
  /** Whether all threads have the same weights, of which each changes some rows; otherwise each changes all of its own. */
  readonly shared: boolean;
  /** From now on `learn` and `end` change every so many rows of shared weights, from the first on. */
  divide(first: number, every: number): void;
}

/** One twin in training. Everything it needs to go on after a restart is in `parameters` and `memory`. */
export interface Trainer {
  /**
   * Learns one batch.
   * @param indices  places in the training set
   * @param rate     learning rate now
   * @returns summed cross-entropy [nats] and number of samples decided rightly
   */
  learn(indices: Uint32Array, rate: number, epoch: number): { loss: number; correct: number };
  /** How many samples it is given at once where batches mean nothing to it; absent: a batch. */
  readonly stride?: number;
  /** The same piece by piece; absent where it cannot be. */
  readonly pieces?: Pieces;
  /** Decides samples; learns nothing. */
  evaluate(samples: Samples): Evaluation;
  /** The same step by step: yields between samples, where whoever asked may pause or leave. */
  evaluating(samples: Samples): Generator<void, Evaluation>;
  /** The rule's change of each weight matrix for these training samples, without making it. */
  update(indices: Uint32Array): Float32Array[];
  /** Cost of the samples learned since the last call. */
  cost(): Cost;
  /** Copies of weights and biases as they are now. */
  parameters(): Parameters;
  /** What stands for itself: without normalisation, whose remembered statistics are folded in, and with the wiring. */
  deployed(): Parameters;
  /** Goes on from these parameters and this memory. */
  restore(parameters: Parameters, memory: Float32Array | null): void;
  readonly memory: Float32Array | null;
  /** See `Forms.feedbackDegrees`; null where nothing stands for the forward path. */
  readonly feedbackDegrees: ((weights: readonly Float32Array[]) => number[]) | null;
  /**
   * What the first training samples are to the synapses of the input, [count, inputs]: where recordings are shown, the
   * traces at their ends. Absent where that is their intensities.
   */
  seen?(count: number): Float32Array;
  readonly saturation: number;
  /** Of a rate network; as spiking ones are where it is absent. */
  readonly units?: Units;
  /** Whether all that is known of hidden neurons is their spikes, without which nothing can be learned. */
  readonly readsSpikes?: boolean;
  /** Of the network that is trained: the asked one, without hidden layers for the shallow control. */
  readonly architecture: Architecture;
  /** Frees what it holds; of no use after that. */
  dispose(): void;
}

/** All steps at once. */
export function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

export function emptyConfusion(classes: number): number[][] {
  return Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
}

/** Share of the diagonal. */
export function accuracyOf(confusion: readonly (readonly number[])[]): number {
  let right = 0;
  let all = 0;
  confusion.forEach((row, k) => {
    right += row[k];
    for (const count of row) all += count;
  });
  return all === 0 ? 0 : right / all;
}

/** The network that a rule trains when one is asked for. */
export function networkOf(
  rule: Rule,
  { sizes, architecture }: Pick<TrainingSettings, "sizes" | "architecture">,
): Architecture {
  return rule.shallow ? dense([sizes[0], sizes.at(-1)!]) : (architecture ?? dense(sizes));
}

/** One sample, its intensities a view. */
export function sampleOf({ intensities, recordings }: Samples, index: number, inputs: number): Sample {
  return {
    intensities: intensities.subarray(index * inputs, (index + 1) * inputs),
    recording: recordings?.[index],
  };
}

/** A training sample as an epoch shows it; null: as it is compared between epochs, without chance. */
export function trainingSample(data: Dataset, index: number, epoch: number | null, seed: number): Sample {
  if (epoch !== null && data.augmented) return { intensities: data.augmented(index, epoch, seed) };
  return sampleOf(data.train, index, data.inputs);
}

/** Names a batch for the rule's random numbers. */
export function batchKey(kind: string, indices: Uint32Array): string {
  return `${kind} ${indices[0]}`;
}

/** One array of all that a trainer remembers, for checkpoints; null for nothing. */
export function joined(parts: readonly (Float32Array | undefined)[]): Float32Array | null {
  const known = parts.filter(part => part !== undefined);
  if (known.length === 0) return null;
  const all = new Float32Array(known.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of known) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Puts back what `joined` has put together. */
export function split(all: Float32Array, parts: readonly (Float32Array | undefined)[]): void {
  let at = 0;
  for (const part of parts) {
    if (!part) continue;
    part.set(all.subarray(at, at + part.length));
    at += part.length;
  }
}
