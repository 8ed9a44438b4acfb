// AssemblyScript. Who fires at which event of a presentation in single precision: written down by the sweep, neurons after neurons,
// and made spikes in order of time.
import * as layout from "../layout";
import { address, setWhole } from "./record";
import { emit, overfull, setFired } from "./singleSpikes";

/** Events lie as where their row begins, factor, e, and twice their place in `times`, one more for the last of its instant. */
export const EVENT: usize = 16;
/** Hits lie as event, a bit for each of sixteen neurons, and the first of these. */
export const HIT: usize = 12;

/** Room for hits, and where those end that have not become spikes yet. */
let hitsAt: usize;
export let hitsEnd: usize;
export let hitsLast: usize;
let times: usize;

/** @param times_  of the events */
export function beginHits(at: usize, room: i32, times_: usize): void {
  hitsAt = at;
  hitsEnd = at + usize(room + 1) * HIT;
  hitsLast = at;
  times = times_;
}

/** How many have not become spikes yet. */
export function hits(): i32 {
  return i32((hitsLast - hitsAt) / HIT);
}

export function setHitsLast(last: usize): void {
  hitsLast = last;
}

/** Fires those that were written down. */
export function recallHits(): void {
  for (let own = hitsAt; own < hitsLast; own += HIT) {
    const k = usize(load<u32>(own));
    const e = load<f32>(k, 8);
    const t = load<f64>(times + ((load<u32>(k, 12) >> 1) << 3));
    const first = load<i32>(own, 8);
    let bits = load<i32>(own, 4);
    while (bits) {
      emit(t, e, first + ctz(bits));
      bits &= bits - 1;
    }
  }
  hitsLast = hitsAt;
}

/** Writes them in order of time, those of one event as they were written down. */
export function placeHits(events: usize, eventsEnd: usize, target: usize, spent: usize, starts: usize): void {
  const count = (eventsEnd - events) / EVENT;
  memory.fill(starts, 0, count << 2);
  let total = 0;
  for (let own = hitsAt; own < hitsLast; own += HIT) {
    const start = starts + ((usize(load<u32>(own)) - events) >> 2);
    const hits = popcnt(load<i32>(own, 4));
    store<i32>(start, load<i32>(start) + hits);
    total += hits;
  }
  setFired(total);
  if (overfull()) return;
  let before = 0;
  for (let start = starts, end = starts + (count << 2); start < end; start += 4) {
    const hits = load<i32>(start);
    store<i32>(start, before);
    before += hits;
  }
  const outTimes = address(target, layout.SHOWN_TIMES);
  const outNeurons = address(target, layout.SHOWN_NEURONS);
  const outEs = address(target, layout.SHOWN_ES);
  for (let own = hitsAt; own < hitsLast; own += HIT) {
    const k = usize(load<u32>(own));
    const start = starts + ((k - events) >> 2);
    const e = load<f32>(k, 8);
    const t = load<f64>(times + ((load<u32>(k, 12) >> 1) << 3));
    const first = load<i32>(own, 8);
    let bits = load<i32>(own, 4);
    let at = load<usize>(start);
    do {
      const j = first + ctz(bits);
      store<f64>(outTimes + (at << 3), t);
      store<f32>(outEs + (at << 2), e);
      store<i32>(outNeurons + (at << 2), j);
      const sum = spent + (usize(j) << 2);
      store<f32>(sum, load<f32>(sum) + e);
      at++;
      bits &= bits - 1;
    } while (bits);
    store<usize>(start, at);
  }
  hitsLast = hitsAt;
  setWhole(target, layout.SHOWN_COUNT, total);
}
