import type { Architecture } from "../engine/architecture.ts";
import { cos } from "../math/elementary.ts";
import { type Tensor2D, tf } from "../rate/tensors.ts";

/** Wavelengths of the classes in turn [places]: a kernel of 5 x 5 can tell both from its own few places. */
const WAVELENGTHS = [4, 8];
/** Intensity of a wave's crest for a label of 1. */
const CREST = 0.5;

/**
 * How a label stands in the input of Forward-Forward. In a fully connected network it takes the place of the first
 * inputs (Hinton 2022, arXiv:2212.13345, sec. 3.3). Shared kernels would see that in one corner alone, where pictures
 * are mostly empty: there every class is a wave of its own direction and length that lies over the whole picture, so
 * that each place sees label and picture together (as the labels of Scodellaro et al. 2023, arXiv:2312.14924, do).
 */
export interface LabelPattern {
  /** Number of first inputs that the label takes the place of. */
  readonly replaced: number;
  /**
   * Adds what the classes' intensities look like.
   * @param label  [classes]
   * @param to     [inputs]
   */
  add(label: ArrayLike<number>, to: Float64Array): void;
  /**
   * The samples under their labels.
   * @param x      [batch, inputs]
   * @param label  [batch, classes]
   */
  shown(x: Tensor2D, label: Tensor2D): Tensor2D;
}

export function labelPattern({ sizes, layers }: Architecture): LabelPattern {
  const [inputs, classes] = [sizes[0]!, sizes.at(-1)!];
  const maps = layers[0]!.conv?.from;
  if (!maps) {
    return {
      replaced: classes,
      add(label, to) {
        for (let k = 0; k < classes; k++) to[k]! += label[k]!;
      },
      shown: (x, label) => tf.concat([label, tf.slice(x, [0, classes], [x.shape[0], inputs - classes])], 1),
    };
  }
  const waves = new Float32Array(classes * inputs);
  for (let k = 0; k < classes; k++) {
    const [direction, wavelength] = [(Math.PI * k) / classes, WAVELENGTHS[k % WAVELENGTHS.length]!];
    for (let i = 0; i < inputs; i++) {
      const place = Math.floor(i / maps.channels);
      const [x, y] = [place % maps.width, Math.floor(place / maps.width)];
      const along = x * cos(direction) + y * cos(direction - Math.PI / 2);
      waves[k * inputs + i] = (CREST / 2) * (1 + cos((2 * Math.PI * along) / wavelength));
    }
  }
  return {
    replaced: 0,
    add(label, to) {
      for (let k = 0; k < classes; k++) {
        if (label[k] === 0) continue;
        for (let i = 0; i < inputs; i++) to[i]! += label[k]! * waves[k * inputs + i]!;
      }
    },
    shown: (x, label) => tf.add(x, tf.matMul(label, tf.tensor2d(waves, [classes, inputs]))),
  };
}
