// AssemblyScript. One neuron with exponential currents, input by input through a window. See `LifExpWindows`.
import * as layout from "../layout";
import { exp } from "./elementary";
import { instant } from "./instant";
import { timeToThreshold } from "./modes";
import { address, double } from "./record";
import { note } from "./windows";

/** Points of time in a ms from which a crossing is found, so that it does not depend on where the search began. */
const POINTS: f64 = 1048576;

/** exp of two numbers of size 1/8 or less. */
// @ts-ignore: decorator
@inline
function exps(x: v128): v128 {
  let y = f64x2.add(f64x2.splat(2.48015873015873e-5), f64x2.mul(x, f64x2.splat(2.7557319223985893e-6)));
  y = f64x2.add(f64x2.splat(1.984126984126984e-4), f64x2.mul(x, y));
  y = f64x2.add(f64x2.splat(0.001388888888888889), f64x2.mul(x, y));
  y = f64x2.add(f64x2.splat(0.008333333333333333), f64x2.mul(x, y));
  y = f64x2.add(f64x2.splat(0.041666666666666664), f64x2.mul(x, y));
  y = f64x2.add(f64x2.splat(0.16666666666666666), f64x2.mul(x, y));
  y = f64x2.add(f64x2.splat(0.5), f64x2.mul(x, y));
  y = f64x2.add(f64x2.splat(1), f64x2.mul(x, y));
  return f64x2.add(f64x2.splat(1), f64x2.mul(x, y));
}

/** What an input of weight w adds to m and e, or to m and i, so long after the middle of a window. */
// @ts-ignore: decorator
@inline
export function growth(record: usize, since: f64, w: f64, inhibits: usize): v128 {
  const input = record + (layout.EXP_INPUT_E << 3) + (inhibits << 5);
  const y = exps(f64x2.mul(f64x2.splat(since), v128.load(input)));
  return f64x2.nearest(f64x2.mul(y, f64x2.mul(f64x2.splat(w), v128.load(input, 16))));
}

/** What is left of a mode after a time, by its rate. */
// @ts-ignore: decorator
@inline
export function decays(record: usize, rate: i32, t: f64): f64 {
  return t == 0 ? 1 : exp(-double(record, rate) * t);
}

// The neuron that is looked at: its modes at the origin, and where it settles, in units.
let block: usize;
let x: f64;
let m: f64;
let e: f64;
let i: f64;
let origin: f64;
let lambda: f64;
let muE: f64;
let muI: f64;

/** Potential above threshold at a time. */
// @ts-ignore: decorator
@inline
function excess(t: f64): f64 {
  const s = t - origin;
  return x + m * exp(-lambda * s) + e * exp(-muE * s) + i * exp(-muI * s);
}

/**
 * A crossing near t: by one step of Halley's method from the last of many points of time before it. So it is the same whether
 * the search for it began before or after an edge.
 */
function canonical(t: f64): f64 {
  let point = floor(t * POINTS) / POINTS;
  const step = 1 / POINTS;
  for (let k = 0; k < 2 && excess(point) >= 0; k++) point -= step;
  for (let k = 0; k < 2 && excess(point + step) < 0; k++) point += step;
  const s = point - origin;
  const pm = m * exp(-lambda * s);
  const pe = e * exp(-muE * s);
  const pi = i * exp(-muI * s);
  const f = x + pm + pe + pi;
  const slope = -lambda * pm - muE * pe - muI * pi;
  const bend = lambda * lambda * pm + muE * muE * pe + muI * muI * pi;
  const found = point - (2 * f * slope) / (2 * slope * slope - f * bend);
  // Where it barely crosses, what was found stands.
  return abs(found - t) < 2 * step ? found : t;
}

/** When the neuron crosses, from `now` on and hardly after `until`; Infinity for not. */
function crossing(now: f64, until: f64): f64 {
  const s = now - origin;
  const pm = m * exp(-lambda * s);
  const pe = e * exp(-muE * s);
  const pi = i * exp(-muI * s);
  const v0 = x + pm + pe + pi;
  if (v0 >= 0) return now;
  const span = until - now;
  const margin = double(block, layout.EXP_MARGIN);
  const lM = exp(-lambda * span);
  const pushE = (lambda - muE) * pe;
  // Were no inhibition left.
  const above = max(v0, x + (v0 - x) * lM) + max(pushE, 0) * span;
  if (above < -margin) return Infinity;
  const lE = exp(-muE * span);
  const lI = muI == muE ? lE : exp(-muI * span);
  const push = pushE + (lambda - muI) * pi * lI;
  if (max(v0, x + (v0 - x) * lM) + max(push, 0) * span < -margin) return Infinity;
  const v1 = x + pm * lM + pe * lE + pi * lI;
  const a0 = -lambda * pm;
  const b0 = -muE * pe;
  const c0 = -muI * pi;
  // Slopes at either end, mode by mode: whether the potential only falls, or only rises.
  if (max(a0, a0 * lM) + max(b0, b0 * lE) + max(c0, c0 * lI) <= 0) return Infinity;
  if (v1 < -margin && min(a0, a0 * lM) + min(b0, b0 * lE) + min(c0, c0 * lI) >= 0) return Infinity;
  const unit = 1 / double(block, layout.EXP_SCALE);
  const t = now + timeToThreshold(block, x * unit, pm * unit, pe * unit, pi * unit);
  return t < until + 1 ? max(canonical(t), now) : Infinity;
}

