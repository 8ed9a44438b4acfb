// AssemblyScript. Neurons whose potential inputs move at once, through a window of time. Potentials and inputs are whole
// numbers of a small unit, so that their sum is the same in any order. See `LifWindows`.
import * as layout from "../layout";
import { exp, log } from "./elementary";
import { instant } from "./instant";
import { address, double, is, setDouble, whole } from "./record";
import { blockSum, walk } from "./deltaWalk";
import { arrive, loggedWeight, postSpike } from "./pairs";
import { drawShots, nextShots } from "./shots";
import { count, note } from "./windows";

/** Added to a number below 2^51, it leaves that, rounded, in the lower bits. */
const SHIFT: f64 = 6755399441055744.0;
const SHIFT_BITS: i64 = 0x4338000000000000;
/** Time constants to either side in which few terms of an exponential do. */
const NEAR: f64 = 0.03;
/** Takes what rounding may have done off a bound. */
const LESS: f64 = 0.999999999999;

// Of the present call.
let block: usize;
let state: usize;
let tau: f64;
let origin: f64;
let scale: f64;
let spikes: usize;
let fits: bool;

function begin(record: usize, window: usize): void {
  block = record;
  state = address(record, layout.DELTA_STATE);
  tau = double(record, layout.DELTA_TAU);
  origin = double(record, layout.DELTA_ORIGIN);
  scale = double(record, layout.DELTA_SCALE);
  spikes = window;
  fits = true;
}

// @ts-ignore: decorator
@inline
function membrane(i: i32): usize {
  return state + (usize(i) << 5);
}

// @ts-ignore: decorator
@inline
function wholeOf(x: f64): i64 {
  return reinterpret<i64>(x + SHIFT) - SHIFT_BITS;
}

/** What has become of a potential of 1 at the origin, inversely, in units. */
// @ts-ignore: decorator
@inline
function grown(t: f64): f64 {
  return exp((t - origin) / tau) * scale;
}

// Poisson inputs of the population: their record, and where times and values of their blocks lie.
let shots: usize;
let timesAt: usize;
let valuesAt: usize;
/** The middle of the time that the terms below reach over, from a cell of the lattice of windows, and what an input adds then. */
let cell: f64;
let middle: f64;
let middleUnit: f64;
let rate: f64;

function beginShots(record: usize): void {
  shots = address(record, layout.DELTA_SHOTS);
  if (!shots) return;
  timesAt = address(shots, layout.SHOTS_TIMES);
  valuesAt = address(shots, layout.SHOTS_VALUES);
  cell = NaN;
  rate = 1 / tau;
}

/** Time constants from the middle. */
// @ts-ignore: decorator
@inline
function far(t: v128): v128 {
  return f64x2.mul(f64x2.sub(t, f64x2.splat(middle)), f64x2.splat(rate));
}

/** A few terms of the exponential, for two inputs. */
// @ts-ignore: decorator
@inline
function valuesOf(x: v128): v128 {
  let y = f64x2.add(f64x2.splat(0.008333333333333333), f64x2.mul(x, f64x2.splat(0.001388888888888889)));
  y = f64x2.add(f64x2.splat(0.041666666666666664), f64x2.mul(x, y));
  y = f64x2.add(f64x2.splat(0.16666666666666666), f64x2.mul(x, y));
  y = f64x2.add(f64x2.splat(0.5), f64x2.mul(x, y));
  y = f64x2.add(f64x2.splat(1), f64x2.mul(x, y));
  y = f64x2.add(f64x2.splat(1), f64x2.mul(x, y));
  y = f64x2.add(f64x2.mul(f64x2.splat(middleUnit), y), f64x2.splat(SHIFT));
  return i64x2.sub(y, i64x2.splat(SHIFT_BITS));
}

/**
 * What the Poisson inputs of the present block of each neuron of a list add: by a cell that the block's beginning alone
 * names, so that it is the same whenever it is asked for.
 */
