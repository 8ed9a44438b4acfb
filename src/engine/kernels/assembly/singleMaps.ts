// AssemblyScript. Convolutions and pools in single precision. At each place of its maps a kernel is a dense layer with the
// same rows, and all maps there have the same events: those are listed by place, then swept like any others.
import * as layout from "../layout";
import { address, is, setWhole, whole } from "./record";
import { EVENT } from "./singleHits";
import { sweep } from "./singleSweep";

let kernel: i32;
let stride: i32;
let padding: i32;
let width: i32;
let channels: i32;
let toWidth: i32;
let toHeight: i32;
/** Maps above, in bytes. */
let columns: usize;

function geometry(layer: usize): void {
  kernel = whole(layer, layout.LAYER_KERNEL);
  stride = whole(layer, layout.LAYER_STRIDE);
  padding = whole(layer, layout.LAYER_PADDING);
  width = whole(layer, layout.LAYER_WIDTH);
  channels = whole(layer, layout.LAYER_CHANNELS);
  toHeight = whole(layer, layout.LAYER_TO_HEIGHT);
  toWidth = whole(layer, layout.LAYER_TO_WIDTH);
  columns = usize(whole(layer, layout.LAYER_COLUMNS)) << 2;
}

/** Places that see a source are lines top .. bottom and columns left .. right; the kernel's own corner lies up and back. */
let top: i32;
let bottom: i32;
let left: i32;
let right: i32;
let down: i32;
let along: i32;

function reach(source: i32): void {
  const at = source / channels;
  down = at / width + padding;
  along = (at % width) + padding;
  top = down < kernel ? 0 : (down - kernel) / stride + 1;
  bottom = min(down / stride, toHeight - 1);
  left = along < kernel ? 0 : (along - kernel) / stride + 1;
  right = min(along / stride, toWidth - 1);
}

/** Where the row of weights begins that leads from a channel to a place. */
// @ts-ignore: decorator
@inline
function rowTo(y: i32, x: i32, channel: i32): usize {
  const tap = (down - y * stride) * kernel + along - x * stride;
  return usize(tap * channels + channel) * columns;
}

/** to += x * from, of the maps of one place, and nothing beyond. */
// @ts-ignore: decorator
@inline
function addMaps(to: usize, x: f32, from: usize): void {
  const s = f32x4.splat(x);
  let c: usize = 0;
  for (; c + 16 <= columns; c += 16)
    v128.store(to + c, f32x4.add(v128.load(to + c), f32x4.mul(s, v128.load(from + c))));
  for (; c < columns; c += 4) store<f32>(to + c, load<f32>(to + c) + x * load<f32>(from + c));
}

/** out = biases + sum of factors times kernels. @param factors  [pre] doubles, or 0 for none @returns how many are not 0 */
export function projectMaps(layer: usize, factors: usize, out: usize): i32 {
  geometry(layer);
  const biases = address(layer, layout.LAYER_BIASES);
  const weights = address(layer, layout.LAYER_WEIGHTS);
  const all = usize(toHeight * toWidth) * columns;
  for (let at: usize = 0; at < all; at += columns) memory.copy(out + at, biases, columns);
  if (!factors) return 0;
  const pre = whole(layer, layout.LAYER_PRE);
  let active = 0;
  for (let i = 0; i < pre; i++) {
    const x = load<f64>(factors + (usize(i) << 3));
    if (x == 0) continue;
    active++;
    reach(i);
    const channel = i % channels;
    for (let y = top; y <= bottom; y++) {
      for (let k = left; k <= right; k++)
        addMaps(out + usize(y * toWidth + k) * columns, f32(x), weights + rowTo(y, k, channel));
    }
  }
  return active;
}