/** Brings a neuron's inputs in order, and returns how many they are. */
function sorted(record: usize, neuron: i32): i32 {
  const hits = address(record, layout.EXP_HITS);
  const list = address(record, layout.EXP_SORTED);
  let count = 0;
  for (let k = load<i32>(address(record, layout.EXP_FIRST) + (usize(neuron) << 2)); k >= 0; count++) {
    const at = hits + usize(k) * layout.HIT_BYTES;
    v128.store(list + (usize(count) << 4), v128.load(at));
    k = load<i32>(at, layout.HIT_NEXT);
  }
  let gap = 1;
  while (3 * gap + 1 < count) gap = 3 * gap + 1;
  for (; gap > 0; gap = (gap - 1) / 3) {
    for (let k = gap; k < count; k++) {
      const one = v128.load(list + (usize(k) << 4));
      const t = f64x2.extract_lane(one, 0);
      let to = k;
      for (; to >= gap && load<f64>(list + (usize(to - gap) << 4)) > t; to -= gap)
        v128.store(list + (usize(to) << 4), v128.load(list + (usize(to - gap) << 4)));
      v128.store(list + (usize(to) << 4), one);
    }
  }
  return count;
}

/** Takes one neuron through its inputs of a window; returns whether there was room for a spike. */
export function passThrough(
  record: usize,
  window: usize,
  neuron: i32,
  from: f64,
  until: f64,
  last: f64,
  ends: bool,
): bool {
  const own = usize(neuron) << 3;
  const list = address(record, layout.EXP_SORTED);
  const count = sorted(record, neuron);
  block = record;
  x = load<f64>(address(record, layout.EXP_X) + own);
  m = load<f64>(address(record, layout.EXP_M) + own);
  e = load<f64>(address(record, layout.EXP_E) + own);
  i = load<f64>(address(record, layout.EXP_I) + own);
  origin = double(record, layout.EXP_ORIGIN);
  lambda = double(record, layout.MODES_LAMBDA);
  muE = double(record, layout.MODES_MU_E);
  muI = double(record, layout.MODES_MU_I);
  let free = load<f64>(address(record, layout.EXP_FREE) + own);
  const middle = origin + 0.5 * double(record, layout.EXP_WIDTH);
  let now = from;
  let k = 0;
  let fits = true;
  for (;;) {
    const input = list + (usize(k) << 4);
    const t = k < count ? max(load<f64>(input), from) : until;
    if (free > -Infinity && free <= t && free < until) {
      const s = free - origin;
      const held = double(record, layout.EXP_DEPTH) - x - e * exp(-muE * s) - i * exp(-muI * s);
      m = nearest(held * exp(lambda * s));
      now = max(now, free);
      free = -Infinity;
    }
    if (free == -Infinity && t >= now) {
      const fires = crossing(now, min(t, last));
      if (fires <= t && fires <= last) {
        const at = instant(fires);
        free = instant(at + double(record, layout.EXP_TAU_REF));
        m = 0;
        if (!note(window, at, neuron)) fits = false;
        continue;
      }
      now = t;
    }
    if (k == count) break;
    k++;
    const w = load<f64>(input, 8);
    const inhibits = w < 0;
    const value = growth(record, load<f64>(input) - middle, w, usize(inhibits));
    if (free == -Infinity) m += f64x2.extract_lane(value, 0);
    if (inhibits) i += f64x2.extract_lane(value, 1);
    else e += f64x2.extract_lane(value, 1);
  }
  const sums = address(record, layout.EXP_SUMS) + (own << 2);
  v128.store(sums, f64x2.splat(0));
  v128.store(sums, f64x2.splat(0), 16);
  if (ends) {
    m = nearest(m * double(record, layout.EXP_LEFT_M));
    e = nearest(e * double(record, layout.EXP_LEFT_E));
    i = nearest(i * double(record, layout.EXP_LEFT_I));
  }
  store<f64>(address(record, layout.EXP_M) + own, m);
  store<f64>(address(record, layout.EXP_E) + own, e);
  store<f64>(address(record, layout.EXP_I) + own, i);
  store<f64>(address(record, layout.EXP_FREE) + own, free);
  return fits;
}
