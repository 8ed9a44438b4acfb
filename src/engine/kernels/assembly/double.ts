// AssemblyScript. What `step.ts` and `rows.ts` do on a lattice, in double precision: floats of the records are doubles.
import * as layout from "../layout";
import { address, double, is, whole } from "./record";

/**
 * One step of neurons with two currents that decay, or, where `STEP_E` is `STEP_V`, with none; see `stepCurrents`.
 *
 * @param threshold  Infinity where they only move
 * @returns number of spikes, or -1 when they do not fit
 */
export function stepDouble(record: usize, threshold: f64): i32 {
  const neurons = usize(whole(record, layout.STEP_NEURONS)) << 3;
  const v = address(record, layout.STEP_V);
  const e = address(record, layout.STEP_E);
  const i = address(record, layout.STEP_I);
  const drives = address(record, layout.STEP_DRIVES);
  const first = whole(record, layout.STEP_FIRST);
  const out = address(record, layout.STEP_OUT);
  const room = whole(record, layout.STEP_ROOM);
  const subtracts = is(record, layout.STEP_SUBTRACTS);
  const reset = double(record, layout.STEP_RESET);
  const decay = double(record, layout.STEP_DECAY);
  const fromE = double(record, layout.STEP_FROM_E);
  const fromI = double(record, layout.STEP_FROM_I);
  const decayE = double(record, layout.STEP_DECAY_E);
  const decayI = double(record, layout.STEP_DECAY_I);
  const speck = double(record, layout.STEP_SPECK);
  const drive = double(record, layout.STEP_DRIVE);
  const currents = e != v;
  let count = 0;
  for (let j: usize = 0; j < neurons; j += 8) {
    let x = load<f64>(v + j);
    while (x >= threshold) {
      if (count == room) return -1;
      store<i32>(out + (usize(count++) << 2), first + i32(j >> 3));
      x = subtracts ? x - reset : reset;
      if (!subtracts) break;
    }
    x = x * decay + (drives ? load<f64>(drives + j) : drive);
    if (currents) {
      const exc = load<f64>(e + j);
      const inh = load<f64>(i + j);
      x = x + exc * fromE + inh * fromI;
      store<f64>(e + j, exc * decayE + speck);
      store<f64>(i + j, inh * decayI + speck);
    }
    store<f64>(v + j, x);
  }
  return count;
}

/** `deliver` of `rows.ts`. */
export function deliverDouble(record: usize, spikes: usize, count: i32, segment: i32): i32 {
  const starts = address(record, layout.ROWS_STARTS);
  const segments = whole(record, layout.ROWS_SEGMENTS);
  const targets = address(record, layout.ROWS_TARGETS);
  const wide = is(record, layout.ROWS_WIDE);
  const weights = address(record, layout.ROWS_WEIGHTS);
  const weight = double(record, layout.ROWS_WEIGHT);
  const acc = address(record, layout.ROWS_ACC);
  let events = 0;
  for (let k = 0; k < count; k++) {
    const row = starts + ((usize(load<u32>(spikes + (usize(k) << 2))) * usize(segments) + usize(segment)) << 2);
    let s = usize(load<u32>(row));
    const end = usize(load<u32>(row, 4));
    events += i32(end - s);
    for (; s < end; s++) {
      const t = wide ? usize(load<u32>(targets + (s << 2))) : usize(load<u16>(targets + (s << 1)));
      const at = acc + (t << 3);
      store<f64>(at, load<f64>(at) + (weights ? load<f64>(weights + (s << 3)) : weight));
    }
  }
  return events;
}
