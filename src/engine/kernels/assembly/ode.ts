// AssemblyScript. One step of neurons whose equations have no exact solution: the classical method of Runge and Kutta, of
// fourth order, in single precision. A neuron whose potential is held has NaN, which no arithmetic moves.
import * as layout from "../layout";
import { address, single, splat, whole } from "./record";

/** Of the present call; see layout.ts. */
let first: i32;
let reset: f32;
let out: usize;
let room: i32;
let jumps: usize;
let jump: f32;

function begin(record: usize): void {
  first = whole(record, layout.STEP_FIRST);
  reset = single(record, layout.STEP_RESET);
  out = address(record, layout.STEP_OUT);
  room = whole(record, layout.STEP_ROOM);
  jumps = address(record, layout.ODE_U);
  jump = single(record, layout.ODE_JUMP);
}

/** Lets those of four neurons fire whose bits are set; `count` have fired before. Returns -1 when they do not fit. */
function fire(v: usize, j: i32, bits: i32, count: i32): i32 {
  while (bits) {
    const n = j + ctz(bits);
    bits &= bits - 1;
    if (count == room) return -1;
    store<i32>(out + (usize(count++) << 2), first + n);
    store<f32>(v + (usize(n) << 2), reset);
    if (!jumps) continue;
    const at = jumps + (usize(n) << 2);
    store<f32>(at, load<f32>(at) + jump);
  }
  return count;
}

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

// @ts-ignore: decorator
@inline
function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

/** v + (k1 + 2 k2 + 2 k3 + k4) / 3, of halves of the slopes. */
// @ts-ignore: decorator
@inline
function weighed(v: v128, k1: v128, k2: v128, k3: v128, k4: v128, two: v128, third: v128): v128 {
  return add(v, mul(add(add(k1, k4), mul(add(k2, k3), two)), third));
}

/**
 * Two conductances, which decay exactly, and a potential that moves by a - b z in a step: z is counted from where inhibition
 * pulls it, b = leak + e + i, and a = drive + e span, at the beginning, middle and end of the step, all halved. Those at
 * threshold fire and are reset, then all move on.
 *
 * @param threshold  Infinity where they only move
 * @returns number of spikes, or -1 when they do not fit
 */
export function stepConductances(record: usize, threshold: f32): i32 {
  begin(record);
  const neurons = whole(record, layout.STEP_NEURONS);
  const v = address(record, layout.STEP_V);
  const e = address(record, layout.STEP_E);
  const i = address(record, layout.STEP_I);
  const drives = address(record, layout.STEP_DRIVES);
  const theta = f32x4.splat(threshold);
  const speck = splat(record, layout.STEP_SPECK);
  const leak = splat(record, layout.ODE_LEAK);
  const halfE = splat(record, layout.ODE_HALF_E);
  const halfI = splat(record, layout.ODE_HALF_I);
  const fullE = splat(record, layout.ODE_FULL_E);
  const fullI = splat(record, layout.ODE_FULL_I);
  const origin = splat(record, layout.ODE_ORIGIN);
  const shift = splat(record, layout.ODE_SHIFT);
  const span = splat(record, layout.ODE_SPAN);
  // From memory: a constant would be made anew in every turn.
  const two = splat(record, layout.ODE_TWO);
  const third = splat(record, layout.ODE_THIRD);
  let drive = add(splat(record, layout.STEP_DRIVE), shift);
  let count = 0;
  for (let j = 0; j < neurons; j += 4) {
    const offset = usize(j) << 2;
    let x = v128.load(v + offset);
    const over = f32x4.ge(x, theta);
    if (v128.any_true(over)) {
      count = fire(v, j, i32x4.bitmask(over), count);
      if (count < 0) return -1;
      x = v128.load(v + offset);
    }
    if (drives) drive = add(v128.load(drives + offset), shift);
    const e0 = v128.load(e + offset);
    const i0 = v128.load(i + offset);
    const e1 = mul(e0, halfE);
    const i1 = mul(i0, halfI);
    const e2 = add(mul(e0, fullE), speck);
    const i2 = add(mul(i0, fullI), speck);
    v128.store(e + offset, e2);
    v128.store(i + offset, i2);
    const z = sub(x, origin);
    const b1 = add(add(e1, leak), i1);
    const k1 = sub(add(mul(e0, span), drive), mul(add(add(e0, leak), i0), z));
    const middle = sub(add(mul(e1, span), drive), mul(b1, z));
    const k2 = sub(middle, mul(b1, k1));
    const k3 = sub(middle, mul(b1, k2));
    const end = add(z, mul(k3, two));
    const k4 = sub(add(mul(e2, span), drive), mul(add(add(e2, leak), i2), end));
    v128.store(v + offset, weighed(x, k1, k2, k3, k4, two, third));
  }
  return count;
}

