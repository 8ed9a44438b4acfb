import { instant } from "../instant.ts";

/** Buckets of time, at most. */
const MOST = 4096;

/**
 * A growable list of spikes of one population: two parallel typed arrays, no object per spike. A neuron that fires
 * n times at one instant stands n times.
 */
export class SpikeTrain {
  times: Float64Array;
  neurons: Int32Array;
  length = 0;

  constructor(capacity = 64) {
    this.times = new Float64Array(capacity);
    this.neurons = new Int32Array(capacity);
  }

  /** Forgets all spikes; the room stays. */
  clear(): void {
    this.length = 0;
  }

  /** Adds a spike at the end. @param time  [ms]; the spike's time is the `instant` of that */
  push(time: number, neuron: number): void {
    if (this.length === this.times.length) this.#grow();
    this.times[this.length] = instant(time);
    this.neurons[this.length++] = neuron;
  }

  /** Becomes a copy of another train. */
  take({ times, neurons, length }: SpikeTrain): void {
    while (this.times.length < length) this.#grow();
    this.times.set(times.subarray(0, length));
    this.neurons.set(neurons.subarray(0, length));
    this.length = length;
  }

  /**
   * Sorts by time, ties by neuron. Buckets of equal width first, then an insertion sort: spikes of one presentation
   * are spread over it, so this is linear in practice, and it is cheap when the train is nearly sorted already.
   * @param end  [ms] latest time in the train
   */
  sort(end: number): void {
    const n = this.length;
    if (this.#isSorted()) return;
    if (n > 48) {
      // Many at one time: in the order of neurons first, which buckets of time keep.
      if (this.#isCrowded()) this.#bucket(1, this.neurons, 1 + this.#lastNeuron());
      this.#bucket((Math.min(n, MOST) * (1 - 1e-12)) / (end || 1), this.times, Math.min(n, MOST));
    }
    const { times, neurons } = this;
    for (let k = 1; k < n; k++) {
      const t = times[k];
      const id = neurons[k];
      let m = k - 1;
      // Most are in place.
      if (times[m] < t) continue;
      while (m >= 0 && (times[m] > t || (times[m] === t && neurons[m] > id))) {
        times[m + 1] = times[m];
        neurons[m + 1] = neurons[m];
        m--;
      }
      times[m + 1] = t;
      neurons[m + 1] = id;
    }
  }

  #scratchTimes: Float64Array = new Float64Array(0);
  #scratchNeurons: Int32Array = new Int32Array(0);
  #starts = new Int32Array(0);

  #isSorted(): boolean {
    const { times, neurons, length } = this;
    for (let k = 1; k < length; k++)
      if (!(times[k - 1] < times[k] || (times[k - 1] === times[k] && neurons[k - 1] <= neurons[k])))
        return false;
    return true;
  }

  /** Whether more spikes than not come at the time of the one before. */
  #isCrowded(): boolean {
    const { times, length } = this;
    let same = 0;
    for (let k = 1; k < length; k++) same += times[k] === times[k - 1] ? 1 : 0;
    return 2 * same > length;
  }

  #lastNeuron(): number {
    let last = 0;
    for (let k = 0; k < this.length; k++) last = Math.max(last, this.neurons[k]);
    return last;
  }

  /** Puts spikes in the order of whole parts of keys times a scale, from 0 on, and keeps that of equal ones. */
  #bucket(scale: number, keys: Float64Array | Int32Array, buckets: number): void {
    const n = this.length;
    const { times, neurons } = this;
    if (this.#starts.length <= buckets) this.#starts = new Int32Array(buckets + 1);
    if (this.#scratchTimes.length !== times.length) {
      this.#scratchTimes = new Float64Array(times.length);
      this.#scratchNeurons = new Int32Array(times.length);
    }
    const starts = this.#starts.fill(0, 0, buckets + 1);
    for (let k = 0; k < n; k++) starts[((keys[k] * scale) | 0) + 1]++;
    for (let b = 0; b < buckets; b++) starts[b + 1] += starts[b];
    const [sortedTimes, sortedNeurons] = [this.#scratchTimes, this.#scratchNeurons];
    for (let k = 0; k < n; k++) {
      const place = starts[(keys[k] * scale) | 0]++;
      sortedTimes[place] = times[k];
      sortedNeurons[place] = neurons[k];
    }
    [this.times, this.#scratchTimes] = [this.#scratchTimes, times];
    [this.neurons, this.#scratchNeurons] = [this.#scratchNeurons, neurons];
  }

  #grow(): void {
    const times = new Float64Array(2 * this.times.length);
    const neurons = new Int32Array(2 * this.neurons.length);
    times.set(this.times);
    neurons.set(this.neurons);
    this.times = times;
    this.neurons = neurons;
  }
}
