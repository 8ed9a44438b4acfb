// AssemblyScript. A layer of neurons over a presentation in single precision: what `sweep.ts` does, sixteen neurons at a
// time, and with places in time as e(t) throughout, so that no exponential is taken of any event.
import * as layout from "../layout";
import { address, double, is, single, whole } from "./record";
import { beginHits, EVENT, HIT, hits, hitsEnd, hitsLast, placeHits, recallHits, setHitsLast } from "./singleHits";
import { emit, fired, overfull } from "./singleSpikes";

// @ts-ignore: decorator
@external("env", "log")
declare function ln(x: f64): f64;

let events: usize;
let eventsEnd: usize;
let times: usize;
let rows: usize;
let weights: usize;
let states: usize;
let limits: usize;
let untils: usize;
let waits: usize;
let leaky: bool;
let tau: f64;
let duration: f64;
let drop: f32;
let hold: f32;
let end: f32;
let offset: f32;
/** The earliest end of a refractory period that one of the present neurons waits for. */
let waitingUntil: f32;

/** @param drop_  potential that a spike takes @param hold_  of the refractory period, 0 for none */
export function beginSweep(record: usize, layer: usize, source: usize, drop_: f32, hold_: f32): void {
  times = address(source, layout.SHOWN_TIMES);
  rows = address(layer, layout.LAYER_WEIGHTS);
  states = address(record, layout.NET_STATE);
  limits = address(record, layout.NET_LIMITS);
  untils = address(record, layout.NET_UNTIL);
  waits = address(record, layout.NET_WAITING);
  beginHits(address(record, layout.NET_SORTED), whole(record, layout.NET_ROOM), times);
  leaky = is(record, layout.NET_LEAKY);
  tau = double(record, layout.NET_TAU);
  duration = double(record, layout.NET_DURATION);
  drop = drop_;
  hold = hold_;
  end = single(record, layout.NET_END);
  offset = leaky ? 0 : drop_;
}

/** Passes events from one address to another over so many neurons from the first on, which begin the rows. */
export function sweep(from: usize, to: usize, start: i32, count: i32): void {
  pass(from, to, start, count);
  recallHits();
}

/**
 * Likewise over a whole layer. Neurons that fire at input spikes only do so in the order of these: where there are no others and
 * more than a few spikes, they are put where they belong at once.
 * @param target  record of the layer's neurons @param spent  [post] zeros: becomes sums of e over own spikes
 * @param starts  room for a word for each event
 * @returns whether that was so; if not, spikes have been emitted
 */
export function sweepLayer(
  from: usize,
  to: usize,
  count: i32,
  few: i32,
  target: usize,
  spent: usize,
  starts: usize,
): bool {
  pass(from, to, 0, count);
  if (fired() == 0 && hits() > few) {
    placeHits(from, to, target, spent, starts);
    return true;
  }
  recallHits();
  return false;
}

function pass(from: usize, to: usize, start: i32, count: i32): void {
  events = from;
  eventsEnd = to;
  weights = rows - (usize(start) << 2);
  const frees = leaky && hold == 0;
  for (let j = 0; j < count && !overfull(); j += 16) {
    const valid = count - j < 16 ? (1 << (count - j)) - 1 : 0xffff;
    const driven = drivenOf(start + j) & valid;
    if (driven != 0 || !frees) {
      recallHits();
      held(start + j, valid, driven);
    } else if (from < to) free(start + j, valid);
  }
}

/** Those of sixteen neurons whose current alone takes them over threshold. */
function drivenOf(first: i32): i32 {
  const at = limits + (usize(first) << 2);
  const zero = f32x4.splat(0);
  return mask(
    f32x4.lt(v128.load(at), zero),
    f32x4.lt(v128.load(at, 16), zero),
    f32x4.lt(v128.load(at, 32), zero),
    f32x4.lt(v128.load(at, 48), zero),
  );
}

// @ts-ignore: decorator
@inline
function dropAt(e: f32): f32 {
  return leaky ? drop * e : drop;
}

/** A bit for each of sixteen neurons. */
// @ts-ignore: decorator
@inline
function mask(a: v128, b: v128, c: v128, d: v128): i32 {
  return i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
}