/** The same by Euler's method for the potential. */
export function stepConductancesEuler(record: usize, threshold: f32): i32 {
  begin(record);
  const neurons = whole(record, layout.STEP_NEURONS);
  const v = address(record, layout.STEP_V);
  const e = address(record, layout.STEP_E);
  const i = address(record, layout.STEP_I);
  const drives = address(record, layout.STEP_DRIVES);
  const theta = f32x4.splat(threshold);
  const speck = splat(record, layout.STEP_SPECK);
  const leak = splat(record, layout.ODE_LEAK);
  const fullE = splat(record, layout.ODE_FULL_E);
  const fullI = splat(record, layout.ODE_FULL_I);
  const origin = splat(record, layout.ODE_ORIGIN);
  const shift = splat(record, layout.ODE_SHIFT);
  const span = splat(record, layout.ODE_SPAN);
  const two = splat(record, layout.ODE_TWO);
  let drive = add(splat(record, layout.STEP_DRIVE), shift);
  let count = 0;
  for (let j = 0; j < neurons; j += 4) {
    const offset = usize(j) << 2;
    let x = v128.load(v + offset);
    const over = f32x4.ge(x, theta);
    if (v128.any_true(over)) {
      count = fire(v, j, i32x4.bitmask(over), count);
      if (count < 0) return -1;
      x = v128.load(v + offset);
    }
    if (drives) drive = add(v128.load(drives + offset), shift);
    const e0 = v128.load(e + offset);
    const i0 = v128.load(i + offset);
    v128.store(e + offset, add(mul(e0, fullE), speck));
    v128.store(i + offset, add(mul(i0, fullI), speck));
    const k = sub(add(mul(e0, span), drive), mul(add(add(e0, leak), i0), sub(x, origin)));
    v128.store(v + offset, add(x, mul(k, two)));
  }
  return count;
}

/**
 * A potential that grows with its square, and a recovery variable: dv = (square v + linear) v + drive - half u and
 * du = follow v - decay u in a step, all halved. Beyond the threshold slopes are those at it: what lies there is cut off by
 * the reset, and must not move u. Arguments as of `stepConductances`.
 */
export function stepQuadratic(record: usize, threshold: f32): i32 {
  begin(record);
  const neurons = whole(record, layout.STEP_NEURONS);
  const v = address(record, layout.STEP_V);
  const drives = address(record, layout.STEP_DRIVES);
  const theta = f32x4.splat(threshold);
  const peak = splat(record, layout.ODE_PEAK);
  const square = splat(record, layout.ODE_SQUARE);
  const linear = splat(record, layout.ODE_LINEAR);
  const shift = splat(record, layout.ODE_SHIFT);
  const half = splat(record, layout.ODE_HALF);
  const follow = splat(record, layout.ODE_FOLLOW);
  const decay = splat(record, layout.ODE_DECAY);
  const two = splat(record, layout.ODE_TWO);
  const third = splat(record, layout.ODE_THIRD);
  let drive = add(splat(record, layout.STEP_DRIVE), shift);
  let count = 0;
  for (let j = 0; j < neurons; j += 4) {
    const offset = usize(j) << 2;
    let x = v128.load(v + offset);
    const over = f32x4.ge(x, theta);
    if (v128.any_true(over)) {
      count = fire(v, j, i32x4.bitmask(over), count);
      if (count < 0) return -1;
      x = v128.load(v + offset);
    }
    if (drives) drive = add(v128.load(drives + offset), shift);
    const u = v128.load(jumps + offset);
    const v1 = f32x4.pmin(x, peak);
    const k1 = sub(add(mul(add(mul(square, v1), linear), v1), drive), mul(half, u));
    const l1 = sub(mul(follow, v1), mul(decay, u));
    const v2 = f32x4.pmin(add(x, k1), peak);
    const u2 = add(u, l1);
    const k2 = sub(add(mul(add(mul(square, v2), linear), v2), drive), mul(half, u2));
    const l2 = sub(mul(follow, v2), mul(decay, u2));
    const v3 = f32x4.pmin(add(x, k2), peak);
    const u3 = add(u, l2);
    const k3 = sub(add(mul(add(mul(square, v3), linear), v3), drive), mul(half, u3));
    const l3 = sub(mul(follow, v3), mul(decay, u3));
    const v4 = f32x4.pmin(add(x, mul(k3, two)), peak);
    const u4 = add(u, mul(l3, two));
    const k4 = sub(add(mul(add(mul(square, v4), linear), v4), drive), mul(half, u4));
    const l4 = sub(mul(follow, v4), mul(decay, u4));
    v128.store(v + offset, weighed(x, k1, k2, k3, k4, two, third));
    v128.store(jumps + offset, weighed(u, l1, l2, l3, l4, two, third));
  }
  return count;
}

