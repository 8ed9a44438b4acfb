// AssemblyScript. Synapses with pair STDP in the exact mode: weights in single precision, changes in double. See `PairRows`.
import * as layout from "../layout";
import { exp } from "./elementary";
import { address, double, is, setDouble, setWhole, whole } from "./record";

// @ts-ignore: decorator
@inline
function historyOf(pairs: usize, j: i32): usize {
  return address(pairs, layout.PAIRS_HISTORY) + (usize(j) << 6);
}

// @ts-ignore: decorator
@inline
function pastOf(pairs: usize, j: i32, k: i32): usize {
  const place = j * layout.PAIRS_KEPT + (k & (layout.PAIRS_KEPT - 1));
  return address(pairs, layout.PAIRS_RING) + usize(place) * layout.PAST_BYTES;
}

/** How often a neuron has fired. */
// @ts-ignore: decorator
@inline
function countOf(pairs: usize, j: i32): i32 {
  return load<i32>(address(pairs, layout.PAIRS_COUNTS) + (usize(j) << 2));
}

/** A postsynaptic neuron fires at t, for all such synapses onto it. */
export function postSpike(first: usize, j: i32, t: f64): void {
  for (let pairs = first; pairs; pairs = address(pairs, layout.PAIRS_NEXT)) {
    const since = t - double(pairs, layout.PAIRS_ORIGIN);
    const own = exp(since / double(pairs, layout.PAIRS_TAU_MINUS));
    const left = exp(-since / double(pairs, layout.PAIRS_TAU_PLUS));
    const history = historyOf(pairs, j);
    const trace = is(pairs, layout.PAIRS_NEAREST) ? own : load<f64>(history, layout.HISTORY_TRACE) + own;
    store<f64>(history, load<f64>(history, 16), 24);
    store<f64>(history, load<f64>(history, 8), 16);
    store<f64>(history, load<f64>(history), 8);
    store<f64>(history, t);
    store<f64>(history, load<f64>(history, layout.HISTORY_LEFT + 8), layout.HISTORY_LEFT + 16);
    store<f64>(history, load<f64>(history, layout.HISTORY_LEFT), layout.HISTORY_LEFT + 8);
    store<f64>(history, left, layout.HISTORY_LEFT);
    store<f64>(history, trace, layout.HISTORY_TRACE);
    const count = countOf(pairs, j);
    store<i32>(address(pairs, layout.PAIRS_COUNTS) + (usize(j) << 2), count + 1);
    const past = pastOf(pairs, j, count);
    store<f64>(past, t);
    store<f64>(past, left, layout.PAST_LEFT);
    store<f64>(past, trace, layout.PAST_TRACE);
    const flushed = load<i32>(address(pairs, layout.PAIRS_FLUSHED) + (usize(j) << 2));
    // A few more fit, for the window that is under way.
    if (count - flushed >= layout.PAIRS_KEPT - 6) setWhole(pairs, layout.PAIRS_CROWDED, 1);
  }
}

// Of the present row.
let aPlus: f64;
let aMinus: f64;
let p0: f64;
let p1: f64;
let d0: f64;
let d1: f64;
let low: f64;
let high: f64;

function begin(pairs: usize): void {
  aPlus = double(pairs, layout.PAIRS_A_PLUS);
  aMinus = double(pairs, layout.PAIRS_A_MINUS);
  p0 = double(pairs, layout.PAIRS_P0);
  p1 = double(pairs, layout.PAIRS_P1);
  d0 = double(pairs, layout.PAIRS_D0);
  d1 = double(pairs, layout.PAIRS_D1);
  low = double(pairs, layout.PAIRS_W_MIN);
  high = double(pairs, layout.PAIRS_W_MAX);
}

// @ts-ignore: decorator
@inline
function clipped(w: f64): f64 {
  return f64(f32(w < low ? low : w > high ? high : w));
}

