// AssemblyScript. Logarithms of what is drawn, for loops that make many.
import { log } from "./elementary";

/** Numbers that the loops read, as to make them anew takes several instructions each. */
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
export function rest(words: v128): v128 {
  return f64x2.sub(c(1), v128.or(i64x2.shl(words, 20), c(0)));
}

// @ts-ignore: decorator
@inline
export function exactly(x: v128): v128 {
  return f64x2(log(f64x2.extract_lane(x, 0)), log(f64x2.extract_lane(x, 1)));
}

/** Whether one is so near to a power of 2 that `log` has another form for it. */
// @ts-ignore: decorator
@inline
export function special(x: v128): v128 {
  return i64x2.lt_s(i64x2.add(i64x2.shl(x, 12), n(0)), n(1));
}

/** `log` of two numbers from 2^-32 to 1 that are not special; see elementary.ts, whose bits they have. */
// @ts-ignore: decorator
@inline
export function logs(x: v128): v128 {
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