/** Passes the spikes of a source over the maps, as many lines of places at a time as there is room for. */
export function sweepMaps(record: usize, layer: usize, source: usize, gain: f32): void {
  geometry(layer);
  const pre = whole(layer, layout.LAYER_PRE);
  const count = usize(whole(source, layout.SHOWN_COUNT));
  const neurons = address(source, layout.SHOWN_NEURONS);
  const places = address(record, layout.NET_PLACES);
  const room = whole(record, layout.NET_LIST_ROOM);
  memory.fill(places, 0, usize(toHeight * toWidth) << 3);
  for (let k: usize = 0; k < count; k++) {
    const i = load<i32>(neurons + (k << 2));
    reach(i < pre ? i : i - pre);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const place = places + (usize(y * toWidth + x) << 3);
        store<i32>(place, load<i32>(place) + 1);
      }
    }
  }
  for (let first = 0; first < toHeight; ) {
    let used = 0;
    let last = first;
    for (; last < toHeight; last++) {
      let line = 0;
      for (let x = 0; x < toWidth; x++) line += load<i32>(places + (usize(last * toWidth + x) << 3));
      if (last > first && used + line > room) break;
      used += line;
    }
    list(record, layer, source, gain, first, last);
    const maps = i32(columns >> 2);
    const states = address(record, layout.NET_STATE);
    for (let p = first * toWidth; p < last * toWidth; p++) {
      const place = places + (usize(p) << 3);
      // What follows in the lanes of the last maps are the next place's.
      const next = states + (usize((p + 1) * maps) << 2);
      const a = v128.load(next);
      const b = v128.load(next, 16);
      const c = v128.load(next, 32);
      const d = v128.load(next, 48);
      sweep(usize(load<u32>(place)), usize(load<u32>(place, 4)), p * maps, maps);
      v128.store(next, a);
      v128.store(next, b, 16);
      v128.store(next, c, 32);
      v128.store(next, d, 48);
    }
    first = last;
  }
}

/** Lists the events of lines of places, in order of time: where there was their number is their begin, then their end. */
function list(record: usize, layer: usize, source: usize, gain: f32, first: i32, last: i32): void {
  const leaky = is(record, layout.NET_LEAKY);
  const pre = whole(layer, layout.LAYER_PRE);
  const count = usize(whole(source, layout.SHOWN_COUNT));
  const times = address(source, layout.SHOWN_TIMES);
  const neurons = address(source, layout.SHOWN_NEURONS);
  const es = address(source, layout.SHOWN_ES);
  const places = address(record, layout.NET_PLACES);
  let at = address(record, layout.NET_LISTS);
  for (let p = first * toWidth; p < last * toWidth; p++) {
    const place = places + (usize(p) << 3);
    const own = usize(load<u32>(place));
    store<u32>(place, u32(at));
    store<u32>(place, u32(at), 4);
    at += own * EVENT;
  }
  let before: f64 = -1;
  for (let k: usize = 0; k < count; k++) {
    const t = load<f64>(times + (k << 3));
    const again = t == before;
    before = t;
    const own = load<i32>(neurons + (k << 2));
    const i = own < pre ? own : own - pre;
    reach(i);
    const channel = i % channels;
    const e = load<f32>(es + (k << 2));
    const scaled = leaky ? gain * e : gain;
    const x = own < pre ? scaled : -scaled;
    for (let y = max(top, first), end = min(bottom, last - 1); y <= end; y++) {
      for (let c = left; c <= right; c++) {
        const place = places + (usize(y * toWidth + c) << 3);
        const to = usize(load<u32>(place, 4));
        if (again && to > usize(load<u32>(place))) {
          const word = load<u32>(to - EVENT, 12);
          if (load<f64>(times + (usize(word >> 1) << 3)) == t) store<u32>(to - EVENT, word & ~1, 12);
        }
        store<u32>(to, u32(rowTo(y, c, channel)));
        store<f32>(to, x, 4);
        store<f32>(to, e, 8);
        store<u32>(to, (u32(k) << 1) | 1, 12);
        store<u32>(place, u32(to + EVENT), 4);
      }
    }
  }
}