function weigh(list: usize, count: i32): void {
  const begins = address(shots, layout.SHOTS_BEGINS);
  const width = double(block, layout.DELTA_WIDTH);
  const weight = double(shots, layout.SHOTS_WEIGHT);
  for (let at = list, end = list + (usize(count) << 2); at < end; at += 4) {
    const i = usize(load<i32>(at));
    const number = floor(load<f64>(begins + (i << 3)) / width);
    if (number != cell) {
      cell = number;
      middle = number * width + NEAR * tau;
      middleUnit = weight * grown(middle);
    }
    const times = timesAt + (i << 6);
    const values = valuesAt + (i << 6);
    const x = far(v128.load(times));
    const y = far(v128.load(times, 16));
    const z = far(v128.load(times, 32));
    const w = far(v128.load(times, 48));
    const limit = f64x2.splat(NEAR);
    const most = f64x2.pmax(
      f64x2.pmax(f64x2.abs(x), f64x2.abs(y)),
      f64x2.pmax(f64x2.abs(z), f64x2.abs(w)),
    );
    if (v128.any_true(f64x2.gt(most, limit))) {
      for (let k: usize = 0; k < 64; k += 8) {
        const v = exp((load<f64>(times + k) - middle) * rate);
        store<i64>(values + k, wholeOf(middleUnit * v));
      }
      continue;
    }
    v128.store(values, valuesOf(x));
    v128.store(values, valuesOf(y), 16);
    v128.store(values, valuesOf(z), 32);
    v128.store(values, valuesOf(w), 48);
  }
}

/** Goes on to the next block of neuron i. */
function goOn(i: i32): void {
  nextShots(shots, i);
  weigh(address(shots, layout.SHOTS_DUE), 1);
}

/** What the Poisson inputs of all present blocks add, by another origin or unit. */
export function weighShots(record: usize): void {
  begin(record, 0);
  beginShots(record);
  if (!shots) return;
  const neurons = whole(record, layout.DELTA_NEURONS);
  const due = address(shots, layout.SHOTS_DUE);
  for (let i = 0; i < neurons; i++) store<i32>(due + (usize(i) << 2), i);
  weigh(due, neurons);
}

/** Adds to `sum` what the Poisson inputs of a block in a window add. */
// @ts-ignore: decorator
@inline
function addShots(sum: usize, times: usize, values: usize, from: v128, until: v128): void {
  const sums = blockSum(times, values, from, until);
  addWhole(sum, i64x2.extract_lane(sums, 0) + i64x2.extract_lane(sums, 1));
}

/** Draws what is missing of the Poisson inputs of a window, and adds to `sums` what those do that it has no room for then. */
function shoot(neurons: i32, sums: usize, from: f64, until: f64): void {
  const lasts = address(shots, layout.SHOTS_LASTS);
  const due = address(shots, layout.SHOTS_DUE);
  const begins = address(shots, layout.SHOTS_BEGINS);
  const blocks = address(shots, layout.SHOTS_BLOCKS);
  const firstBegins = address(shots, layout.SHOTS_FIRST_BEGINS);
  const firstBlocks = address(shots, layout.SHOTS_FIRST_BLOCKS);
  const times = timesAt;
  const values = valuesAt;
  const first = f64x2.splat(from);
  const end = f64x2.splat(until);
  // Who is next is known before anything is drawn, so that no draw waits for the one before.
  let count = 0;
  for (let i = 0; i < neurons; i++) {
    store<i32>(due + (usize(count) << 2), i);
    count += i32(load<f64>(lasts + (usize(i) << 3)) < until);
  }
  for (let k = 0; k < count; k++) {
    const i = usize(load<i32>(due + (usize(k) << 2)));
    store<f64>(firstBegins + (i << 3), load<f64>(begins + (i << 3)));
    store<i32>(firstBlocks + (i << 2), load<i32>(blocks + (i << 2)));
  }
  while (count > 0) {
    for (let k = 0; k < count; k++) {
      const i = usize(load<i32>(due + (usize(k) << 2)));
      addShots(sums + (i << 3), times + (i << 6), values + (i << 6), first, end);
    }
    drawShots(shots, due, count);
    weigh(due, count);
    let left = 0;
    for (let k = 0; k < count; k++) {
      const i = load<i32>(due + (usize(k) << 2));
      store<i32>(due + (usize(left) << 2), i);
      left += i32(load<f64>(lasts + (usize(i) << 3)) < until);
    }
    count = left;
  }
}

