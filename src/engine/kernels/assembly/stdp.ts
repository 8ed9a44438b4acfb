// AssemblyScript. Synapses with pair STDP on a lattice, in single precision.
import * as layout from "../layout";
import { address, is, single, splat, whole } from "./record";

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
 * @param record    that of `deliver`, whose weight is the gain, and more
 * @param rows      [rowCount] i32
 * @param now       the present step; postsynaptic spikes before it count
 * @returns number of synapses
 */
export function stdp(record: usize, rows: usize, rowCount: i32, now: i32, arrives: i32): i32 {
  const starts = address(record, layout.ROWS_STARTS);
  const segments = whole(record, layout.ROWS_SEGMENTS);
  const segment = whole(record, layout.STDP_SEGMENT);
  const targets = address(record, layout.ROWS_TARGETS);
  const wide = is(record, layout.ROWS_WIDE);
  const weights = address(record, layout.ROWS_WEIGHTS);
  const acc = address(record, layout.ROWS_ACC);
  const gain = single(record, layout.ROWS_WEIGHT);
  const value = address(record, layout.STDP_VALUE);
  const since = address(record, layout.STDP_SINCE);
  const done = address(record, layout.STDP_DONE);
  const y = address(record, layout.STDP_Y);
  const recent = address(record, layout.STDP_RECENT);
  const counts = address(record, layout.STDP_COUNTS);
  const ring = address(record, layout.STDP_FIRES);
  const table = address(record, layout.STDP_TABLE);
  const length = whole(record, layout.STDP_LENGTH);
  const nearest = is(record, layout.STDP_NEAREST);
  const aP = splat(record, layout.STDP_A_PLUS);
  const aM = splat(record, layout.STDP_A_MINUS);
  const pa = splat(record, layout.STDP_P0);
  const pb = splat(record, layout.STDP_P1);
  const da = splat(record, layout.STDP_D0);
  const db = splat(record, layout.STDP_D1);
  const low = splat(record, layout.STDP_W_MIN);
  const high = splat(record, layout.STDP_W_MAX);
  const nows = i32x4.splat(now);
  const lengths = i32x4.splat(length);
  const gains = f32x4.splat(gain);
  const stride = usize(layout.STDP_KEPT) << 2;
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
          w = clipped(f32x4.add(w, change(w, aP, pa, pb, f32x4.mul(xs, x1))), low, high);
          const x2 = gather(table, i32x4.extract_lane(a0, 2), i32x4.extract_lane(a1, 2), i32x4.extract_lane(a2, 2), i32x4.extract_lane(a3, 2));
          w = clipped(f32x4.add(w, change(w, aP, pa, pb, f32x4.mul(xs, x2))), low, high);
          const x3 = gather(table, i32x4.extract_lane(a0, 3), i32x4.extract_lane(a1, 3), i32x4.extract_lane(a2, 3), i32x4.extract_lane(a3, 3));
          w = clipped(f32x4.add(w, change(w, aP, pa, pb, f32x4.mul(xs, x3))), low, high);
          w = clipped(f32x4.sub(w, change(w, aM, da, db, gather(y, i32(n0), i32(n1), i32(n2), i32(n3)))), low, high);
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
          w = clipped(f32x4.add(w, change(w, aP, pa, pb, t1)), low, high);
          w = clipped(f32x4.add(w, change(w, aP, pa, pb, t2)), low, high);
          w = clipped(f32x4.add(w, change(w, aP, pa, pb, t3)), low, high);
        } else {
          const count = load<i32>(counts + j);
          const fires = ring + n * stride;
          let k = count - 1;
          while (k > 0 && load<i32>(fires + (usize((k - 1) & (layout.STDP_KEPT - 1)) << 2)) >= seen) k--;
          for (; k < count; k++) {
            const fired = load<i32>(fires + (usize(k & (layout.STDP_KEPT - 1)) << 2));
            if (fired >= now) break;
            const trace = f32x4.mul(xs, v128.load32_zero(table + (usize(min(fired - from, length)) << 2)));
            w = clipped(f32x4.add(w, change(w, aP, pa, pb, trace)), low, high);
          }
        }
        if (arrives) {
          const trace = v128.load32_zero(y + j);
          w = clipped(f32x4.sub(w, change(w, aM, da, db, trace)), low, high);
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

/** How much a weight moves: by (a + b w) trace. */
// @ts-ignore: decorator
@inline
function change(w: v128, by: v128, a: v128, b: v128, trace: v128): v128 {
  return f32x4.mul(f32x4.mul(by, f32x4.add(a, f32x4.mul(b, w))), trace);
}

// @ts-ignore: decorator
@inline
function clipped(w: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(w, low), high);
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
