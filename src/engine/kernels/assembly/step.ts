// AssemblyScript. One step of the neurons of a population on a lattice, in single precision.
import * as layout from "../layout";
import { address, is, single, splat, whole } from "./record";

/** Of the present call; see layout.ts. */
let threshold: f32;
let subtracts: bool;
let reset: f32;
let out: usize;
let room: i32;
let blocked: usize;
let now: i32;
let until: i32;

function begin(record: usize, threshold_: f32): void {
  threshold = threshold_;
  subtracts = is(record, layout.STEP_SUBTRACTS);
  reset = single(record, layout.STEP_RESET);
  out = address(record, layout.STEP_OUT);
  room = whole(record, layout.STEP_ROOM);
}

/** As `begin`, where neurons may wait before they fire again. */
function beginAt(record: usize, threshold_: f32, step: i32): void {
  begin(record, threshold_);
  blocked = address(record, layout.STEP_BLOCKED);
  now = step;
  until = step + whole(record, layout.STEP_WAIT);
}

/** Which of eight neurons are at threshold and do not wait, as bits. */
// @ts-ignore: decorator
@inline
function due(v0: v128, v1: v128, theta: v128, at: usize): i32 {
  let c0 = f32x4.ge(v0, theta);
  let c1 = f32x4.ge(v1, theta);
  if (!v128.any_true(v128.or(c0, c1))) return 0;
  if (blocked) {
    const t = i32x4.splat(now);
    c0 = v128.and(c0, i32x4.le_s(v128.load(blocked + at), t));
    c1 = v128.and(c1, i32x4.le_s(v128.load(blocked + at, 16), t));
  }
  return i32x4.bitmask(c0) | (i32x4.bitmask(c1) << 4);
}

/**
 * One step of neurons whose only state is the potential: those at threshold fire and are reset, then all move on.
 *
 * @param threshold_  Infinity where they only move
 * @param step        of the lattice
 * @returns number of spikes, or -1 when they do not fit
 */
export function stepMembrane(record: usize, threshold_: f32, step: i32): i32 {
  beginAt(record, threshold_, step);
  const neurons = whole(record, layout.STEP_NEURONS);
  const v = address(record, layout.STEP_V);
  const drives = address(record, layout.STEP_DRIVES);
  const first = whole(record, layout.STEP_FIRST);
  let count = 0;
  const theta = f32x4.splat(threshold_);
  const p = splat(record, layout.STEP_DECAY);
  let d0 = splat(record, layout.STEP_DRIVE);
  let d1 = d0;
  for (let j = 0; j < neurons; j += 8) {
    const at = v + (usize(j) << 2);
    let v0 = v128.load(at);
    let v1 = v128.load(at, 16);
    const bits = due(v0, v1, theta, usize(j) << 2);
    if (bits) {
      count = blocked ? fireOnce(at, bits, first, j, count) : fire(at, bits, first + j, count);
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

/** Those at threshold fire and are reset, and nobody moves. @returns as `stepMembrane` */
export function fireMembrane(record: usize, threshold_: f32, step: i32): i32 {
  beginAt(record, threshold_, step);
  const neurons = whole(record, layout.STEP_NEURONS);
  const v = address(record, layout.STEP_V);
  const first = whole(record, layout.STEP_FIRST);
  let count = 0;
  const theta = f32x4.splat(threshold_);
  for (let j = 0; j < neurons; j += 8) {
    const at = v + (usize(j) << 2);
    const bits = due(v128.load(at), v128.load(at, 16), theta, usize(j) << 2);
    if (!bits) continue;
    count = blocked ? fireOnce(at, bits, first, j, count) : fire(at, bits, first + j, count);
    if (count < 0) return -1;
  }
  return count;
}

/** A step with two currents that decay, as `lif-exp` has. */
export function stepCurrents(record: usize, threshold_: f32): i32 {
  begin(record, threshold_);
  const neurons = whole(record, layout.STEP_NEURONS);
  const v = address(record, layout.STEP_V);
  const e = address(record, layout.STEP_E);
  const i = address(record, layout.STEP_I);
  const drives = address(record, layout.STEP_DRIVES);
  const first = whole(record, layout.STEP_FIRST);
  let count = 0;
  const theta = f32x4.splat(threshold_);
  const p = splat(record, layout.STEP_DECAY);
  const pe = splat(record, layout.STEP_FROM_E);
  const pi = splat(record, layout.STEP_FROM_I);
  const qe = splat(record, layout.STEP_DECAY_E);
  const qi = splat(record, layout.STEP_DECAY_I);
  const s = splat(record, layout.STEP_SPECK);
  let d0 = splat(record, layout.STEP_DRIVE);
  let d1 = d0;
  for (let j = 0; j < neurons; j += 8) {
    const offset = usize(j) << 2;
    const at = v + offset;
    let v0 = v128.load(at);
    let v1 = v128.load(at, 16);
    const c0 = f32x4.ge(v0, theta);
    const c1 = f32x4.ge(v1, theta);
    if (v128.any_true(v128.or(c0, c1))) {
      count = fire(at, i32x4.bitmask(c0) | (i32x4.bitmask(c1) << 4), first + j, count);
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

/** Lets the neurons of one block fire whose bits are set, in ascending order; `count` have fired before. */
function fire(at: usize, bits: i32, first: i32, count: i32): i32 {
  while (bits) {
    const n = ctz(bits);
    bits &= bits - 1;
    const place = at + (usize(n) << 2);
    if (!subtracts) {
      if (count == room) return -1;
      store<i32>(out + (usize(count++) << 2), first + n);
      store<f32>(place, reset);
    } else {
      let v = load<f32>(place);
      while (v >= threshold) {
        if (count == room) return -1;
        store<i32>(out + (usize(count++) << 2), first + n);
        v -= reset;
      }
      store<f32>(place, v);
    }
  }
  return count;
}

/** The same of the block from neuron j of the record on, where each fires once and then waits. */
function fireOnce(at: usize, bits: i32, first: i32, j: i32, count: i32): i32 {
  while (bits) {
    const n = ctz(bits);
    bits &= bits - 1;
    if (count == room) return -1;
    const place = at + (usize(n) << 2);
    store<i32>(out + (usize(count++) << 2), first + j + n);
    store<f32>(place, subtracts ? load<f32>(place) - reset : reset);
    store<i32>(blocked + (usize(j + n) << 2), until);
  }
  return count;
}
