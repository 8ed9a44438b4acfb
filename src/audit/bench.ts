import type { Dataset } from "../data/dataset.ts";
import { encoderNamed } from "../encoding/index.ts";
import type { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Presentation, PresentedInput } from "../engine/exact/presentation.ts";
import { Rng } from "../math/rng.ts";
import type { Rule } from "../rules/rule.ts";
import { spikingTrainer } from "../training/spikingTrainer.ts";
import type { Trainer, TrainingSettings } from "../training/trainer.ts";
import { overlaid } from "./overlaid.ts";
import { type Left, shadowed } from "./shadows.ts";

/** How a rule is trained: settings of its spiking form. The network, its samples and constants are the bench's own. */
export type RunSettings = Partial<Omit<TrainingSettings, "sizes" | "architecture" | "start" | "wiring">>;

/** Who looks at a sample being learned. */
export interface Watch {
  /** The sample stands at the input. */
  begun?(): void;
  /** Before each presentation of the network or of a layer alone. */
  before?(): void;
  after?(left: Left): void;
  /** A layer has been given its third factor. */
  descended?(l: number, post: Float64Array, from: Presentation): void;
  /** @param shown  presentations of the sample, each layer's taken together */
  learned?(shown: number): void;
}

export const SIZES = [6, 5, 4, 3];
/** Synapses of hidden neurons. */
export const isHidden = (l: number): boolean => l < SIZES.length - 2;
/** One sample of each class, with dark inputs among those that no label takes the place of, and elsewhere. */
const SAMPLES = [
  [0.9, 0, 0.4, 0.7, 0, 0.6],
  [0, 0.8, 0.5, 0, 1, 0.3],
  [0.6, 0.3, 0, 0.9, 0.2, 0],
];
export const samples: readonly number[] = SAMPLES.map((_, n) => n);

/** A rule's spiking form in the trainer that runs use, on a network of two hidden layers, with somebody who watches. */
export class Bench {
  watch: Watch = {};
  readonly batch: number;
  readonly #trainer: Trainer;
  #net: FeedForwardNetwork | undefined;
  #memory: Float32Array | null = null;

  /** @throws InputError where the rule cannot be trained with these settings */
  constructor(rule: Rule, run: RunSettings) {
    const rng = new Rng(5, "audit network");
    const draw = (n: number) => Float32Array.from({ length: n }, () => rng.uniformIn(-0.5, 0.8));
    const encoder = run.encoder ?? "rate";
    const settings: TrainingSettings = {
      ...{ seed: 1, epochs: 1, batch: 1, learningRate: RATE, schedule: "1", eligibility: "trace" },
      ...{ durationMs: 20, tauMem: encoderNamed(encoder).withoutLeak ? Infinity : 20 },
      ...{ vThreshold: 0.2, maxSpikes: 8 },
      ...{ ...run, encoder, sizes: SIZES },
      start: {
        weights: SIZES.slice(1).map((n, l) => draw(n * SIZES[l])),
        // Enough for most neurons to fire.
        biases: SIZES.slice(1).map(n => new Float32Array(n).fill(0.6)),
      },
    };
    this.batch = settings.batch;
    this.#trainer = spikingTrainer(this.#watched(rule), data(), settings);
  }

  get net(): FeedForwardNetwork {
    return this.#net!;
  }

  /** Learns one batch. */
  learn(indices: readonly number[], rate = RATE): void {
    this.#trainer.learn(Uint32Array.from(indices), rate, 0);
  }

  /**
   * Two epochs.
   * @param each  called before each batch
   */
  train(each?: () => void): void {
    for (let epoch = 0; epoch < 2; epoch++) {
      for (let first = 0; first < samples.length; first += this.batch) {
        each?.();
        this.learn(samples.slice(first, first + this.batch));
      }
    }
  }

  /** What one sample would change: of each layer of synapses, and of what the rule remembers. */
  update(index: number): { changes: Float32Array[]; memory: Float32Array | null } {
    const changes = this.#trainer.update(Uint32Array.of(index));
    return { changes, memory: this.#memory };
  }

  #watched(rule: Rule): Rule {
    return {
      ...rule,
      create: (...given) => {
        const forms = rule.create(...given);
        const { spiking } = forms;
        if (!spiking) return forms;
        return {
          ...forms,
          spiking: net => {
            this.#net = net;
            const seen = shadowed(net, {
              before: () => this.watch.before?.(),
              after: left => this.watch.after?.(left),
            });
            const learner = spiking(seen);
            return overlaid(learner, {
              learn: (...[sample, descend, steps]: Parameters<typeof learner.learn>) => {
                this.watch.begun?.();
                const shown = counted(net.input);
                const presentation = learner.learn(
                  sample,
                  (l, post, from) => {
                    this.watch.descended?.(l, post, from);
                    descend(l, post, from);
                  },
                  steps,
                );
                // `update` puts back what the rule remembers.
                this.#memory = learner.memory ? learner.memory.slice() : null;
                this.watch.learned?.(shown());
                return presentation;
              },
            });
          },
        };
      },
    };
  }
}

const RATE = 0.01;

/** Counts from now on how often the waiting sample is shown. */
function counted(input: PresentedInput): () => number {
  let shown = 0;
  const { next } = input;
  input.next = modulation => {
    shown++;
    return next ? next(modulation) : modulation;
  };
  return () => {
    input.next = next ?? null;
    return shown;
  };
}

function data(): Dataset {
  const none = { count: 0, intensities: new Float32Array(0), labels: new Uint8Array(0) };
  const train = {
    count: SAMPLES.length,
    intensities: Float32Array.from(SAMPLES.flat()),
    labels: Uint8Array.from(samples),
  };
  const [inputs, classes] = [SIZES[0], SIZES.at(-1)!];
  return {
    ...{ name: "audit", inputs, classes, shape: [1, inputs] },
    ...{ train, validation: none, test: none },
  };
}
