import type { Presentation } from "../engine/exact/presentation.ts";
import type { Eligibility } from "../engine/network/plasticity/threeFactor.ts";
import { SpikeTrain } from "../engine/record/spikeTrain.ts";
import { InputError } from "../errors.ts";
import type { Asked } from "./spikingSteps.ts";

/** What `ThreeFactorSynapses.accumulate` reads of a presentation. */
type Left = Pick<Presentation, "sourceTrace" | "sourceSpikes" | "spikes" | "analogue">;

const KINDS = ["descend", "align", "decay"] as const;

/**
 * What learning one sample asks of the synapses, as numbers in memory that threads may share: third factors, and of the
 * presentation what the eligibility needs. Written by the thread that presented the sample, read by all.
 */
export class SampleLog implements Asked {
  readonly #numbers: Float64Array;
  readonly #eligibility: Eligibility;
  readonly #depth: number;
  #at = 0;

  /** @param numbers  room for one sample; `roomFor` says how much */
  constructor(numbers: Float64Array, eligibility: Eligibility, depth: number) {
    this.#numbers = numbers;
    this.#eligibility = eligibility;
    this.#depth = depth;
  }

  /** Numbers that a sample may take, with some thousand spikes where they are kept. */
  static roomFor(sizes: readonly number[], eligibility: Eligibility): number {
    const neurons = sizes.reduce((sum, n) => sum + n, 0);
    return 16 * neurons + 256 + (eligibility === "timing" ? 65_536 : 0);
  }

  /** Begins at the first number, for writing or reading. */
  rewind(): void {
    this.#at = 0;
  }

  readonly descend = (l: number, post: Float64Array, from: Presentation) =>
    this.#write("descend", l, post, from);
  readonly align = (l: number, post: Float64Array, from: Presentation) => this.#write("align", l, post, from);
  readonly decay = (l: number, post: Float64Array, from: Presentation) => this.#write("decay", l, post, from);

  /** Nothing is done before the whole batch has been written. */
  settle(): void {}

  #write(kind: (typeof KINDS)[number], l: number, post: Float64Array, from: Left): void {
    this.#put(1, KINDS.indexOf(kind), l);
    this.putAll(post);
    if (!this.#timed(l)) this.putAll(from.sourceTrace[l]);
    else {
      this.#putTrain(from.sourceSpikes[l]);
      this.#putTrain(from.spikes[l + 1]);
      const analogue = l === 0 ? from.analogue : null;
      this.#put(analogue ? 1 : 0);
      if (analogue) this.putAll(analogue);
    }
  }

  /** Ends the list of what was asked; other numbers may follow. */
  close(): void {
    this.#put(0);
  }

  /** Asks for what has been written down until `close`. */
  replay(asked: Asked): void {
    while (this.#get() === 1) {
      const [kind, l] = [KINDS[this.#get()], this.#get()];
      const post = this.all();
      const from = { sourceTrace: [], sourceSpikes: [], spikes: [], analogue: null } as {
        sourceTrace: Float64Array[];
        sourceSpikes: SpikeTrain[];
        spikes: SpikeTrain[];
        analogue: Float64Array | null;
      };
      if (!this.#timed(l)) from.sourceTrace[l] = this.all();
      else {
        from.sourceSpikes[l] = this.#train();
        from.spikes[l + 1] = this.#train();
        if (this.#get() === 1) from.analogue = this.all();
      }
      asked[kind](l, post, from as unknown as Presentation);
    }
  }

  putAll(values: ArrayLike<number>): void {
    this.#put(values.length);
    this.#claim(values.length);
    this.#numbers.set(values, this.#at);
    this.#at += values.length;
  }

  all(): Float64Array {
    const count = this.#get();
    this.#at += count;
    return this.#numbers.subarray(this.#at - count, this.#at);
  }

  #timed(l: number): boolean {
    return this.#eligibility === "timing" && l < this.#depth - 1;
  }

  #putTrain({ times, neurons, length }: SpikeTrain): void {
    this.putAll(times.subarray(0, length));
    this.putAll(neurons.subarray(0, length));
  }

  #train(): SpikeTrain {
    const train = new SpikeTrain(0);
    train.times = this.all();
    train.neurons = Int32Array.from(this.all());
    train.length = train.times.length;
    return train;
  }

  #put(...values: number[]): void {
    this.#claim(values.length);
    for (const value of values) this.#numbers[this.#at++] = value;
  }

  #get(): number {
    return this.#numbers[this.#at++];
  }

  #claim(count: number): void {
    if (this.#at + count <= this.#numbers.length) return;
    throw new InputError(
      `workers: a sample took more than ${this.#numbers.length} numbers, expected fewer spikes; use one worker`,
    );
  }
}
