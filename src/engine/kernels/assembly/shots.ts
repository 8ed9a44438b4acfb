// AssemblyScript. Poisson inputs of neurons at their own times, those of `NeuronStreams`, drawn eight at a time. See `Shots`.
import * as layout from "../layout";
import { logs } from "./elementary";
import { instant } from "./instant";
import { address, double, whole } from "./record";

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

/** Waiting times with mean 1 of two of the words, less than 0. */
// @ts-ignore: decorator
@inline
function waits(words: v128): v128 {
  const u = f64x2.mul(f64x2.convert_low_i32x4_u(words), f64x2.splat(2.3283064365386963e-10));
  return logs(f64x2.sub(f64x2.splat(1), u));
}

/** Two times that are their own instants, but for one in a million. */
// @ts-ignore: decorator
@inline
function instants(t: v128): v128 {
  const place = f64x2.mul(t, f64x2.splat(4410000.0));
  const off = f64x2.abs(f64x2.sub(place, f64x2.nearest(place)));
  // Infinity, which is no more to come, is as it is.
  if (!v128.any_true(f64x2.le(off, f64x2.mul(place, f64x2.splat(1e-14))))) return t;
  return f64x2(instant(f64x2.extract_lane(t, 0)), instant(f64x2.extract_lane(t, 1)));
}

/** Draws the present block of neuron j, which begins after the time `begin`. */
export function drawShots(record: usize, j: i32, begin: f64, block: i32): void {
  const k0 = whole(record, layout.SHOTS_KEY_0);
  const k1 = whole(record, layout.SHOTS_KEY_1);
  const v0 = i32x4.splat(k0);
  const v1 = i32x4.splat(k1);
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  const v2 = i32x4.splat(k2);
  let x0 = add(i32x4.splat(4 * block + k0), i32x4(0, 1, 2, 3));
  let x1 = i32x4.splat(j + k1);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 13);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 15);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 26);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 6);
  x0 = add(x0, v1);
  x1 = add(x1, i32x4.splat(k2 + 1));
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 17);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 29);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 16);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 24);
  x0 = add(x0, v2);
  x1 = add(x1, i32x4.splat(k0 + 2));
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 13);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 15);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 26);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 6);
  x0 = add(x0, v0);
  x1 = add(x1, i32x4.splat(k1 + 3));
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 17);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 29);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 16);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 24);
  x0 = add(x0, v1);
  x1 = add(x1, i32x4.splat(k2 + 4));
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 13);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 15);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 26);
  x0 = add(x0, x1);
  x1 = turn(x0, x1, 6);
  x0 = add(x0, v2);
  x1 = add(x1, i32x4.splat(k0 + 5));
  // Draws come from the first and the second word in turn.
  const early = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
  const late = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const wait = double(record, layout.SHOTS_WAIT);
  const less = f64x2.splat(-wait);
  const w0 = f64x2.mul(less, waits(early));
  const w1 = f64x2.mul(less, waits(v128.shuffle<i32>(early, early, 2, 3, 0, 1)));
  const w2 = f64x2.mul(less, waits(late));
  const w3 = f64x2.mul(less, waits(v128.shuffle<i32>(late, late, 2, 3, 0, 1)));
  const stop = double(record, layout.SHOTS_STOP);
  const t0 = begin + f64x2.extract_lane(w0, 0);
  const t1 = t0 + f64x2.extract_lane(w0, 1);
  const t2 = t1 + f64x2.extract_lane(w1, 0);
  const t3 = t2 + f64x2.extract_lane(w1, 1);
  const t4 = t3 + f64x2.extract_lane(w2, 0);
  const t5 = t4 + f64x2.extract_lane(w2, 1);
  const t6 = t5 + f64x2.extract_lane(w3, 0);
  const t7 = t6 + f64x2.extract_lane(w3, 1);
  const own = usize(j) << 3;
  store<f64>(address(record, layout.SHOTS_BEGINS) + own, begin);
  store<f64>(address(record, layout.SHOTS_ENDS) + own, t7);
  store<i32>(address(record, layout.SHOTS_BLOCKS) + (usize(j) << 2), block);
  const times = address(record, layout.SHOTS_TIMES) + (usize(j) << 6);
  v128.store(times, instants(f64x2(t0, t1)));
  v128.store(times, instants(f64x2(t2, t3)), 16);
  v128.store(times, instants(f64x2(t4, t5)), 32);
  v128.store(times, instants(f64x2(t6, t7)), 48);
  if (!(t7 < stop)) {
    for (let k: usize = 0; k < 64; k += 8) if (!(load<f64>(times + k) < stop)) store<f64>(times + k, Infinity);
  }
}

/** Goes on to the next block of neuron j. */
// @ts-ignore: decorator
@inline
export function nextShots(record: usize, j: i32): void {
  drawShots(
    record,
    j,
    load<f64>(address(record, layout.SHOTS_ENDS) + (usize(j) << 3)),
    load<i32>(address(record, layout.SHOTS_BLOCKS) + (usize(j) << 2)) + 1,
  );
}
