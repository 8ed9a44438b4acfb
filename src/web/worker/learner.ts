import type { Dataset } from "../../data/dataset.ts";
import { alignmentDegrees } from "../../training/alignment.ts";
import { batches, type TrainingBatch } from "../../training/batches.ts";
import { checkFinite, checkSpikes, createTrainer } from "../../training/train.ts";
import type { Trainer } from "../../training/trainer.ts";
import type { Point } from "../messages.ts";
import type { LanePlan } from "../plans.ts";

/** How often in an epoch a twin is looked at; a circuit, whose every sample is a simulation, at its end. */
const LOOKS = 4;

/** One twin of a rule in training, a batch at a time: the batches and the numbers of `train`. */
export class Learner {
  readonly plan: LanePlan;
  readonly trainer: Trainer;
  readonly points: Point[] = [];
  /** Samples learned. */
  samples = 0;
  /** On the test part, when all epochs are over. */
  testAccuracy: number | null = null;
  readonly #data: Dataset;
  #epoch = 0;
  #batches: Generator<TrainingBatch, void>;
  #loss = 0;
  #nextLook = 0;

  constructor(plan: LanePlan, data: Dataset) {
    this.plan = plan;
    this.#data = data;
    this.trainer = createTrainer(plan, data);
    this.#batches = batches(data.train.count, plan.settings, 0);
    this.#look();
  }

  get done(): boolean {
    return this.testAccuracy !== null;
  }

  /** Learns a batch. @throws InputError when the weights diverge, or no hidden neuron fires any more */
  learn(): void {
    if (this.done) return;
    const { settings } = this.plan;
    const { count } = this.#data.train;
    const next = this.#batches.next();
    if (!next.done) {
      const { indices, rate, done } = next.value;
      this.#loss += this.trainer.learn(indices, rate, this.#epoch).loss;
      this.samples = this.#epoch * count + done;
      if (done < count) {
        if (this.samples >= this.#nextLook && this.plan.twin !== "circuit") this.#look();
        return;
      }
    }
    checkFinite(this.#loss / count, this.trainer.parameters(), settings.learningRate);
    this.trainer.cost();
    this.#epoch++;
    this.#loss = 0;
    this.#look();
    if (this.#epoch < settings.epochs) this.#batches = batches(count, settings, this.#epoch);
    else this.testAccuracy = this.trainer.evaluate(this.#data.test).accuracy;
  }

  /** Measures without learning: what is learned does not depend on when. */
  #look(): void {
    const seen = this.trainer.evaluate(this.#data.validation);
    if (this.samples > 0) checkSpikes(seen, this.plan.settings, this.trainer);
    const { inputSpikesPerSample = 0, hiddenSpikesPerSample, outputSpikesPerSample = 0 } = seen;
    this.points.push({
      samples: this.samples,
      accuracy: seen.accuracy,
      degrees: alignmentDegrees(this.trainer, this.#data)[0] ?? null,
      spikes:
        hiddenSpikesPerSample === undefined
          ? null
          : [inputSpikesPerSample, hiddenSpikesPerSample, outputSpikesPerSample],
    });
    const step = this.#data.train.count / LOOKS;
    this.#nextLook = Math.ceil((Math.floor(this.samples / step) + 1) * step);
  }

  dispose(): void {
    this.trainer.dispose();
  }
}
