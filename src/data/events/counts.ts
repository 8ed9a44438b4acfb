/**
 * Recordings of events as samples: intensities are event counts per input, divided by the largest of the sample. The
 * encoders turn them into spikes again, and the times of the recording play no part.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { Rng } from "../../math/rng.ts";
import type { Samples } from "../dataset.ts";
import { candidateFolders } from "../locate.ts";

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

/** Counts of events as intensities, in a random order that is the same every time: files come class by class. */
export function counter(count: number, inputs: number, where: string) {
  if (count === 0) throw new InputError(`${where}: expected recordings, got none`);
  if (count * inputs > MOST_NUMBERS)
    throw new InputError(
      `${where}: expected at most ${MOST_NUMBERS} numbers, got ${count} recordings of ${inputs} inputs`,
    );
  const intensities = new Float32Array(count * inputs);
  const labels = new Uint8Array(count);
  const row = new Uint32Array(count);
  new Rng(20, "event recordings").permutation(count).forEach((k, place) => {
    row[k] = place;
  });
  return {
    samples: { count, intensities, labels },
    /** Recording k, whose events are at these inputs. */
    add(k: number, label: number, events: ArrayLike<number>): void {
      const own = intensities.subarray(row[k] * inputs, (row[k] + 1) * inputs);
      labels[row[k]] = label;
      for (let e = 0; e < events.length; e++) own[events[e]]++;
      const most = own.reduce((a, b) => Math.max(a, b), 0);
      if (most > 0) for (let i = 0; i < inputs; i++) own[i] /= most;
    },
  };
}

/** Of training samples without a part for validation, the last tenth. */
export function heldOut(all: Samples, inputs: number): { train: Samples; validation: Samples } {
  const kept = all.count - Math.floor(all.count / VALIDATION_SHARE);
  const part = (from: number, to: number): Samples => ({
    count: to - from,
    intensities: all.intensities.subarray(from * inputs, to * inputs),
    labels: all.labels.subarray(from, to),
  });
  return { train: part(0, kept), validation: part(kept, all.count) };
}
