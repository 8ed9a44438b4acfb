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

/** One word of four Threefry-2x32-20 blocks; see math/rng.ts. */
// @ts-ignore: decorator
@inline
function round(x0: v128, x1: v128, left: i32): v128 {
  return v128.xor(v128.or(i32x4.shl(x1, left), i32x4.shr_u(x1, 32 - left)), x0);
}

/**
 * Adds to acc[j] a Poisson number of inputs of one weight. Neurons 8 b .. 8 b + 3 take the first words of the blocks
 * with counters (step, 4 b .. 4 b + 3), the next four the second words.
 *
 * @param first, last  multiples of 8
 * @param levels  [count] i32, ascending, count a multiple of 8: the number of inputs is the number of levels below the
 *                word, both moved down by 2^31
 */
export function poisson(
  first: i32,
  last: i32,
  acc: usize,
  k0: i32,
  k1: i32,
  step: i32,
  levels: usize,
  count: i32,
  weight: f32,
): void {
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
    let n0 = i32x4.splat(0);
    let n1 = i32x4.splat(0);
    // Written out: the short loop cost four times as much as all the rest.
    for (let l = 0; l < count; l += 8) {
      let t: v128;
      t = v128.load32_splat(levels + (usize(l) << 2), 0);
      n0 = i32x4.sub(n0, i32x4.gt_s(x0, t));
      n1 = i32x4.sub(n1, i32x4.gt_s(x1, t));
      t = v128.load32_splat(levels + (usize(l) << 2), 4);
      n0 = i32x4.sub(n0, i32x4.gt_s(x0, t));
      n1 = i32x4.sub(n1, i32x4.gt_s(x1, t));
      t = v128.load32_splat(levels + (usize(l) << 2), 8);
      n0 = i32x4.sub(n0, i32x4.gt_s(x0, t));
      n1 = i32x4.sub(n1, i32x4.gt_s(x1, t));
      t = v128.load32_splat(levels + (usize(l) << 2), 12);
      n0 = i32x4.sub(n0, i32x4.gt_s(x0, t));
      n1 = i32x4.sub(n1, i32x4.gt_s(x1, t));
      t = v128.load32_splat(levels + (usize(l) << 2), 16);
      n0 = i32x4.sub(n0, i32x4.gt_s(x0, t));
      n1 = i32x4.sub(n1, i32x4.gt_s(x1, t));
      t = v128.load32_splat(levels + (usize(l) << 2), 20);
      n0 = i32x4.sub(n0, i32x4.gt_s(x0, t));
      n1 = i32x4.sub(n1, i32x4.gt_s(x1, t));
      t = v128.load32_splat(levels + (usize(l) << 2), 24);
      n0 = i32x4.sub(n0, i32x4.gt_s(x0, t));
      n1 = i32x4.sub(n1, i32x4.gt_s(x1, t));
      t = v128.load32_splat(levels + (usize(l) << 2), 28);
      n0 = i32x4.sub(n0, i32x4.gt_s(x0, t));
      n1 = i32x4.sub(n1, i32x4.gt_s(x1, t));
    }
    const at = acc + (usize(j) << 2);
    v128.store(at, f32x4.add(v128.load(at), f32x4.mul(f32x4.convert_i32x4_s(n0), w)));
    v128.store(at, f32x4.add(v128.load(at, 16), f32x4.mul(f32x4.convert_i32x4_s(n1), w)), 16);
  }
}

/** vector[j] = vector[j] factor + speck; count a multiple of 4. */
export function decay(vector: usize, count: i32, factor: f32, speck: f32): void {
  const f = f32x4.splat(factor);
  const s = f32x4.splat(speck);
  for (let j: usize = 0; j < usize(count) << 2; j += 16) {
    v128.store(vector + j, f32x4.add(f32x4.mul(v128.load(vector + j), f), s));
  }
}

/**
 * Brings rows of synapses with pair STDP up to date: postsynaptic spikes since the row was last looked at strengthen,
 * then, where `arrives` says so, a presynaptic spike weakens and is delivered. See `StdpRows`.
 *
 * @param now     the present step; postsynaptic spikes before it count
 * @param value, since, done  [pre]: presynaptic trace, the step that it is of, the step up to which a row is done
 * @param y       [post] floats: postsynaptic trace now
 * @param recent  [post, 4] i32: steps of each postsynaptic neuron's last spikes, the oldest first, -1 for none
 * @param counts  [post] i32: spikes of each postsynaptic neuron so far
 * @param ring    [post, mask + 1] i32: steps of its last spikes
 * @param table   [length + 1] floats: decay of the presynaptic trace over so many steps; then 0
 * @param rule    8 floats: aPlus, aMinus, F+ = [0] + [1] w, F- = [0] + [1] w, wMin, wMax
 */
