// AssemblyScript. A layer of neurons over a presentation, and what training does to its weights; operation by operation
// in double precision what the loops of `LifLayer` and `ThreeFactorSynapses` do, so that results are the same bits.
import * as layout from "../layout";
import { exp, log } from "./elementary";
import { instant } from "./instant";
import { address, double, setWord, whole, word } from "./record";

/** Of each event: row, factor, e, what a spike takes there, whether it is the last of its instant. */
function placeEvents(record: usize, events: i32, rows: usize, scales: usize, lasts: usize): void {
  const neurons = address(record, layout.SWEEP_EVENT_NEURONS);
  const inputs = whole(record, layout.SWEEP_INPUTS);
  const gain = double(record, layout.SWEEP_GAIN);
  const leaky = tau < Infinity;
  for (let k = 0; k < events; k++) {
    const at = usize(k) << 3;
    const t = load<f64>(timesAt + at);
    const e = leaky ? exp(t / tau) : t;
    const i = word(neurons, k);
    const twin = i >= inputs;
    setWord(rows, k, twin ? i - inputs : i);
    store<f64>(scales + at, (twin ? -gain : gain) * (leaky ? e : 1));
    store<f64>(esAt + at, e);
    store<f64>(dropsAt + at, drop * (leaky ? e : 1));
    store<u8>(lasts + usize(k), k + 1 < events && load<f64>(timesAt + at, 8) == t ? 0 : 1);
  }
}

/** Where the lists of one presentation lie, and its constants, for the functions that `present` calls. */
let states: usize;
let limitsAt: usize;
let untils: usize;
let waits: usize;
let timesAt: usize;
let esAt: usize;
let dropsAt: usize;
let outTimesAt: usize;
let outNeuronsAt: usize;
let offset: f64;
let tau: f64;
let drop: f64;
let tauRef: f64;
let population: i32;
let capacity: i32;
let count: i32;
/** The earliest end of a refractory period that one of the present neurons waits for. */
let waitingUntil: f64;

/**
 * One presentation of one layer: `LifLayer`'s loop over events, turned inside out. Eight neurons at a time keep their
 * state in registers while all events pass. One whose limit is below 0 is driven: its current alone takes it over
 * threshold.
 *
 * @returns number of spikes, or -1 when they do not fit
 */
