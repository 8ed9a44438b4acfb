import type { Raster } from "../engine/record/raster.ts";
import type { Twin } from "../training/results.ts";
import type { NetworkSetting } from "./networks/catalogue.ts";
import type { Setting } from "./setting.ts";

/** A look at a twin in training. */
export interface Point {
  /** Learned until then. */
  readonly samples: number;
  /** On the validation part, a fraction. */
  readonly accuracy: number;
  /** Angle between the rule's change of the first hidden layer and the gradient; null where the rule makes none. */
  readonly degrees: number | null;
  /** Of the input, the hidden layer and the output, per sample; null for rates. */
  readonly spikes: readonly [number, number, number] | null;
}

export interface LearnerNews {
  readonly lane: number;
  readonly rule: string;
  readonly twin: Twin;
  readonly samples: number;
  readonly testAccuracy: number | null;
  readonly points: readonly Point[];
}

/** Weights of the first layer, [inputs, columns]. */
export interface Picture {
  readonly lane: number;
  readonly columns: number;
  readonly weights: Float32Array;
}

/** What a lane's network makes of the sample that is shown. */
export interface Answer {
  readonly lane: number;
  /** Spikes of the spiking twin or the circuit; null where the lane has neither. */
  readonly raster: Raster | null;
  readonly vThreshold: number;
  /** By twin. */
  readonly decisions: Readonly<Partial<Record<Twin, number>>>;
}

export interface Showing {
  /** Which request this answers; looks at the same sample later in training have the same number. */
  readonly request: number;
  /** The class of a test sample; null for a drawing. */
  readonly label: number | null;
  readonly intensities: Float32Array;
  readonly answers: readonly Answer[];
}

/** A sample of the test part by its place, or a drawing, [64] intensities. */
export type Shown = number | Float32Array;

export type ToLearning =
  | { readonly kind: "begin"; readonly session: number; readonly setting: Setting }
  /** Samples per second; 0 to pause, null for as many as there can be. */
  | { readonly kind: "pace"; readonly pace: number | null }
  | { readonly kind: "step" }
  | { readonly kind: "show"; readonly request: number; readonly sample: Shown; readonly circuit: boolean }
  /** The page has drawn the last news. */
  | { readonly kind: "seen" };

export interface News {
  readonly kind: "news";
  readonly session: number;
  /** Samples that every twin has learned, of so many. */
  readonly samples: number;
  readonly total: number;
  readonly done: boolean;
  readonly learners: readonly LearnerNews[];
  readonly pictures: readonly Picture[];
  readonly showing: Showing | null;
}

export interface Failed {
  readonly kind: "failed";
  readonly session: number;
  readonly message: string;
}

export type FromLearning = News | Failed;

/** A network since the last news of it. */
export interface LiveNews {
  /** Now, and at the last news [ms]. */
  readonly time: number;
  readonly since: number;
  /** [spikes], after `since` [ms], and the row of each: neurons that are seen, population after population. */
  readonly times: Float32Array;
  readonly rows: Uint16Array;
  /** [bins, populations], spikes of all neurons in each ms since then. */
  readonly counts: Uint32Array;
  /** Of the rewarded synapse and the mean of all others. */
  readonly weights: readonly [number, number] | null;
  /** [2 pairs], the interval of each pair of spikes [ms] and the change of its weight [%]. */
  readonly points: Float32Array | null;
}

export interface Running extends LiveNews {
  readonly kind: "live";
  readonly session: number;
  readonly populations: readonly { readonly name: string; readonly size: number; readonly rows: number }[];
}

export type ToRunning =
  | { readonly kind: "run"; readonly session: number; readonly setting: NetworkSetting }
  /** Of the network's time in a second [ms]; 0 to pause, null for as much as there can be. */
  | { readonly kind: "pace"; readonly pace: number | null }
  | { readonly kind: "reward" }
  | { readonly kind: "seen" };

export type FromRunning = Running | Failed;
