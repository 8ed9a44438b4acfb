// AssemblyScript. Neurons with exponential currents through a window of time. Modes and inputs are whole numbers of a small
// unit, so that their sum is the same in any order. See `LifExpWindows`.
import * as layout from "../layout";
import { decays, growth, passThrough } from "./expNeuron";
import { address, double, is, setDouble, setWhole, whole } from "./record";
import { count } from "./windows";

// @ts-ignore: decorator
@inline
function at8(list: usize, i: i32): usize {
  return list + (usize(i) << 3);
}

// @ts-ignore: decorator
@inline
function target(targets: usize, wide: bool, s: u32): i32 {
  return wide ? i32(load<u32>(targets + (usize(s) << 2))) : i32(load<u16>(targets + (usize(s) << 1)));
}

/** Adds up the inputs that are due, each by its own time. */
function addDue(record: usize, ring: usize): void {
  const sums = address(record, layout.EXP_SUMS);
  const gains = address(record, layout.EXP_GAINS);
  const list = address(ring, layout.RING_DUE);
  const end = list + usize(whole(ring, layout.RING_DUE_COUNT)) * layout.ENTRY_BYTES;
  const middle = double(record, layout.EXP_ORIGIN) + 0.5 * double(record, layout.EXP_WIDTH);
  for (let at = list; at < end; at += layout.ENTRY_BYTES) {
    const who = load<u32>(at, layout.ENTRY_TARGET);
    const gain = load<f64>(gains + (usize(who >> layout.ENTRY_TARGET_BITS) << 3));
    const w = f64(load<f32>(at, layout.ENTRY_WEIGHT)) * gain;
    const inhibits = usize(w < 0);
    const sum = sums + (usize(who & 0xffffff) << 5) + (inhibits << 4);
    v128.store(sum, f64x2.add(v128.load(sum), growth(record, load<f64>(at) - middle, w, inhibits)));
  }
}

/** Adds up inputs that come as packets, and returns how many synapses they came over. */
function addPackets(record: usize, list: usize, end: usize): f64 {
  const sums = address(record, layout.EXP_SUMS);
  const middle = double(record, layout.EXP_ORIGIN) + 0.5 * double(record, layout.EXP_WIDTH);
  let synapses: f64 = 0;
  for (let packet = list; packet < end; packet += layout.PACKET_BYTES) {
    const since = load<f64>(packet) - middle;
    const rows = usize(load<u32>(packet, layout.PACKET_ROWS));
    const from = load<u32>(packet, layout.PACKET_FROM);
    if (!rows) {
      const w = load<f64>(packet, layout.PACKET_WEIGHT);
      const inhibits = usize(w < 0);
      const sum = sums + (usize(from) << 5) + (inhibits << 4);
      v128.store(sum, f64x2.add(v128.load(sum), growth(record, since, w, inhibits)));
      continue;
    }
    const to = load<u32>(packet, layout.PACKET_TO);
    const targets = address(rows, layout.ROWS_TARGETS);
    const wide = is(rows, layout.ROWS_WIDE);
    const weights = address(rows, layout.ROWS_WEIGHTS);
    const unit = double(rows, layout.ROWS_WEIGHT);
    const same = growth(record, since, unit, usize(unit < 0));
    synapses += f64(to - from);
    for (let s = from; s < to; s++) {
      const w = weights ? f64(load<f32>(weights + (usize(s) << 2))) * unit : unit;
      const inhibits = usize(w < 0);
      const sum = sums + (usize(target(targets, wide, s)) << 5) + (inhibits << 4);
      const value = weights ? growth(record, since, w, inhibits) : same;
      v128.store(sum, f64x2.add(v128.load(sum), value));
    }
  }
  return synapses;
}

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 1, 3);
}

/**
 * Moves all neurons through a window that stay below threshold for sure: were all excitation there at its beginning, and no
 * new inhibition, the current would be largest then, and what it could add to the potential is a product. Lists the others,
 * and returns how many they are. A neuron behind the last may be looked at, which stays below threshold.
 */
