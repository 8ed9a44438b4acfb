// AssemblyScript. Spikes over rows of synapses on a lattice, in single precision.
import * as layout from "../layout";
import { address, double, is, setWhole, single, splat, whole } from "./record";

/** Rows whose beginnings are asked for together, and the bytes of each that are. */
const TOGETHER = 16;
const BEGINNING = 256;
const LINE = 64;

/**
 * Asks for what a few spikes will need, so that all of it comes from memory at the same time: where their rows are, then
 * how these begin. What waits for one row after the other takes as long for a short row as for one of a hundred synapses.
 * @returns something made of what was read, as what nobody needs would not be read
 */
function ask(starts: usize, segments: usize, segment: usize, spikes: usize, end: usize, list: usize, width: usize): i32 {
  let read = 0;
  for (let spike = spikes; spike < end; spike += 4)
    read ^= load<i32>(starts + ((usize(load<u32>(spike)) * segments + segment) << 2));
  for (let spike = spikes; spike < end; spike += 4) {
    const row = starts + ((usize(load<u32>(spike)) * segments + segment) << 2);
    const from = list + (usize(load<u32>(row)) << width);
    const to = min(list + (usize(load<u32>(row, 4)) << width), from + BEGINNING);
    for (let at = from; at < to; at += LINE) read ^= i32(load<u8>(at));
  }
  return read;
}

/**
 * Delivers spikes over rows of synapses that share one delay: acc[target] += weight.
 *
 * @param spikes   [count] i32: the rows
 * @param place    of the segment in each row
 * @returns number of synapses
 */
