// AssemblyScript. The loop of `Inference`: a layer of neurons over a batch of samples in single precision, sixteen neurons
// at a time and without the steps at which nobody can fire.
import * as layout from "../layout";
import { address, is, whole } from "./record";

const E: usize = layout.LANE_E;
const FREE: i32 = layout.LANE_FREE;
const I: usize = layout.LANE_I;
const LIMIT: usize = layout.LANE_LIMIT;
const RESET: usize = layout.LANE_RESET;
const START: usize = layout.LANE_START;
const THETA: usize = layout.LANE_THETA;
const UNTIL: usize = layout.LANE_UNTIL;
const V: usize = layout.LANE_V;

/** Bytes of a row of the block: one float per neuron and current. */
const ROW: usize = 4 * layout.LANES;

let lanes: usize;
/** Number of the block's first neuron. */
let first: i32;
let fixed: bool;
let refractory: i32;
/** Whether inputs move the potential itself. */
let delta: bool;
// Tables over steps since the last input; see `LatticeTables`.
let decay: usize;
let rise: usize;
let riseI: usize;
let fall: usize;
let fallI: usize;
let grow: usize;
let peaks: usize;
/** Where the spikes of the present sample go, how many there are and may be. */
let out: usize;
let count: i32;
let room: i32;
/** The first step at which a held potential is let go. */
let next: i32;
/** A potential has grown beyond all numbers. */
let diverged: bool;

/**
 * Runs one block of neurons over all samples of a batch, from rest, and adds its spikes to each sample's.
 *
 * @param lanes_  address of the block
 * @param first_  number of its first neuron
 * @returns 0, -1 when a sample's spikes do not fit, -2 when a potential is infinite
 */
export function inferBlock(record: usize, lanes_: usize, first_: i32): i32 {
  const currents = whole(record, layout.BATCH_CURRENTS);
  const uniform = is(record, layout.BATCH_UNIFORM);
  const samples = whole(record, layout.BATCH_SAMPLES);
  const steps = whole(record, layout.BATCH_STEPS);
  const sums = address(record, layout.BATCH_SUMS);
  const sumStarts = address(record, layout.BATCH_SUM_STARTS);
  const inputs = address(record, layout.BATCH_INPUTS);
  const segments = address(record, layout.BATCH_SEGMENTS);
  const segmentStarts = address(record, layout.BATCH_SEGMENT_STARTS);
  const tables = address(record, layout.BATCH_TABLES);
  const reach = whole(record, layout.BATCH_REACH);
  const counts = address(record, layout.BATCH_COUNTS);
  const spikes = address(record, layout.BATCH_SPIKES);
  const stride = usize(reach + 1) << 2;
  lanes = lanes_;
  decay = tables;
  grow = tables + stride;
  rise = tables + 2 * stride;
  fall = tables + 3 * stride;
  riseI = tables + 4 * stride;
  fallI = tables + 5 * stride;
  peaks = tables + 6 * stride;
  fixed = is(record, layout.BATCH_FIXED);
  refractory = whole(record, layout.BATCH_REFRACTORY);
  delta = currents == 0;
  first = first_;
  room = whole(record, layout.BATCH_ROOM);
  diverged = false;
  for (let s = 0; s < samples; s++) {
    const at = usize(s) << 2;
    out = spikes + (usize(s) * usize(room) << 3);
    count = load<i32>(counts + at);
    const ownSums = sums + usize(load<u32>(sumStarts + at)) * 12;
    const sumEnd = sums + usize(load<u32>(sumStarts + at, 4)) * 12;
    const own = inputs + (usize(s) * usize(steps) << 3);
    const segment = segments + (usize(load<u32>(segmentStarts + at)) << 3);
    const segmentEnd = segments + (usize(load<u32>(segmentStarts + at, 4)) << 3);
    if (currents == 0) {
      if (uniform) sample(0, true, ownSums, sumEnd, own, segment, segmentEnd);
      else sample(0, false, ownSums, sumEnd, own, segment, segmentEnd);
    } else if (currents == 1) {
      if (uniform) sample(1, true, ownSums, sumEnd, own, segment, segmentEnd);
      else sample(1, false, ownSums, sumEnd, own, segment, segmentEnd);
    } else sample(2, false, ownSums, sumEnd, own, segment, segmentEnd);
    if (diverged) return -2;
    if (count > room) return -1;
    store<i32>(counts + at, count);
  }
  return 0;
}

