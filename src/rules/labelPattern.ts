import type { Architecture } from "../engine/network/architecture.ts";
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

/** The wave of class k at column x and row y. */
function wave(k: number, classes: number): (x: number, y: number) => number {
  const [direction, wavelength] = [(Math.PI * k) / classes, WAVELENGTHS[k % WAVELENGTHS.length]];
  return (x, y) => {
    const along = x * cos(direction) + y * cos(direction - Math.PI / 2);
    return (CREST / 2) * (1 + cos((2 * Math.PI * along) / wavelength));
  };
}

/** What is missing for every class to look different, or null. */
export function labelsLack(architecture: Architecture): string | null {
  const [inputs, classes] = [architecture.sizes[0], architecture.sizes.at(-1)!];
  const maps = architecture.layers[0].conv?.from;
  if (!maps) {
    return classes <= inputs
      ? null
      : `expected at most as many classes as inputs, ${inputs}, since the label takes the place of the first ones, got ${classes}`;
  }
  const looks = new Map<string, number>();
  // What is alike over a whole wave is alike everywhere.
  const [height, width] = [maps.height, maps.width].map(side => Math.min(side, Math.max(...WAVELENGTHS)));
  for (let k = 0; k < classes; k++) {
    const at = wave(k, classes);
    const places = Array.from({ length: height * width }, (_, n) => at(n % width, Math.floor(n / width)));
    // In a picture of a single row a direction and its mirror image are one, up to the last bits.
    const look = places.map(value => value.toFixed(4)).join();
    const twin = looks.get(look);
    if (twin !== undefined)
      return `expected a picture in which the waves of ${classes} classes differ, got ${maps.height} x ${maps.width}, where classes ${twin} and ${k} are alike`;
    looks.set(look, k);
  }
  return null;
}

export function labelPattern({ sizes, layers }: Architecture): LabelPattern {
  const [inputs, classes] = [sizes[0], sizes.at(-1)!];
  const maps = layers[0].conv?.from;
  if (!maps) {
    return {
      replaced: classes,
      add(label, to) {
        for (let k = 0; k < classes; k++) to[k] += label[k];
      },
      shown: (x, label) => tf.concat([label, tf.slice(x, [0, classes], [x.shape[0], inputs - classes])], 1),
    };
  }
  const waves = new Float32Array(classes * inputs);
  for (let k = 0; k < classes; k++) {
    const at = wave(k, classes);
    for (let i = 0; i < inputs; i++) {
      const place = Math.floor(i / maps.channels);
      waves[k * inputs + i] = at(place % maps.width, Math.floor(place / maps.width));
    }
  }
  return {
    replaced: 0,
    add(label, to) {
      for (let k = 0; k < classes; k++) {
        if (label[k] === 0) continue;
        for (let i = 0; i < inputs; i++) to[i] += label[k] * waves[k * inputs + i];
      }
    },
    shown: (x, label) => tf.add(x, tf.matMul(label, tf.tensor2d(waves, [classes, inputs]))),
  };
}
