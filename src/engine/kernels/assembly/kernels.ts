// AssemblyScript. Each function does what its TypeScript twin does, operation by operation in double precision and in
// the same order, so that results are the same bits.

/**
 * One presentation for a layer without refractory period: `LifLayer`'s loop over events, turned inside out. Eight
 * neurons at a time keep their state in registers while all events pass.
 *
 * @param u, limits     [neurons] doubles; a neuron with limit Infinity is left out
 * @param weights       [rows, neurons] floats
 * @param rows, scales, es, drops, lasts  [events]: row, factor, e(t), potential that a spike takes, last of its instant
 * @param outEvents, outNeurons  [capacity]: the spikes, by block of neurons, then event, then neuron
 * @returns number of spikes, or -1 when they do not fit
 */
export function present(
  neurons: i32,
  events: i32,
  u: usize,
  limits: usize,
  weights: usize,
  rows: usize,
  scales: usize,
  es: usize,
  drops: usize,
  lasts: usize,
  offset: f64,
  outEvents: usize,
  outNeurons: usize,
  capacity: i32,
): i32 {
  let count = 0;
  const off = f64x2.splat(offset);
  const stride = usize(neurons) << 2;
  let j = 0;
  for (; j + 8 <= neurons; j += 8) {
    const at = u + (usize(j) << 3);
    const lim = limits + (usize(j) << 3);
    const column = weights + (usize(j) << 2);
    let u0 = v128.load(at);
    let u1 = v128.load(at, 16);
    let u2 = v128.load(at, 32);
    let u3 = v128.load(at, 48);
    const l0 = v128.load(lim);
    const l1 = v128.load(lim, 16);
    const l2 = v128.load(lim, 32);
    const l3 = v128.load(lim, 48);
    for (let k = 0; k < events; k++) {
      const s = v128.load64_splat(scales + (usize(k) << 3));
      const row = column + usize(load<i32>(rows + (usize(k) << 2))) * stride;
      const w0 = v128.load(row);
      const w1 = v128.load(row, 16);
      u0 = f64x2.add(u0, f64x2.mul(s, f64x2.promote_low_f32x4(w0)));
      u1 = f64x2.add(u1, f64x2.mul(s, f64x2.promote_low_f32x4(i64x2.shuffle(w0, w0, 1, 1))));
      u2 = f64x2.add(u2, f64x2.mul(s, f64x2.promote_low_f32x4(w1)));
      u3 = f64x2.add(u3, f64x2.mul(s, f64x2.promote_low_f32x4(i64x2.shuffle(w1, w1, 1, 1))));
      if (!load<u8>(lasts + usize(k))) continue;
      const e = v128.load64_splat(es + (usize(k) << 3));
      const t0 = f64x2.add(f64x2.mul(l0, e), off);
      const t1 = f64x2.add(f64x2.mul(l1, e), off);
      const t2 = f64x2.add(f64x2.mul(l2, e), off);
      const t3 = f64x2.add(f64x2.mul(l3, e), off);
      const c0 = f64x2.ge(u0, t0);
      const c1 = f64x2.ge(u1, t1);
      const c2 = f64x2.ge(u2, t2);
      const c3 = f64x2.ge(u3, t3);
      if (!v128.any_true(v128.or(v128.or(c0, c1), v128.or(c2, c3)))) continue;
      v128.store(at, u0);
      v128.store(at, u1, 16);
      v128.store(at, u2, 32);
      v128.store(at, u3, 48);
      let hits =
        i64x2.bitmask(c0) | (i64x2.bitmask(c1) << 2) | (i64x2.bitmask(c2) << 4) | (i64x2.bitmask(c3) << 6);
      while (hits) {
        const n = ctz(hits);
        hits &= hits - 1;
        count = fire(
          at + (usize(n) << 3),
          lim + (usize(n) << 3),
          k,
          j + n,
          es,
          drops,
          offset,
          outEvents,
          outNeurons,
          count,
          capacity,
        );
        if (count < 0) return -1;
      }
      u0 = v128.load(at);
      u1 = v128.load(at, 16);
      u2 = v128.load(at, 32);
      u3 = v128.load(at, 48);
    }
    v128.store(at, u0);
    v128.store(at, u1, 16);
    v128.store(at, u2, 32);
    v128.store(at, u3, 48);
  }
  for (; j < neurons; j++) {
    const at = u + (usize(j) << 3);
    const lim = limits + (usize(j) << 3);
    for (let k = 0; k < events; k++) {
      const w = load<f32>(weights + usize(load<i32>(rows + (usize(k) << 2))) * stride + (usize(j) << 2));
      store<f64>(at, load<f64>(at) + load<f64>(scales + (usize(k) << 3)) * f64(w));
      if (!load<u8>(lasts + usize(k))) continue;
      if (load<f64>(at) >= load<f64>(lim) * load<f64>(es + (usize(k) << 3)) + offset) {
        count = fire(at, lim, k, j, es, drops, offset, outEvents, outNeurons, count, capacity);
        if (count < 0) return -1;
      }
    }
  }
  return count;
}