// @ts-ignore: decorator
@inline
function strengthened(w: f64, trace: f64): f64 {
  return clipped(w + aPlus * (p0 + p1 * w) * trace);
}

// @ts-ignore: decorator
@inline
function bothClipped(w: v128, least: v128, most: v128): v128 {
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(f64x2.pmin(f64x2.pmax(w, least), most)));
}

/** a (b + c w) of two weights; `all` where that is the same for all of them, so that no change waits for the one before. */
// @ts-ignore: decorator
@inline
function both(w: v128, all: v128, a: f64, b: f64, c: f64): v128 {
  if (c == 0) return all;
  return f64x2.mul(f64x2.splat(a), f64x2.add(f64x2.splat(b), f64x2.mul(f64x2.splat(c), w)));
}

// @ts-ignore: decorator
@inline
function targetOf(targets: usize, wide: bool, s: u32): i32 {
  return wide ? i32(load<u32>(targets + (usize(s) << 2))) : i32(load<u16>(targets + (usize(s) << 1)));
}

/** The general case: any number of spikes from `seen` on and before `now`, and, where `arrives`, a presynaptic one then. */
function throughPast(pairs: usize, j: i32, w: f64, seen: f64, now: f64, x: f64, left: f64, arrives: bool): f64 {
  const count = countOf(pairs, j);
  let last = count - 1;
  const first = max(count - layout.PAIRS_KEPT, 0);
  while (last >= first && load<f64>(pastOf(pairs, j, last)) >= now) last--;
  let k = last + 1;
  while (k > first && load<f64>(pastOf(pairs, j, k - 1)) >= seen) k--;
  for (; k <= last; k++) w = strengthened(w, x * load<f64>(pastOf(pairs, j, k), layout.PAST_LEFT));
  if (!arrives) return w;
  const y = last >= first ? load<f64>(pastOf(pairs, j, last), layout.PAST_TRACE) * left : 0;
  return clipped(w - aMinus * (d0 + d1 * w) * y);
}

/** The weight of a synapse when a spike arrives at `now`, from what it was when the row was last done. */
// @ts-ignore: decorator
@inline
function weightAt(pairs: usize, j: i32, w: f64, seen: f64, now: f64, x: f64, left: f64): f64 {
  const history = historyOf(pairs, j);
  const t1 = load<f64>(history);
  if (t1 >= now || load<f64>(history, 24) >= seen) return throughPast(pairs, j, w, seen, now, x, left, true);
  // Three spikes at most, whose number is hard to guess: those that do not count act with a trace of 0.
  const x3 = load<f64>(history, 16) >= seen ? x * load<f64>(history, layout.HISTORY_LEFT + 16) : 0;
  const x2 = load<f64>(history, 8) >= seen ? x * load<f64>(history, layout.HISTORY_LEFT + 8) : 0;
  const x1 = t1 >= seen ? x * load<f64>(history, layout.HISTORY_LEFT) : 0;
  w = strengthened(strengthened(strengthened(w, x3), x2), x1);
  return clipped(w - aMinus * (d0 + d1 * w) * (load<f64>(history, layout.HISTORY_TRACE) * left));
}

/** The same for one synapse, by what was logged. */
export function loggedWeight(pairs: usize, j: i32, w: f64, log: usize, now: f64): f64 {
  begin(pairs);
  const left = exp((double(pairs, layout.PAIRS_ORIGIN) - now) / double(pairs, layout.PAIRS_TAU_MINUS));
  return weightAt(pairs, j, w, load<f64>(log), now, load<f64>(log, 8), left);
}