// @ts-ignore: decorator
@inline
function target(targets: usize, wide: bool, s: u32): i32 {
  return wide ? i32(load<u32>(targets + (usize(s) << 2))) : i32(load<u16>(targets + (usize(s) << 1)));
}

/** Lets synapses learn from a spike over them, where they do. */
// @ts-ignore: decorator
@inline
function learn(rows: usize, packet: usize, from: u32, to: u32, t: f64): void {
  const pairs = address(rows, layout.ROWS_PAIRS);
  if (!pairs) return;
  arrive(pairs, rows, load<u32>(packet, layout.PACKET_ROW), from, to, t, load<i32>(packet, layout.PACKET_LOG));
}

/** A neuron fires at t. */
function fire(i: i32, t: f64): void {
  const own = membrane(i);
  const free = instant(t + double(block, layout.DELTA_TAU_REF));
  const reset = double(block, layout.DELTA_DEPTH) + load<f64>(own, layout.MEMBRANE_SLOPE);
  store<f64>(own, free, layout.MEMBRANE_REFRACTORY);
  store<i64>(own, i64(nearest(reset * grown(free))));
  const pairs = address(block, layout.DELTA_PAIRS);
  if (pairs) postSpike(pairs, i, t);
  if (!note(spikes, t, i)) fits = false;
}

/** Goes on to another origin, from which potentials have decayed by a factor. */
export function moveOrigin(record: usize, to: f64, factor: f64): void {
  const neurons = whole(record, layout.DELTA_NEURONS);
  const list = address(record, layout.DELTA_STATE);
  for (let at = list, end = list + (usize(neurons) << 5); at < end; at += layout.MEMBRANE_BYTES) {
    store<i64>(at, i64(nearest(f64(load<i64>(at)) * factor)));
  }
  setDouble(record, layout.DELTA_ORIGIN, to);
  weighShots(record);
}

/**
 * Moves neurons without Poisson input, which only excitation takes over threshold, through the packets of a window, in
 * order; returns whether there was room for the spikes.
 */
export function deltaInOrder(record: usize, window: usize): i32 {
  begin(record, window);
  const list = address(window, layout.WINDOW_PACKETS);
  const end = list + usize(whole(window, layout.WINDOW_COUNT)) * layout.PACKET_BYTES;
  const flags = address(record, layout.DELTA_FLAGS);
  const care = address(record, layout.DELTA_CARE);
  let synapses: f64 = 0;
  for (let packet = list; packet < end; ) {
    const t = load<f64>(packet);
    const e = grown(t);
    let reached = 0;
    do {
      const rows = usize(load<u32>(packet, layout.PACKET_ROWS));
      if (!rows) {
        const i = load<i32>(packet, layout.PACKET_FROM);
        reached = input(i, t, wholeOf(load<f64>(packet, layout.PACKET_WEIGHT) * e), e, flags, care, reached);
      } else {
        const from = load<u32>(packet, layout.PACKET_FROM);
        const to = load<u32>(packet, layout.PACKET_TO);
        learn(rows, packet, from, to, t);
        const targets = address(rows, layout.ROWS_TARGETS);
        const wide = is(rows, layout.ROWS_WIDE);
        const weights = address(rows, layout.ROWS_WEIGHTS);
        const unit = double(rows, layout.ROWS_WEIGHT) * e;
        const value = weights ? 0 : wholeOf(unit);
        synapses += f64(to - from);
        for (let s = from; s < to; s++) {
          const v = weights ? wholeOf(f64(load<f32>(weights + (usize(s) << 2))) * unit) : value;
          reached = input(target(targets, wide, s), t, v, e, flags, care, reached);
        }
      }
      packet += layout.PACKET_BYTES;
    } while (packet < end && load<f64>(packet) == t);
    if (reached) fireReached(t, e, flags, care, reached);
  }
  count(window, synapses);
  return fits ? 1 : 0;
}

