// AssemblyScript. Exponential and logarithm of four floats, by polynomials (Moshier, Cephes, 1989, expf and logf), to
// about a unit in the last place.

// @ts-ignore: decorator
@inline
function fused(p: v128, x: v128, c: f32): v128 {
  return f32x4.add(f32x4.mul(p, x), f32x4.splat(c));
}

/** e^x for x from 0 to 80. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = fused(p, r, 1.3981999507e-3);
  p = fused(p, r, 8.3334519073e-3);
  p = fused(p, r, 4.1665795894e-2);
  p = fused(p, r, 1.6666665459e-1);
  p = fused(p, r, 5.0000001201e-1);
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 23));
}

/** log(1 + f) for f from -1 to 0. */
// @ts-ignore: decorator
@inline
export function log4(f: v128): v128 {
  // Where 1 + f is below 0.7 it is taken apart, 2^n (1 + f).
  const y = f32x4.add(f, f32x4.splat(1));
  const small = f32x4.lt(y, f32x4.splat(0.7));
  const n = v128.and(small, i32x4.sub(i32x4.shr_u(y, 23), i32x4.splat(126)));
  const part = v128.or(v128.and(y, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const low = v128.and(small, f32x4.lt(part, f32x4.splat(0.7)));
  const m = f32x4.convert_i32x4_s(i32x4.add(n, low));
  const taken = f32x4.sub(f32x4.add(part, v128.and(low, part)), f32x4.splat(1));
  const x = v128.bitselect(taken, f, small);
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(7.0376836292e-2);
  p = fused(p, x, -1.1514610310e-1);
  p = fused(p, x, 1.1676998740e-1);
  p = fused(p, x, -1.2420140846e-1);
  p = fused(p, x, 1.4249322787e-1);
  p = fused(p, x, -1.6668057665e-1);
  p = fused(p, x, 2.0000714765e-1);
  p = fused(p, x, -2.4999993993e-1);
  p = fused(p, x, 3.3333331174e-1);
  let s = f32x4.mul(f32x4.mul(p, x), z);
  s = f32x4.add(s, f32x4.mul(m, f32x4.splat(-2.12194440e-4)));
  s = f32x4.sub(s, f32x4.mul(z, f32x4.splat(0.5)));
  return f32x4.add(f32x4.add(x, s), f32x4.mul(m, f32x4.splat(0.693359375)));
}
