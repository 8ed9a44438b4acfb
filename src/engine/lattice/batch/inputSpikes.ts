/** Input spikes of one sample; a `SpikeTrain` is one. What arrives at one instant is added in the order given. */
export interface InputSpikes {
  /** [ms], each taken to the nearest step. */
  readonly times: ArrayLike<number>;
  readonly neurons: ArrayLike<number>;
  /** How many, where the lists have more room; all by default. */
  readonly length?: number;
}

/** Writes steps and neurons, in turn, to `at` and on. @returns what is wrong with them, or null */
export function takeSample(
  { times, neurons, length = times.length }: InputSpikes,
  into: Int32Array,
  at: number,
  dt: number,
  steps: number,
  size: number,
): string | null {
  if (times.length < length || neurons.length < length) {
    return `neurons: expected one for each of ${length} times, got ${neurons.length}`;
  }
  for (let k = 0; k < length; k++) {
    const n = Math.round(times[k] / dt);
    if (!(n >= 0 && n < steps)) return `times[${k}]: expected a time of the presentation, got ${times[k]}`;
    const neuron = neurons[k];
    if (!(neuron >= 0 && neuron < size && Math.floor(neuron) === neuron)) {
      return `neurons[${k}]: expected 0 to ${size - 1}, got ${neuron}`;
    }
    into[at + 2 * k] = n;
    into[at + 2 * k + 1] = neuron;
  }
  return null;
}