/** An input reaches a neuron, which is noted where it comes to threshold. */
// @ts-ignore: decorator
@inline
function input(i: i32, t: f64, v: i64, e: f64, flags: usize, care: usize, reached: i32): i32 {
  const own = membrane(i);
  if (t < load<f64>(own, layout.MEMBRANE_REFRACTORY)) return reached;
  const u = load<i64>(own) + v;
  store<i64>(own, u);
  if (f64(u) >= load<f64>(own, layout.MEMBRANE_SLOPE) * e && !load<u8>(flags + usize(i))) {
    store<u8>(flags + usize(i), 1);
    store<i32>(care + usize(reached) * layout.CARE_BYTES, i);
    reached++;
  }
  return reached;
}

/** All inputs of an instant are in: those fire that are at threshold still, in their order. */
function fireReached(t: f64, e: f64, flags: usize, care: usize, reached: i32): void {
  for (let k = 1; k < reached; k++) {
    const i = load<i32>(care + usize(k) * layout.CARE_BYTES);
    let to = k;
    for (; to > 0; to--) {
      const j = load<i32>(care + usize(to - 1) * layout.CARE_BYTES);
      if (j < i) break;
      store<i32>(care + usize(to) * layout.CARE_BYTES, j);
    }
    store<i32>(care + usize(to) * layout.CARE_BYTES, i);
  }
  for (let k = 0; k < reached; k++) {
    const i = load<i32>(care + usize(k) * layout.CARE_BYTES);
    store<u8>(flags + usize(i), 0);
    const own = membrane(i);
    if (f64(load<i64>(own)) >= load<f64>(own, layout.MEMBRANE_SLOPE) * e) fire(i, t);
  }
}

// @ts-ignore: decorator
@inline
function addWhole(at: usize, v: i64): void {
  store<i64>(at, load<i64>(at) + v);
}

let touched: i64;

/** Asks for a stretch of memory at once, rather than line by line as it is come to. */
// @ts-ignore: decorator
@inline
function touch(from: usize, to: usize): void {
  let any: i64 = 0;
  for (let at = from; at + 8 <= to; at += 64) any |= load<i64>(at);
  touched = any;
}

/**
 * Moves neurons through a window from `from` to before `until`. First all inputs are added up, those that excite and those
 * that inhibit. A neuron that would not reach threshold if only the former came is past it with their sum; the others, and
 * those whose refractory period ends, are taken through their inputs one by one.
 *
 * @returns 1, 0 where there was no room for the spikes, or -1 where one neuron has more inputs than there is room for
 */
