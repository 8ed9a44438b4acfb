// AssemblyScript. The twin of `instant` in engine/instant.ts, which says why.

// @ts-ignore: decorator
@inline
export function instant(t: f64): f64 {
  const place = t * 4410000.0;
  if (!(place < 281474976710656.0)) return t;
  const point = floor(place + 0.5) / 4410000.0;
  return abs(point - t) <= t * 8.881784197001252e-16 ? point : t;
}

/** A delay in single precision as `delayOf` in engine/instant.ts reads it. */
// @ts-ignore: decorator
@inline
export function delayOf(single: f32): f64 {
  const point = floor(f64(single) * 1000.0 + 0.5) / 1000.0;
  return f32(point) == single ? point : f64(single);
}