export function present(record: usize): i32 {
  const neurons = whole(record, layout.SWEEP_NEURONS);
  const events = whole(record, layout.SWEEP_EVENTS);
  const weights = address(record, layout.SWEEP_WEIGHTS);
  const rows = address(record, layout.SWEEP_ROWS);
  const scales = address(record, layout.SWEEP_SCALES);
  const lasts = address(record, layout.SWEEP_LASTS);
  const u = address(record, layout.SWEEP_U);
  const limits = address(record, layout.SWEEP_LIMITS);
  const times = address(record, layout.SWEEP_TIMES);
  const es = address(record, layout.SWEEP_ES);
  const offset_ = double(record, layout.SWEEP_OFFSET);
  const tauRef_ = double(record, layout.SWEEP_TAU_REF);
  states = u;
  limitsAt = limits;
  untils = address(record, layout.SWEEP_UNTIL);
  waits = address(record, layout.SWEEP_WAITING);
  timesAt = times;
  esAt = es;
  dropsAt = address(record, layout.SWEEP_DROPS);
  outTimesAt = address(record, layout.SWEEP_OUT_TIMES);
  outNeuronsAt = address(record, layout.SWEEP_OUT_NEURONS);
  offset = offset_;
  tau = double(record, layout.SWEEP_TAU);
  drop = double(record, layout.SWEEP_DROP);
  tauRef = tauRef_;
  population = neurons;
  capacity = whole(record, layout.SWEEP_ROOM);
  count = 0;
  placeEvents(record, events, rows, scales, lasts);
  const off = f64x2.splat(offset_);
  const stride = usize(neurons) << 2;
  let j = 0;
  for (; j + 8 <= neurons; j += 8) {
    const at = u + (usize(j) << 3);
    const lim = limits + (usize(j) << 3);
    const column = weights + (usize(j) << 2);
    let u0 = v128.load(at);
    let u1 = v128.load(at, 16);
    let u2 = v128.load(at, 32);
    let u3 = v128.load(at, 48);
    const l0 = v128.load(lim);
    const l1 = v128.load(lim, 16);
    const l2 = v128.load(lim, 32);
    const l3 = v128.load(lim, 48);
    const zero = f64x2.splat(0);
    const driven =
      i64x2.bitmask(f64x2.lt(l0, zero)) |
      (i64x2.bitmask(f64x2.lt(l1, zero)) << 2) |
      (i64x2.bitmask(f64x2.lt(l2, zero)) << 4) |
      (i64x2.bitmask(f64x2.lt(l3, zero)) << 6);
    waitingUntil = Infinity;
    if (!driven && tauRef_ == 0) {
      // Limits only rise, so that those of an earlier event tell who cannot have reached the present one's.
      let t0 = zero;
      let t1 = zero;
      let t2 = zero;
      let t3 = zero;
      let renew = 0;
      for (let k = 0; k < events; k++) {
        if (k == renew) {
          const e = v128.load64_splat(es + (usize(k) << 3));
          t0 = f64x2.add(f64x2.mul(v128.load(lim), e), off);
          t1 = f64x2.add(f64x2.mul(v128.load(lim, 16), e), off);
          t2 = f64x2.add(f64x2.mul(v128.load(lim, 32), e), off);
          t3 = f64x2.add(f64x2.mul(v128.load(lim, 48), e), off);
          renew = k + 8;
        }
        const s = v128.load64_splat(scales + (usize(k) << 3));
        const row = column + usize(load<i32>(rows + (usize(k) << 2))) * stride;
        const w0 = v128.load(row);
        const w1 = v128.load(row, 16);
        u0 = f64x2.add(u0, f64x2.mul(s, f64x2.promote_low_f32x4(w0)));
        u1 = f64x2.add(u1, f64x2.mul(s, f64x2.promote_low_f32x4(i64x2.shuffle(w0, w0, 1, 1))));
        u2 = f64x2.add(u2, f64x2.mul(s, f64x2.promote_low_f32x4(w1)));
        u3 = f64x2.add(u3, f64x2.mul(s, f64x2.promote_low_f32x4(i64x2.shuffle(w1, w1, 1, 1))));
        if (!load<u8>(lasts + usize(k))) continue;
        let c0 = f64x2.ge(u0, t0);
        let c1 = f64x2.ge(u1, t1);
        let c2 = f64x2.ge(u2, t2);
        let c3 = f64x2.ge(u3, t3);
        if (!v128.any_true(v128.or(v128.or(c0, c1), v128.or(c2, c3)))) continue;
        const e = v128.load64_splat(es + (usize(k) << 3));
        t0 = f64x2.add(f64x2.mul(v128.load(lim), e), off);
        t1 = f64x2.add(f64x2.mul(v128.load(lim, 16), e), off);
        t2 = f64x2.add(f64x2.mul(v128.load(lim, 32), e), off);
        t3 = f64x2.add(f64x2.mul(v128.load(lim, 48), e), off);
        renew = k + 8;
        c0 = f64x2.ge(u0, t0);
        c1 = f64x2.ge(u1, t1);
        c2 = f64x2.ge(u2, t2);
        c3 = f64x2.ge(u3, t3);
        let hits =
          i64x2.bitmask(c0) | (i64x2.bitmask(c1) << 2) | (i64x2.bitmask(c2) << 4) | (i64x2.bitmask(c3) << 6);
        if (!hits) continue;
        v128.store(at, u0);
        v128.store(at, u1, 16);
        v128.store(at, u2, 32);
        v128.store(at, u3, 48);
        while (hits) {
          const n = ctz(hits);
          hits &= hits - 1;
          if (!fire(j + n, k)) return -1;
        }
        u0 = v128.load(at);
        u1 = v128.load(at, 16);
        u2 = v128.load(at, 32);
        u3 = v128.load(at, 48);
      }
      v128.store(at, u0);
      v128.store(at, u1, 16);
      v128.store(at, u2, 32);
      v128.store(at, u3, 48);
      continue;
    }
    let next: f64 = Infinity;
    let first = true;
    for (let k = 0; k < events; k++) {
      if (next < load<f64>(times + (usize(k) << 3)) || (first && driven)) {
        v128.store(at, u0);
        v128.store(at, u1, 16);
        v128.store(at, u2, 32);
        v128.store(at, u3, 48);
        if (!between(j, driven, k)) return -1;
        next = waitingUntil;
        u0 = v128.load(at);
        u1 = v128.load(at, 16);
        u2 = v128.load(at, 32);
        u3 = v128.load(at, 48);
      }
      const s = v128.load64_splat(scales + (usize(k) << 3));
      const row = column + usize(load<i32>(rows + (usize(k) << 2))) * stride;
      const w0 = v128.load(row);
      const w1 = v128.load(row, 16);
      u0 = f64x2.add(u0, f64x2.mul(s, f64x2.promote_low_f32x4(w0)));
      u1 = f64x2.add(u1, f64x2.mul(s, f64x2.promote_low_f32x4(i64x2.shuffle(w0, w0, 1, 1))));
      u2 = f64x2.add(u2, f64x2.mul(s, f64x2.promote_low_f32x4(w1)));
      u3 = f64x2.add(u3, f64x2.mul(s, f64x2.promote_low_f32x4(i64x2.shuffle(w1, w1, 1, 1))));
      first = load<u8>(lasts + usize(k)) != 0;
      if (!first) continue;
      const e = v128.load64_splat(es + (usize(k) << 3));
      const t0 = f64x2.add(f64x2.mul(l0, e), off);
      const t1 = f64x2.add(f64x2.mul(l1, e), off);
      const t2 = f64x2.add(f64x2.mul(l2, e), off);
      const t3 = f64x2.add(f64x2.mul(l3, e), off);
      const c0 = f64x2.ge(u0, t0);
      const c1 = f64x2.ge(u1, t1);
      const c2 = f64x2.ge(u2, t2);
      const c3 = f64x2.ge(u3, t3);
      if (!v128.any_true(v128.or(v128.or(c0, c1), v128.or(c2, c3)))) continue;
      let hits =
        i64x2.bitmask(c0) | (i64x2.bitmask(c1) << 2) | (i64x2.bitmask(c2) << 4) | (i64x2.bitmask(c3) << 6);
      if (tauRef_ > 0) {
        hits = free(hits, j, load<f64>(times + (usize(k) << 3)));
        next = waitingUntil;
        if (!hits) continue;
      }
      v128.store(at, u0);
      v128.store(at, u1, 16);
      v128.store(at, u2, 32);
      v128.store(at, u3, 48);
      while (hits) {
        const n = ctz(hits);
        hits &= hits - 1;
        if (!fire(j + n, k)) return -1;
      }
      next = waitingUntil;
      u0 = v128.load(at);
      u1 = v128.load(at, 16);
      u2 = v128.load(at, 32);
      u3 = v128.load(at, 48);
    }
    v128.store(at, u0);
    v128.store(at, u1, 16);
    v128.store(at, u2, 32);
    v128.store(at, u3, 48);
  }
  for (; j < neurons; j++) {
    const at = u + (usize(j) << 3);
    const lim = limits + (usize(j) << 3);
    const driven = load<f64>(lim) < 0;
    waitingUntil = Infinity;
    let first = true;
    for (let k = 0; k < events; k++) {
      const t = load<f64>(times + (usize(k) << 3));
      if ((waitingUntil < t || (first && driven)) && !between(j, i32(driven), k)) return -1;
      const w = load<f32>(weights + usize(load<i32>(rows + (usize(k) << 2))) * stride + (usize(j) << 2));
      store<f64>(at, load<f64>(at) + load<f64>(scales + (usize(k) << 3)) * f64(w));
      first = load<u8>(lasts + usize(k)) != 0;
      if (!first) continue;
      if (load<f64>(at) >= load<f64>(lim) * load<f64>(es + (usize(k) << 3)) + offset) {
        if (!fire(j, k)) return -1;
      }
    }
  }
  return count;
}