/** One sample; written once, compiled for each number of currents, with one threshold or with many. */
// @ts-ignore: decorator
@inline
function sample(
  currents: i32,
  uniform: bool,
  ownSums: usize,
  sumEnd: usize,
  own: usize,
  segment_: usize,
  segmentEnd: usize,
): void {
  for (let t = ownSums; t < sumEnd; t += 12) {
    const to = usize(load<u32>(t));
    const a = usize(load<u32>(t, 4));
    const b = usize(load<u32>(t, 8));
    v128.store(to, f32x4.add(v128.load(a), v128.load(b)));
    v128.store(to, f32x4.add(v128.load(a, 16), v128.load(b, 16)), 16);
    v128.store(to, f32x4.add(v128.load(a, 32), v128.load(b, 32)), 32);
    v128.store(to, f32x4.add(v128.load(a, 48), v128.load(b, 48)), 48);
    if (currents == 2) {
      v128.store(to, f32x4.add(v128.load(a, 64), v128.load(b, 64)), 64);
      v128.store(to, f32x4.add(v128.load(a, 80), v128.load(b, 80)), 80);
      v128.store(to, f32x4.add(v128.load(a, 96), v128.load(b, 96)), 96);
      v128.store(to, f32x4.add(v128.load(a, 112), v128.load(b, 112)), 112);
    }
  }
  begin(currents, own);
  // What is in memory is the state at step n, after its input and its spikes.
  let n = 0;
  for (let segment = segment_; segment < segmentEnd; segment += 8) {
    const to = load<i32>(segment);
    if (load<i32>(segment, 4)) {
      pass(currents, n, to - n);
      n = to;
      continue;
    }
    while (n < to) {
      let v0 = v128.load(lanes, V);
      let v1 = v128.load(lanes, V + 16);
      let v2 = v128.load(lanes, V + 32);
      let v3 = v128.load(lanes, V + 48);
      let e0 = v128.load(lanes, E);
      let e1 = v128.load(lanes, E + 16);
      let e2 = v128.load(lanes, E + 32);
      let e3 = v128.load(lanes, E + 48);
      let i0 = v128.load(lanes, I);
      let i1 = v128.load(lanes, I + 16);
      let i2 = v128.load(lanes, I + 32);
      let i3 = v128.load(lanes, I + 48);
      const p = v128.load32_splat(decay, 4);
      const d = v128.load32_splat(fall, 4);
      const c = v128.load32_splat(fallI, 4);
      const theta = v128.load32_splat(lanes, THETA);
      const stop = own + (usize(min(to, next)) << 3);
      let at = own + (usize(n) << 3);
      let hits = 0;
      do {
        at += 8;
        const a = usize(load<u32>(at));
        const b = usize(load<u32>(at, 4));
        if (currents == 0) {
          v0 = f32x4.add(f32x4.mul(v0, p), f32x4.add(v128.load(a), v128.load(b)));
          v1 = f32x4.add(f32x4.mul(v1, p), f32x4.add(v128.load(a, 16), v128.load(b, 16)));
        } else {
          if (currents == 1) {
            v0 = f32x4.add(f32x4.mul(v0, p), e0);
            v1 = f32x4.add(f32x4.mul(v1, p), e1);
          } else {
            v0 = f32x4.add(f32x4.mul(v0, p), f32x4.add(e0, i0));
            v1 = f32x4.add(f32x4.mul(v1, p), f32x4.add(e1, i1));
            i0 = f32x4.add(f32x4.mul(i0, c), f32x4.add(v128.load(a, 64), v128.load(b, 64)));
            i1 = f32x4.add(f32x4.mul(i1, c), f32x4.add(v128.load(a, 80), v128.load(b, 80)));
          }
          e0 = f32x4.add(f32x4.mul(e0, d), f32x4.add(v128.load(a), v128.load(b)));
          e1 = f32x4.add(f32x4.mul(e1, d), f32x4.add(v128.load(a, 16), v128.load(b, 16)));
        }
        if (uniform) {
          hits = i32x4.bitmask(f32x4.ge(f32x4.pmax(v0, v1), theta));
        } else {
          hits = i32x4.bitmask(
            v128.or(f32x4.ge(v0, v128.load(lanes, THETA)), f32x4.ge(v1, v128.load(lanes, THETA + 16))),
          );
        }
        // Cuts the body in two, so that the compiler keeps few values at a time: all are stored below anyway.
        if (hits) {
          v128.store(lanes, v0, V);
          v128.store(lanes, v1, V + 16);
          v128.store(lanes, e0, E);
          v128.store(lanes, e1, E + 16);
        }
        if (currents == 0) {
          v2 = f32x4.add(f32x4.mul(v2, p), f32x4.add(v128.load(a, 32), v128.load(b, 32)));
          v3 = f32x4.add(f32x4.mul(v3, p), f32x4.add(v128.load(a, 48), v128.load(b, 48)));
        } else {
          if (currents == 1) {
            v2 = f32x4.add(f32x4.mul(v2, p), e2);
            v3 = f32x4.add(f32x4.mul(v3, p), e3);
          } else {
            v2 = f32x4.add(f32x4.mul(v2, p), f32x4.add(e2, i2));
            v3 = f32x4.add(f32x4.mul(v3, p), f32x4.add(e3, i3));
            i2 = f32x4.add(f32x4.mul(i2, c), f32x4.add(v128.load(a, 96), v128.load(b, 96)));
            i3 = f32x4.add(f32x4.mul(i3, c), f32x4.add(v128.load(a, 112), v128.load(b, 112)));
          }
          e2 = f32x4.add(f32x4.mul(e2, d), f32x4.add(v128.load(a, 32), v128.load(b, 32)));
          e3 = f32x4.add(f32x4.mul(e3, d), f32x4.add(v128.load(a, 48), v128.load(b, 48)));
        }
        if (uniform) {
          hits |= i32x4.bitmask(f32x4.ge(f32x4.pmax(v2, v3), theta));
        } else {
          hits |= i32x4.bitmask(
            v128.or(f32x4.ge(v2, v128.load(lanes, THETA + 32)), f32x4.ge(v3, v128.load(lanes, THETA + 48))),
          );
        }
        if (hits) break;
      } while (at < stop);
      // Spikes are handled outside of the loop, so that all its state stays in registers.
      v128.store(lanes, v0, V);
      v128.store(lanes, v1, V + 16);
      v128.store(lanes, v2, V + 32);
      v128.store(lanes, v3, V + 48);
      if (currents > 0) {
        v128.store(lanes, e0, E);
        v128.store(lanes, e1, E + 16);
        v128.store(lanes, e2, E + 32);
        v128.store(lanes, e3, E + 48);
      }
      if (currents == 2) {
        v128.store(lanes, i0, I);
        v128.store(lanes, i1, I + 16);
        v128.store(lanes, i2, I + 32);
        v128.store(lanes, i3, I + 48);
      }
      n = i32((at - own) >> 3);
      if (n == next) release(n, at);
      if (hits || delta) fire(n);
    }
  }
}