export function deliver(record: usize, spikes: usize, count: i32, place: i32): i32 {
  const starts = address(record, layout.ROWS_STARTS);
  const segments = usize(whole(record, layout.ROWS_SEGMENTS));
  const segment = usize(place);
  const targets = address(record, layout.ROWS_TARGETS);
  const wide = is(record, layout.ROWS_WIDE);
  const weights = address(record, layout.ROWS_WEIGHTS);
  const weight = single(record, layout.ROWS_WEIGHT);
  const factor = double(record, layout.ROWS_FACTOR);
  const acc = address(record, layout.ROWS_ACC);
  let events = 0;
  for (let k = 0; k < count; k++) {
    if (k % TOGETHER == 0 && count - k > 1) {
      const from = spikes + (usize(k) << 2);
      const to = spikes + (usize(min(k + TOGETHER, count)) << 2);
      let read = ask(starts, segments, segment, from, to, targets, wide ? 2 : 1);
      if (weights) read ^= ask(starts, segments, segment, from, to, weights, 2);
      // Hardly ever, and of no use.
      if (read == i32.MIN_VALUE) setWhole(record, layout.ROWS_READ, read);
    }
    const row = starts + ((usize(load<u32>(spikes + (usize(k) << 2))) * segments + segment) << 2);
    let s = usize(load<u32>(row));
    const end = usize(load<u32>(row, 4));
    events += i32(end - s);
    if (weights) {
      for (; s < end; s++) {
        const t = wide ? usize(load<u32>(targets + (s << 2))) : usize(load<u16>(targets + (s << 1)));
        const at = acc + (t << 2);
        store<f32>(at, load<f32>(at) + f32(f64(load<f32>(weights + (s << 2))) * factor));
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

/** Delivers spikes over rows of a full matrix, positive and negative weights each to their own. */
export function deliverDense(record: usize, spikes: usize, count: i32): void {
  const weights = address(record, layout.DENSE_WEIGHTS);
  const stride = usize(whole(record, layout.DENSE_STRIDE)) << 2;
  const columns = usize(whole(record, layout.DENSE_COLUMNS)) << 2;
  const exc = address(record, layout.DENSE_EXC);
  const inh = address(record, layout.DENSE_INH);
  const se = splat(record, layout.DENSE_SCALE_EXC);
  const si = splat(record, layout.DENSE_SCALE_INH);
  const end = spikes + (usize(count) << 2);
  if (exc == inh) {
    deliverAlike(weights, stride, columns, exc, se, spikes, end);
    return;
  }
  const zero = f32x4.splat(0);
  for (let spike = spikes; spike < end; spike += 4) {
    const row = weights + usize(load<u32>(spike)) * stride;
    for (let j: usize = 0; j < columns; j += 16) {
      const w = v128.load(row + j);
      v128.store(exc + j, f32x4.add(v128.load(exc + j), f32x4.mul(f32x4.max(w, zero), se)));
      v128.store(inh + j, f32x4.add(v128.load(inh + j), f32x4.mul(f32x4.min(w, zero), si)));
    }
  }
}

/** The same where both are one: 32 neurons at a time take all spikes before the next do, each of them in order. */
function deliverAlike(
  weights: usize,
  stride: usize,
  columns: usize,
  state: usize,
  scale: v128,
  spikes: usize,
  end: usize,
): void {
  let j: usize = 0;
  for (; j + 128 <= columns; j += 128) {
    const at = state + j;
    const block = weights + j;
    let v0 = v128.load(at);
    let v1 = v128.load(at, 16);
    let v2 = v128.load(at, 32);
    let v3 = v128.load(at, 48);
    let v4 = v128.load(at, 64);
    let v5 = v128.load(at, 80);
    let v6 = v128.load(at, 96);
    let v7 = v128.load(at, 112);
    for (let spike = spikes; spike < end; spike += 4) {
      const row = block + usize(load<u32>(spike)) * stride;
      v0 = f32x4.add(v0, f32x4.mul(v128.load(row), scale));
      v1 = f32x4.add(v1, f32x4.mul(v128.load(row, 16), scale));
      v2 = f32x4.add(v2, f32x4.mul(v128.load(row, 32), scale));
      v3 = f32x4.add(v3, f32x4.mul(v128.load(row, 48), scale));
      v4 = f32x4.add(v4, f32x4.mul(v128.load(row, 64), scale));
      v5 = f32x4.add(v5, f32x4.mul(v128.load(row, 80), scale));
      v6 = f32x4.add(v6, f32x4.mul(v128.load(row, 96), scale));
      v7 = f32x4.add(v7, f32x4.mul(v128.load(row, 112), scale));
    }
    v128.store(at, v0);
    v128.store(at, v1, 16);
    v128.store(at, v2, 32);
    v128.store(at, v3, 48);
    v128.store(at, v4, 64);
    v128.store(at, v5, 80);
    v128.store(at, v6, 96);
    v128.store(at, v7, 112);
  }
  for (; j < columns; j += 16) {
    let v = v128.load(state + j);
    for (let spike = spikes; spike < end; spike += 4)
      v = f32x4.add(v, f32x4.mul(v128.load(weights + j + usize(load<u32>(spike)) * stride), scale));
    v128.store(state + j, v);
  }
}

/** Changes the weights of rows of a full matrix, each column's by its own number, as far as bounds allow. */
export function shiftDense(record: usize, rows: usize, count: i32): void {
  const weights = address(record, layout.DENSE_WEIGHTS);
  const stride = usize(whole(record, layout.DENSE_STRIDE)) << 2;
  const columns = usize(whole(record, layout.DENSE_COLUMNS)) << 2;
  const by = address(record, layout.SHIFT_BY);
  const low = splat(record, layout.SHIFT_LOW);
  const high = splat(record, layout.SHIFT_HIGH);
  const keeps = is(record, layout.SHIFT_KEEPS);
  const factors = address(record, layout.SHIFT_FACTORS);
  const free =
    !keeps &&
    !factors &&
    single(record, layout.SHIFT_LOW) == -Infinity &&
    single(record, layout.SHIFT_HIGH) == Infinity;
  const signs = i32x4.splat(0x80000000);
  const end = rows + (usize(count) << 2);
  for (let k = rows; k < end; k += 4) {
    const row = weights + usize(load<u32>(k)) * stride;
    if (free) {
      for (let j: usize = 0; j < columns; j += 16)
        v128.store(row + j, f32x4.add(v128.load(row + j), v128.load(by + j)));
      continue;
    }
    const factor = factors ? v128.load32_splat(factors + (usize(load<u32>(k)) << 2)) : f32x4.splat(1);
    for (let j: usize = 0; j < columns; j += 16) {
      const before = v128.load(row + j);
      const change = f32x4.mul(v128.load(by + j), factor);
      const w = f32x4.min(f32x4.max(f32x4.add(before, change), low), high);
      if (!keeps) {
        v128.store(row + j, w);
        continue;
      }
      // What has another sign is the zero of that which it had.
      const other = i32x4.shr_s(v128.xor(before, w), 31);
      v128.store(row + j, v128.bitselect(v128.and(before, signs), w, other));
    }
  }
}

// @ts-ignore: decorator
@inline
function targetOf(targets: usize, wide: bool, s: usize): usize {
  return wide ? usize(load<u32>(targets + (s << 2))) : usize(load<u16>(targets + (s << 1)));
}

/** Delivers spikes over rows of a list, positive and negative weights each to their own. */
export function deliverList(record: usize, spikes: usize, count: i32): void {
  const weights = address(record, layout.DENSE_WEIGHTS);
  const exc = address(record, layout.DENSE_EXC);
  const inh = address(record, layout.DENSE_INH);
  const se = single(record, layout.DENSE_SCALE_EXC);
  const si = single(record, layout.DENSE_SCALE_INH);
  const starts = address(record, layout.LIST_STARTS);
  const members = usize(whole(record, layout.LIST_MEMBERS));
  const member = usize(whole(record, layout.LIST_MEMBER));
  const targets = address(record, layout.LIST_TARGETS);
  const wide = is(record, layout.LIST_WIDE);
  for (let k = spikes, last = spikes + (usize(count) << 2); k < last; k += 4) {
    const row = starts + ((usize(load<u32>(k)) * members + member) << 2);
    for (let s = usize(load<u32>(row)), end = usize(load<u32>(row, 4)); s < end; s++) {
      const w = load<f32>(weights + (s << 2));
      const excites = exc == inh || w > 0;
      const at = (excites ? exc : inh) + (targetOf(targets, wide, s) << 2);
      store<f32>(at, load<f32>(at) + w * (excites ? se : si));
    }
  }
}

/**
 * Changes the weights of rows of a list, each target's by its own number, as far as bounds allow.
 * @returns of how many synapses that number is not 0
 */
export function shiftList(record: usize, rows: usize, count: i32): i32 {
  const weights = address(record, layout.DENSE_WEIGHTS);
  const by = address(record, layout.SHIFT_BY);
  const low = single(record, layout.SHIFT_LOW);
  const high = single(record, layout.SHIFT_HIGH);
  const keeps = is(record, layout.SHIFT_KEEPS);
  const factors = address(record, layout.SHIFT_FACTORS);
  const starts = address(record, layout.LIST_STARTS);
  const members = usize(whole(record, layout.LIST_MEMBERS));
  const member = usize(whole(record, layout.LIST_MEMBER));
  const targets = address(record, layout.LIST_TARGETS);
  const wide = is(record, layout.LIST_WIDE);
  let changed = 0;
  for (let k = rows, last = rows + (usize(count) << 2); k < last; k += 4) {
    const row = starts + ((usize(load<u32>(k)) * members + member) << 2);
    const factor: f32 = factors ? load<f32>(factors + (usize(load<u32>(k)) << 2)) : 1;
    for (let s = usize(load<u32>(row)), end = usize(load<u32>(row, 4)); s < end; s++) {
      const change = load<f32>(by + (targetOf(targets, wide, s) << 2)) * factor;
      const at = weights + (s << 2);
      const before = load<f32>(at);
      const w = min(max(before + change, low), high);
      const sign = reinterpret<i32>(before) & 0x80000000;
      const other = keeps && (reinterpret<i32>(w) ^ reinterpret<i32>(before)) < 0;
      store<f32>(at, other ? reinterpret<f32>(sign) : w);
      changed += i32(change != 0);
    }
  }
  return changed;
}
