/** The forms of a rule: in rates, in spikes, and as a circuit in which every signal is a spike. */
export type Twin = "rate" | "spike" | "circuit";

/** State of a training run after one epoch. Angles are in degrees, one per hidden layer. */
export interface CurvePoint {
  readonly epoch: number;
  /** Fraction; absent when no validation samples are held out. */
  readonly validationAccuracy?: number;
  /** Mean cross-entropy over the epoch's training samples, as they were learned [nats]. */
  readonly trainLoss: number;
  /** Angle between the rule's update and the exact gradient, on a fixed set of training samples. */
  readonly alignmentDegrees: readonly number[];
  /** Angle between the forward path and the feedback weights, where the rule has such a pair. */
  readonly feedbackDegrees?: readonly number[];
}

/**
 * One trained twin. Accuracies are fractions. Fields that make no sense for a twin are absent, not zero.
 * Input and hidden spikes are per test sample; synaptic events and updates per training sample of the last
 * epoch, all presentations of the sample together.
 */
export interface RunResult {
  readonly rule: string;
  readonly twin: Twin;
  readonly dataset: string;
  readonly architecture: string;
  readonly encoder?: string;
  readonly eligibility?: string;
  /** What learning read of hidden neurons, and of the readout. */
  readonly reading?: string;
  readonly readout?: string;
  /** What was chosen of the rule's options; absent where it runs as it is. */
  readonly ruleOptions?: Readonly<Record<string, number | string>>;
  /** Options that tell it from others of its rule in a sweep, such as `learningRate 0.1`; absent elsewhere. */
  readonly configuration?: string;
  readonly seed: number;
  readonly epochs: number;
  /** Samples between two changes of the weights; absent in older folders. */
  readonly batch?: number;
  readonly learningRate: number;
  readonly testAccuracy: number;
  readonly testSamples: number;
  readonly validationAccuracy?: number;
  readonly trainAccuracy: number;
  readonly trainSamples: number;
  readonly curve: readonly CurvePoint[];
  /** Angles before training and after it. */
  readonly initialAlignmentDegrees?: readonly number[];
  readonly alignmentDegrees: readonly number[];
  readonly initialFeedbackDegrees?: readonly number[];
  readonly feedbackDegrees?: readonly number[];
  /** Test samples by [true class][decided class]. */
  readonly confusion: readonly (readonly number[])[];
  /** Of each test sample whether it was decided rightly, as `bitText` writes it; absent in older folders. */
  readonly correct?: string;
  /** What the data call their classes, where that is not their numbers. */
  readonly classNames?: readonly string[];
  readonly inputSpikesPerSample?: number;
  readonly hiddenSpikesPerSample?: number;
  readonly outputSpikesPerSample?: number;
  readonly synapticEventsPerSample?: number;
  readonly synapseUpdatesPerSample?: number;
  /** Of a circuit in training, by population, and how much of the network's own time a sample takes [ms]. */
  readonly spikesPerSample?: Readonly<Record<string, number>>;
  readonly msPerSample?: number;
  readonly trainSamplesPerSecond: number;
  readonly wallSeconds: number;
}

/** `results.json` of a run folder. */
export interface Results {
  readonly schema: "threefactor.results/1";
  /** As in run.json; absent where there are none. */
  readonly notes?: readonly string[];
  readonly runs: readonly RunResult[];
}

/** `run.json` of a run folder: what was asked, by which versions, when and on what. */
export interface RunRecord {
  readonly schema: "threefactor.run/1";
  readonly command: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly seeds: readonly number[];
  /** The file of --model whose weights the run began with, and its checksum; absent where its seeds drew them. */
  readonly start?: { readonly file: string; readonly sha256: string };
  /** Files of definitions, by their path from the folder, and their checksums; absent where there were none. */
  readonly plugins?: readonly { readonly file: string; readonly sha256: string }[];
  readonly startedAt: string;
  /** Absent while the run is unfinished. */
  readonly endedAt?: string;
  /** Tensor backend that ran the rate half. */
  readonly backend: string;
  /** The backend with the library behind it, such as `wasm + OpenBLAS 0.3.21 (SkylakeX), 1 thread`; absent in old runs. */
  readonly library?: string;
  readonly machine: string;
  /** What each form was shown of the data, such as `counts per input`; absent in old runs. */
  readonly saw?: { readonly [twin in Twin]?: string };
  /** What a reader should know of how the data were taken. */
  readonly notes?: readonly string[];
}

/** What a weight list does to what it reaches. */
export type Sign = "excites" | "inhibits" | "both";

/** `circuits/RULE.json` of a run folder: a circuit without its numbers, as a drawing shows it. */
export interface CircuitOutline {
  readonly rule: string;
  /** In the order of the description; `shown` are reached by samples, labels or phases. */
  readonly populations: readonly { readonly name: string; readonly size: number; readonly shown?: string }[];
  readonly projections: readonly {
    readonly from: string;
    readonly to: string;
    /** A modulator of the target; absent for the membrane. */
    readonly target?: string;
    readonly sign: Sign;
    /** Whether its weights learn, and the modulator that they read. */
    readonly learns?: string;
  }[];
  /** How long a sample takes, and its phases [ms]. */
  readonly periodMs: number;
  readonly phases: Readonly<Record<string, readonly [number, number]>>;
}