/** Step 0: from rest, with what arrives at once. */
function begin(currents: i32, own: usize): void {
  const a = usize(load<u32>(own));
  const b = usize(load<u32>(own, 4));
  for (let o: usize = 0; o < ROW; o += 16) {
    const rest = v128.load(lanes + o, START);
    const input = f32x4.add(v128.load(a + o), v128.load(b + o));
    v128.store(lanes + o, delta ? f32x4.add(rest, input) : rest, V);
    v128.store(lanes + o, input, E);
    if (currents == 2) v128.store(lanes + o, f32x4.add(v128.load(a + o, 64), v128.load(b + o, 64)), I);
    v128.store(lanes + o, i32x4.splat(fixed ? FREE : 0), UNTIL);
  }
  next = FREE;
  fire(0);
}

/** Which four neurons are at theta. */
// @ts-ignore: decorator
@inline
function above(o: usize): v128 {
  return f32x4.ge(v128.load(lanes + o, V), v128.load(lanes + o, THETA));
}

/** A bit for each neuron of a block, from the masks of four times four. */
// @ts-ignore: decorator
@inline
function bits(a: v128, b: v128, c: v128, d: v128): i32 {
  return i32x4.bitmask(a) | (i32x4.bitmask(b) << 4) | (i32x4.bitmask(c) << 8) | (i32x4.bitmask(d) << 12);
}

