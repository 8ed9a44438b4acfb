// AssemblyScript. Poisson inputs of neurons at their own times, those of `NeuronStreams`, drawn eight at a time. See `Shots`.
import * as layout from "../layout";
import { log } from "./elementary";
import { instant } from "./instant";
import { address, double, whole } from "./record";

/** Neurons whose blocks stay in the nearest cache through all that is done to them. */
const FEW = 64;

/** One word of four Threefry-2x32-20 blocks; see math/rng.ts. */
// @ts-ignore: decorator
@inline
function turn(x0: v128, x1: v128, left: i32): v128 {
  return v128.xor(v128.or(i32x4.shl(x1, left), i32x4.shr_u(x1, 32 - left)), x0);
}

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}

/** Puts the words of the next block of each neuron where its waiting times will be. */
function drawWords(record: usize, list: usize, end: usize, times: usize): void {
  const blocks = address(record, layout.SHOTS_BLOCKS);
  const k0 = whole(record, layout.SHOTS_KEY_0);
  const k1 = whole(record, layout.SHOTS_KEY_1);
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  const v0 = i32x4.splat(k0);
  const v1 = i32x4.splat(k1);
  const v2 = i32x4.splat(k2);
  const w1 = i32x4.splat(k2 + 1);
  const w2 = i32x4.splat(k0 + 2);
  const w3 = i32x4.splat(k1 + 3);
  const w4 = i32x4.splat(k2 + 4);
  const w5 = i32x4.splat(k0 + 5);
  const four = add(i32x4(0, 1, 2, 3), v0);
  for (let at = list; at < end; at += 4) {
    const j = load<i32>(at);
    const own = blocks + (usize(j) << 2);
    const block = load<i32>(own) + 1;
    store<i32>(own, block);
    let x0 = add(i32x4.splat(4 * block), four);
    let x1 = add(i32x4.splat(j), v1);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 13);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 15);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 26);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 6);
    x0 = add(x0, v1);
    x1 = add(x1, w1);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 17);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 29);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 16);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 24);
    x0 = add(x0, v2);
    x1 = add(x1, w2);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 13);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 15);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 26);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 6);
    x0 = add(x0, v0);
    x1 = add(x1, w3);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 17);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 29);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 16);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 24);
    x0 = add(x0, v1);
    x1 = add(x1, w4);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 13);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 15);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 26);
    x0 = add(x0, x1);
    x1 = turn(x0, x1, 6);
    x0 = add(x0, v2);
    x1 = add(x1, w5);
    // Draws come from the first and the second word in turn.
    const words = times + (usize(j) << 6);
    v128.store(words, v128.shuffle<i32>(x0, x1, 0, 4, 1, 5));
    v128.store(words, v128.shuffle<i32>(x0, x1, 2, 6, 3, 7), 16);
  }
}

/** Numbers that the loops below read, as to make them anew takes several instructions each. */
const NUMBERS = memory.data<f64>(
  [
    1, 2, 0.5, 0.14798198605116586, 0.1818357216161805, 0.2857142874366239, 0.6666666666666735, 0.15313837699209373,
    0.22222198432149784, 0.3999999999940942, 0.6931471803691238, 1.9082149292705877e-10, 4503599627370496,
    4503599627371519,
  ],
  16,
);

// @ts-ignore: decorator
@inline
function c(place: i32): v128 {
  return v128.load64_splat(NUMBERS + (usize(place) << 3));
}

const WHOLE = memory.data<i64>(
  [-0x7fffe00000000000, -0x7fffd00000000000, 0x95f6400000000, i64.MIN_VALUE - 0x6147a00000000000, i64.MIN_VALUE + 0xa3d800000000000],
  16,
);

// @ts-ignore: decorator
@inline
function n(place: i32): v128 {
  return v128.load64_splat(WHOLE + (usize(place) << 3));
}

/** 1 - u of two numbers u in [0, 1) of 32 bits, in the lower halves. */
// @ts-ignore: decorator
@inline
function rest(words: v128): v128 {
  return f64x2.sub(c(1), v128.or(i64x2.shl(words, 20), c(0)));
}

// @ts-ignore: decorator
@inline
function exactly(x: v128): v128 {
  return f64x2(log(f64x2.extract_lane(x, 0)), log(f64x2.extract_lane(x, 1)));
}

/** Whether one is so near to a power of 2 that `log` has another form for it. */
// @ts-ignore: decorator
@inline
function special(x: v128): v128 {
  return i64x2.lt_s(i64x2.add(i64x2.shl(x, 12), n(0)), n(1));
}