/** What `SpikePool` does. @param below  record of the neurons @param pooled  of the pools */
export function poolSpikes(record: usize, layer: usize, below: usize, pooled: usize): void {
  const leaky = is(record, layout.NET_LEAKY);
  const max = whole(layer, layout.LAYER_POOL) == 2;
  const pools = address(layer, layout.LAYER_POOLS);
  // Free between two layers, and as long as the widest of them.
  const traces = address(record, layout.NET_UNTIL);
  const owns = address(record, layout.NET_SPENT);
  const count = usize(whole(below, layout.SHOWN_COUNT));
  const neurons = address(below, layout.SHOWN_NEURONS);
  const fromTimes = address(below, layout.SHOWN_TIMES);
  const fromEs = address(below, layout.SHOWN_ES);
  const times = address(pooled, layout.SHOWN_TIMES);
  const targets = address(pooled, layout.SHOWN_NEURONS);
  const es = address(pooled, layout.SHOWN_ES);
  if (max) {
    for (let k: usize = 0; k < count; k++) store<f32>(traces + (usize(load<i32>(neurons + (k << 2))) << 2), 0);
    memory.fill(owns, 0, usize(whole(layer, layout.LAYER_PRE)) << 2);
  }
  let n: usize = 0;
  for (let k: usize = 0; k < count; k++) {
    const i = usize(load<i32>(neurons + (k << 2)));
    const p = load<i32>(pools + (i << 2));
    if (p < 0) continue;
    const e = load<f32>(fromEs + (k << 2));
    if (max) {
      const unit: f32 = leaky ? e : 1;
      const own = owns + (usize(p) << 2);
      const trace = load<f32>(traces + (i << 2)) + unit;
      store<f32>(traces + (i << 2), trace);
      if (trace - load<f32>(own) < unit * 0.5) continue;
      store<f32>(own, load<f32>(own) + unit);
    }
    store<f64>(times + (n << 3), load<f64>(fromTimes + (k << 3)));
    store<f32>(es + (n << 2), e);
    store<i32>(targets + (n << 2), p);
    n++;
  }
  setWhole(pooled, layout.SHOWN_COUNT, i32(n));
}

/**
 * changes += pre (x) post, summed over the places of the kernel.
 * @param post  [post] doubles @param pre  [pre] doubles @returns synapses that change
 */
export function askMaps(layer: usize, post: usize, pre: usize): f64 {
  geometry(layer);
  setWhole(layer, layout.LAYER_EVERY, 1);
  setWhole(layer, layout.LAYER_DIRTY, 1);
  const thirds = address(layer, layout.LAYER_POSTS);
  const biases = address(layer, layout.LAYER_BIAS_CHANGES);
  const changes = address(layer, layout.LAYER_CHANGES);
  // Whether there is a third factor at a place that is not 0.
  const wanted = address(layer, layout.LAYER_COUNTS);
  for (let p = 0, at: usize = 0; p < toHeight * toWidth; p++) {
    let any: u32 = 0;
    for (let c: usize = 0; c < columns; c += 4, at += 4) {
      const third = f32(load<f64>(post + (at << 1)));
      any |= u32(third != 0);
      store<f32>(thirds + at, third);
      store<f32>(biases + c, load<f32>(biases + c) + third);
    }
    store<u32>(wanted + (usize(p) << 2), any);
  }
  const places = whole(layer, layout.LAYER_PRE) / channels;
  let changed: f64 = 0;
  for (let s = 0; s < places; s++) {
    const own = pre + (usize(s * channels) << 3);
    let active = 0;
    for (let c = 0; c < channels; c++) active += i32(load<f64>(own + (usize(c) << 3)) != 0);
    if (active == 0) continue;
    reach(s * channels);
    changed += f64(active * max(bottom - top + 1, 0) * max(right - left + 1, 0)) * f64(columns >> 2);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const p = usize(y * toWidth + x);
        if (!load<u32>(wanted + (p << 2))) continue;
        let row = changes + rowTo(y, x, 0);
        for (let c = 0; c < channels; c++, row += columns) {
          const factor = load<f64>(own + (usize(c) << 3));
          if (factor != 0) addMaps(row, f32(factor), thirds + p * columns);
        }
      }
    }
  }
  return changed;
}