function walk(record: usize, from: f64, until: f64, ends: bool): i32 {
  const neurons = whole(record, layout.EXP_NEURONS);
  const ms = address(record, layout.EXP_M);
  const es = address(record, layout.EXP_E);
  const is = address(record, layout.EXP_I);
  const xs = address(record, layout.EXP_X);
  const frees = address(record, layout.EXP_FREE);
  const sums = address(record, layout.EXP_SUMS);
  const care = address(record, layout.EXP_CARE);
  const lambda = double(record, layout.MODES_LAMBDA);
  const muE = double(record, layout.MODES_MU_E);
  const muI = double(record, layout.MODES_MU_I);
  const span = until - from;
  const before = from - double(record, layout.EXP_ORIGIN);
  const fM = f64x2.splat(decays(record, layout.MODES_LAMBDA, before));
  const fE = f64x2.splat(decays(record, layout.MODES_MU_E, before));
  const fI = f64x2.splat(decays(record, layout.MODES_MU_I, before));
  const rest = f64x2.splat(decays(record, layout.MODES_LAMBDA, span));
  // Currents of modes, times the span.
  const pushE = f64x2.splat((lambda - muE) * f64x2.extract_lane(fE, 0) * span);
  const pushI = f64x2.splat((lambda - muI) * f64x2.extract_lane(fI, 0) * decays(record, layout.MODES_MU_I, span) * span);
  const leftM = f64x2.splat(ends ? double(record, layout.EXP_LEFT_M) : 1);
  const leftE = f64x2.splat(ends ? double(record, layout.EXP_LEFT_E) : 1);
  const leftI = f64x2.splat(ends ? double(record, layout.EXP_LEFT_I) : 1);
  const margin = f64x2.splat(-double(record, layout.EXP_MARGIN));
  const awake = f64x2.splat(-Infinity);
  const zero = f64x2.splat(0);
  let cared = 0;
  for (let i = 0; i < neurons; i += 2) {
    const own = sums + (usize(i) << 5);
    const a = v128.load(own);
    const b = v128.load(own, 16);
    const c = v128.load(own, 32);
    const d = v128.load(own, 48);
    const m = v128.load(at8(ms, i));
    const e = v128.load(at8(es, i));
    const inh = v128.load(at8(is, i));
    const x = v128.load(at8(xs, i));
    const free = v128.load(at8(frees, i));
    const e1 = f64x2.add(e, high(a, c));
    const v0 = f64x2.add(f64x2.add(f64x2.add(x, f64x2.mul(m, fM)), f64x2.mul(e, fE)), f64x2.mul(inh, fI));
    const drawn = f64x2.add(x, f64x2.mul(f64x2.sub(v0, x), rest));
    const push = f64x2.add(f64x2.mul(e1, pushE), f64x2.mul(inh, pushI));
    const bound = f64x2.add(f64x2.pmax(v0, drawn), f64x2.pmax(zero, push));
    const safe = v128.and(f64x2.lt(bound, margin), f64x2.eq(free, awake));
    const m1 = f64x2.nearest(f64x2.mul(f64x2.add(m, f64x2.add(low(a, c), low(b, d))), leftM));
    const i1 = f64x2.nearest(f64x2.mul(f64x2.add(inh, high(b, d)), leftI));
    const left = f64x2.nearest(f64x2.mul(e1, leftE));
    v128.store(at8(ms, i), v128.bitselect(m1, m, safe));
    v128.store(at8(es, i), v128.bitselect(left, e, safe));
    v128.store(at8(is, i), v128.bitselect(i1, inh, safe));
    const first = v128.shuffle<f64>(safe, safe, 0, 0);
    const second = v128.shuffle<f64>(safe, safe, 1, 1);
    v128.store(own, v128.andnot(a, first));
    v128.store(own, v128.andnot(b, first), 16);
    v128.store(own, v128.andnot(c, second), 32);
    v128.store(own, v128.andnot(d, second), 48);
    const bits = i64x2.bitmask(safe);
    store<i32>(care + (usize(cared) << 2), i);
    cared += 1 - (bits & 1);
    store<i32>(care + (usize(cared) << 2), i + 1);
    cared += 1 - (bits >> 1);
  }
  return cared;
}

/** Takes out of the list those that are refractory through the window, which only sum up currents. */
function hold(record: usize, cared: i32, until: f64, ends: bool): i32 {
  const care = address(record, layout.EXP_CARE);
  const sums = address(record, layout.EXP_SUMS);
  const leftE = ends ? double(record, layout.EXP_LEFT_E) : 1;
  const leftI = ends ? double(record, layout.EXP_LEFT_I) : 1;
  let left = 0;
  for (let k = 0; k < cared; k++) {
    const i = load<i32>(care + (usize(k) << 2));
    const free = load<f64>(at8(address(record, layout.EXP_FREE), i));
    const own = sums + (usize(i) << 5);
    if (free < until) {
      store<i32>(care + (usize(left++) << 2), i);
      continue;
    }
    const e = at8(address(record, layout.EXP_E), i);
    const inh = at8(address(record, layout.EXP_I), i);
    store<f64>(e, nearest((load<f64>(e) + load<f64>(own, 8)) * leftE));
    store<f64>(inh, nearest((load<f64>(inh) + load<f64>(own, 24)) * leftI));
    v128.store(own, f64x2.splat(0));
    v128.store(own, f64x2.splat(0), 16);
  }
  return left;
}

let hits: i32;

