// AssemblyScript. Spikes of one layer in one presentation: collected as neurons fire, then put in order of time.
import * as layout from "../layout";
import { address, setWhole } from "./record";

/** Spikes lie as time (double), e (float), neuron. */
const SPIKE: usize = 16;
/** Fewer are sorted by insertion alone. */
export const FEW: i32 = 48;

let list: usize;
let room: i32;
let count: i32;

export function beginSpikes(list_: usize, room_: i32): void {
  list = list_;
  room = room_;
  count = 0;
}

export function fired(): i32 {
  return count;
}

/** So many have been written elsewhere. */
export function setFired(count_: i32): void {
  count = count_;
}

/** More have been fired than there is room for. */
// @ts-ignore: decorator
@inline
export function overfull(): bool {
  return count > room;
}

// @ts-ignore: decorator
@inline
export function emit(t: f64, e: f32, j: i32): void {
  if (count < room) {
    const at = list + usize(count) * SPIKE;
    store<f64>(at, t);
    store<f32>(at, e, 8);
    store<i32>(at, j, 12);
  }
  count++;
}

/** Likewise, where `fires`, without a branch. */
// @ts-ignore: decorator
@inline
export function emitIf(fires: bool, t: f64, e: f32, j: i32): void {
  const before = count;
  emit(t, e, j);
  count = before + i32(fires);
}

/** 2^52: a double so far up has no room for fractions, and a whole number in its last bits. */
const WHOLE: f64 = 4503599627370496;

/**
 * Writes the spikes in order of time, those of one time as they were fired, and adds e (or 1) of each to its neuron's sum. A
 * neuron's own are fired in order of time.
 * @param places  room for a word for each spike @param starts  for one for each of NET_BUCKETS and one more
 * @param shown   record of their population
 */
export function endSpikes(places: usize, starts: usize, end: f64, shown: usize, spent: usize, leaky: bool): void {
  const n = usize(count);
  times = address(shown, layout.SHOWN_TIMES);
  neurons = address(shown, layout.SHOWN_NEURONS);
  es = address(shown, layout.SHOWN_ES);
  if (count > FEW) {
    // Two for a spike, up to a limit: few spikes are out of order in one, and emptying and summing them grows with spikes alone.
    const buckets = usize(1) << min<usize>(33 - clz<u32>(u32(count)), layout.NET_BUCKET_BITS);
    const scale = f64(buckets - 1) / end;
    memory.fill(starts, 0, (buckets + 1) << 2);
    for (let k: usize = 0; k < n; k++) {
      const start = u32(reinterpret<u64>(load<f64>(list + k * SPIKE) * scale + WHOLE)) << 2;
      store<u32>(places + (k << 2), start);
      const to = starts + usize(start);
      store<u32>(to, load<u32>(to, 4) + 1, 4);
    }
    let before: u32 = 0;
    for (let at = starts, last = starts + (buckets << 2); at < last; at += 4) {
      before += load<u32>(at);
      store<u32>(at, before);
    }
    for (let k: usize = 0; k < n; k++) {
      const to = starts + usize(load<u32>(places + (k << 2)));
      const place = load<u32>(to);
      store<u32>(to, place + 1);
      write(usize(place), list + k * SPIKE, spent, leaky);
    }
  } else for (let k: usize = 0; k < n; k++) write(k, list + k * SPIKE, spent, leaky);
  insert(n);
  setWhole(shown, layout.SHOWN_COUNT, count);
}

let times: usize;
let neurons: usize;
let es: usize;

// @ts-ignore: decorator
@inline
function write(place: usize, own: usize, spent: usize, leaky: bool): void {
  const e = load<f32>(own, 8);
  const j = load<i32>(own, 12);
  store<f64>(times + (place << 3), load<f64>(own));
  store<f32>(es + (place << 2), e);
  store<i32>(neurons + (place << 2), j);
  const sum = spent + (usize(j) << 2);
  store<f32>(sum, load<f32>(sum) + (leaky ? e : 1));
}

/** Puts those in order that are not; most are. */
function insert(n: usize): void {
  let before = n > 0 ? load<f64>(times) : 0;
  for (let k: usize = 1; k < n; k++) {
    const t = load<f64>(times + (k << 3));
    if (!(before > t)) {
      before = t;
      continue;
    }
    const e = load<f32>(es + (k << 2));
    const j = load<i32>(neurons + (k << 2));
    let at = k;
    while (at > 0 && load<f64>(times + (at << 3) - 8) > t) {
      store<f64>(times + (at << 3), load<f64>(times + (at << 3) - 8));
      store<f32>(es + (at << 2), load<f32>(es + (at << 2) - 4));
      store<i32>(neurons + (at << 2), load<i32>(neurons + (at << 2) - 4));
      at--;
    }
    store<f64>(times + (at << 3), t);
    store<f32>(es + (at << 2), e);
    store<i32>(neurons + (at << 2), j);
  }
}