/**
 * The same by two half steps of Euler's method for v and then one, of what is given as twice a half, for u, under the
 * input of the step; it ends where that arrives: neurons move, and then those at threshold fire and are reset.
 */
export function stepQuadraticEuler(record: usize, threshold: f32): i32 {
  begin(record);
  const neurons = whole(record, layout.STEP_NEURONS);
  const v = address(record, layout.STEP_V);
  const input = address(record, layout.STEP_I);
  const drives = address(record, layout.STEP_DRIVES);
  const theta = f32x4.splat(threshold);
  const square = splat(record, layout.ODE_SQUARE);
  const linear = splat(record, layout.ODE_LINEAR);
  const shift = splat(record, layout.ODE_SHIFT);
  const half = splat(record, layout.ODE_HALF);
  const follow = splat(record, layout.ODE_FOLLOW);
  const decay = splat(record, layout.ODE_DECAY);
  const two = splat(record, layout.ODE_TWO);
  const none = f32x4.splat(0);
  let drive = add(splat(record, layout.STEP_DRIVE), shift);
  let count = 0;
  for (let j = 0; j < neurons; j += 4) {
    const offset = usize(j) << 2;
    if (drives) drive = add(v128.load(drives + offset), shift);
    let x = v128.load(v + offset);
    const u = v128.load(jumps + offset);
    const push = add(sub(drive, mul(half, u)), v128.load(input + offset));
    x = add(x, add(mul(add(mul(square, x), linear), x), push));
    x = add(x, add(mul(add(mul(square, x), linear), x), push));
    v128.store(v + offset, x);
    v128.store(jumps + offset, add(u, mul(sub(mul(follow, x), mul(decay, u)), two)));
    v128.store(input + offset, none);
    const over = f32x4.ge(x, theta);
    if (!v128.any_true(over)) continue;
    count = fire(v, j, i32x4.bitmask(over), count);
    if (count < 0) return -1;
  }
  return count;
}

/**
 * exp(x) for x up to 87, by 2^n exp(r), |r| <= ln 2 / 2, and a polynomial of degree 6, to 2 units in the last place; what is
 * below -87 counts as that (coefficients of Cephes, S. Moshier 1989).
 */
// @ts-ignore: decorator
@inline
function exp(given: v128): v128 {
  const x = f32x4.pmax(f32x4.splat(-87), given);
  const n = f32x4.nearest(mul(x, f32x4.splat(1.4426950408889634)));
  const r = sub(sub(x, mul(n, f32x4.splat(0.693359375))), mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = add(mul(p, r), f32x4.splat(1.3981999507e-3));
  p = add(mul(p, r), f32x4.splat(8.3334519073e-3));
  p = add(mul(p, r), f32x4.splat(4.1665795894e-2));
  p = add(mul(p, r), f32x4.splat(1.6666665459e-1));
  p = add(mul(p, r), f32x4.splat(5.0000001201e-1));
  const y = add(add(mul(mul(p, r), r), r), f32x4.splat(1));
  return mul(y, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23));
}