/** `log` of two numbers from 2^-32 to 1 that are not special; see elementary.ts, whose bits they have. */
// @ts-ignore: decorator
@inline
function logs(x: v128): v128 {
  // The exponent of the number that is nearest to 1 when divided by that power of 2.
  const power = i64x2.shr_u(i64x2.add(x, n(2)), 52);
  const f = f64x2.sub(i64x2.add(i64x2.sub(x, i64x2.shl(power, 52)), c(0)), c(0));
  const k = f64x2.sub(v128.or(power, c(12)), c(13));
  const s = f64x2.div(f, f64x2.add(c(1), f));
  const z = f64x2.mul(s, s);
  const w = f64x2.mul(z, z);
  let odd = f64x2.add(c(4), f64x2.mul(w, c(3)));
  odd = f64x2.add(c(5), f64x2.mul(w, odd));
  odd = f64x2.mul(z, f64x2.add(c(6), f64x2.mul(w, odd)));
  let even = f64x2.add(c(8), f64x2.mul(w, c(7)));
  even = f64x2.mul(w, f64x2.add(c(9), f64x2.mul(w, even)));
  const r = f64x2.add(odd, even);
  const high = f64x2.mul(k, c(10));
  const low = f64x2.mul(k, c(11));
  let less = f64x2.sub(f64x2.sub(f64x2.mul(s, f64x2.sub(f, r)), low), f);
  // Of parts of the mantissa from 0x6147a to 0x6b851, which one in 25 is.
  const middle = i64x2.lt_s(i64x2.add(i64x2.shl(x, 12), n(3)), n(4));
  if (v128.any_true(middle)) {
    const square = f64x2.mul(f64x2.mul(c(2), f), f);
    const other = f64x2.sub(f64x2.sub(square, f64x2.add(f64x2.mul(s, f64x2.add(square, r)), low)), f);
    less = v128.bitselect(other, less, middle);
  }
  return f64x2.sub(high, less);
}

/** Makes waiting times of the words. */
function drawWaits(record: usize, list: usize, end: usize, times: usize): void {
  const less = f64x2.splat(-double(record, layout.SHOTS_WAIT));
  const zero = i32x4.splat(0);
  for (let at = list; at < end; at += 4) {
    const own = times + (usize(load<i32>(at)) << 6);
    const early = v128.load(own);
    const late = v128.load(own, 16);
    const x0 = rest(v128.shuffle<i32>(early, zero, 0, 4, 1, 5));
    const x1 = rest(v128.shuffle<i32>(early, zero, 2, 6, 3, 7));
    const x2 = rest(v128.shuffle<i32>(late, zero, 0, 4, 1, 5));
    const x3 = rest(v128.shuffle<i32>(late, zero, 2, 6, 3, 7));
    if (v128.any_true(v128.or(v128.or(special(x0), special(x1)), v128.or(special(x2), special(x3))))) {
      v128.store(own, f64x2.mul(less, exactly(x0)));
      v128.store(own, f64x2.mul(less, exactly(x1)), 16);
      v128.store(own, f64x2.mul(less, exactly(x2)), 32);
      v128.store(own, f64x2.mul(less, exactly(x3)), 48);
      continue;
    }
    v128.store(own, f64x2.mul(less, logs(x0)));
    v128.store(own, f64x2.mul(less, logs(x1)), 16);
    v128.store(own, f64x2.mul(less, logs(x2)), 32);
    v128.store(own, f64x2.mul(less, logs(x3)), 48);
  }
}

/** Which times lie on points of instants, or as good as. */
// @ts-ignore: decorator
@inline
function near(t: v128): v128 {
  const place = f64x2.mul(t, f64x2.splat(4410000));
  return f64x2.le(f64x2.abs(f64x2.sub(place, f64x2.nearest(place))), f64x2.mul(place, f64x2.splat(1e-14)));
}

/** Makes times of waiting times. */
function drawTimes(record: usize, list: usize, end: usize, times: usize): void {
  const begins = address(record, layout.SHOTS_BEGINS);
  const ends = address(record, layout.SHOTS_ENDS);
  const lasts = address(record, layout.SHOTS_LASTS);
  const stop = double(record, layout.SHOTS_STOP);
  for (let at = list; at < end; at += 4) {
    const j = load<i32>(at);
    const own = usize(j) << 3;
    const block = times + (usize(j) << 6);
    const begin = load<f64>(ends + own);
    const t0 = begin + load<f64>(block);
    const t1 = t0 + load<f64>(block, 8);
    const t2 = t1 + load<f64>(block, 16);
    const t3 = t2 + load<f64>(block, 24);
    const t4 = t3 + load<f64>(block, 32);
    const t5 = t4 + load<f64>(block, 40);
    const t6 = t5 + load<f64>(block, 48);
    const t7 = t6 + load<f64>(block, 56);
    store<f64>(begins + own, begin);
    store<f64>(ends + own, t7);
    store<f64>(lasts + own, t7);
    const a = f64x2(t0, t1);
    const b = f64x2(t2, t3);
    const d = f64x2(t4, t5);
    const e = f64x2(t6, t7);
    v128.store(block, a);
    v128.store(block, b, 16);
    v128.store(block, d, 32);
    v128.store(block, e, 48);
    if (v128.any_true(v128.or(v128.or(near(a), near(b)), v128.or(near(d), near(e)))) || !(t7 < stop)) {
      for (let k: usize = 0; k < 64; k += 8) {
        const t = instant(load<f64>(block + k));
        store<f64>(block + k, t < stop ? t : Infinity);
      }
      store<f64>(lasts + own, load<f64>(block, 56));
    }
  }
}

/** Draws the next blocks of the neurons of a list [count]. */
export function drawShots(record: usize, list: usize, count: i32): void {
  const times = address(record, layout.SHOTS_TIMES);
  const stop = list + (usize(count) << 2);
  for (let at = list; at < stop; at += FEW << 2) {
    const end = min(at + (FEW << 2), stop);
    drawWords(record, at, end, times);
    drawWaits(record, at, end, times);
    drawTimes(record, at, end, times);
  }
}

/** Draws the next block of neuron j. */
export function nextShots(record: usize, j: i32): void {
  const list = address(record, layout.SHOTS_DUE);
  store<i32>(list, j);
  drawShots(record, list, 1);
}