export function stdp(
  rows: usize,
  rowCount: i32,
  starts: usize,
  segments: i32,
  segment: i32,
  targets: usize,
  wide: i32,
  weights: usize,
  acc: usize,
  gain: f32,
  now: i32,
  value: usize,
  since: usize,
  done: usize,
  y: usize,
  recent: usize,
  counts: usize,
  ring: usize,
  mask: i32,
  table: usize,
  length: i32,
  rule: usize,
  arrives: i32,
  nearest: i32,
): i32 {
  const aP = v128.load32_splat(rule);
  const aM = f32x4.neg(v128.load32_splat(rule, 4));
  const pa = v128.load32_splat(rule, 8);
  const pb = v128.load32_splat(rule, 12);
  const da = v128.load32_splat(rule, 16);
  const db = v128.load32_splat(rule, 20);
  const low = v128.load32_splat(rule, 24);
  const high = v128.load32_splat(rule, 28);
  const nows = i32x4.splat(now);
  const lengths = i32x4.splat(length);
  const gains = f32x4.splat(gain);
  const stride = usize(mask + 1) << 2;
  let events = 0;
  for (let k = 0; k < rowCount; k++) {
    const row = usize(load<u32>(rows + (usize(k) << 2)));
    const x = load<f32>(value + (row << 2));
    const from = load<i32>(since + (row << 2));
    const seen = load<i32>(done + (row << 2));
    const own = starts + ((row * usize(segments) + usize(segment)) << 2);
    let s = usize(load<u32>(own));
    const end = usize(load<u32>(own, 4));
    events += i32(end - s);
    const xs = f32x4.splat(x);
    const froms = i32x4.splat(from);
    const seens = i32x4.splat(seen);
    while (s < end) {
      let stop = end;
      if (arrives && s + 4 <= end) {
        // Four synapses at once, unless one of them has missed more than three spikes.
        stop = s + 4;
        const t = targets + (s << (wide ? 2 : 1));
        const n0 = wide ? usize(load<u32>(t)) : usize(load<u16>(t));
        const n1 = wide ? usize(load<u32>(t, 4)) : usize(load<u16>(t, 2));
        const n2 = wide ? usize(load<u32>(t, 8)) : usize(load<u16>(t, 4));
        const n3 = wide ? usize(load<u32>(t, 12)) : usize(load<u16>(t, 6));
        const h0 = v128.load(recent + (n0 << 4));
        const h1 = v128.load(recent + (n1 << 4));
        const h2 = v128.load(recent + (n2 << 4));
        const h3 = v128.load(recent + (n3 << 4));
        const c0 = i32x4.ge_s(h0, seens);
        const c1 = i32x4.ge_s(h1, seens);
        const c2 = i32x4.ge_s(h2, seens);
        const c3 = i32x4.ge_s(h3, seens);
        if (!i32x4.extract_lane(v128.or(v128.or(c0, c1), v128.or(c2, c3)), 0)) {
          const a0 = agesOf(h0, c0, froms, nows, lengths);
          const a1 = agesOf(h1, c1, froms, nows, lengths);
          const a2 = agesOf(h2, c2, froms, nows, lengths);
          const a3 = agesOf(h3, c3, froms, nows, lengths);
          let w = v128.load(weights + (s << 2));
          const x1 = gather(table, i32x4.extract_lane(a0, 1), i32x4.extract_lane(a1, 1), i32x4.extract_lane(a2, 1), i32x4.extract_lane(a3, 1));
          w = changed(w, aP, pa, pb, f32x4.mul(xs, x1), low, high);
          const x2 = gather(table, i32x4.extract_lane(a0, 2), i32x4.extract_lane(a1, 2), i32x4.extract_lane(a2, 2), i32x4.extract_lane(a3, 2));
          w = changed(w, aP, pa, pb, f32x4.mul(xs, x2), low, high);
          const x3 = gather(table, i32x4.extract_lane(a0, 3), i32x4.extract_lane(a1, 3), i32x4.extract_lane(a2, 3), i32x4.extract_lane(a3, 3));
          w = changed(w, aP, pa, pb, f32x4.mul(xs, x3), low, high);
          w = changed(w, aM, da, db, gather(y, i32(n0), i32(n1), i32(n2), i32(n3)), low, high);
          v128.store(weights + (s << 2), w);
          const inputs = f32x4.mul(w, gains);
          const r0 = acc + (n0 << 2);
          store<f32>(r0, load<f32>(r0) + f32x4.extract_lane(inputs, 0));
          const r1 = acc + (n1 << 2);
          store<f32>(r1, load<f32>(r1) + f32x4.extract_lane(inputs, 1));
          const r2 = acc + (n2 << 2);
          store<f32>(r2, load<f32>(r2) + f32x4.extract_lane(inputs, 2));
          const r3 = acc + (n3 << 2);
          store<f32>(r3, load<f32>(r3) + f32x4.extract_lane(inputs, 3));
          s = stop;
          continue;
        }
      }
      for (; s < stop; s++) {
        const n = wide ? usize(load<u32>(targets + (s << 2))) : usize(load<u16>(targets + (s << 1)));
        const j = n << 2;
        // In the first of four places, where the smaller and the larger of two numbers take no branch.
        let w = v128.load32_zero(weights + (s << 2));
        const spikes = v128.load(recent + (n << 4));
        if (i32x4.extract_lane(spikes, 0) < seen) {
          // Three spikes at most, whose number is hard to guess: all three act, those that do not count with a trace of 0.
          const ages = agesOf(spikes, i32x4.ge_s(spikes, seens), froms, nows, lengths);
          const t1 = f32x4.mul(xs, v128.load32_zero(table + (usize(i32x4.extract_lane(ages, 1)) << 2)));
          const t2 = f32x4.mul(xs, v128.load32_zero(table + (usize(i32x4.extract_lane(ages, 2)) << 2)));
          const t3 = f32x4.mul(xs, v128.load32_zero(table + (usize(i32x4.extract_lane(ages, 3)) << 2)));
          w = changed(w, aP, pa, pb, t1, low, high);
          w = changed(w, aP, pa, pb, t2, low, high);
          w = changed(w, aP, pa, pb, t3, low, high);
        } else {
          const count = load<i32>(counts + j);
          const fires = ring + n * stride;
          let k = count - 1;
          while (k > 0 && load<i32>(fires + (usize((k - 1) & mask) << 2)) >= seen) k--;
          for (; k < count; k++) {
            const fired = load<i32>(fires + (usize(k & mask) << 2));
            if (fired >= now) break;
            const trace = f32x4.mul(xs, v128.load32_zero(table + (usize(min(fired - from, length)) << 2)));
            w = changed(w, aP, pa, pb, trace, low, high);
          }
        }
        if (arrives) {
          const trace = v128.load32_zero(y + j);
          w = changed(w, aM, da, db, trace, low, high);
          store<f32>(acc + j, load<f32>(acc + j) + f32x4.extract_lane(w, 0) * gain);
        }
        v128.store_lane<f32>(weights + (s << 2), w, 0);
      }
    }
    store<i32>(done + (row << 2), now);
    if (arrives) {
      const age = now - from;
      const left = age < length ? x * load<f32>(table + (usize(age) << 2)) : <f32>0;
      store<f32>(value + (row << 2), nearest ? <f32>1 : left + <f32>1);
      store<i32>(since + (row << 2), now);
    }
  }
  return events;
}

