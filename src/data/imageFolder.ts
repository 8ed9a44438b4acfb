/** A data set of pictures, one folder per class. */
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { InputError } from "../errors.ts";
import { Rng } from "../math/rng.ts";
import { some } from "./classes.ts";
import type { Dataset, Samples } from "./dataset.ts";
import { readBytes } from "./files.ts";
import { decodePicture, type Picture } from "./picture.ts";
import { LARGEST_PICTURE, pictureSize } from "./pictureSize.ts";
import { validationShare } from "./subset.ts";

const MOST_CLASSES = 256;
/** Numbers of all samples together: 8 GiB of intensities. */
const MOST_NUMBERS = 2 ** 31;

interface Labelled {
  readonly path: string;
  readonly label: number;
}

/**
 * Reads `train/CLASS/*`, `test/CLASS/*` and, where it is there, `validation/CLASS/*`: PNG and JPEG files of one size.
 * Classes are the folders of `train` with pictures, in order of their names. Files come class by class, so each part
 * is put into a random order that is the same every time; without a folder of its own, validation takes the last
 * twelfth of train. A set without colours has one channel, any other three.
 * @throws InputError that names the folder or file
 */
export async function loadImageFolder(folder: string): Promise<Dataset> {
  const classes: string[] = [];
  const empty: string[] = [];
  for (const name of await folders(join(folder, "train")))
    ((await names(join(folder, "train", name))).length > 0 ? classes : empty).push(name);
  if (classes.length < 2 || classes.length > MOST_CLASSES) {
    throw new InputError(
      `${join(folder, "train")}: found ${classes.length} folders with pictures; expected one per class, 2 to ${MOST_CLASSES}`,
    );
  }
  const own = (await names(folder)).includes("validation");
  const parts: Labelled[][] = [];
  for (const name of ["train", "test", ...(own ? ["validation"] : [])])
    parts.push(await filesOf(join(folder, name), classes));
  const [train = [], test = [], validation = []] = await readAll(parts, folder);
  const all = [...train, ...validation, ...test];
  const [{ height, width }] = [all[0].picture];
  const channels = all.every(({ picture }) => isGrey(picture)) ? 1 : 3;
  const held = own ? 0 : validationShare(train.length);
  const kept = train.length - held;
  const part = (which: readonly Read[]) => samples(which, channels);
  return {
    name: basename(resolve(folder)),
    inputs: height * width * channels,
    classes: classes.length,
    classNames: classes,
    ...(empty.length > 0 && { notes: [`folders without pictures, no classes: ${some(empty)}`] }),
    shape: channels === 1 ? [height, width] : [height, width, channels],
    train: part(train.slice(0, kept)),
    validation: part(own ? validation : train.slice(kept)),
    test: part(test),
  };
}

interface Read extends Labelled {
  readonly picture: Picture;
}

/**
 * The pictures of all parts. Their sizes are compared before they are unpacked, and what they need together is known
 * from the first.
 */
async function readAll(parts: readonly (readonly Labelled[])[], folder: string): Promise<Read[][]> {
  const count = parts.reduce((sum, { length }) => sum + length, 0);
  const first = parts[0][0].path;
  let size: { readonly width: number; readonly height: number } | undefined;
  const read: Read[][] = [];
  for (const part of parts) {
    const own: Read[] = [];
    for (const file of part) {
      const bytes = await readBytes(file.path, LARGEST_PICTURE);
      const { width, height } = pictureSize(bytes, file.path);
      size ??= { width, height };
      if (width !== size.width || height !== size.height) {
        throw new InputError(
          `${file.path}: found ${width} x ${height} pixels; expected ${size.width} x ${size.height} as in ${first}`,
        );
      }
      if (count * width * height * 3 > MOST_NUMBERS) {
        throw new InputError(
          `${folder}: found ${count} pictures of ${width} x ${height} pixels; expected at most ${MOST_NUMBERS} numbers, three a pixel`,
        );
      }
      own.push({ ...file, picture: decodePicture(bytes, file.path) });
    }
    read.push(own);
  }
  return read;
}

/** The files of a part, in a random order that is the same every time. */
async function filesOf(folder: string, classes: readonly string[]): Promise<Labelled[]> {
  const files: Labelled[] = [];
  for (const name of await folders(folder)) {
    const label = classes.indexOf(name);
    const own = await names(join(folder, name));
    if (label < 0 && own.length > 0) {
      throw new InputError(
        `${join(folder, name)}: found a class without training pictures; expected one of train's`,
      );
    }
    files.push(...own.map(file => ({ path: join(folder, name, file), label })));
  }
  if (files.length === 0)
    throw new InputError(`${folder}: found no pictures; expected PNG or JPEG files by class`);
  return Array.from(new Rng(20, "image folder").permutation(files.length), k => files[k]);
}

/** Names in a folder in order, without hidden ones. */
async function names(folder: string): Promise<string[]> {
  const all = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`${folder}: cannot be read (${error.code}); expected a folder`);
  });
  return all.filter(name => !name.startsWith(".")).sort();
}

async function folders(folder: string): Promise<string[]> {
  const all = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      `${folder}: cannot be read (${error.code}); expected a folder with one folder per class`,
    );
  });
  const seen = all.filter(entry => !entry.name.startsWith("."));
  const stray = seen.find(entry => entry.isFile());
  if (stray) throw new InputError(`${join(folder, stray.name)}: found a file; expected one folder per class`);
  return seen.map(entry => entry.name).sort();
}

function isGrey({ rgb }: Picture): boolean {
  for (let at = 0; at < rgb.length; at += 3)
    if (rgb[at] !== rgb[at + 1] || rgb[at] !== rgb[at + 2]) return false;
  return true;
}

function samples(read: readonly Read[], channels: number): Samples {
  const each = read.length === 0 ? 0 : (read[0].picture.rgb.length / 3) * channels;
  const intensities = new Float32Array(read.length * each);
  read.forEach(({ picture: { rgb, white } }, n) => {
    for (let at = 0; at < each; at++) intensities[n * each + at] = rgb[channels === 1 ? 3 * at : at] / white;
  });
  return { count: read.length, intensities, labels: Uint8Array.from(read, ({ label }) => label) };
}
