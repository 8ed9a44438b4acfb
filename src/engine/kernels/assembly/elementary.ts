// AssemblyScript. The twins of exp, log and cos in math/fdlibm.ts, operation by operation.

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const L1: f64 = 0.6666666666666735;
const L2: f64 = 0.3999999999940942;
const L3: f64 = 0.2857142874366239;
const L4: f64 = 0.22222198432149784;
const L5: f64 = 0.1818357216161805;
const L6: f64 = 0.15313837699209373;
const L7: f64 = 0.14798198605116586;

/** 2^k for k from -1022 to 1023. */
// @ts-ignore: decorator
@inline
function power(k: i32): f64 {
  return reinterpret<f64>((<i64>(k + 1023)) << 52);
}

export function exp(x: f64): f64 {
  let k = 0;
  let high = x;
  let low: f64 = 0;
  const half = reinterpret<f64>(0x3fd62e4300000000);
  if (x >= half || x <= -half) {
    if (x > 709.782712893384) return Infinity;
    if (x < -745.1332191019411) return 0;
    if (x == 1) return Math.E;
    const more = reinterpret<f64>(0x3ff0a2b200000000);
    if (x < more && x > -more) k = x > 0 ? 1 : -1;
    else k = i32(Math.LOG2E * x + (x > 0 ? 0.5 : -0.5));
    high = x - f64(k) * LN2_HIGH;
    low = f64(k) * LN2_LOW;
  } else if (x < 3.725290298461914e-9 && x > -3.725290298461914e-9) return 1 + x;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  if (k == 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k == 1024) return y * 2 * power(1023);
  return k >= -1021 ? y * power(k) : y * power(k + 1000) * 9.332636185032189e-302;
}