/** Sixteen neurons that fire at input spikes only. */
function free(first: i32, valid: i32): void {
  const at = states + (usize(first) << 2);
  const lim = limits + (usize(first) << 2);
  const column = weights + (usize(first) << 2);
  const last = eventsEnd;
  const theta = f32x4.splat(drop);
  const full = hitsEnd;
  let hit = hitsLast;
  let u0 = v128.load(at);
  let u1 = v128.load(at, 16);
  let u2 = v128.load(at, 32);
  let u3 = v128.load(at, 48);
  let k = events;
  while (k < last) {
    // Limits only rise, so that those of an earlier event tell who cannot have reached the present one's.
    const stop = min(k + 8 * EVENT, last);
    const e = v128.load32_splat(k, 8);
    let t0 = f32x4.mul(v128.load(lim), e);
    let t1 = f32x4.mul(v128.load(lim, 16), e);
    let t2 = f32x4.mul(v128.load(lim, 32), e);
    let t3 = f32x4.mul(v128.load(lim, 48), e);
    do {
      const row = column + usize(load<u32>(k));
      const s = v128.load32_splat(k, 4);
      u0 = f32x4.add(u0, f32x4.mul(s, v128.load(row)));
      u1 = f32x4.add(u1, f32x4.mul(s, v128.load(row, 16)));
      u2 = f32x4.add(u2, f32x4.mul(s, v128.load(row, 32)));
      u3 = f32x4.add(u3, f32x4.mul(s, v128.load(row, 48)));
      k += EVENT;
      let c0 = f32x4.ge(u0, t0);
      let c1 = f32x4.ge(u1, t1);
      let c2 = f32x4.ge(u2, t2);
      let c3 = f32x4.ge(u3, t3);
      if (!i32x4.bitmask(v128.or(v128.or(c0, c1), v128.or(c2, c3)))) continue;
      if (!(load<u32>(k - EVENT, 12) & 1)) continue;
      const e = v128.load32_splat(k - EVENT, 8);
      t0 = f32x4.mul(v128.load(lim), e);
      t1 = f32x4.mul(v128.load(lim, 16), e);
      t2 = f32x4.mul(v128.load(lim, 32), e);
      t3 = f32x4.mul(v128.load(lim, 48), e);
      c0 = f32x4.ge(u0, t0);
      c1 = f32x4.ge(u1, t1);
      c2 = f32x4.ge(u2, t2);
      c3 = f32x4.ge(u3, t3);
      const less = f32x4.mul(e, theta);
      let hits = mask(c0, c1, c2, c3) & valid;
      while (hits && hit < full) {
        store<u32>(hit, u32(k - EVENT));
        store<u32>(hit, hits, 4);
        store<i32>(hit, first, 8);
        hit += HIT;
        u0 = f32x4.sub(u0, v128.and(c0, less));
        u1 = f32x4.sub(u1, v128.and(c1, less));
        u2 = f32x4.sub(u2, v128.and(c2, less));
        u3 = f32x4.sub(u3, v128.and(c3, less));
        c0 = f32x4.ge(u0, t0);
        c1 = f32x4.ge(u1, t1);
        c2 = f32x4.ge(u2, t2);
        c3 = f32x4.ge(u3, t3);
        if (!i32x4.bitmask(v128.or(v128.or(c0, c1), v128.or(c2, c3)))) break;
        hits = mask(c0, c1, c2, c3) & valid;
      }
    } while (k < stop);
  }
  v128.store(at, u0);
  v128.store(at, u1, 16);
  v128.store(at, u2, 32);
  v128.store(at, u3, 48);
  setHitsLast(hit);
}

/** Those of sixteen neurons that are above their limits at e. */
function above(first: i32, e: f32): i32 {
  const at = states + (usize(first) << 2);
  const lim = limits + (usize(first) << 2);
  const s = f32x4.splat(e);
  const off = f32x4.splat(offset);
  return mask(
    f32x4.ge(v128.load(at), f32x4.add(f32x4.mul(v128.load(lim), s), off)),
    f32x4.ge(v128.load(at, 16), f32x4.add(f32x4.mul(v128.load(lim, 16), s), off)),
    f32x4.ge(v128.load(at, 32), f32x4.add(f32x4.mul(v128.load(lim, 32), s), off)),
    f32x4.ge(v128.load(at, 48), f32x4.add(f32x4.mul(v128.load(lim, 48), s), off)),
  );
}

