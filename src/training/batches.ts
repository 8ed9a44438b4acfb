import { epochOrder } from "./initialise.ts";
import type { Twin } from "./results.ts";
import { schedule } from "./schedule.ts";
import type { TrainingSettings } from "./trainer.ts";

/** Samples that are learned together, and how far the weights go for them. */
export interface TrainingBatch {
  /** Places in the training set. */
  readonly indices: Uint32Array;
  /** Learning rate now. */
  readonly rate: number;
  /** Samples of the epoch that are learned when it is over. */
  readonly done: number;
}

/**
 * The batches of an epoch in their order.
 * @param count  training samples
 * @param epoch  from 0
 */
export function* batches(
  count: number,
  settings: Pick<TrainingSettings, "batch" | "seed" | "learningRate" | "schedule" | "epochs">,
  epoch: number,
): Generator<TrainingBatch, void> {
  const { batch, seed, learningRate, epochs } = settings;
  const factor = schedule(settings.schedule, epochs);
  const order = epochOrder(count, seed, epoch);
  for (let first = 0; first < count; first += batch) {
    const indices = order.subarray(first, first + batch);
    const rate = learningRate * factor((epoch + first / count) / epochs);
    yield { indices, rate, done: first + indices.length };
  }
}

/** Of a data set: samples between two changes of the weights, and in spikes where these are others. */
interface Usual {
  readonly batch: number;
  readonly spiking?: { readonly batch: number; readonly rateFactor: number };
}

/** How often a form's weights change, and how far. @param batch  as asked for; null for the data set's own */
export function steps(
  learningRate: number,
  batch: number | null,
  { spiking, ...usual }: Usual,
  twin: Twin,
): Pick<TrainingSettings, "batch" | "learningRate"> {
  // Its weights change with every spike, its steps are of a sample.
  if (twin === "circuit") return { batch: 1, learningRate: learningRate / (batch ?? usual.batch) };
  if (batch !== null || twin === "rate" || !spiking) return { batch: batch ?? usual.batch, learningRate };
  return { batch: spiking.batch, learningRate: spiking.rateFactor * learningRate };
}