/** Lets the neurons fire that are at theta. */
function fire(n: i32): void {
  const a = above(0);
  const b = above(16);
  const c = above(32);
  const d = above(48);
  let hits = bits(a, b, c, d);
  if (!hits) return;
  if (fixed) {
    while (hits) {
      const j = ctz(hits);
      hits &= hits - 1;
      spike(j, n, load<f32>(lanes + (usize(j) << 2), V));
    }
    settle(0, a, n + refractory);
    settle(16, b, n + refractory);
    settle(32, c, n + refractory);
    settle(48, d, n + refractory);
    if (refractory > 0) next = min(next, n + refractory);
    return;
  }
  while (hits) {
    const j = ctz(hits);
    hits &= hits - 1;
    const at = lanes + (usize(j) << 2);
    if (load<i32>(at, UNTIL) > n) continue;
    let v = load<f32>(at, V);
    const theta = load<f32>(at, THETA);
    const reset = load<f32>(at, RESET);
    do {
      spike(j, n, v);
      v -= reset;
    } while (refractory == 0 && v >= theta && count <= room && !diverged);
    store<i32>(at, n + refractory, UNTIL);
    store<f32>(at, v, V);
  }
}

/** Resets four neurons as far as they have fired; whole vectors, as these are read next. */
// @ts-ignore: decorator
@inline
function settle(o: usize, fired: v128, until: i32): void {
  const at = lanes + o;
  const reset = refractory > 0 ? f32x4.splat(-Infinity) : v128.load(at, RESET);
  v128.store(at, v128.bitselect(reset, v128.load(at, V), fired), V);
  if (refractory > 0) v128.store(at, v128.bitselect(i32x4.splat(until), v128.load(at, UNTIL), fired), UNTIL);
}

function spike(j: i32, n: i32, v: f32): void {
  if (v == Infinity) diverged = true;
  if (count < room) {
    const at = out + (usize(count) << 3);
    store<i32>(at, n);
    store<i32>(at, first + j, 4);
  }
  count++;
}

/** Lets those potentials go whose refractory time ends at step n. @param input  addresses of what arrives then */
function release(n: i32, input: usize): void {
  const a = usize(load<u32>(input));
  const b = usize(load<u32>(input, 4));
  const now = i32x4.splat(n);
  const free = i32x4.splat(FREE);
  for (let o: usize = 0; o < 4 * layout.LANES; o += 16) {
    const at = lanes + o;
    const until = v128.load(at, UNTIL);
    const ends = i32x4.eq(until, now);
    let v = v128.load(at, RESET);
    if (delta) v = f32x4.add(v, f32x4.add(v128.load(a + o), v128.load(b + o)));
    v128.store(at, v128.bitselect(v, v128.load(at, V), ends), V);
    v128.store(at, v128.bitselect(free, until, ends), UNTIL);
  }
  renew();
}

/** The first release that is still to come. */
function renew(): void {
  if (!fixed) return;
  let least = i32x4.min_s(
    i32x4.min_s(v128.load(lanes, UNTIL), v128.load(lanes, UNTIL + 16)),
    i32x4.min_s(v128.load(lanes, UNTIL + 32), v128.load(lanes, UNTIL + 48)),
  );
  least = i32x4.min_s(least, i32x4.shuffle(least, least, 2, 3, 0, 1));
  next = min(i32x4.extract_lane(least, 0), i32x4.extract_lane(least, 1));
}

/**
 * `length` steps from n + 1 on without input: only neurons that a bound cannot rule out are looked at, one by one.
 * Between inputs the state stays that of step n; see `LatticeTables`.
 */