/** Lets those of eight neurons above threshold wait that are refractory at t; returns the others. */
function free(hits: i32, first: i32, t: f64): i32 {
  let others = 0;
  while (hits) {
    const n = ctz(hits);
    hits &= hits - 1;
    const until = load<f64>(untils + (usize(first + n) << 3));
    if (t < until) wait(first + n, until);
    else others |= 1 << n;
  }
  return others;
}

function wait(j: i32, until: f64): void {
  store<u8>(waits + usize(j), 1);
  waitingUntil = min(waitingUntil, until);
}

/** false when the spike does not fit. */
function spike(j: i32, t: f64): bool {
  if (count == capacity) return false;
  store<f64>(outTimesAt + (usize(count) << 3), t);
  store<i32>(outNeuronsAt + (usize(count) << 2), j);
  count++;
  return true;
}

/**
 * Takes thresholds off neuron j at event k until it is below or refractory; a burst of n spikes stands n times.
 * @returns false when the spikes do not fit
 */
function fire(j: i32, k: i32): bool {
  const at = states + (usize(j) << 3);
  const limit = load<f64>(limitsAt + (usize(j) << 3)) * load<f64>(esAt + (usize(k) << 3)) + offset;
  const t = load<f64>(timesAt + (usize(k) << 3));
  const less = load<f64>(dropsAt + (usize(k) << 3));
  let v = load<f64>(at);
  while (v >= limit) {
    if (tauRef > 0) {
      const until = load<f64>(untils + (usize(j) << 3));
      if (t < until) {
        wait(j, until);
        break;
      }
      store<f64>(untils + (usize(j) << 3), instant(t + tauRef));
    }
    v -= less;
    if (!spike(j, t)) return false;
  }
  store<f64>(at, v);
  return true;
}