export function deltaTogether(record: usize, window: usize, from: f64, until: f64): i32 {
  begin(record, window);
  const neurons = whole(record, layout.DELTA_NEURONS);
  const plus = address(record, layout.DELTA_PLUS);
  const minus = address(record, layout.DELTA_MINUS);
  const list = address(window, layout.WINDOW_PACKETS);
  const end = list + usize(whole(window, layout.WINDOW_COUNT)) * layout.PACKET_BYTES;
  let synapses: f64 = 0;
  for (let packet = list; packet < end; packet += layout.PACKET_BYTES) {
    const e = grown(load<f64>(packet));
    const rows = usize(load<u32>(packet, layout.PACKET_ROWS));
    const first = load<u32>(packet, layout.PACKET_FROM);
    if (!rows) {
      const v = wholeOf(load<f64>(packet, layout.PACKET_WEIGHT) * e);
      addWhole((v > 0 ? plus : minus) + (usize(first) << 3), v);
      continue;
    }
    const to = load<u32>(packet, layout.PACKET_TO);
    learn(rows, packet, first, to, load<f64>(packet));
    const targets = address(rows, layout.ROWS_TARGETS);
    const wide = is(rows, layout.ROWS_WIDE);
    const weights = address(rows, layout.ROWS_WEIGHTS);
    const unit = double(rows, layout.ROWS_WEIGHT) * e;
    synapses += f64(to - first);
    if (weights) {
      for (let s = first; s < to; s++) {
        const v = wholeOf(f64(load<f32>(weights + (usize(s) << 2))) * unit);
        addWhole((v > 0 ? plus : minus) + (usize(target(targets, wide, s)) << 3), v);
      }
      continue;
    }
    const v = wholeOf(unit);
    const sums = v > 0 ? plus : minus;
    touch(targets + (usize(first) << 1), targets + (usize(to) << 1));
    let s = first;
    if (!wide) {
      for (; s + 4 <= to; s += 4) {
        const four = load<u64>(targets + (usize(s) << 1));
        addWhole(sums + (usize(four & 0xffff) << 3), v);
        addWhole(sums + (usize((four >> 16) & 0xffff) << 3), v);
        addWhole(sums + (usize((four >> 32) & 0xffff) << 3), v);
        addWhole(sums + (usize(four >> 48) << 3), v);
      }
    }
    for (; s < to; s++) addWhole(sums + (usize(target(targets, wide, s)) << 3), v);
  }

  beginShots(record);
  if (shots) shoot(neurons, double(shots, layout.SHOTS_WEIGHT) > 0 ? plus : minus, from, until);
  const cared = walk(record, from, until, grown(from), grown(until));
  let done = 1;
  for (let first = 0, last = cared; first < cared; ) {
    if (collect(window, first, last)) {
      for (let k = first; k < last; k++) goThrough(k, list, from, until);
      first = last;
      last = cared;
    } else if (last == first + 1) {
      done = -1;
      break;
    } else last = first + ((last - first) >> 1);
  }
  setDouble(record, layout.DELTA_CARED, double(record, layout.DELTA_CARED) + f64(cared));
  count(window, synapses);
  return done < 0 ? -1 : fits ? 1 : 0;
}

let inputs: i32;

/** @param synapse  that learns, or -1 */
function addInput(one: usize, packet: i32, v: i64, synapse: i32): bool {
  if (inputs == whole(block, layout.DELTA_ROOM)) return false;
  const list = address(block, layout.DELTA_INPUTS);
  const at = list + usize(inputs) * layout.CARED_BYTES;
  store<i64>(at, v);
  store<i32>(at, packet, layout.CARED_PACKET);
  store<i32>(at, -1, layout.CARED_NEXT);
  store<i32>(at, synapse, layout.CARED_SYNAPSE);
  const last = load<i32>(one, layout.CARE_LAST);
  if (last < 0) store<i32>(one, inputs, layout.CARE_FIRST);
  else store<i32>(list + usize(last) * layout.CARED_BYTES, inputs, layout.CARED_NEXT);
  store<i32>(one, inputs, layout.CARE_LAST);
  inputs++;
  return true;
}

/** Lists which of some synapses lead to those that are looked at, without a branch for each to guess; returns how many. */
// @ts-ignore: decorator
@inline
function reached(flags: usize, targets: usize, wide: bool, from: u32, to: u32, hits: usize): i32 {
  let count: usize = 0;
  let s = from;
  if (!wide) {
    for (; s + 4 <= to; s += 4) {
      const four = load<u64>(targets + (usize(s) << 1));
      store<u32>(hits + (count << 2), s);
      count += load<u8>(flags + usize(four & 0xffff));
      store<u32>(hits + (count << 2), s + 1);
      count += load<u8>(flags + usize((four >> 16) & 0xffff));
      store<u32>(hits + (count << 2), s + 2);
      count += load<u8>(flags + usize((four >> 32) & 0xffff));
      store<u32>(hits + (count << 2), s + 3);
      count += load<u8>(flags + usize(four >> 48));
    }
  }
  for (; s < to; s++) {
    store<u32>(hits + (count << 2), s);
    count += load<u8>(flags + usize(target(targets, wide, s)));
  }
  return i32(count);
}