/** Takes thresholds off one neuron until it is below; a burst of n spikes stands n times. */
function fire(
  at: usize,
  lim: usize,
  k: i32,
  neuron: i32,
  es: usize,
  drops: usize,
  offset: f64,
  outEvents: usize,
  outNeurons: usize,
  count: i32,
  capacity: i32,
): i32 {
  const limit = load<f64>(lim) * load<f64>(es + (usize(k) << 3)) + offset;
  const drop = load<f64>(drops + (usize(k) << 3));
  let v = load<f64>(at);
  while (v >= limit) {
    if (count == capacity) return -1;
    v -= drop;
    store<i32>(outEvents + (usize(count) << 2), k);
    store<i32>(outNeurons + (usize(count) << 2), neuron);
    count++;
  }
  store<f64>(at, v);
  return count;
}

/** row[j] += factor * vector[j], the row in floats, the vector in doubles. */
export function addRow(row: usize, vector: usize, factor: f64, columns: i32): void {
  const f = f64x2.splat(factor);
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    const at = row + (usize(j) << 2);
    const from = vector + (usize(j) << 3);
    const r = v128.load(at);
    const lo = f64x2.add(f64x2.promote_low_f32x4(r), f64x2.mul(f, v128.load(from)));
    const hi = f64x2.add(
      f64x2.promote_low_f32x4(i64x2.shuffle(r, r, 1, 1)),
      f64x2.mul(f, v128.load(from, 16)),
    );
    v128.store(at, i64x2.shuffle(f32x4.demote_f64x2_zero(lo), f32x4.demote_f64x2_zero(hi), 0, 2));
  }
  for (; j < columns; j++) {
    const at = row + (usize(j) << 2);
    store<f32>(at, f32(f64(load<f32>(at)) + factor * load<f64>(vector + (usize(j) << 3))));
  }
}

/** weights[j] -= scale * change[j], then change[j] = 0. */
export function applyRow(weights: usize, change: usize, scale: f64, columns: i32): void {
  const s = f64x2.splat(scale);
  const zero = f64x2.splat(0);
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    const w = v128.load(weights + (usize(j) << 2));
    const c = v128.load(change + (usize(j) << 2));
    const lo = f64x2.sub(f64x2.promote_low_f32x4(w), f64x2.mul(s, f64x2.promote_low_f32x4(c)));
    const hi = f64x2.sub(
      f64x2.promote_low_f32x4(i64x2.shuffle(w, w, 1, 1)),
      f64x2.mul(s, f64x2.promote_low_f32x4(i64x2.shuffle(c, c, 1, 1))),
    );
    v128.store(
      weights + (usize(j) << 2),
      i64x2.shuffle(f32x4.demote_f64x2_zero(lo), f32x4.demote_f64x2_zero(hi), 0, 2),
    );
    v128.store(change + (usize(j) << 2), zero);
  }
  for (; j < columns; j++) {
    const at = weights + (usize(j) << 2);
    store<f32>(at, f32(f64(load<f32>(at)) - scale * f64(load<f32>(change + (usize(j) << 2)))));
    store<f32>(change + (usize(j) << 2), 0);
  }
}
