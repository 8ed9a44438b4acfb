/** Recordings of events beside the intensities that the rate form sees of them. */
import { InputError, shown } from "../errors.ts";
import type { Dataset, Recording, Samples } from "./dataset.ts";

/**
 * @param where  named in the error
 * @throws InputError for a time that is none, or an input that is not there
 */
export function checkRecording(recording: Recording, size: number, where: string): void {
  const fail = (what: string, expected: string, got: unknown) =>
    new InputError(`${where}: ${what}: expected ${expected}, got ${shown(got)}`);
  const { times, inputs } = recording ?? {};
  if (!(times instanceof Float32Array)) throw fail("times", "a Float32Array", times);
  if (!(inputs instanceof Uint16Array || inputs instanceof Uint32Array))
    throw fail("inputs", "a Uint16Array or Uint32Array", inputs);
  if (times.length !== inputs.length)
    throw fail("inputs", `one for each of ${times.length} times`, inputs.length);
  for (let e = 0; e < times.length; e++) {
    if (!(times[e] >= 0 && times[e] < Infinity)) throw fail(`times[${e}]`, "a time in ms from 0", times[e]);
    if (!(inputs[e] < size)) throw fail(`inputs[${e}]`, `an input below ${size}`, inputs[e]);
  }
}

/**
 * What a rate can tell of a recording: events per input, divided by the largest number.
 * @param into  [inputs], zeros
 */
export function countsOf({ inputs }: Recording, into: Float32Array): void {
  for (let e = 0; e < inputs.length; e++) into[inputs[e]]++;
  const most = into.reduce((a, b) => Math.max(a, b), 0);
  if (most > 0) for (let i = 0; i < into.length; i++) into[i] /= most;
}

/** Time of the last event of a part [ms]. */
export function lastEventMs({ recordings = [] }: Samples): number {
  let last = 0;
  for (const { times } of recordings) for (let e = 0; e < times.length; e++) last = Math.max(last, times[e]);
  return last;
}

/** Whether a data set's samples have recordings; where some have, `datasetOf` wants all to. */
export function hasRecordings({ train }: Dataset): boolean {
  return train.recordings !== undefined;
}

/** The same samples without the times of their events. */
export function withoutRecordings(part: Samples): Samples {
  if (!part.recordings) return part;
  const { recordings: _, ...samples } = part;
  return samples;
}
