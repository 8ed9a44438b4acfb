// AssemblyScript. Poisson inputs of neurons at their own times, those of `NeuronStreams`, drawn eight at a time. See `Shots`.
import * as layout from "../layout";
import { exactly, logs, rest, special } from "./drawnLogs";
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