/** Adds an input to the list of its neuron; returns whether there was room. */
// @ts-ignore: decorator
@inline
function hit(record: usize, i: i32, t: f64, w: f64): bool {
  if (hits == whole(record, layout.EXP_ROOM)) return false;
  const at = address(record, layout.EXP_HITS) + usize(hits) * layout.HIT_BYTES;
  const first = address(record, layout.EXP_FIRST) + (usize(i) << 2);
  store<f64>(at, t);
  store<f64>(at, w, layout.HIT_WEIGHT);
  store<i32>(at, load<i32>(first), layout.HIT_NEXT);
  store<i32>(first, hits++);
  return true;
}

/** Lists the inputs of some of those that are looked at; returns whether there was room. */
function collect(record: usize, ring: usize, list: usize, end: usize, first: i32, last: i32): bool {
  const care = address(record, layout.EXP_CARE);
  const flags = address(record, layout.EXP_FLAGS);
  const gains = address(record, layout.EXP_GAINS);
  const reached = address(record, layout.EXP_REACHED);
  hits = 0;
  for (let k = first; k < last; k++) {
    const i = load<i32>(care + (usize(k) << 2));
    store<u8>(flags + usize(i), 1);
    store<i32>(address(record, layout.EXP_FIRST) + (usize(i) << 2), -1);
  }
  let room = true;
  const due = address(ring, layout.RING_DUE);
  const dues = usize(whole(ring, layout.RING_DUE_COUNT));
  for (let from: usize = 0; from < dues && room; from += layout.DELTA_STRETCH) {
    const to = min(from + layout.DELTA_STRETCH, dues);
    let found: usize = 0;
    for (let s = from; s < to; s++) {
      store<u32>(reached + (found << 2), u32(s));
      found += load<u8>(flags + usize(load<u32>(due + s * layout.ENTRY_BYTES, layout.ENTRY_TARGET) & 0xffffff));
    }
    for (let k: usize = 0; k < found && room; k++) {
      const at = due + usize(load<u32>(reached + (k << 2))) * layout.ENTRY_BYTES;
      const who = load<u32>(at, layout.ENTRY_TARGET);
      const gain = load<f64>(gains + (usize(who >> layout.ENTRY_TARGET_BITS) << 3));
      room = hit(record, who & 0xffffff, load<f64>(at), f64(load<f32>(at, layout.ENTRY_WEIGHT)) * gain);
    }
  }
  for (let packet = list; packet < end && room; packet += layout.PACKET_BYTES) {
    const t = load<f64>(packet);
    const rows = usize(load<u32>(packet, layout.PACKET_ROWS));
    const from = load<u32>(packet, layout.PACKET_FROM);
    if (!rows) {
      if (load<u8>(flags + usize(from))) room = hit(record, from, t, load<f64>(packet, layout.PACKET_WEIGHT));
      continue;
    }
    const to = load<u32>(packet, layout.PACKET_TO);
    const targets = address(rows, layout.ROWS_TARGETS);
    const wide = is(rows, layout.ROWS_WIDE);
    const weights = address(rows, layout.ROWS_WEIGHTS);
    const unit = double(rows, layout.ROWS_WEIGHT);
    for (let s = from; s < to && room; s++) {
      const i = target(targets, wide, s);
      if (!load<u8>(flags + usize(i))) continue;
      room = hit(record, i, t, weights ? f64(load<f32>(weights + (usize(s) << 2))) * unit : unit);
    }
  }
  for (let k = first; k < last; k++) store<u8>(flags + usize(load<i32>(care + (usize(k) << 2))), 0);
  return room;
}

/**
 * Moves the population through a window from `from` to before `until`, with crossings up to `last`.
 *
 * @param ends  whether that is its end, behind which modes count from the next one's beginning
 * @returns 1, 0 where there was no room for the spikes, or -1 where one neuron has more inputs than there is room for
 */
export function expTogether(record: usize, window: usize, from: f64, until: f64, last: f64, ends: bool): i32 {
  const ring = address(record, layout.EXP_RING);
  const list = address(window, layout.WINDOW_PACKETS);
  const end = list + usize(whole(window, layout.WINDOW_COUNT)) * layout.PACKET_BYTES;
  addDue(record, ring);
  const synapses = addPackets(record, list, end);
  const cared = hold(record, walk(record, from, until, ends), until, ends);
  const care = address(record, layout.EXP_CARE);
  let fits = 1;
  for (let k = 0, stop = cared; k < cared && fits > 0; ) {
    if (collect(record, ring, list, end, k, stop)) {
      for (; k < stop && fits > 0; k++)
        if (!passThrough(record, window, load<i32>(care + (usize(k) << 2)), from, until, last, ends)) fits = 0;
      stop = cared;
    } else if (stop == k + 1) fits = -1;
    else stop = k + ((stop - k) >> 1);
  }
  setWhole(ring, layout.RING_DUE_COUNT, 0);
  setDouble(record, layout.EXP_CARED, double(record, layout.EXP_CARED) + f64(cared));
  count(window, synapses);
  return fits;
}
