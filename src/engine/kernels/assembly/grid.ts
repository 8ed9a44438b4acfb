// AssemblyScript. The inner loops of the grid mode; each does what its TypeScript twin does, operation by operation in
// single precision and in the same order, so that results are the same bits.

/**
 * One step of neurons whose only state is the potential: those at threshold fire and are reset, then all move on.
 *
 * @param v       [neurons] floats, potential above rest; neurons a multiple of 8
 * @param drives  [neurons] floats, or 0 where `drive` is everyone's
 * @param mode    what a spike does to v: 0 puts it to `reset`, 1 takes `reset` off until it is below threshold
 * @param first   number of the first neuron
 * @param out     [capacity]: who fired
 * @returns number of spikes, or -1 when they do not fit
 */
export function stepMembrane(
  neurons: i32,
  v: usize,
  decay: f32,
  drives: usize,
  drive: f32,
  threshold: f32,
  mode: i32,
  reset: f32,
  first: i32,
  out: usize,
  capacity: i32,
): i32 {
  let count = 0;
  const theta = f32x4.splat(threshold);
  const p = f32x4.splat(decay);
  let d0 = f32x4.splat(drive);
  let d1 = d0;
  for (let j = 0; j < neurons; j += 8) {
    const at = v + (usize(j) << 2);
    let v0 = v128.load(at);
    let v1 = v128.load(at, 16);
    const c0 = f32x4.ge(v0, theta);
    const c1 = f32x4.ge(v1, theta);
    if (v128.any_true(v128.or(c0, c1))) {
      count = fire(at, i32x4.bitmask(c0) | (i32x4.bitmask(c1) << 4), first + j, threshold, mode, reset, out, count, capacity);
      if (count < 0) return -1;
      v0 = v128.load(at);
      v1 = v128.load(at, 16);
    }
    if (drives) {
      d0 = v128.load(drives + (usize(j) << 2));
      d1 = v128.load(drives + (usize(j) << 2), 16);
    }
    v128.store(at, f32x4.add(f32x4.mul(v0, p), d0));
    v128.store(at, f32x4.add(f32x4.mul(v1, p), d1), 16);
  }
  return count;
}

/**
 * The same with two currents that decay, as `lif-exp` has: v = v decay + drive + e fromE + i fromI, then e = e decayE,
 * i = i decayI. A speck added to the currents keeps them out of the slow range of tiny numbers.
 */
export function stepCurrents(
  neurons: i32,
  v: usize,
  e: usize,
  i: usize,
  decay: f32,
  fromE: f32,
  fromI: f32,
  decayE: f32,
  decayI: f32,
  speck: f32,
  drives: usize,
  drive: f32,
  threshold: f32,
  mode: i32,
  reset: f32,
  first: i32,
  out: usize,
  capacity: i32,
): i32 {
  let count = 0;
  const theta = f32x4.splat(threshold);
  const p = f32x4.splat(decay);
  const pe = f32x4.splat(fromE);
  const pi = f32x4.splat(fromI);
  const qe = f32x4.splat(decayE);
  const qi = f32x4.splat(decayI);
  const s = f32x4.splat(speck);
  let d0 = f32x4.splat(drive);
  let d1 = d0;
  for (let j = 0; j < neurons; j += 8) {
    const offset = usize(j) << 2;
    const at = v + offset;
    let v0 = v128.load(at);
    let v1 = v128.load(at, 16);
    const c0 = f32x4.ge(v0, theta);
    const c1 = f32x4.ge(v1, theta);
    if (v128.any_true(v128.or(c0, c1))) {
      count = fire(at, i32x4.bitmask(c0) | (i32x4.bitmask(c1) << 4), first + j, threshold, mode, reset, out, count, capacity);
      if (count < 0) return -1;
      v0 = v128.load(at);
      v1 = v128.load(at, 16);
    }
    if (drives) {
      d0 = v128.load(drives + offset);
      d1 = v128.load(drives + offset, 16);
    }
    const e0 = v128.load(e + offset);
    const e1 = v128.load(e + offset, 16);
    const i0 = v128.load(i + offset);
    const i1 = v128.load(i + offset, 16);
    v128.store(
      at,
      f32x4.add(f32x4.add(f32x4.add(f32x4.mul(v0, p), d0), f32x4.mul(e0, pe)), f32x4.mul(i0, pi)),
    );
    v128.store(
      at,
      f32x4.add(f32x4.add(f32x4.add(f32x4.mul(v1, p), d1), f32x4.mul(e1, pe)), f32x4.mul(i1, pi)),
      16,
    );
    v128.store(e + offset, f32x4.add(f32x4.mul(e0, qe), s));
    v128.store(e + offset, f32x4.add(f32x4.mul(e1, qe), s), 16);
    v128.store(i + offset, f32x4.add(f32x4.mul(i0, qi), s));
    v128.store(i + offset, f32x4.add(f32x4.mul(i1, qi), s), 16);
  }
  return count;
}

