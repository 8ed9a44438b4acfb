// AssemblyScript. The rate code of one sample (`encoding/rate.ts`): spikes in order of time, those of one instant by neuron.
import * as layout from "../layout";
import { instant } from "./instant";
import { address, double, setWord, whole, word } from "./record";

/** 2^52: a double so far up has no room for fractions, and a whole number in its last bits. */
const WHOLE: f64 = 4503599627370496;

/** @returns how many spikes; where they are more than there is room for, none of them is written */
export function rateCode(record: usize): i32 {
  const inputs = whole(record, layout.CODE_INPUTS);
  const intensities = address(record, layout.CODE_INTENSITIES);
  const phases = address(record, layout.CODE_PHASES);
  const fired = address(record, layout.CODE_FIRED);
  const starts = address(record, layout.CODE_STARTS);
  const room = whole(record, layout.CODE_ROOM);
  const duration = double(record, layout.CODE_DURATION);
  const most = double(record, layout.CODE_MOST);
  const resolution = double(record, layout.CODE_RESOLUTION);
  const scale = f64(layout.CODE_BUCKETS - 1) / duration;
  memory.fill(starts, 0, (layout.CODE_BUCKETS + 2) << 2);
  // All first spikes, then all second ones, and so on, as no branch foresees how many an input has.
  const first = address(record, layout.CODE_ACTIVE);
  let last = first;
  for (let i = 0; i < inputs; i++) {
    store<i32>(last, i);
    last += load<f32>(intensities + (usize(i) << 2)) == 0 ? 0 : 16;
  }
  for (let own = first; own < last; own += 16) {
    const p = load<f32>(intensities + (usize(load<i32>(own)) << 2));
    store<f64>(own, duration / (most * f64(p)), 8);
  }
  let count = 0;
  for (let k: f64 = 1; last > first; k++) {
    let keep = first;
    for (let own = first; own < last; own += 16) {
      const i = load<i32>(own);
      const interval = load<f64>(own, 8);
      const t = (k - load<f64>(phases + (usize(i) << 3))) * interval;
      const fires = t <= duration;
      let time = instant(fires ? t : 0);
      if (resolution > 0) time = Math.floor(time / resolution + 1e-9) * resolution;
      // What does not fire counts behind all others, and what comes next takes its place.
      const bucket = fires ? i32(reinterpret<i64>(time * scale + WHOLE)) : layout.CODE_BUCKETS;
      if (count < room) {
        const at = fired + (usize(count) << 4);
        store<f64>(at, time);
        store<i32>(at, i, 8);
        store<i32>(at, bucket, 12);
        const to = starts + (usize(bucket) << 2);
        store<u32>(to, load<u32>(to, 4) + 1, 4);
      }
      count += i32(fires);
      store<i32>(keep, i);
      store<f64>(keep, interval, 8);
      keep += fires ? 16 : 0;
    }
    last = keep;
  }
  if (count > room) return count;
  let before: u32 = 0;
  for (let b: usize = 0; b < usize(layout.CODE_BUCKETS); b++) {
    const at = starts + (b << 2);
    before += load<u32>(at);
    store<u32>(at, before);
  }
  const times = address(record, layout.CODE_TIMES);
  const neurons = address(record, layout.CODE_NEURONS);
  for (let at = fired, end = fired + (usize(count) << 4); at < end; at += 16) {
    const start = starts + (usize(load<u32>(at, 12)) << 2);
    const place = usize(load<u32>(start));
    store<u32>(start, u32(place) + 1);
    store<f64>(times + (place << 3), load<f64>(at));
    store<i32>(neurons + (place << 2), load<i32>(at, 8));
  }
  for (let k = 1; k < count; k++) {
    const time = times + (usize(k) << 3);
    const t = load<f64>(time);
    if (load<f64>(time - 8) < t) continue;
    const i = word(neurons, k);
    let n = k;
    for (; n > 0; n--) {
      const at = times + (usize(n) << 3);
      const earlier = load<f64>(at - 8);
      if (earlier < t || (earlier == t && word(neurons, n - 1) <= i)) break;
      store<f64>(at, earlier);
      setWord(neurons, n, word(neurons, n - 1));
    }
    store<f64>(times + (usize(n) << 3), t);
    setWord(neurons, n, i);
  }
  return count;
}