export function log(x: f64): f64 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  let k = 0;
  let bits = reinterpret<i64>(x);
  if (x < 2.2250738585072014e-308) {
    k = -54;
    bits = reinterpret<i64>(x * 18014398509481984.0);
  }
  const word = i32(bits >> 32);
  const part = word & 0xfffff;
  const carry = (part + 0x95f64) & 0x100000;
  k += (word >> 20) - 1023 + (carry >> 20);
  const f = reinterpret<f64>(((<i64>(part | (carry ^ 0x3ff00000))) << 32) | (bits & 0xffffffff)) - 1;
  const high = f64(k) * LN2_HIGH;
  const low = f64(k) * LN2_LOW;
  if ((0xfffff & (2 + part)) < 3) {
    if (f == 0) return high + low;
    const r = f * f * (0.5 - 0.3333333333333333 * f);
    return k == 0 ? f - r : high - (r - low - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const r = z * (L1 + w * (L3 + w * (L5 + w * L7))) + w * (L2 + w * (L4 + w * L6));
  if (((part - 0x6147a) | (0x6b851 - part)) > 0) {
    const square = 0.5 * f * f;
    return k == 0 ? f - (square - s * (square + r)) : high - (square - (s * (square + r) + low) - f);
  }
  return k == 0 ? f - s * (f - r) : high - (s * (f - r) - low - f);
}

const QUARTER_1: f64 = 1.5707963267341256;
const QUARTER_1_REST: f64 = 6.077100506506192e-11;
const QUARTER_2: f64 = 6.077100506303966e-11;
const QUARTER_2_REST: f64 = 2.0222662487959506e-21;

// @ts-ignore: decorator
@inline
function exponent(x: f64): i32 {
  return i32(reinterpret<i64>(x) >> 52) & 0x7ff;
}

/** Of an angle from 0 to 2 pi. */
export function cos(x: f64): f64 {
  if (x < reinterpret<f64>(0x3fe921fc00000000)) return cosine(x, 0);
  const n = x < reinterpret<f64>(0x4002d97c00000000) ? 1 : i32(x * (2 / Math.PI) + 0.5);
  let far = x - f64(n) * QUARTER_1;
  let rest = f64(n) * QUARTER_1_REST;
  if (exponent(x) - exponent(far - rest) > 16) {
    const before = far;
    far = before - f64(n) * QUARTER_2;
    rest = f64(n) * QUARTER_2_REST - (before - far - f64(n) * QUARTER_2);
  }
  const y = far - rest;
  const tail = far - y - rest;
  const value = n & 1 ? sine(y, tail) : cosine(y, tail);
  return (n + 1) & 2 ? -value : value;
}

/** Of x + y, |x| up to pi / 4. */
function sine(x: f64, y: f64): f64 {
  const z = x * x;
  const v = z * x;
  const r =
    0.00833333333332249 +
    z *
      (-1.984126982985795e-4 +
        z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x - (z * (0.5 * y - v * r) - y - v * -0.16666666666666632);
}

function cosine(x: f64, y: f64): f64 {
  const size = i32(reinterpret<i64>(x) >> 32) & 0x7fffffff;
  if (size < 0x3e400000) return 1;
  const z = x * x;
  const r =
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (2.480158728947673e-5 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
  if (size < 0x3fd33333) return 1 - (0.5 * z - (z * r - x * y));
  const part = size > 0x3fe90000 ? 0.28125 : reinterpret<f64>((<i64>(size - 0x200000)) << 32);
  return 1 - part - (0.5 * z - part - (z * r - x * y));
}

// @ts-ignore: decorator
@inline
function c(x: f64): v128 {
  return f64x2.splat(x);
}

/** log of two normal numbers above 0. */
// @ts-ignore: decorator
@inline
export function logs(x: v128): v128 {
  const word = i64x2.shr_u(x, 32);
  const part = v128.and(word, i64x2.splat(0xfffff));
  const near = v128.and(i64x2.add(part, i64x2.splat(2)), i64x2.splat(0xfffff));
  if (v128.any_true(i64x2.lt_s(near, i64x2.splat(3)))) {
    return f64x2(log(f64x2.extract_lane(x, 0)), log(f64x2.extract_lane(x, 1)));
  }
  const carry = v128.and(i64x2.add(part, i64x2.splat(0x95f64)), i64x2.splat(0x100000));
  const k = i64x2.add(i64x2.sub(i64x2.shr_u(word, 20), i64x2.splat(1023)), i64x2.shr_u(carry, 20));
  const m = v128.or(
    i64x2.shl(v128.or(part, v128.xor(carry, i64x2.splat(0x3ff00000))), 32),
    v128.and(x, i64x2.splat(0xffffffff)),
  );
  const f = f64x2.sub(m, c(1));
  // k as a double: added to the bits of 1.5 2^52.
  const dk = f64x2.sub(i64x2.add(k, c(6755399441055744.0)), c(6755399441055744.0));
  const high = f64x2.mul(dk, c(LN2_HIGH));
  const low = f64x2.mul(dk, c(LN2_LOW));
  const s = f64x2.div(f, f64x2.add(c(2), f));
  const z = f64x2.mul(s, s);
  const w = f64x2.mul(z, z);
  const odd = f64x2.mul(
    z,
    f64x2.add(
      c(L1),
      f64x2.mul(w, f64x2.add(c(L3), f64x2.mul(w, f64x2.add(c(L5), f64x2.mul(w, c(L7)))))),
    ),
  );
  const even = f64x2.mul(
    w,
    f64x2.add(c(L2), f64x2.mul(w, f64x2.add(c(L4), f64x2.mul(w, c(L6))))),
  );
  const r = f64x2.add(odd, even);
  const square = f64x2.mul(f64x2.mul(c(0.5), f), f);
  const middle = i64x2.gt_s(
    v128.or(i64x2.sub(part, i64x2.splat(0x6147a)), i64x2.sub(i64x2.splat(0x6b851), part)),
    i64x2.splat(0),
  );
  const a = f64x2.sub(f64x2.sub(square, f64x2.add(f64x2.mul(s, f64x2.add(square, r)), low)), f);
  const b = f64x2.sub(f64x2.sub(f64x2.mul(s, f64x2.sub(f, r)), low), f);
  return f64x2.sub(high, v128.bitselect(a, b, middle));
}
