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
