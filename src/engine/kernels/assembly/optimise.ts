// AssemblyScript. One step of an optimiser with a memory over a list of weights, in place: what `optimiser.ts` documents,
// in single precision, four weights at a time. Lengths of lists are rounded up to four.

/** What the loss falls against: scale * gradient + decay * w. */
// @ts-ignore: decorator
@inline
function slope(w: v128, gradient: v128, scale: v128, decay: v128): v128 {
  return f32x4.add(f32x4.mul(scale, gradient), f32x4.mul(decay, w));
}

/**
 * v = keep v + g; w -= rate v, or with `ahead` w -= rate (g + keep v).
 * @param weights [count] @param gradients [count] @param velocities [count]
 */
export function momentum(
  weights: usize,
  gradients: usize,
  velocities: usize,
  count: i32,
  rate: f32,
  scale: f32,
  decay: f32,
  keep: f32,
  ahead: bool,
): void {
  const end = usize(count) << 2;
  const kept = f32x4.splat(keep);
  const scales = f32x4.splat(scale);
  const decays = f32x4.splat(decay);
  const rates = f32x4.splat(rate);
  for (let k: usize = 0; k < end; k += 16) {
    const w = v128.load(weights + k);
    const g = slope(w, v128.load(gradients + k), scales, decays);
    const v = f32x4.add(f32x4.mul(kept, v128.load(velocities + k)), g);
    v128.store(velocities + k, v);
    const step = ahead ? f32x4.add(g, f32x4.mul(kept, v)) : v;
    v128.store(weights + k, f32x4.sub(w, f32x4.mul(rates, step)));
  }
}

/**
 * m += (1 - beta1) (g - m); v += (1 - beta2) (g^2 - v); w -= rate m / (sqrt(correction v) + epsilon).
 * @param moments     [count] of m @param squares [count] of v
 * @param share1      1 - beta1 @param share2 1 - beta2
 * @param rate        divided by 1 - beta1^t
 * @param correction  1 / (1 - beta2^t)
 */
export function adam(
  weights: usize,
  gradients: usize,
  moments: usize,
  squares: usize,
  count: i32,
  rate: f32,
  scale: f32,
  decay: f32,
  share1: f32,
  share2: f32,
  correction: f32,
  epsilon: f32,
): void {
  const end = usize(count) << 2;
  const scales = f32x4.splat(scale);
  const decays = f32x4.splat(decay);
  const s1 = f32x4.splat(share1);
  const s2 = f32x4.splat(share2);
  const rates = f32x4.splat(rate);
  const corrections = f32x4.splat(correction);
  const guard = f32x4.splat(epsilon);
  for (let k: usize = 0; k < end; k += 16) {
    const w = v128.load(weights + k);
    const g = slope(w, v128.load(gradients + k), scales, decays);
    const m0 = v128.load(moments + k);
    const v0 = v128.load(squares + k);
    const m = f32x4.add(m0, f32x4.mul(s1, f32x4.sub(g, m0)));
    const v = f32x4.add(v0, f32x4.mul(s2, f32x4.sub(f32x4.mul(g, g), v0)));
    v128.store(moments + k, m);
    v128.store(squares + k, v);
    const size = f32x4.add(f32x4.sqrt(f32x4.mul(corrections, v)), guard);
    v128.store(weights + k, f32x4.sub(w, f32x4.div(f32x4.mul(rates, m), size)));
  }
}
