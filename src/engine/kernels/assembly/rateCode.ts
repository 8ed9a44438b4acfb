// AssemblyScript. The rate code of one sample (`encoding/rate.ts`): spikes in order of time, those of one instant by neuron.
import * as layout from "../layout";
import { instant } from "./instant";
import { address, double, setWord, whole, word } from "./record";

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
  const scale = (f64(layout.CODE_BUCKETS) * (1 - 1e-12)) / duration;
  memory.fill(starts, 0, (layout.CODE_BUCKETS + 1) << 2);
  let count = 0;
  for (let i = 0; i < inputs; i++) {
    const p = load<f32>(intensities + (usize(i) << 2));
    if (p == 0) continue;
    const interval = duration / (most * f64(p));
    const phase = load<f64>(phases + (usize(i) << 3));
    for (let k: f64 = 1; ; k++) {
      const t = (k - phase) * interval;
      if (!(t <= duration)) break;
      if (count < room) {
        const at = fired + (usize(count) << 4);
        const time = resolution > 0 ? Math.floor(instant(t) / resolution + 1e-9) * resolution : instant(t);
        const bucket = i32(time * scale);
        store<f64>(at, time);
        store<i32>(at, i, 8);
        store<i32>(at, bucket, 12);
        const to = starts + (usize(bucket) << 2);
        store<u32>(to, load<u32>(to, 4) + 1, 4);
      }
      count++;
    }
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
  // Within a bucket they are in the order of neurons so far.
  for (let k = 1; k < count; k++) {
    const time = times + (usize(k) << 3);
    const t = load<f64>(time);
    if (!(load<f64>(time - 8) > t)) continue;
    const i = word(neurons, k);
    let n = k;
    for (; n > 0; n--) {
      const at = times + (usize(n) << 3);
      const earlier = load<f64>(at - 8);
      if (!(earlier > t)) break;
      store<f64>(at, earlier);
      setWord(neurons, n, word(neurons, n - 1));
    }
    store<f64>(times + (usize(n) << 3), t);
    setWord(neurons, n, i);
  }
  return count;
}
