import { instant } from "../instant.ts";

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
    if (n > 48) this.#bucket(end);
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

  #bucket(end: number): void {
    const n = this.length;
    const { times, neurons } = this;
    const buckets = Math.min(n, 4096);
    if (this.#starts.length <= buckets) this.#starts = new Int32Array(buckets + 1);
    if (this.#scratchTimes.length !== times.length) {
      this.#scratchTimes = new Float64Array(times.length);
      this.#scratchNeurons = new Int32Array(times.length);
    }
    const starts = this.#starts.fill(0);
    const scale = (buckets * (1 - 1e-12)) / (end || 1);
    for (let k = 0; k < n; k++) starts[((times[k] * scale) | 0) + 1]++;
    for (let b = 0; b < buckets; b++) starts[b + 1] += starts[b];
    const [sortedTimes, sortedNeurons] = [this.#scratchTimes, this.#scratchNeurons];
    for (let k = 0; k < n; k++) {
      const place = starts[(times[k] * scale) | 0]++;
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
