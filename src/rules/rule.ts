import type { ModelDescription } from "../description/describe.ts";
import type { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Presentation } from "../engine/exact/presentation.ts";
import type { Architecture } from "../engine/network/architecture.ts";
import type { Rng } from "../math/rng.ts";
import type { RateNetwork } from "../rate/network.ts";
import type { Tensor2D } from "../rate/tensors.ts";
import type { CircuitPlan } from "./circuits/circuit.ts";
import type { Told } from "./equation.ts";
import type { Chosen, RuleOptions } from "./options.ts";

/**
 * A learning rule in both forms. Every rule changes a weight by a product, w[l] -= learningRate * post (x) pre; rules
 * differ in who makes `post` (the third factor), which activity is `pre`, and when. A rule owns no learning rate and
 * no loop over synapses.
 */
export interface Rule extends Partial<Told> {
  /** As on the command line. */
  readonly name: string;
  /** As in the paper's tables. */
  readonly title: string;
  /** Author, year and where the equation stands. */
  readonly source: string;
  /** How often a sample is presented before the network has learned it. */
  readonly presentations: number;
  /** What a hidden synapse must know besides its own pre- and postsynaptic activity. */
  readonly synapseKnows: string;
  /** Activities are bounded here in both twins: clipped in rates, by a refractory period in spikes. */
  readonly saturation?: number;
  /** Weights shrink by this share of the learning rate at every step, where the rule needs it; else 0. */
  readonly weightDecay?: number;
  /** Learning one sample changes what the next one of its batch meets, so that a batch cannot be spread over workers. */
  readonly sequential?: boolean;
  /** Why the rule has no spiking form, for rules without one. */
  readonly rateOnly?: string;
  /** Why the rule has no circuit, for rules without one. */
  readonly noCircuit?: string;
  /** Its third factor is known before a sample is presented (see `ahead`), so that it can learn while one is. */
  readonly knowsAhead?: boolean;
  /** The control without hidden layers: only the first and last size are used. */
  readonly shallow?: boolean;
  /**
   * What the network or its data lack for this rule, as "expected ..., got ..."; null where it can learn. Asked before a
   * run begins.
   */
  lacks?(architecture: Architecture): string | null;
  /** What a run may choose, with the paper's values; none where absent. */
  readonly options?: RuleOptions;
  /**
   * Draws the feedback once; both forms share it.
   * @param samples  size of the training set
   * @param chosen   values of `options`; the rest as the rule says
   */
  create(architecture: Architecture, rng: Rng, samples: number, chosen?: Chosen): Forms;
}

/** A rule of this package, which always says its equation and its three factors. */
export type OwnRule = Rule & Told;

/** What a rule has made for one network: its forms. */
export interface Forms {
  /** What learns in rates, on batches. */
  rate(net: RateNetwork): RateLearner;
  /** Absent for rules that are `rateOnly`. */
  spiking?(net: FeedForwardNetwork): SpikingLearner;
  /**
   * The rule as a network in which every signal is a spike: populations, projections with their plasticity, stimuli and a
   * stream of samples, of which a `Simulation` makes all the rest. Its layers are called as in `layerNames`, and those
   * that learn have the projections `input->hidden`, ... and `bias->hidden`, .... Absent where the rule has none.
   */
  circuit?(plan: CircuitPlan): ModelDescription;
  /**
   * The circuit as it decides: the class is that of the population `output` that fires most. Where it is absent this is
   * `circuit`, of which the populations, projections and stimuli of its layers alone are used.
   */
  circuitTest?(plan: CircuitPlan): ModelDescription;
  /**
   * Feedback weights of a circuit in which they learn, in the shape of each layer's; empty for a layer that has none.
   * @param weights  of its projections, by FROM->TO and, where that is one, the modulator
   */
  circuitFeedback?(weights: (projection: string) => ArrayLike<number>): readonly Float32Array[];
  /**
   * Angle between the feedback weights and the forward path that they stand for, per hidden layer, in degrees.
   * @param weights  per layer, [layers[l].rows, layers[l].columns]
   * @param learner  whose feedback weights these are, where they learn
   */
  feedbackDegrees?(weights: readonly Float32Array[], learner: Remembers): number[];
}

/** Learners that remember something from sample to sample show it as numbers, for checkpoints. */
export interface Remembers {
  readonly memory?: Float32Array;
  /**
   * Feedback weights that learn as the forward weights do, in the shape of each layer's; views of `memory`, or empty
   * for a layer that has none.
   */
  readonly feedback?: readonly Float32Array[];
}

/** What a learner may ask of its trainer besides `descend`. */
export interface Steps<Post, Pre> {
  /** As `descend`, but for the feedback weights `feedback[l]`. */
  align(l: number, post: Post, pre: Pre): void;
  /** Carries out now what has been asked so far, for rules that change weights between two presentations. */
  settle(): void;
}

/** The samples that a rate form learns in one step. */
export interface RateBatch {
  /** [batch, inputs] */
  readonly x: Tensor2D;
  /** [batch, classes], one-hot */
  readonly y: Tensor2D;
  /** Places of the samples in the training set. */
  readonly indices: ArrayLike<number>;
  /** Names the batch, the same in both twins and after a restart: random numbers of a batch are drawn by it. */
  readonly key: string;
}

export interface RateLearner extends Remembers {
  /**
   * @param descend  w[l] -= learningRate * mean over the batch of pre (x) post, and the biases likewise with pre = 1;
   *                 carried out after `learn` returns
   * @returns logits of the sample as it is, [batch, classes]
   */
  learn(
    batch: RateBatch,
    descend: (l: number, post: Tensor2D, pre: Tensor2D) => void,
    steps: Steps<Tensor2D, Tensor2D>,
  ): Tensor2D;
  /**
   * Scores of the classes, [batch, classes], where the rule does not decide by the logits.
   * @param x      [batch, inputs]
   * @param first  place of the first of these samples in its part of the data
   */
  decide?(x: Tensor2D, first: number): Tensor2D;
  /** Activities by population of the sample as it is, where they are not those of `net.forward`. */
  activities?(x: Tensor2D): readonly Tensor2D[];
}

/** What a spiking form knows of the sample that it learns, besides its spikes. */
export interface SpikingSample {
  readonly label: number;
  /** Place of the sample in the training set. */
  readonly index: number;
  /** Names the batch, as in `RateBatch`. */
  readonly key: string;
}

export interface SpikingLearner extends Remembers {
  /**
   * Third factors by population that this rule knows before the sample is presented, for hidden layers that then learn
   * while it is; `learn` gives the same ones to `descend`, gated. Of rules that say `knowsAhead`; others need something
   * of the presentation.
   */
  ahead?(sample: SpikingSample): readonly (Float64Array | undefined)[];
  /**
   * The sample waits at the network's input; `net.present` shows it as often as the rule likes.
   * @param descend  w[l] -= learningRate * mean over the batch of post (x) eligibility, where the eligibility of layer
   *                 l's synapses is what the presentation `from` left at them; carried out after the batch
   * @returns the presentation of the sample as it is
   */
  learn(
    sample: SpikingSample,
    descend: (l: number, post: Float64Array, from: Presentation) => void,
    steps: Steps<Float64Array, Presentation>,
  ): Presentation;
  /**
   * Scores of the classes for the sample that waits at the network's input, where the rule does not decide by the
   * logits.
   * @param place  of the sample in its part of the data
   */
  decide?(place: number): ArrayLike<number>;
}
