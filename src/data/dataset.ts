/**
 * What a sensor recorded of one sample: which input fired when. Six bytes per event, so that N-MNIST's 70,000 recordings
 * of some 4,000 events take 1.7 GB, and SHD's 10,000 words of some 8,000 spikes 0.5 GB.
 */
export interface Recording {
  /** [events], from the beginning of the recording, in any order [ms]. */
  readonly times: Float32Array;
  /** [events], the input of each. */
  readonly inputs: Uint16Array | Uint32Array;
}

/** One sample: how much of each input, [inputs], and when, where that was recorded. */
export interface Sample {
  readonly intensities: Float32Array;
  readonly recording?: Recording | undefined;
}

/**
 * Samples of one part of a data set: intensities, in [0, 1] unless they have been standardised, one row of `inputs`
 * numbers per sample.
 */
export interface Samples {
  readonly count: number;
  /** [count, inputs], row-major. */
  readonly intensities: Float32Array;
  /** [count], class numbers from 0. */
  readonly labels: Uint8Array;
  /** [count], where samples are recordings of events: intensities are then what the rate form sees of them. */
  readonly recordings?: readonly Recording[];
}

/** A classification data set in its three fixed parts. The test part is read once, after training. */
export interface Dataset {
  readonly name: string;
  readonly inputs: number;
  readonly classes: number;
  /** What the data call their classes, where that is not their numbers. */
  readonly classNames?: readonly string[];
  /** What a user should know of how the data were taken, one line each. */
  readonly notes?: readonly string[];
  /** Shape of one sample: [height, width], or [height, width, channels] with the channels of a pixel side by side. */
  readonly shape: readonly number[];
  readonly train: Samples;
  readonly validation: Samples;
  readonly test: Samples;
  /** Sample `index` of the training part as it is shown in an epoch, [inputs]; absent where that is the same in all. */
  augmented?(index: number, epoch: number, seed: number): Float32Array;
}
