/**
 * Recordings of events as samples: the recordings themselves, for the spiking form, and counts of events per input,
 * divided by the largest of the sample, for the rate form.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { Rng } from "../../math/rng.ts";
import type { Recording, Samples } from "../dataset.ts";
import { candidateFolders } from "../locate.ts";
import { checkRecording, countsOf } from "../recordings.ts";
import { range } from "../subset.ts";

/** Validation takes every tenth training sample of a random but fixed order. */
const VALIDATION_SHARE = 10;

/**
 * The folder of a set that holds these files.
 * @throws InputError when the user has none
 */
export function folderWith(name: string, files: readonly string[], dataDir?: string): string {
  const folders = candidateFolders(name, dataDir);
  const found = folders.find(folder => files.every(file => existsSync(join(folder, file))));
  if (found !== undefined) return found;
  throw new InputError(
    `${name}: expected ${files.join(" and ")} in ${folders.join(" or ")}, got none; unpack the set there or name its folder with --data-dir`,
  );
}

/** Numbers of all samples of a part together: 8 GiB of intensities. */
const MOST_NUMBERS = 2 ** 31;

/** Samples in a random order that is the same every time: files come class by class. */
export function collector(count: number, inputs: number, where: string) {
  if (count === 0) throw new InputError(`${where}: expected recordings, got none`);
  if (count * inputs > MOST_NUMBERS)
    throw new InputError(
      `${where}: expected at most ${MOST_NUMBERS} numbers, got ${count} recordings of ${inputs} inputs`,
    );
  const intensities = new Float32Array(count * inputs);
  const labels = new Uint8Array(count);
  const recordings = new Array<Recording>(count);
  const row = new Uint32Array(count);
  new Rng(20, "event recordings").permutation(count).forEach((k, place) => {
    row[k] = place;
  });
  return {
    samples: { count, intensities, labels, recordings },
    /** Recording k. @param named  in errors @throws InputError for an event that cannot be */
    add(k: number, label: number, recording: Recording, named: string): void {
      checkRecording(recording, inputs, named);
      labels[row[k]] = label;
      recordings[row[k]] = recording;
      countsOf(recording, intensities.subarray(row[k] * inputs, (row[k] + 1) * inputs));
    },
  };
}

/** Of training samples without a part for validation, the last tenth. */
export function heldOut(all: Samples, inputs: number): { train: Samples; validation: Samples } {
  const kept = all.count - Math.floor(all.count / VALIDATION_SHARE);
  return { train: range(all, inputs, 0, kept), validation: range(all, inputs, kept, all.count) };
}
