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

/**
 * Writes the spikes in order of time, those of one time as they were fired, and adds e (or 1) of each to its neuron's sum.
 * @param shown  record of their population
 */
export function endSpikes(
  sorted: usize,
  starts: usize,
  end: f64,
  shown: usize,
  spent: usize,
  leaky: bool,
): void {
  const n = usize(count);
  let from = list;
  if (count > FEW) {
    // Two for a spike, up to a limit: few spikes are out of order in one, and emptying and summing them grows with spikes alone.
    const buckets = usize(1) << min<usize>(33 - clz<u32>(u32(count)), layout.NET_BUCKET_BITS);
    const scale = (f64(buckets) * (1 - 1e-12)) / end;
    memory.fill(starts, 0, (buckets + 1) << 2);
    for (let k: usize = 0; k < n; k++) {
      const to = starts + (usize(i32(load<f64>(list + k * SPIKE) * scale)) << 2);
      store<u32>(to, load<u32>(to, 4) + 1, 4);
    }
    let before: u32 = 0;
    for (let b: usize = 0; b < buckets; b++) {
      const at = starts + (b << 2);
      before += load<u32>(at);
      store<u32>(at, before);
    }
    for (let k: usize = 0; k < n; k++) {
      const own = list + k * SPIKE;
      const to = starts + (usize(i32(load<f64>(own) * scale)) << 2);
      const place = load<u32>(to);
      store<u32>(to, place + 1);
      v128.store(sorted + usize(place) * SPIKE, v128.load(own));
    }
    from = sorted;
  }
  for (let k: usize = 1; k < n; k++) {
    let at = from + k * SPIKE;
    const t = load<f64>(at);
    if (!(load<f64>(at - SPIKE) > t)) continue;
    const own = v128.load(at);
    while (at > from && load<f64>(at - SPIKE) > t) {
      v128.store(at, v128.load(at - SPIKE));
      at -= SPIKE;
    }
    v128.store(at, own);
  }
  const times = address(shown, layout.SHOWN_TIMES);
  const neurons = address(shown, layout.SHOWN_NEURONS);
  const es = address(shown, layout.SHOWN_ES);
  for (let k: usize = 0; k < n; k++) {
    const at = from + k * SPIKE;
    const e = load<f32>(at, 8);
    const j = load<i32>(at, 12);
    store<f64>(times + (k << 3), load<f64>(at));
    store<f32>(es + (k << 2), e);
    store<i32>(neurons + (k << 2), j);
    const sum = spent + (usize(j) << 2);
    store<f32>(sum, load<f32>(sum) + (leaky ? e : 1));
  }
  setWhole(shown, layout.SHOWN_COUNT, count);
}
