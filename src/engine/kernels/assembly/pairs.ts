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

/** A postsynaptic neuron fires at t, for all such synapses onto it. */
export function postSpike(first: usize, j: i32, t: f64): void {
  for (let pairs = first; pairs; pairs = address(pairs, layout.PAIRS_NEXT)) {
    const since = t - double(pairs, layout.PAIRS_ORIGIN);
    const own = exp(since / double(pairs, layout.PAIRS_TAU_MINUS));
    const left = exp(-since / double(pairs, layout.PAIRS_TAU_PLUS));
    const history = historyOf(pairs, j);
    const trace = is(pairs, layout.PAIRS_NEAREST) ? own : load<f64>(history, layout.HISTORY_TRACE) + own;
    store<f64>(history, load<f64>(history, 8), 16);
    store<f64>(history, load<f64>(history), 8);
    store<f64>(history, t);
    store<f64>(history, load<f64>(history, layout.HISTORY_LEFT + 8), layout.HISTORY_LEFT + 16);
    store<f64>(history, load<f64>(history, layout.HISTORY_LEFT), layout.HISTORY_LEFT + 8);
    store<f64>(history, left, layout.HISTORY_LEFT);
    store<f64>(history, trace, layout.HISTORY_TRACE);
    const count = load<i32>(history, layout.HISTORY_COUNT);
    store<i32>(history, count + 1, layout.HISTORY_COUNT);
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

/** The general case: any number of spikes from `seen` on and before `now`, and, where `arrives`, a presynaptic one then. */
function throughPast(pairs: usize, j: i32, w: f64, seen: f64, now: f64, x: f64, left: f64, arrives: bool): f64 {
  const count = load<i32>(historyOf(pairs, j), layout.HISTORY_COUNT);
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
  if (t1 >= now || load<f64>(history, 16) >= seen) return throughPast(pairs, j, w, seen, now, x, left, true);
  // Two spikes at most, whose number is hard to guess: those that do not count act with a trace of 0.
  const x2 = load<f64>(history, 8) >= seen ? x * load<f64>(history, layout.HISTORY_LEFT + 8) : 0;
  const x1 = t1 >= seen ? x * load<f64>(history, layout.HISTORY_LEFT) : 0;
  w = strengthened(strengthened(w, x2), x1);
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
  for (let s = from; s < to; s++) {
    const j = wide ? i32(load<u32>(targets + (usize(s) << 2))) : i32(load<u16>(targets + (usize(s) << 1)));
    const at = weights + (usize(s) << 2);
    store<f32>(at, f32(weightAt(pairs, j, f64(load<f32>(at)), seen, t, x, left)));
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
      const j = wide ? i32(load<u32>(targets + (usize(s) << 2))) : i32(load<u16>(targets + (usize(s) << 1)));
      if (load<f64>(historyOf(pairs, j)) < seen) continue;
      const at = weights + (usize(s) << 2);
      store<f32>(at, f32(throughPast(pairs, j, f64(load<f32>(at)), seen, now, x, 0, false)));
    }
  }
  const post = whole(pairs, layout.PAIRS_POST);
  for (let j = 0; j < post; j++) {
    const history = historyOf(pairs, j);
    let count = load<i32>(history, layout.HISTORY_COUNT);
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