/** Lists the inputs of some of those that are looked at, in order; returns whether there was room. */
function collect(window: usize, first: i32, last: i32): bool {
  const care = address(block, layout.DELTA_CARE);
  const flags = address(block, layout.DELTA_FLAGS);
  const plus = address(block, layout.DELTA_PLUS);
  const list = address(window, layout.WINDOW_PACKETS);
  const packets = whole(window, layout.WINDOW_COUNT);
  const hits = address(block, layout.DELTA_HITS);
  inputs = 0;
  for (let k = first; k < last; k++) {
    const one = care + usize(k) * layout.CARE_BYTES;
    const i = load<i32>(one);
    store<i32>(one, -1, layout.CARE_FIRST);
    store<i32>(one, -1, layout.CARE_LAST);
    store<u8>(flags + usize(i), 1);
    // Its place in the list, where nothing else is now.
    store<i64>(plus + (usize(i) << 3), i64(k));
  }
  let room = true;
  for (let n = 0; n < packets && room; n++) {
    const packet = list + usize(n) * layout.PACKET_BYTES;
    const rows = usize(load<u32>(packet, layout.PACKET_ROWS));
    const from = load<u32>(packet, layout.PACKET_FROM);
    const e = grown(load<f64>(packet));
    if (!rows) {
      if (!load<u8>(flags + usize(from))) continue;
      const one = care + usize(load<i64>(plus + (usize(from) << 3))) * layout.CARE_BYTES;
      room = addInput(one, n, wholeOf(load<f64>(packet, layout.PACKET_WEIGHT) * e), -1);
      continue;
    }
    const to = load<u32>(packet, layout.PACKET_TO);
    const learns = address(rows, layout.ROWS_PAIRS) != 0;
    const targets = address(rows, layout.ROWS_TARGETS);
    const wide = is(rows, layout.ROWS_WIDE);
    const weights = address(rows, layout.ROWS_WEIGHTS);
    const unit = double(rows, layout.ROWS_WEIGHT) * e;
    for (let s = from; s < to && room; s += layout.DELTA_STRETCH) {
      const count = reached(flags, targets, wide, s, min(s + layout.DELTA_STRETCH, to), hits);
      for (let k = 0; k < count && room; k++) {
        const hit = load<u32>(hits + (usize(k) << 2));
        const one = care + usize(load<i64>(plus + (usize(target(targets, wide, hit)) << 3))) * layout.CARE_BYTES;
        const w = weights ? f64(load<f32>(weights + (usize(hit) << 2))) : 1;
        room = addInput(one, n, wholeOf(w * unit), learns ? i32(hit) : -1);
      }
    }
  }
  for (let k = first; k < last; k++) {
    const i = load<i32>(care + usize(k) * layout.CARE_BYTES);
    store<u8>(flags + usize(i), 0);
    store<i64>(plus + (usize(i) << 3), 0);
  }
  return room;
}

/** What an input over a synapse that learns adds, after all spikes of its neuron in this window. */
function learned(packet: usize, i: i32, s: i32, t: f64): i64 {
  const rows = usize(load<u32>(packet, layout.PACKET_ROWS));
  const pairs = address(rows, layout.ROWS_PAIRS);
  const log = address(pairs, layout.PAIRS_LOG) + usize(load<i32>(packet, layout.PACKET_LOG));
  const before = load<f32>(log + 16 + (usize(s - load<i32>(packet, layout.PACKET_FROM)) << 2));
  const w = loggedWeight(pairs, i, f64(before), log, t);
  store<f32>(address(rows, layout.ROWS_WEIGHTS) + (usize(s) << 2), f32(w));
  return wholeOf(w * (double(rows, layout.ROWS_WEIGHT) * grown(t)));
}