/** A spike arrives over a row at t: brings its weights up to date, and lets them learn from it. */
export function arrive(pairs: usize, rows: usize, row: u32, from: u32, to: u32, t: f64, log: i32): void {
  begin(pairs);
  const targets = address(rows, layout.ROWS_TARGETS);
  const wide = is(rows, layout.ROWS_WIDE);
  const weights = address(rows, layout.ROWS_WEIGHTS);
  const since = t - double(pairs, layout.PAIRS_ORIGIN);
  const left = exp(-since / double(pairs, layout.PAIRS_TAU_MINUS));
  const traceAt = address(pairs, layout.PAIRS_TRACES) + (usize(row) << 3);
  const seenAt = address(pairs, layout.PAIRS_SEEN) + (usize(row) << 3);
  const x = load<f64>(traceAt);
  // Without a trace, no spike strengthens.
  const seen = x == 0 ? Infinity : load<f64>(seenAt);
  if (log >= 0) {
    const at = address(pairs, layout.PAIRS_LOG) + usize(log);
    store<f64>(at, seen);
    store<f64>(at, x, 8);
    memory.copy(at + 16, weights + (usize(from) << 2), usize(to - from) << 2);
  }
  const histories = address(pairs, layout.PAIRS_HISTORY);
  const nows = f64x2.splat(t);
  const seens = f64x2.splat(seen);
  const xs = f64x2.splat(x);
  const lefts = f64x2.splat(left);
  const least = f64x2.splat(low);
  const most = f64x2.splat(high);
  const ups = f64x2.splat(aPlus * p0);
  const downs = f64x2.splat(aMinus * d0);
  let s = from;
  for (; s + 2 <= to; s += 2) {
    const i = targetOf(targets, wide, s);
    const j = targetOf(targets, wide, s + 1);
    const at = weights + (usize(s) << 2);
    const a = histories + (usize(i) << 6);
    const b = histories + (usize(j) << 6);
    const a0 = v128.load(a);
    const b0 = v128.load(b);
    const a1 = v128.load(a, 16);
    const b1 = v128.load(b, 16);
    const t1 = v128.shuffle<f64>(a0, b0, 0, 2);
    if (v128.any_true(v128.or(f64x2.ge(t1, nows), f64x2.ge(v128.shuffle<f64>(a1, b1, 1, 3), seens)))) {
      store<f32>(at, f32(weightAt(pairs, i, f64(load<f32>(at)), seen, t, x, left)));
      store<f32>(at, f32(weightAt(pairs, j, f64(load<f32>(at, 4)), seen, t, x, left)), 4);
      continue;
    }
    const a2 = v128.load(a, 32);
    const b2 = v128.load(b, 32);
    const a3 = v128.load(a, 48);
    const b3 = v128.load(b, 48);
    let w = f64x2.promote_low_f32x4(v128.load64_zero(at));
    const third = f64x2.ge(v128.shuffle<f64>(a1, b1, 0, 2), seens);
    if (v128.any_true(third)) {
      const x3 = v128.and(third, f64x2.mul(xs, v128.shuffle<f64>(a3, b3, 0, 2)));
      w = bothClipped(f64x2.add(w, f64x2.mul(both(w, ups, aPlus, p0, p1), x3)), least, most);
    }
    const x2 = v128.and(
      f64x2.ge(v128.shuffle<f64>(a0, b0, 1, 3), seens),
      f64x2.mul(xs, v128.shuffle<f64>(a2, b2, 1, 3)),
    );
    w = bothClipped(f64x2.add(w, f64x2.mul(both(w, ups, aPlus, p0, p1), x2)), least, most);
    const x1 = v128.and(f64x2.ge(t1, seens), f64x2.mul(xs, v128.shuffle<f64>(a2, b2, 0, 2)));
    w = bothClipped(f64x2.add(w, f64x2.mul(both(w, ups, aPlus, p0, p1), x1)), least, most);
    const y = f64x2.mul(v128.shuffle<f64>(a3, b3, 1, 3), lefts);
    w = f64x2.sub(w, f64x2.mul(both(w, downs, aMinus, d0, d1), y));
    v128.store64_lane(at, f32x4.demote_f64x2_zero(f64x2.pmin(f64x2.pmax(w, least), most)), 0);
  }
  if (s < to) {
    const at = weights + (usize(s) << 2);
    store<f32>(at, f32(weightAt(pairs, targetOf(targets, wide, s), f64(load<f32>(at)), seen, t, x, left)));
  }
  const own = exp(since / double(pairs, layout.PAIRS_TAU_PLUS));
  store<f64>(traceAt, is(pairs, layout.PAIRS_NEAREST) ? own : x + own);
  store<f64>(seenAt, t);
}