/** Sixteen neurons of which some have a refractory period, or a current that alone takes them over threshold. */
function held(first: i32, valid: i32, driven_: i32): void {
  const at = states + (usize(first) << 2);
  const column = weights + (usize(first) << 2);
  const driven = driven_ & valid;
  let before: f32 = leaky ? 1 : 0;
  let fresh = true;
  waitingUntil = Infinity;
  for (let k = events; k < eventsEnd && !overfull(); k += EVENT) {
    const e = load<f32>(k, 8);
    if (fresh) {
      if (waitingUntil < e) release(first, valid, before, e);
      let hits = driven ? above(first, e) & driven : 0;
      while (hits) {
        within(first + ctz(hits), before, e, false);
        hits &= hits - 1;
      }
    }
    const row = column + usize(load<u32>(k));
    const s = v128.load32_splat(k, 4);
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(s, v128.load(row))));
    v128.store(at, f32x4.add(v128.load(at, 16), f32x4.mul(s, v128.load(row, 16))), 16);
    v128.store(at, f32x4.add(v128.load(at, 32), f32x4.mul(s, v128.load(row, 32))), 32);
    v128.store(at, f32x4.add(v128.load(at, 48), f32x4.mul(s, v128.load(row, 48))), 48);
    fresh = (load<u32>(k, 12) & 1) != 0;
    if (!fresh) continue;
    before = e;
    let hits = above(first, e) & valid;
    while (hits) {
      fire(first + ctz(hits), e, load<f64>(times + ((load<u32>(k, 12) >> 1) << 3)));
      hits &= hits - 1;
    }
  }
  const hits = above(first, end) & valid;
  for (let n = 0; n < 16; n++) {
    const j = first + n;
    if ((valid >> n) & 1 && ((hits >> n) & 1 || load<u8>(waits + usize(j)))) within(j, before, end, true);
  }
}

/** Lets those of sixteen neurons fire before e whose refractory period ends there. */
function release(first: i32, valid: i32, before: f32, e: f32): void {
  waitingUntil = Infinity;
  for (let n = 0; n < 16; n++) {
    const j = first + n;
    if (!((valid >> n) & 1) || !load<u8>(waits + usize(j))) continue;
    const until = load<f32>(untils + (usize(j) << 2));
    if (until < e) within(j, before, e, false);
    else wait(j, until);
  }
}

function wait(j: i32, until: f32): void {
  store<u8>(waits + usize(j), 1);
  waitingUntil = min(waitingUntil, until);
}

// @ts-ignore: decorator
@inline
function afterHold(e: f32): f32 {
  return leaky ? e * hold : e + hold;
}

/** Takes thresholds off neuron j at an event until it is below or refractory; a burst of n spikes stands n times. */
function fire(j: i32, e: f32, t: f64): void {
  const at = states + (usize(j) << 2);
  const until = untils + (usize(j) << 2);
  const limit = load<f32>(limits + (usize(j) << 2)) * e + offset;
  let v = load<f32>(at);
  while (v >= limit && !overfull()) {
    if (hold > 0) {
      if (e < load<f32>(until)) {
        wait(j, load<f32>(until));
        break;
      }
      store<f32>(until, afterHold(e));
    }
    v -= dropAt(e);
    emit(t, e, j);
  }
  store<f32>(at, v);
}

/** Spikes of neuron j that no input causes, in (before, to), or (before, to] where the end is part of it. */
function within(j: i32, before: f32, to: f32, inclusive: bool): void {
  const at = states + (usize(j) << 2);
  const slope = load<f32>(limits + (usize(j) << 2));
  let until = load<f32>(untils + (usize(j) << 2));
  while (!overfull()) {
    const start = max(before, until);
    if (inclusive ? start > to : start >= to) break;
    let e = start;
    const v = load<f32>(at);
    if (!(v >= slope * start + offset)) {
      if (!(slope < 0)) break;
      e = max((v - offset) / slope, start);
      if (inclusive ? e > to : e >= to) break;
    }
    store<f32>(at, v - dropAt(e));
    if (hold > 0) until = afterHold(e);
    emit(leaky ? min(tau * ln(f64(e)), duration) : f64(e), e, j);
  }
  store<f32>(untils + (usize(j) << 2), until);
  store<u8>(waits + usize(j), 0);
  if (until >= to) wait(j, until);
}