/** Takes one neuron through its inputs of a window. */
function goThrough(k: i32, packets: usize, from: f64, until: f64): void {
  const one = address(block, layout.DELTA_CARE) + usize(k) * layout.CARE_BYTES;
  const i = load<i32>(one);
  const own = membrane(i);
  const slope = load<f64>(own, layout.MEMBRANE_SLOPE);
  const list = address(block, layout.DELTA_INPUTS);
  const times = timesAt + (usize(i) << 6);
  const values = valuesAt + (usize(i) << 6);
  let place = 0;
  if (shots) {
    // Back to the first input of this window.
    const drawn = load<i32>(address(shots, layout.SHOTS_BLOCKS) + (usize(i) << 2));
    if (drawn && instant(load<f64>(address(shots, layout.SHOTS_BEGINS) + (usize(i) << 3))) >= from) {
      const first = load<f64>(address(shots, layout.SHOTS_FIRST_BEGINS) + (usize(i) << 3));
      store<f64>(address(shots, layout.SHOTS_ENDS) + (usize(i) << 3), first);
      const number = load<i32>(address(shots, layout.SHOTS_FIRST_BLOCKS) + (usize(i) << 2));
      store<i32>(address(shots, layout.SHOTS_BLOCKS) + (usize(i) << 2), number - 1);
      goOn(i);
    }
    while (place < 7 && load<f64>(times + (usize(place) << 3)) < from) place++;
  }
  let next = load<i32>(one, layout.CARE_FIRST);
  let now = from;
  let fired = false;
  // Below it no threshold of this window lies; most need no exponential.
  const least = slope < 0 ? -Infinity : slope * grown(from) * LESS;
  for (;;) {
    let t = until;
    if (next >= 0) {
      const packet = load<i32>(list + usize(next) * layout.CARED_BYTES, layout.CARED_PACKET);
      t = load<f64>(packets + usize(packet) * layout.PACKET_BYTES);
    }
    let shot: f64 = Infinity;
    if (shots) shot = load<f64>(times + (usize(place) << 3));
    t = min(t, shot);
    const u = load<i64>(own);
    const refractory = load<f64>(own, layout.MEMBRANE_REFRACTORY);
    const free = max(now, refractory);
    let crossing: f64 = Infinity;
    if (f64(u) >= least && f64(u) >= slope * grown(free)) crossing = free;
    else if (slope < 0) crossing = max(instant(origin + tau * log(f64(u) / (slope * scale))), free);
    if (crossing < t && crossing < until) {
      fire(i, crossing);
      fired = true;
      now = crossing;
      continue;
    }
    if (!(t < until)) break;
    // All inputs of this instant, then the threshold.
    let sum: i64 = 0;
    while (next >= 0) {
      const at = list + usize(next) * layout.CARED_BYTES;
      const packet = load<i32>(at, layout.CARED_PACKET);
      if (load<f64>(packets + usize(packet) * layout.PACKET_BYTES) != t) break;
      const s = load<i32>(at, layout.CARED_SYNAPSE);
      // What the row's arrival made of the weight holds as long as the neuron has not fired since.
      sum += s < 0 || !fired ? load<i64>(at) : learned(packets + usize(packet) * layout.PACKET_BYTES, i, s, t);
      next = load<i32>(at, layout.CARED_NEXT);
    }
    while (shot == t) {
      sum += load<i64>(values + (usize(place) << 3));
      if (++place == 8) {
        goOn(i);
        place = 0;
      }
      shot = load<f64>(times + (usize(place) << 3));
    }
    now = t;
    if (t < refractory) continue;
    store<i64>(own, u + sum);
    if (f64(u + sum) >= least && f64(u + sum) >= slope * grown(t)) {
      fire(i, t);
      fired = true;
    }
  }
}
