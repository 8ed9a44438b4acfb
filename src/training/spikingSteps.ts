import { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Presentation } from "../engine/exact/presentation.ts";
import { ThreeFactorSynapses } from "../engine/exact/threeFactorSynapses.ts";
import type { Eligibility } from "../engine/network/plasticity/threeFactor.ts";
import type { Steps } from "../rules/rule.ts";
import { type Optimiser, type OptimiserName, type OptimiserStep, optimiser } from "./optimiser.ts";

/** What can be asked of synapses, by a rule and by the homeostasis of its neurons. */
export interface Asked extends Steps<Float64Array, Presentation> {
  readonly descend: (l: number, post: Float64Array, from: Presentation) => void;
  readonly decay: (l: number, post: Float64Array, from: Presentation) => void;
}

/** Carries out what a rule's spiking form asks for: the changes of a batch, collected at the synapses. */
export class SpikingSteps implements Asked {
  readonly optimiser: Optimiser | null;
  readonly #net: FeedForwardNetwork;
  readonly #synapses: ThreeFactorSynapses;
  /** Synapses of the feedback weights: the same plasticity, on weights of their own. */
  readonly #feedback: ThreeFactorSynapses | null;
  readonly #groups: readonly Float32Array[];
  readonly #weightDecay: number;
  readonly #activityDecay: number;
  readonly #touched = new Set<number>();
  readonly #aligned = new Set<number>();
  #rate = 0;
  #batch = 1;

  constructor(
    net: FeedForwardNetwork,
    synapses: ThreeFactorSynapses,
    feedback: readonly Float32Array[],
    settings: {
      eligibility: Eligibility;
      optimiser: OptimiserName;
      weightDecay: number;
      activityDecay: number;
    },
  ) {
    this.#net = net;
    this.#synapses = synapses;
    this.#feedback = feedback.length > 0 ? feedbackSynapses(net, feedback, settings.eligibility) : null;
    const laterals = net.queue?.laterals.map(({ synapses }) => synapses.weights) ?? [];
    this.#groups = [...net.weights, ...net.biases, ...feedback, ...laterals];
    this.#weightDecay = settings.weightDecay;
    this.#activityDecay = settings.activityDecay;
    this.optimiser = optimiser(
      settings.optimiser,
      this.#groups.map(group => group.length),
    );
  }

  /** See `Pieces`. Feedback weights are each thread's own. */
  divide(first: number, every: number): void {
    this.#synapses.rows = { first, every };
  }

  begin(rate: number, batch: number): void {
    this.#rate = rate;
    this.#batch = batch;
    this.#touched.clear();
    this.#aligned.clear();
  }

  readonly descend = (l: number, post: Float64Array, from: Presentation): void => {
    this.#touched.add(l);
    this.#synapses.accumulate(l, this.#rated(l, post), from);
  };

  readonly align = (l: number, post: Float64Array, from: Presentation): void => {
    this.#aligned.add(l);
    this.#feedback?.accumulate(l, this.#rated(l, post), from);
  };

  /** A layer's own factor on the learning rate. */
  #rated(l: number, post: Float64Array): Float64Array {
    const { rate } = this.#net.architecture.layers[l];
    return rate === 1 ? post : post.map(value => rate * value);
  }

  /** A share of each hidden neuron's own activity in its third factor, in the layers that the rule changes. */
  decayActivity(seen: Presentation, layers: Iterable<number>, asked: Asked): void {
    if (this.#activityDecay === 0) return;
    for (const l of layers) {
      if (l === this.#net.depth - 1) continue;
      const post = seen.trace[l + 1].map(a => this.#activityDecay * a);
      asked.decay(l, post, seen);
    }
  }

  readonly decay = (l: number, post: Float64Array, from: Presentation): void => {
    this.#synapses.accumulate(l, this.#rated(l, post), from);
  };

  readonly settle = (): void => {
    if (this.optimiser) this.#stepOn(this.optimiser);
    else {
      this.#shrink(1 - this.#rate * this.#weightDecay);
      this.#apply(this.#rate / this.#batch);
    }
  };

  #apply(scale: number): void {
    this.#synapses.apply(scale);
    this.#feedback?.apply(scale);
  }

  #shrink(keep: number): void {
    if (keep === 1) return;
    const { depth, architecture } = this.#net;
    const { first, every } = this.#synapses.rows;
    for (const l of this.#touched) {
      const [weights, { columns }] = [this.#groups[l], architecture.layers[l]];
      for (let row = first * columns; row < weights.length; row += every * columns)
        for (let at = row; at < row + columns; at++) weights[at] *= keep;
    }
    for (const l of this.#aligned) {
      const weights = this.#groups[2 * depth + l];
      for (let at = 0; at < weights.length; at++) weights[at] *= keep;
    }
  }

  #stepOn(by: Optimiser): void {
    const { depth } = this.#net;
    const how = { rate: this.#rate, scale: 1 / this.#batch };
    const decaying = { ...how, decay: this.#weightDecay };
    const step = (group: number, change: Float32Array, as: OptimiserStep) =>
      by.step(group, this.#groups[group], change, as);
    const changes = this.#synapses.changes();
    for (const l of this.#touched) {
      step(l, changes.weights[l], decaying);
      step(depth + l, changes.biases[l], how);
    }
    changes.laterals.forEach((change, q) => {
      step(this.#groups.length - changes.laterals.length + q, change, how);
    });
    this.#synapses.forget();
    if (!this.#feedback) return;
    const aligned = this.#feedback.changes().weights;
    for (const l of this.#aligned) step(2 * depth + l, aligned[l], decaying);
    this.#feedback.forget();
  }
}

function feedbackSynapses(
  net: FeedForwardNetwork,
  feedback: readonly Float32Array[],
  eligibility: Eligibility,
): ThreeFactorSynapses {
  const { architecture, biases, neuron, durationMs } = net;
  const weights = net.weights.map((w, l) => (feedback[l]?.length ? feedback[l] : new Float32Array(w.length)));
  const noBiases = biases.map(b => new Float32Array(b.length));
  // Only its weights and constants are used: it is never presented anything.
  return new ThreeFactorSynapses(
    new FeedForwardNetwork(architecture, weights, noBiases, neuron, durationMs, {
      share: weights.map(() => null),
    }),
    eligibility,
  );
}