/** Weights after a change by (a + b w) trace `by`, within bounds. */
// @ts-ignore: decorator
@inline
function changed(w: v128, by: v128, a: v128, b: v128, trace: v128, low: v128, high: v128): v128 {
  const next = f32x4.add(w, f32x4.mul(f32x4.mul(by, f32x4.add(a, f32x4.mul(b, w))), trace));
  return f32x4.pmin(f32x4.pmax(next, low), high);
}

/** Floats at four places of a list. */
// @ts-ignore: decorator
@inline
function gather(list: usize, i0: i32, i1: i32, i2: i32, i3: i32): v128 {
  let four = v128.load32_zero(list + (usize(i0) << 2));
  four = v128.load_lane<f32>(list + (usize(i1) << 2), four, 1);
  four = v128.load_lane<f32>(list + (usize(i2) << 2), four, 2);
  return v128.load_lane<f32>(list + (usize(i3) << 2), four, 3);
}

/** Places in the table of traces of a neuron's last spikes; that of the 0 at its end for those that do not count. */
// @ts-ignore: decorator
@inline
function agesOf(spikes: v128, since: v128, from: v128, now: v128, length: v128): v128 {
  return v128.bitselect(i32x4.min_s(i32x4.sub(spikes, from), length), length, v128.and(since, i32x4.lt_s(spikes, now)));
}