/**
 * Spikes before event k that no input causes, of up to eight neurons: of those whose refractory period ends before it,
 * and of the driven ones.
 * @param driven  bit n: neuron first + n is driven
 */
function between(first: i32, driven: i32, k: i32): bool {
  const t = load<f64>(timesAt + (usize(k) << 3));
  const before = k > 0 ? load<f64>(timesAt + (usize(k - 1) << 3)) : 0;
  const e = load<f64>(esAt + (usize(k) << 3));
  if (waitingUntil < t) {
    waitingUntil = Infinity;
    for (let n = 0; n < 8; n++) {
      const j = first + n;
      if (j == population) break;
      if (!load<u8>(waits + usize(j))) continue;
      const until = load<f64>(untils + (usize(j) << 3));
      if (until < t) {
        if (!within(j, before, t)) return false;
      } else wait(j, until);
    }
  }
  while (driven) {
    const n = ctz(driven);
    driven &= driven - 1;
    const j = first + n;
    const limit = load<f64>(limitsAt + (usize(j) << 3)) * e + offset;
    if (load<f64>(states + (usize(j) << 3)) >= limit && !within(j, before, t)) return false;
  }
  return true;
}

/** Spikes of neuron j that no input causes, in (before, end). */
function within(j: i32, before: f64, end: f64): bool {
  const at = states + (usize(j) << 3);
  const slope = load<f64>(limitsAt + (usize(j) << 3));
  let until = load<f64>(untils + (usize(j) << 3));
  const leaky = tau < Infinity;
  for (;;) {
    const start = max(before, until);
    if (start >= end) break;
    let t = start;
    let e = leaky ? exp(t / tau) : t;
    const v = load<f64>(at);
    if (!(v >= slope * e + offset)) {
      if (!(slope < 0)) break;
      t = max(instant(leaky ? tau * log(v / slope) : (v - offset) / slope), start);
      if (t >= end) break;
      e = leaky ? exp(t / tau) : t;
    }
    store<f64>(at, v - drop * (leaky ? e : 1));
    if (tauRef > 0) until = instant(t + tauRef);
    if (!spike(j, t)) return false;
  }
  store<f64>(untils + (usize(j) << 3), until);
  store<u8>(waits + usize(j), 0);
  if (until >= end) wait(j, until);
  return true;
}

/** row[j] += factor * vector[j], the row in floats, the vector in doubles. */
export function addRow(row: usize, vector: usize, factor: f64, columns: i32): void {
  const f = f64x2.splat(factor);
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    const at = row + (usize(j) << 2);
    const from = vector + (usize(j) << 3);
    const r = v128.load(at);
    const lo = f64x2.add(f64x2.promote_low_f32x4(r), f64x2.mul(f, v128.load(from)));
    const hi = f64x2.add(
      f64x2.promote_low_f32x4(i64x2.shuffle(r, r, 1, 1)),
      f64x2.mul(f, v128.load(from, 16)),
    );
    v128.store(at, i64x2.shuffle(f32x4.demote_f64x2_zero(lo), f32x4.demote_f64x2_zero(hi), 0, 2));
  }
  for (; j < columns; j++) {
    const at = row + (usize(j) << 2);
    store<f32>(at, f32(f64(load<f32>(at)) + factor * load<f64>(vector + (usize(j) << 3))));
  }
}

/** weights[j] -= scale * change[j], then change[j] = 0. */
export function applyRow(weights: usize, change: usize, scale: f64, columns: i32): void {
  const s = f64x2.splat(scale);
  const zero = f64x2.splat(0);
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    const w = v128.load(weights + (usize(j) << 2));
    const c = v128.load(change + (usize(j) << 2));
    const lo = f64x2.sub(f64x2.promote_low_f32x4(w), f64x2.mul(s, f64x2.promote_low_f32x4(c)));
    const hi = f64x2.sub(
      f64x2.promote_low_f32x4(i64x2.shuffle(w, w, 1, 1)),
      f64x2.mul(s, f64x2.promote_low_f32x4(i64x2.shuffle(c, c, 1, 1))),
    );
    v128.store(
      weights + (usize(j) << 2),
      i64x2.shuffle(f32x4.demote_f64x2_zero(lo), f32x4.demote_f64x2_zero(hi), 0, 2),
    );
    v128.store(change + (usize(j) << 2), zero);
  }
  for (; j < columns; j++) {
    const at = weights + (usize(j) << 2);
    store<f32>(at, f32(f64(load<f32>(at)) - scale * f64(load<f32>(change + (usize(j) << 2)))));
    store<f32>(change + (usize(j) << 2), 0);
  }
}
