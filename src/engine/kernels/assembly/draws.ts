// AssemblyScript. Numbers of a stream in bulk, as math/rng.ts draws them one by one: from the same words, with the same bits.
import * as layout from "../layout";
import { exactly, logs, rest, special } from "./drawnLogs";
import { cos } from "./elementary";
import { address, double, is, setWhole, whole } from "./record";

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

/** Words of the blocks of a key from counter (c0, c1) on, four at a time; c0 does not pass its last. */
export function words(k0: i32, k1: i32, c0: i32, c1: i32, blocks: i32, out: usize): void {
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  const v0 = i32x4.splat(k0);
  const v1 = i32x4.splat(k1);
  const v2 = i32x4.splat(k2);
  const w1 = i32x4.splat(k2 + 1);
  const w2 = i32x4.splat(k0 + 2);
  const w3 = i32x4.splat(k1 + 3);
  const w4 = i32x4.splat(k2 + 4);
  const w5 = i32x4.splat(k0 + 5);
  const lanes = add(i32x4(0, 1, 2, 3), i32x4.splat(c0 + k0));
  const high = i32x4.splat(c1 + k1);
  for (let b = 0; b < blocks; b += 4) {
    let x0 = add(lanes, i32x4.splat(b));
    let x1 = high;
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
    const at = out + (usize(b) << 3);
    v128.store(at, v128.shuffle<i32>(x0, x1, 0, 4, 1, 5));
    v128.store(at, v128.shuffle<i32>(x0, x1, 2, 6, 3, 7), 16);
  }
}

/** `logs` of 1 - u of two words, in the lower halves. */
// @ts-ignore: decorator
@inline
function drawn(words: v128): v128 {
  const x = rest(words);
  return v128.any_true(special(x)) ? exactly(x) : logs(x);
}

/**
 * Normal numbers, each from two words, in single precision. What falls below `low` is left out.
 * @param pairs  of words, an even number
 * @returns how many there are
 */
export function normals(words: usize, pairs: i32, mean: f64, sd: f64, low: f64, out: usize): i32 {
  let at = out;
  const zero = i32x4.splat(0);
  for (let word = words, end = words + (usize(pairs) << 3); word < end; word += 16) {
    const first = v128.shuffle<i32>(v128.load(word), zero, 0, 4, 2, 5);
    const l = drawn(first);
    const radius = f64x2.mul(f64x2.splat(sd), f64x2.sqrt(f64x2.mul(f64x2.splat(-2), l)));
    const a = mean + f64x2.extract_lane(radius, 0) * angle(word + 4);
    const b = mean + f64x2.extract_lane(radius, 1) * angle(word + 12);
    store<f32>(at, f32(a));
    at += usize(!(a < low)) << 2;
    store<f32>(at, f32(b));
    at += usize(!(b < low)) << 2;
  }
  return i32((at - out) >> 2);
}

// @ts-ignore: decorator
@inline
function angle(word: usize): f64 {
  return cos(2 * Math.PI * (f64(load<u32>(word)) * 2.3283064365386963e-10));
}

/**
 * Connects by chance: jumps from synapse to synapse by geometric gaps, as many as there are words, or until all rows are
 * done.
 * @param count  of words, a multiple of 4
 * @returns number of targets
 */
export function gaps(record: usize, words: usize, count: i32): i32 {
  const room = address(record, layout.GAPS_ROOM);
  const scale = f64x2.splat(double(record, layout.GAPS_SCALE));
  const zero = i32x4.splat(0);
  for (let k = 0; k < count; k += 4) {
    const word = words + (usize(k) << 2);
    const four = v128.load(word);
    const a = rest(v128.shuffle<i32>(four, zero, 0, 4, 1, 5));
    const b = rest(v128.shuffle<i32>(four, zero, 2, 6, 3, 7));
    let la: v128;
    let lb: v128;
    if (v128.any_true(v128.or(special(a), special(b)))) {
      la = exactly(a);
      lb = exactly(b);
    } else {
      la = logs(a);
      lb = logs(b);
    }
    const first = i32x4.trunc_sat_f64x2_s_zero(f64x2.div(la, scale));
    const second = i32x4.trunc_sat_f64x2_s_zero(f64x2.div(lb, scale));
    v128.store(room + (usize(k) << 2), v128.shuffle<i32>(first, second, 0, 1, 4, 5));
  }
  const post = u32(whole(record, layout.GAPS_POST));
  const loops = is(record, layout.GAPS_LOOPS);
  const rows = whole(record, layout.GAPS_ROWS);
  const targets = address(record, layout.GAPS_TARGETS);
  let end = address(record, layout.GAPS_ENDS);
  let next = u32(whole(record, layout.GAPS_NEXT));
  let row = whole(record, layout.GAPS_ROW);
  let drawn = 0;
  let k = 0;
  for (; k < count && row < rows; k++) {
    const target = next + load<u32>(room + (usize(k) << 2));
    if (target >= post) {
      store<i32>(end, drawn);
      end += 4;
      row++;
      next = 0;
      continue;
    }
    next = target + 1;
    if (!loops && i32(target) == row) continue;
    store<u32>(targets + (usize(drawn) << 2), target);
    drawn++;
  }
  setWhole(record, layout.GAPS_NEXT, i32(next));
  setWhole(record, layout.GAPS_ROW, row);
  setWhole(record, layout.GAPS_USED, k);
  return drawn;
}
