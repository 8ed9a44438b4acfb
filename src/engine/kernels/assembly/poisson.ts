// AssemblyScript. Poisson inputs on a lattice.
import * as layout from "../layout";
import { address, double, is, single, whole } from "./record";

/** One word of four Threefry-2x32-20 blocks; see math/rng.ts. */
// @ts-ignore: decorator
@inline
function round(x0: v128, x1: v128, left: i32): v128 {
  return v128.xor(v128.or(i32x4.shl(x1, left), i32x4.shr_u(x1, 32 - left)), x0);
}

/** Above how many of eight levels four words are. */
// @ts-ignore: decorator
@inline
function above(x: v128, levels: usize): v128 {
  let n = i32x4.gt_s(x, v128.load32_splat(levels));
  n = i32x4.add(n, i32x4.gt_s(x, v128.load32_splat(levels, 4)));
  n = i32x4.add(n, i32x4.gt_s(x, v128.load32_splat(levels, 8)));
  n = i32x4.add(n, i32x4.gt_s(x, v128.load32_splat(levels, 12)));
  n = i32x4.add(n, i32x4.gt_s(x, v128.load32_splat(levels, 16)));
  n = i32x4.add(n, i32x4.gt_s(x, v128.load32_splat(levels, 20)));
  n = i32x4.add(n, i32x4.gt_s(x, v128.load32_splat(levels, 24)));
  return i32x4.neg(i32x4.add(n, i32x4.gt_s(x, v128.load32_splat(levels, 28))));
}

/**
 * Adds to acc[j] a Poisson number of inputs of one weight. Neurons 8 b .. 8 b + 3 take the first words of the blocks
 * with counters (step, 4 b .. 4 b + 3), the next four the second words.
 */
export function poisson(record: usize, step: i32): void {
  const first = whole(record, layout.POISSON_FIRST);
  const last = whole(record, layout.POISSON_LAST);
  const acc = address(record, layout.POISSON_ACC);
  const levels = address(record, layout.POISSON_LEVELS);
  const count = whole(record, layout.POISSON_COUNT);
  const weight = single(record, layout.POISSON_WEIGHT);
  const doubles = is(record, layout.POISSON_DOUBLE);
  const weight64 = double(record, layout.POISSON_WEIGHT);
  const k0 = whole(record, layout.POISSON_KEY_0);
  const k1 = whole(record, layout.POISSON_KEY_1);
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  const w = f32x4.splat(weight);
  const v0 = i32x4.splat(k0);
  const v1 = i32x4.splat(k1);
  const v2 = i32x4.splat(k2);
  const lanes = i32x4(0, 1, 2, 3);
  const sign = i32x4.splat(i32.MIN_VALUE);
  for (let j = first; j < last; j += 8) {
    let x0 = i32x4.splat(step + k0);
    let x1 = i32x4.add(i32x4.add(i32x4.splat(j >> 1), lanes), v1);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 13);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 15);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 26);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 6);
    x0 = i32x4.add(x0, v1);
    x1 = i32x4.add(x1, i32x4.splat(k2 + 1));
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 17);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 29);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 16);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 24);
    x0 = i32x4.add(x0, v2);
    x1 = i32x4.add(x1, i32x4.splat(k0 + 2));
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 13);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 15);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 26);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 6);
    x0 = i32x4.add(x0, v0);
    x1 = i32x4.add(x1, i32x4.splat(k1 + 3));
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 17);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 29);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 16);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 24);
    x0 = i32x4.add(x0, v1);
    x1 = i32x4.add(x1, i32x4.splat(k2 + 4));
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 13);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 15);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 26);
    x0 = i32x4.add(x0, x1);
    x1 = round(x0, x1, 6);
    x0 = i32x4.add(x0, v2);
    x1 = i32x4.add(x1, i32x4.splat(k0 + 5));
    // Words as signed numbers, for which there is a comparison.
    x0 = v128.xor(x0, sign);
    x1 = v128.xor(x1, sign);
    // Most means have no more than sixteen levels, and take no loop: it would cost more than what it does.
    let n0 = above(x0, levels);
    let n1 = above(x1, levels);
    if (count > 8) {
      n0 = i32x4.add(n0, above(x0, levels + 32));
      n1 = i32x4.add(n1, above(x1, levels + 32));
    }
    for (let l = 16; l < count; l += 8) {
      const more = levels + (usize(l) << 2);
      n0 = i32x4.add(n0, above(x0, more));
      n1 = i32x4.add(n1, above(x1, more));
    }
    if (doubles) {
      const at = acc + (usize(j) << 3);
      add(at, n0, weight64);
      add(at + 32, n1, weight64);
      continue;
    }
    const at = acc + (usize(j) << 2);
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(f32x4.convert_i32x4_s(n0), w)));
    v128.store(at, f32x4.add(v128.load(at, 16), f32x4.mul(f32x4.convert_i32x4_s(n1), w)), 16);
  }
}

/** Adds four numbers of inputs to doubles. */
// @ts-ignore: decorator
@inline
function add(at: usize, n: v128, weight: f64): void {
  const w = f64x2.splat(weight);
  const high = i64x2.extract_lane(n, 1);
  v128.store(at, f64x2.add(v128.load(at), f64x2.mul(f64x2.convert_low_i32x4_s(n), w)));
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.mul(f64x2.convert_low_i32x4_s(i64x2(high, 0)), w)), 16);
}