function pass(currents: i32, n: i32, length: i32): void {
  const zero = f32x4.splat(0);
  const p = v128.load32_splat(decay, 4);
  const q = v128.load32_splat(peaks);
  let reached = 0;
  for (let o: usize = 0; o < ROW; o += 16) {
    let most = f32x4.mul(f32x4.pmax(zero, v128.load(lanes + o, V)), p);
    if (currents > 0) most = f32x4.add(most, f32x4.mul(f32x4.pmax(zero, v128.load(lanes + o, E)), q));
    const held = i32x4.lt_s(v128.load(lanes + o, UNTIL), i32x4.splat(fixed ? FREE : i32.MIN_VALUE));
    const own = i32x4.bitmask(v128.or(f32x4.ge(most, v128.load(lanes + o, LIMIT)), held));
    reached |= own << i32(o >> 2);
  }
  while (reached) {
    const j = ctz(reached);
    reached &= reached - 1;
    walk(j, n, length, currents);
  }
  const to = usize(length) << 2;
  const dv = v128.load32_splat(decay + to);
  const re = v128.load32_splat(rise + to);
  const de = v128.load32_splat(fall + to);
  const ri = v128.load32_splat(riseI + to);
  const di = v128.load32_splat(fallI + to);
  for (let o: usize = 0; o < ROW; o += 16) {
    let v = f32x4.mul(v128.load(lanes + o, V), dv);
    if (currents > 0) {
      const e = v128.load(lanes + o, E);
      let more = f32x4.mul(e, re);
      if (currents == 2) {
        const i = v128.load(lanes + o, I);
        more = f32x4.add(more, f32x4.mul(i, ri));
        v128.store(lanes + o, f32x4.mul(i, di), I);
      }
      v128.store(lanes + o, f32x4.mul(e, de), E);
      v = f32x4.add(v, more);
    }
    v128.store(lanes + o, v, V);
  }
  renew();
}

/** One neuron over the same steps; what it has at the end in V is still meant to be at step n. */
function walk(j: i32, n: i32, length: i32, currents: i32): void {
  const at = lanes + (usize(j) << 2);
  const theta = load<f32>(at, THETA);
  const limit = load<f32>(at, LIMIT);
  const reset = load<f32>(at, RESET);
  const e: f32 = currents > 0 ? load<f32>(at, E) : 0;
  const i: f32 = currents == 2 ? load<f32>(at, I) : 0;
  const push: f32 = e > 0 ? e : 0;
  const decays = decay;
  const rises = rise;
  const risesI = riseI;
  const chunks = peaks + 4;
  let v = load<f32>(at, V);
  let until = load<i32>(at, UNTIL);
  let held = fixed && until != FREE;
  let k = held || (!fixed && until > n) ? until - n : 1;
  for (;;) {
    if (held) {
      if (k > length) break;
      const more = added(e, i, k);
      v = (reset - more) * load<f32>(grow + (usize(k) << 2));
      until = FREE;
      held = false;
      // From here on alone: mostly too little is left. The last term is more than what rounding can add.
      const left = push * load<f32>(fall + (usize(k) << 2)) * load<f32>(peaks) + (abs(reset) + abs(more)) * 1e-6;
      if ((reset > 0 ? reset : 0) + left < limit) break;
    }
    const up: f32 = v > 0 ? v : 0;
    while ((k & 7) == 1 && k <= length) {
      const most = up * load<f32>(decays + (usize(k) << 2)) + push * load<f32>(chunks + (usize(k >> 3) << 2));
      if (!(most < limit)) break;
      k += 8;
    }
    if (k > length) break;
    const end = min(((k - 1) | 7) + 1, length);
    let more: f32 = 0;
    let x: f32 = 0;
    do {
      more = e * load<f32>(rises + (usize(k) << 2));
      if (currents == 2) more += i * load<f32>(risesI + (usize(k) << 2));
      x = v * load<f32>(decays + (usize(k) << 2)) + more;
      if (x >= theta) break;
    } while (++k <= end);
    if (k > end) continue;
    const back = load<f32>(grow + (usize(k) << 2));
    if (fixed) {
      spike(j, n + k, x);
      held = refractory > 0;
      v = held ? -Infinity : (reset - more) * back;
      if (held) until = n + k + refractory;
    } else {
      do {
        spike(j, n + k, x);
        v -= reset * back;
        x = v * load<f32>(decays + (usize(k) << 2)) + more;
      } while (refractory == 0 && x >= theta && count <= room && !diverged);
      until = n + k + refractory;
    }
    k += max(1, refractory);
  }
  store<f32>(at, v, V);
  store<i32>(at, until, UNTIL);
}

/** What the currents of a step have added k steps later. */
// @ts-ignore: decorator
@inline
function added(e: f32, i: f32, k: i32): f32 {
  const place = usize(k) << 2;
  return e * load<f32>(rise + place) + i * load<f32>(riseI + place);
}
