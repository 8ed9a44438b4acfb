// AssemblyScript. The walk over neurons whose potential inputs move at once, two at a time. See `deltaTogether`.
import * as layout from "../layout";
import { address, double, whole } from "./record";

/** Added to a number below 2^51, it leaves that, rounded, in the lower bits. */
const SHIFT: f64 = 6755399441055744.0;
const SHIFT_BITS: i64 = 0x4338000000000000;
/** What rounding may have done to a bound. */
const MORE: f64 = 1e-12;

// @ts-ignore: decorator
@inline
function within(times: usize, values: usize, from: v128, until: v128): v128 {
  const t = v128.load(times);
  return v128.and(v128.and(f64x2.ge(t, from), f64x2.lt(t, until)), v128.load(values));
}

/** What the Poisson inputs of a block in a window add, in two parts. */
// @ts-ignore: decorator
@inline
export function blockSum(times: usize, values: usize, from: v128, until: v128): v128 {
  return i64x2.add(
    i64x2.add(within(times, values, from, until), within(times + 16, values + 16, from, until)),
    i64x2.add(within(times + 32, values + 32, from, until), within(times + 48, values + 48, from, until)),
  );
}

/**
 * Moves all neurons through a window that stay below threshold even if no inhibition comes, clears the sums of all, and lists
 * those that do not, but for the refractory, for whom what comes is lost; returns how many they are. A neuron behind the last
 * may be looked at, which stays below threshold.
 *
 * @param low, high  what has become of a potential of 1 at the origin, inversely, at the window's ends, in units
 */
export function walk(record: usize, from: f64, until: f64, low: f64, high: f64): i32 {
  const neurons = whole(record, layout.DELTA_NEURONS);
  const state = address(record, layout.DELTA_STATE);
  const plus = address(record, layout.DELTA_PLUS);
  const minus = address(record, layout.DELTA_MINUS);
  const care = address(record, layout.DELTA_CARE);
  const shots = address(record, layout.DELTA_SHOTS);
  const times = shots ? address(shots, layout.SHOTS_TIMES) : 0;
  const values = shots ? address(shots, layout.SHOTS_VALUES) : 0;
  const excites = shots ? double(shots, layout.SHOTS_WEIGHT) > 0 : false;
  const first = f64x2.splat(from);
  const end = f64x2.splat(until);
  const lows = f64x2.splat(low);
  const highs = f64x2.splat(high);
  const less = f64x2.splat(1 - MORE);
  const more = f64x2.splat(1 + MORE);
  const shift = f64x2.splat(SHIFT);
  const shiftBits = i64x2.splat(SHIFT_BITS);
  const zero = i64x2.splat(0);
  let cared = 0;
  for (let i = 0; i < neurons; i += 2) {
    const own = state + (usize(i) << 5);
    const up = plus + (usize(i) << 3);
    const down = minus + (usize(i) << 3);
    let p = v128.load(up);
    let m = v128.load(down);
    v128.store(up, zero);
    v128.store(down, zero);
    if (shots) {
      const at = usize(i) << 6;
      const a = blockSum(times + at, values + at, first, end);
      const b = blockSum(times + at + 64, values + at + 64, first, end);
      const sum = i64x2.add(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3));
      if (excites) p = i64x2.add(p, sum);
      else m = i64x2.add(m, sum);
    }
    const a = v128.load(own);
    const b = v128.load(own, layout.MEMBRANE_BYTES);
    const u = v128.shuffle<i64>(a, b, 0, 2);
    const free = v128.shuffle<i64>(a, b, 1, 3);
    const slope = v128.shuffle<i64>(
      v128.load(own, layout.MEMBRANE_SLOPE),
      v128.load(own, layout.MEMBRANE_BYTES + layout.MEMBRANE_SLOPE),
      0,
      2,
    );
    const limit = f64x2.pmin(f64x2.mul(slope, lows), f64x2.mul(slope, highs));
    const bound = f64x2.pmin(f64x2.mul(limit, less), f64x2.mul(limit, more));
    const most = i64x2.add(u, p);
    const below = i64x2.lt_s(most, i64x2.sub(f64x2.add(bound, shift), shiftBits));
    const safe = v128.and(below, f64x2.le(free, first));
    const next = v128.bitselect(i64x2.add(most, m), u, safe);
    v128.store(own, v128.shuffle<i64>(next, free, 0, 2));
    v128.store(own, v128.shuffle<i64>(next, free, 1, 3), layout.MEMBRANE_BYTES);
    const looked = i64x2.bitmask(v128.andnot(f64x2.lt(free, end), safe));
    store<i32>(care + usize(cared) * layout.CARE_BYTES, i);
    cared += looked & 1;
    store<i32>(care + usize(cared) * layout.CARE_BYTES, i + 1);
    cared += looked >> 1;
  }
  return cared;
}