/** Lets the neurons of one block fire whose bits are set, in ascending order. */
function fire(
  at: usize,
  bits: i32,
  first: i32,
  threshold: f32,
  mode: i32,
  reset: f32,
  out: usize,
  count: i32,
  capacity: i32,
): i32 {
  while (bits) {
    const n = ctz(bits);
    bits &= bits - 1;
    const place = at + (usize(n) << 2);
    if (mode == 0) {
      if (count == capacity) return -1;
      store<i32>(out + (usize(count++) << 2), first + n);
      store<f32>(place, reset);
    } else {
      let v = load<f32>(place);
      while (v >= threshold) {
        if (count == capacity) return -1;
        store<i32>(out + (usize(count++) << 2), first + n);
        v -= reset;
      }
      store<f32>(place, v);
    }
  }
  return count;
}

/**
 * Delivers spikes over rows of synapses that share one delay: acc[target] += weight.
 *
 * @param spikes   [count] i32: the rows
 * @param starts   u32: segment `segment` of row r lies from starts[r segments + segment] to the next
 * @param wide     whether targets are 4 bytes each, else 2
 * @param weights  floats, one per synapse, or 0 where all are `weight`
 * @returns number of synapses
 */
export function deliver(
  spikes: usize,
  count: i32,
  starts: usize,
  segments: i32,
  segment: i32,
  targets: usize,
  wide: i32,
  weights: usize,
  weight: f32,
  acc: usize,
): i32 {
  let events = 0;
  for (let k = 0; k < count; k++) {
    const row = starts + ((usize(load<u32>(spikes + (usize(k) << 2))) * usize(segments) + usize(segment)) << 2);
    let s = usize(load<u32>(row));
    const end = usize(load<u32>(row, 4));
    events += i32(end - s);
    if (weights) {
      for (; s < end; s++) {
        const t = wide ? usize(load<u32>(targets + (s << 2))) : usize(load<u16>(targets + (s << 1)));
        const at = acc + (t << 2);
        store<f32>(at, load<f32>(at) + load<f32>(weights + (s << 2)));
      }
      continue;
    }
    if (!wide) {
      for (; s + 4 <= end; s += 4) {
        const four = load<u64>(targets + (s << 1));
        const a = acc + (usize(four & 0xffff) << 2);
        store<f32>(a, load<f32>(a) + weight);
        const b = acc + (usize((four >> 16) & 0xffff) << 2);
        store<f32>(b, load<f32>(b) + weight);
        const c = acc + (usize((four >> 32) & 0xffff) << 2);
        store<f32>(c, load<f32>(c) + weight);
        const d = acc + (usize(four >> 48) << 2);
        store<f32>(d, load<f32>(d) + weight);
      }
      for (; s < end; s++) {
        const at = acc + (usize(load<u16>(targets + (s << 1))) << 2);
        store<f32>(at, load<f32>(at) + weight);
      }
      continue;
    }
    for (; s < end; s++) {
      const at = acc + (usize(load<u32>(targets + (s << 2))) << 2);
      store<f32>(at, load<f32>(at) + weight);
    }
  }
  return events;
}

/**
 * Delivers spikes over rows of a full matrix: positive weights go to `exc`, negative ones to `inh`, which may be one.
 *
 * @param weights  [pre, stride] floats, of which each row's first `columns`, a multiple of 4, are delivered
 */
export function deliverDense(
  spikes: usize,
  count: i32,
  weights: usize,
  stride: i32,
  columns: i32,
  exc: usize,
  scaleExc: f32,
  inh: usize,
  scaleInh: f32,
): void {
  const zero = f32x4.splat(0);
  const se = f32x4.splat(scaleExc);
  const si = f32x4.splat(scaleInh);
  const same = exc == inh;
  for (let k = 0; k < count; k++) {
    const row = weights + ((usize(load<u32>(spikes + (usize(k) << 2))) * usize(stride)) << 2);
    for (let j: usize = 0; j < usize(columns) << 2; j += 16) {
      const w = v128.load(row + j);
      if (same) {
        v128.store(exc + j, f32x4.add(v128.load(exc + j), f32x4.mul(w, se)));
      } else {
        v128.store(exc + j, f32x4.add(v128.load(exc + j), f32x4.mul(f32x4.max(w, zero), se)));
        v128.store(inh + j, f32x4.add(v128.load(inh + j), f32x4.mul(f32x4.min(w, zero), si)));
      }
    }
  }
}
