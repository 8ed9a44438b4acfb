/** Augmentation of pictures: random crops and flips while training, standardisation everywhere. */
import { InputError } from "../errors.ts";
import { Rng } from "../math/rng.ts";
import type { Dataset, Samples } from "./dataset.ts";
import { withoutRecordings } from "./recordings.ts";

export interface AugmentationSpec {
  /** Side of the square that is cut out, after `pad` black pixels have been added on each side. */
  readonly crop?: { readonly side: number; readonly pad: number };
  /** Mirrored left to right with probability 1/2. */
  readonly flip?: boolean;
  /** Each channel shifted and scaled to mean 0 and standard deviation 1 of the training part. */
  readonly standardise?: boolean;
}

/**
 * Reads `crop:SIDE`, `crop:SIDE+PAD`, `flip` and `standardise`.
 * @param option  named in errors
 * @throws        InputError that names the word and what was expected
 */
export function parseAugmentation(words: readonly string[], option: string): AugmentationSpec {
  const spec: { -readonly [key in keyof AugmentationSpec]: AugmentationSpec[key] } = {};
  for (const word of words) {
    const crop = /^crop:([1-9]\d{0,3})(?:\+(\d{1,3}))?$/.exec(word);
    const fresh = !(crop ? spec.crop : spec[word as keyof AugmentationSpec]);
    if (crop && fresh) spec.crop = { side: Number(crop[1]), pad: Number(crop[2] ?? 0) };
    else if ((word === "flip" || word === "standardise") && fresh) spec[word] = true;
    else {
      throw new InputError(
        `${option}: expected crop:SIDE or crop:SIDE+PAD, flip, standardise, each once, got ${JSON.stringify(word)}`,
      );
    }
  }
  return spec;
}

/**
 * The data set as it is learned and measured. Training samples are drawn anew for each epoch (`augmented`), by random
 * numbers of (seed, epoch, sample): both twins and any number of workers see the same. Evaluation, and the samples on
 * which updates are compared, use the middle of the picture, unflipped. Recordings would be of something else: they are left
 * out.
 * @throws InputError when the samples are no pictures or are smaller than the crop
 */
export function augment(data: Dataset, spec: AugmentationSpec): Dataset {
  const [height = 0, width = 0, channels = 1] = data.shape;
  if (data.shape.length < 2 || height * width * channels !== data.inputs) {
    throw new InputError(
      `augmentation: expected pictures, got ${data.name} with samples of ${data.shape.join(" x ")}`,
    );
  }
  const { side, pad } = spec.crop ?? { side: 0, pad: 0 };
  const [outHeight, outWidth] = spec.crop ? [side, side] : [height, width];
  const [room, across] = [height + 2 * pad - outHeight, width + 2 * pad - outWidth];
  if (room < 0 || across < 0) {
    throw new InputError(
      `augmentation: crop: expected a side of at most ${Math.min(height, width) + 2 * pad} for ${data.name} with ` +
        `${pad} pixels of padding, got ${side}`,
    );
  }
  const { shift, scale } = spec.standardise ? statistics(data.train, channels) : neutral(channels);
  const inputs = outHeight * outWidth * channels;

  /** The crop whose first pixel is (top, left) of the padded picture. */
  const cut = (from: Float32Array, top: number, left: number, flipped: boolean, into: Float32Array): void => {
    for (let y = 0, to = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        const [sourceY, sourceX] = [y + top - pad, (flipped ? outWidth - 1 - x : x) + left - pad];
        const inside = sourceY >= 0 && sourceY < height && sourceX >= 0 && sourceX < width;
        const at = (sourceY * width + sourceX) * channels;
        for (let c = 0; c < channels; c++, to++) {
          into[to] = ((inside ? from[at + c] : 0) - shift[c]) * scale[c];
        }
      }
    }
  };
  const middle = (part: Samples): Samples => {
    if (!spec.crop && !spec.standardise) return withoutRecordings(part);
    const intensities = new Float32Array(part.count * inputs);
    for (let n = 0; n < part.count; n++) {
      const from = part.intensities.subarray(n * data.inputs, (n + 1) * data.inputs);
      cut(from, room >> 1, across >> 1, false, intensities.subarray(n * inputs, (n + 1) * inputs));
    }
    return { ...withoutRecordings(part), intensities };
  };
  const random = spec.crop || spec.flip;
  return {
    ...data,
    inputs,
    shape: [outHeight, outWidth, ...data.shape.slice(2)],
    train: middle(data.train),
    validation: middle(data.validation),
    test: middle(data.test),
    ...(random && {
      augmented(index: number, epoch: number, seed: number) {
        const rng = new Rng(seed, `augment ${epoch} ${index}`);
        const [top, left] = [rng.integer(room + 1), rng.integer(across + 1)];
        const flipped = spec.flip === true && rng.uniform() < 0.5;
        const into = new Float32Array(inputs);
        cut(
          data.train.intensities.subarray(index * data.inputs, (index + 1) * data.inputs),
          top,
          left,
          flipped,
          into,
        );
        return into;
      },
    }),
  };
}

function neutral(channels: number): { shift: number[]; scale: number[] } {
  return { shift: new Array(channels).fill(0), scale: new Array(channels).fill(1) };
}

/** Mean, and one over the standard deviation, of each channel; a channel that never changes keeps its scale. */
function statistics({ intensities }: Samples, channels: number): { shift: number[]; scale: number[] } {
  const count = intensities.length / channels;
  const { shift, scale } = neutral(channels);
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let at = c; at < intensities.length; at += channels) sum += intensities[at];
    shift[c] = sum / count;
    let squares = 0;
    for (let at = c; at < intensities.length; at += channels) squares += (intensities[at] - shift[c]) ** 2;
    scale[c] = squares > 0 ? 1 / Math.sqrt(squares / count) : 1;
  }
  return { shift, scale };
}