/** Half a step's slope of the potential; see `stepExponential`. */
// @ts-ignore: decorator
@inline
function rising(record: usize, drive: v128, x: v128, w: v128, e: v128, i: v128): v128 {
  const spike = exp(mul(sub(x, splat(record, layout.ODE_SOFT)), splat(record, layout.ODE_STEEP)));
  const own = sub(mul(splat(record, layout.ODE_RISE), spike), mul(splat(record, layout.ODE_LEAK), x));
  const pulled = mul(splat(record, layout.ODE_PULL), x);
  const fromE = mul(e, sub(splat(record, layout.ODE_SPAN), pulled));
  const fromI = mul(i, sub(splat(record, layout.ODE_ORIGIN), pulled));
  return add(add(sub(add(own, drive), mul(splat(record, layout.ODE_HALF), w)), fromE), fromI);
}

/**
 * A potential with an exponential rise, an adaptation current, and two synaptic currents or conductances, which decay
 * exactly: dv = rise exp((v - soft) steep) - leak v + drive - half w + e (span - pull v) + i (origin - pull v) and dw = follow v
 * - decay w in a step, all halved. Slopes beyond the peak are those at it. A potential that is held, NaN, counts as `held`
 * for w. Arguments as of `stepConductances`.
 */
export function stepExponential(record: usize, threshold: f32): i32 {
  begin(record);
  const neurons = whole(record, layout.STEP_NEURONS);
  const v = address(record, layout.STEP_V);
  const e = address(record, layout.STEP_E);
  const i = address(record, layout.STEP_I);
  const drives = address(record, layout.STEP_DRIVES);
  const theta = f32x4.splat(threshold);
  const peak = splat(record, layout.ODE_PEAK);
  const held = splat(record, layout.ODE_HELD);
  const speck = splat(record, layout.STEP_SPECK);
  const follow = splat(record, layout.ODE_FOLLOW);
  const decay = splat(record, layout.ODE_DECAY);
  const two = splat(record, layout.ODE_TWO);
  const third = splat(record, layout.ODE_THIRD);
  let drive = splat(record, layout.STEP_DRIVE);
  let count = 0;
  for (let j = 0; j < neurons; j += 4) {
    const offset = usize(j) << 2;
    let given = v128.load(v + offset);
    const over = f32x4.ge(given, theta);
    if (v128.any_true(over)) {
      count = fire(v, j, i32x4.bitmask(over), count);
      if (count < 0) return -1;
      given = v128.load(v + offset);
    }
    if (drives) drive = v128.load(drives + offset);
    const free = f32x4.eq(given, given);
    const x = v128.bitselect(given, held, free);
    const w = v128.load(jumps + offset);
    const e0 = v128.load(e + offset);
    const i0 = v128.load(i + offset);
    const e1 = mul(e0, splat(record, layout.ODE_HALF_E));
    const i1 = mul(i0, splat(record, layout.ODE_HALF_I));
    const e2 = add(mul(e0, splat(record, layout.ODE_FULL_E)), speck);
    const i2 = add(mul(i0, splat(record, layout.ODE_FULL_I)), speck);
    v128.store(e + offset, e2);
    v128.store(i + offset, i2);
    const v1 = f32x4.pmin(x, peak);
    const k1 = v128.and(rising(record, drive, v1, w, e0, i0), free);
    const l1 = sub(mul(follow, v1), mul(decay, w));
    const v2 = f32x4.pmin(add(x, k1), peak);
    const w2 = add(w, l1);
    const k2 = v128.and(rising(record, drive, v2, w2, e1, i1), free);
    const l2 = sub(mul(follow, v2), mul(decay, w2));
    const v3 = f32x4.pmin(add(x, k2), peak);
    const w3 = add(w, l2);
    const k3 = v128.and(rising(record, drive, v3, w3, e1, i1), free);
    const l3 = sub(mul(follow, v3), mul(decay, w3));
    const v4 = f32x4.pmin(add(x, mul(k3, two)), peak);
    const w4 = add(w, mul(l3, two));
    const k4 = v128.and(rising(record, drive, v4, w4, e2, i2), free);
    const l4 = sub(mul(follow, v4), mul(decay, w4));
    v128.store(v + offset, v128.bitselect(weighed(x, k1, k2, k3, k4, two, third), given, free));
    v128.store(jumps + offset, weighed(w, l1, l2, l3, l4, two, third));
  }
  return count;
}
