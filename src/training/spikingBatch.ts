import type { Dataset, Sample } from "../data/dataset.ts";
import type { FeedForwardNetwork } from "../engine/exact/feedForward.ts";
import type { Presentation } from "../engine/exact/presentation.ts";
import { argmax, crossEntropy } from "../math/softmax.ts";
import type { SpikingLearner, SpikingSample } from "../rules/rule.ts";
import type { SampleDropout } from "./dropout.ts";
import { SampleLog } from "./sampleLog.ts";
import type { Asked, SpikingSteps } from "./spikingSteps.ts";
import { batchKey, type Pieces, type TrainingSettings, trainingSample } from "./trainer.ts";

/** Puts a sample at the network's input. @param key  names it for what is drawn */
export type Shower = (sample: Sample, key: string) => void;

/**
 * Learns batches, sample by sample: what a sample asks of the synapses goes to them at once, or is written down
 * (`present`), for all threads of a run to do it in the order of the batch (`learn`).
 */
export class SpikingBatch implements Pieces {
  readonly log: Pieces["log"];
  readonly shared: boolean;
  samplesLearned = 0;
  readonly #net: FeedForwardNetwork;
  readonly #learner: SpikingLearner;
  readonly #steps: SpikingSteps;
  readonly #show: Shower;
  readonly #data: Dataset;
  readonly #seed: number;
  readonly #online: boolean;
  readonly #dropout: SampleDropout | null;
  // Of the present batch.
  #key = "";
  #epoch = -1;
  #rate = 0;
  #count = 0;
  /** Whether something has been encoded: then it is known what an input spike stands for. */
  #encoded = false;

  constructor(
    net: FeedForwardNetwork,
    learner: SpikingLearner,
    steps: SpikingSteps,
    show: Shower,
    dropout: SampleDropout | null,
    data: Dataset,
    { seed, eligibility }: TrainingSettings,
    shared: boolean,
  ) {
    this.#net = net;
    this.#learner = learner;
    this.#steps = steps;
    this.#show = (sample, key) => {
      show(sample, key);
      this.#encoded = true;
    };
    this.#dropout = dropout;
    this.#data = data;
    this.#seed = seed;
    this.#online = eligibility === "online";
    this.shared = shared;
    this.log = {
      room: SampleLog.roomFor([...net.sizes, ...net.sizes], eligibility),
      at: numbers => new SampleLog(numbers, eligibility, net.depth),
    };
  }

  begin(indices: Uint32Array, rate: number, epoch: number): void {
    this.#key = batchKey(`train ${epoch}`, indices);
    if (epoch !== this.#epoch) this.#net.carried?.rest();
    this.#epoch = epoch;
    this.#rate = rate;
    this.#count = indices.length;
    this.#steps.begin(rate, indices.length);
    if (!this.#online) this.#net.single?.hold(indices.length);
  }

  /** Presents a sample as often as the rule likes, and passes on what it asks for. */
  ask(index: number, asked: Asked): Presentation {
    const [net, learner] = [this.#net, this.#learner];
    const sample = this.#sample(index);
    this.#present(index);
    net.dropout = this.#dropout?.ofSample(this.#epoch, index) ?? null;
    if (this.#online) net.online = { rate: this.#rate / this.#count, modulators: learner.ahead!(sample) };
    const layers = new Set<number>();
    const descend = (l: number, post: Float64Array, from: Presentation) => {
      layers.add(l);
      asked.descend(l, post, from);
    };
    const seen = learner.learn(sample, descend, asked);
    net.online = null;
    this.#steps.decayActivity(seen, layers, asked);
    net.dropout = null;
    return seen;
  }

  divide(first: number, every: number): void {
    if (this.shared) this.#steps.divide(first, every);
  }

  end(): void {
    this.#steps.settle();
    this.#net.single?.hold(0);
    this.samplesLearned += this.#count;
  }

  present(index: number, into: SampleLog): void {
    const net = this.#net;
    const own = Float32Array.from(this.#rowOf(index));
    const before = net.synapticEvents;
    into.rewind();
    const seen = this.ask(index, into);
    into.close();
    into.putAll(seen.logits);
    into.putAll(this.#rowOf(index));
    this.#rowOf(index).set(own);
    into.putAll([net.synapticEvents - before]);
    net.synapticEvents = before;
  }

  learn(index: number, from: SampleLog): { loss: number; correct: number } {
    const net = this.#net;
    // A thread may have presented nothing yet.
    if (!this.#encoded) this.#present(index);
    from.rewind();
    net.dropout = this.#dropout?.ofSample(this.#epoch, index) ?? null;
    from.replay(this.#steps);
    net.dropout = null;
    const logits = from.all();
    this.#rowOf(index).set(from.all());
    net.synapticEvents += from.all()[0];
    return this.tally(index, logits);
  }

  tally(index: number, logits: Float64Array): { loss: number; correct: number } {
    const label = this.#data.train.labels[index];
    return { loss: crossEntropy(logits, label), correct: argmax(logits) === label ? 1 : 0 };
  }

  #present(index: number): void {
    this.#show(trainingSample(this.#data, index, this.#epoch, this.#seed), `train ${this.#epoch} ${index}`);
  }

  #sample(index: number): SpikingSample {
    return { label: this.#data.train.labels[index], index, key: this.#key };
  }

  /** What the learner remembers of a sample. */
  #rowOf(index: number): Float32Array {
    const { memory, feedback } = this.#learner;
    if (!memory || feedback) return new Float32Array(0);
    const width = memory.length / this.#data.train.count;
    return memory.subarray(index * width, (index + 1) * width);
  }
}