/** Brings all weights up to a time: the postsynaptic spikes before it have acted. */
export function flushPairs(pairs: usize, now: f64): void {
  begin(pairs);
  const rows = address(pairs, layout.PAIRS_ROWS);
  const targets = address(rows, layout.ROWS_TARGETS);
  const wide = is(rows, layout.ROWS_WIDE);
  const weights = address(rows, layout.ROWS_WEIGHTS);
  const starts = address(pairs, layout.PAIRS_STARTS);
  const pre = whole(pairs, layout.PAIRS_PRE);
  for (let row = 0; row < pre; row++) {
    const x = load<f64>(address(pairs, layout.PAIRS_TRACES) + (usize(row) << 3));
    const seenAt = address(pairs, layout.PAIRS_SEEN) + (usize(row) << 3);
    const seen = load<f64>(seenAt);
    if (x == 0 || seen >= now) continue;
    store<f64>(seenAt, now);
    const to = load<u32>(starts + (usize(row) << 2), 4);
    for (let s = load<u32>(starts + (usize(row) << 2)); s < to; s++) {
      const j = targetOf(targets, wide, s);
      if (load<f64>(historyOf(pairs, j)) < seen) continue;
      const at = weights + (usize(s) << 2);
      store<f32>(at, f32(throughPast(pairs, j, f64(load<f32>(at)), seen, now, x, 0, false)));
    }
  }
  const post = whole(pairs, layout.PAIRS_POST);
  for (let j = 0; j < post; j++) {
    let count = countOf(pairs, j);
    while (count > 0 && load<f64>(pastOf(pairs, j, count - 1)) >= now) count--;
    store<i32>(address(pairs, layout.PAIRS_FLUSHED) + (usize(j) << 2), count);
  }
  setWhole(pairs, layout.PAIRS_CROWDED, 0);
}

/** Scales traces to another time, when all weights are up to date. */
export function movePairs(pairs: usize, to: f64): void {
  const by = to - double(pairs, layout.PAIRS_ORIGIN);
  const plus = exp(by / double(pairs, layout.PAIRS_TAU_PLUS));
  const minus = exp(-by / double(pairs, layout.PAIRS_TAU_MINUS));
  setDouble(pairs, layout.PAIRS_ORIGIN, to);
  const traces = address(pairs, layout.PAIRS_TRACES);
  for (let at = traces, end = traces + (usize(whole(pairs, layout.PAIRS_PRE)) << 3); at < end; at += 8)
    store<f64>(at, load<f64>(at) / plus);
  const post = whole(pairs, layout.PAIRS_POST);
  for (let j = 0; j < post; j++) {
    const history = historyOf(pairs, j);
    for (let k: usize = 0; k < 24; k += 8) {
      const at = history + layout.HISTORY_LEFT + k;
      store<f64>(at, load<f64>(at) * plus);
    }
    store<f64>(history, load<f64>(history, layout.HISTORY_TRACE) * minus, layout.HISTORY_TRACE);
    for (let k = 0; k < layout.PAIRS_KEPT; k++) {
      const past = pastOf(pairs, j, k);
      store<f64>(past, load<f64>(past, layout.PAST_LEFT) * plus, layout.PAST_LEFT);
      store<f64>(past, load<f64>(past, layout.PAST_TRACE) * minus, layout.PAST_TRACE);
    }
  }
}
