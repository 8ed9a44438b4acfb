// AssemblyScript. The inner loops of populations that keep their state by modes: physics in double precision, and a
// calendar of what must be looked at when. A `block` is the record of a population.
import * as layout from "../layout";
import { exp } from "./elementary";
import { instant } from "./instant";
import { address, double, is, setDouble, setWhole, setWord, whole, word } from "./record";
import { arrive, postSpike } from "./pairs";
import { count, note } from "./windows";

// @ts-ignore: decorator
@external("env", "crossing")
declare function crossing(population: i32, x: f64, m: f64, e: f64, i: f64): f64;

// @ts-ignore: decorator
@inline
function stateOf(block: usize, i: i32): usize {
  return address(block, layout.MODES_STATE) + (usize(i) << 6);
}

// @ts-ignore: decorator
@inline
function linksOf(block: usize, i: i32): usize {
  return address(block, layout.MODES_LINKS) + (usize(i) << 4);
}

// @ts-ignore: decorator
@inline
function headOf(block: usize, slot: i32): usize {
  return address(block, layout.MODES_HEADS) + (usize(slot) << 2);
}

/** The place of the present bucket in the ring. */
// @ts-ignore: decorator
@inline
function presentOf(block: usize): i32 {
  return whole(block, layout.MODES_PRESENT);
}

function setBucket(block: usize, bucket: f64): void {
  setDouble(block, layout.MODES_BUCKET, bucket);
  setWhole(block, layout.MODES_PRESENT, i32(i64(bucket) & (layout.MODES_BUCKETS - 1)));
}

function unlink(block: usize, i: i32): void {
  const links = linksOf(block, i);
  const state = stateOf(block, i);
  const next = word(links, layout.LINK_NEXT);
  const previous = word(links, layout.LINK_PREVIOUS);
  if (previous < 0) store<i32>(headOf(block, word(state, layout.NEURON_SLOT)), next);
  else setWord(linksOf(block, previous), layout.LINK_NEXT, next);
  if (next >= 0) setWord(linksOf(block, next), layout.LINK_PREVIOUS, previous);
  setWord(state, layout.NEURON_SLOT, -1);
  setWhole(block, layout.MODES_ENTRIES, whole(block, layout.MODES_ENTRIES) - 1);
}

/** Puts a neuron that is in no bucket into one that lies `ahead` of the present one. */
function link(block: usize, i: i32, ahead: i32): void {
  const slot = (presentOf(block) + ahead) & (layout.MODES_BUCKETS - 1);
  const links = linksOf(block, i);
  const head = headOf(block, slot);
  const next = load<i32>(head);
  setWord(links, layout.LINK_NEXT, next);
  setWord(links, layout.LINK_PREVIOUS, -1);
  if (next >= 0) setWord(linksOf(block, next), layout.LINK_PREVIOUS, i);
  store<i32>(head, i);
  setWord(stateOf(block, i), layout.NEURON_SLOT, slot);
  setWhole(block, layout.MODES_ENTRIES, whole(block, layout.MODES_ENTRIES) + 1);
}

// @ts-ignore: decorator
@inline
function earlier(block: usize, i: i32, j: i32): bool {
  const a = double(stateOf(block, i), layout.NEURON_BOUND);
  const b = double(stateOf(block, j), layout.NEURON_BOUND);
  return a < b || (a == b && i < j);
}

// @ts-ignore: decorator
@inline
function put(block: usize, place: i32, i: i32): void {
  store<i32>(address(block, layout.MODES_HEAP) + (usize(place) << 2), i);
  setWord(linksOf(block, i), layout.LINK_PLACE, place);
}

// @ts-ignore: decorator
@inline
function inHeap(block: usize, place: i32): i32 {
  return load<i32>(address(block, layout.MODES_HEAP) + (usize(place) << 2));
}

/** Lets neuron i up or down from a free place of the heap. */
function settle(block: usize, place: i32, i: i32): void {
  const size = whole(block, layout.MODES_DUE);
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const j = inHeap(block, parent);
    if (!earlier(block, i, j)) break;
    put(block, place, j);
    place = parent;
  }
  for (;;) {
    let child = 2 * place + 1;
    if (child >= size) break;
    if (child + 1 < size && earlier(block, inHeap(block, child + 1), inHeap(block, child))) child++;
    const j = inHeap(block, child);
    if (!earlier(block, j, i)) break;
    put(block, place, j);
    place = child;
  }
  put(block, place, i);
}

function insert(block: usize, i: i32): void {
  const size = whole(block, layout.MODES_DUE);
  setWhole(block, layout.MODES_DUE, size + 1);
  settle(block, size, i);
}

/** Takes a neuron out of the heap of those that cross soon. */
export function leave(block: usize, i: i32): void {
  const links = linksOf(block, i);
  const place = word(links, layout.LINK_PLACE);
  setWord(links, layout.LINK_PLACE, -1);
  const size = whole(block, layout.MODES_DUE) - 1;
  setWhole(block, layout.MODES_DUE, size);
  const last = inHeap(block, size);
  if (last != i) settle(block, place, last);
}

/**
 * Until when a neuron stays below threshold for sure, if nothing more reaches it; `from` where this cannot be said.
 * m, e and inh are the parts of its potential at `from`. Two pieces of time at once, and no branches to guess.
 */
// @ts-ignore: decorator
@inline
function safeUntil(block: usize, from: f64, m: f64, e: f64, inh: f64, x: f64): f64 {
  const limit = -double(block, layout.MODES_MARGIN) - x;
  const bar = f64x2.splat(limit);
  const ms = f64x2.splat(m);
  const es = f64x2.splat(e);
  const is = f64x2.splat(inh);
  const lists = block + (layout.MODES_PIECES << 3);
  const b0 = f64x2.add(f64x2.add(ms, f64x2.mul(is, v128.load(lists, 192))), f64x2.mul(es, v128.load(lists, 144)));
  const b1 = f64x2.add(f64x2.add(ms, f64x2.mul(is, v128.load(lists, 208))), f64x2.mul(es, v128.load(lists, 160)));
  const b2 = f64x2.add(f64x2.add(ms, f64x2.mul(is, v128.load(lists, 224))), f64x2.mul(es, v128.load(lists, 176)));
  const h0 = f64x2.pmax(f64x2.mul(b0, v128.load(lists, 48)), f64x2.mul(b0, v128.load(lists, 96)));
  const h1 = f64x2.pmax(f64x2.mul(b1, v128.load(lists, 64)), f64x2.mul(b1, v128.load(lists, 112)));
  const h2 = f64x2.pmax(f64x2.mul(b2, v128.load(lists, 80)), f64x2.mul(b2, v128.load(lists, 128)));
  const below =
    i64x2.bitmask(f64x2.lt(h0, bar)) |
    (i64x2.bitmask(f64x2.lt(h1, bar)) << 2) |
    (i64x2.bitmask(f64x2.lt(h2, bar)) << 4);
  const count = ctz(~below);
  if (limit > 0 && count == layout.MODES_PIECE_COUNT) {
    // From there on all parts only shrink.
    const rest =
      max(m, 0) * load<f64>(lists, 240) +
      max(e, 0) * load<f64>(lists, 248) +
      max(inh, 0) * load<f64>(lists, 256);
    if (rest < limit) return Infinity;
  }
  return from + load<f64>(block + (usize(layout.MODES_PIECES - 1 + count) << 3));
}

/** The twin of `timeToThreshold` of `LifExpModes`, which is asked where Halley's method does not do. */
export function timeToThreshold(block: usize, x: f64, m: f64, e: f64, i: f64): f64 {
  const lambda = double(block, layout.MODES_LAMBDA);
  const muE = double(block, layout.MODES_MU_E);
  const muI = double(block, layout.MODES_MU_I);
  let f = x + m + e + i;
  const a0 = -lambda * m;
  const b0 = -muE * e;
  const c0 = -muI * i;
  let a = a0;
  let b = b0;
  let c = c0;
  let slope = a + b + c;
  let t: f64 = 0;
  for (let n = 0; n < 8 && slope > 0; n++) {
    const bend = -lambda * a - muE * b - muI * c;
    const step = (2 * f * slope) / (2 * slope * slope - f * bend);
    t -= step;
    if (!(t < 1 / lambda)) break;
    const leftM = exp(-lambda * t);
    const leftE = exp(-muE * t);
    const leftI = exp(-muI * t);
    a = a0 * leftM;
    b = b0 * leftE;
    c = c0 * leftI;
    if (abs(step) < 1e-13 * (1 + t)) {
      if (t >= 0 && min(a0, a) + min(b0, b) + min(c0, c) > 0) return t;
      break;
    }
    f = x + m * leftM + e * leftE + i * leftI;
    slope = a + b + c;
  }
  return crossing(whole(block, layout.MODES_ID), x, m, e, i);
}

/** Finds when a neuron crosses, from its state after its last event, and waits for that. */
function waitForCrossing(block: usize, i: i32): void {
  const state = stateOf(block, i);
  const last = double(state, layout.NEURON_LAST);
  const from = max(last, double(state, layout.NEURON_REFRACTORY));
  const epoch = double(block, layout.MODES_EPOCH);
  const since = from - floor(last / epoch) * epoch;
  const m = double(state, layout.NEURON_M) * exp(-double(block, layout.MODES_LAMBDA) * since);
  const e = double(state, layout.NEURON_E) * exp(-double(block, layout.MODES_MU_E) * since);
  const inh = double(state, layout.NEURON_I) * exp(-double(block, layout.MODES_MU_I) * since);
  const x = double(state, layout.NEURON_X);
  const above = x + m + e + inh >= 0;
  const bound = above ? from : instant(from + timeToThreshold(block, x, m, e, inh));
  setWord(state, layout.NEURON_CROSSES, bound < Infinity ? 1 : 0);
  lookAt(block, i, bound);
}

/** Has a neuron looked at again at `bound`, before which it does not cross. */
function lookAt(block: usize, i: i32, bound: f64): void {
  const state = stateOf(block, i);
  setDouble(state, layout.NEURON_BOUND, bound);
  const slot = word(state, layout.NEURON_SLOT);
  if (bound == Infinity) {
    if (slot >= 0) unlink(block, i);
    return;
  }
  const ahead = floor(bound * double(block, layout.MODES_PER_BUCKET)) - double(block, layout.MODES_BUCKET);
  if (ahead <= 0) {
    if (slot >= 0) unlink(block, i);
    if (word(state, layout.NEURON_CROSSES)) insert(block, i);
    else goOn(block, i);
    return;
  }
  if (slot >= 0) {
    if (ahead >= f64((slot - presentOf(block)) & (layout.MODES_BUCKETS - 1))) return;
    unlink(block, i);
  }
  link(block, i, i32(min(ahead, f64(layout.MODES_BUCKETS - 1))));
}

/**
 * The time up to which a neuron was known to stay below threshold has come. Long after its last event the crossing itself
 * is found instead of another such time.
 */
function goOn(block: usize, i: i32): void {
  const state = stateOf(block, i);
  const epoch = double(block, layout.MODES_EPOCH);
  const last = double(state, layout.NEURON_LAST);
  const origin = floor(last / epoch) * epoch;
  const patience = 2 * load<f64>(block, (layout.MODES_PIECES + layout.MODES_PIECE_COUNT - 1) << 3);
  let from = double(state, layout.NEURON_BOUND);
  while (from - last < patience) {
    const since = from - origin;
    const m = double(state, layout.NEURON_M) * exp(-double(block, layout.MODES_LAMBDA) * since);
    const e = double(state, layout.NEURON_E) * exp(-double(block, layout.MODES_MU_E) * since);
    const inh = double(state, layout.NEURON_I) * exp(-double(block, layout.MODES_MU_I) * since);
    const bound = safeUntil(block, from, m, e, inh, double(state, layout.NEURON_X));
    if (bound == from) break;
    if (floor(bound * double(block, layout.MODES_PER_BUCKET)) > double(block, layout.MODES_BUCKET)) {
      lookAt(block, i, bound);
      return;
    }
    from = bound;
  }
  waitForCrossing(block, i);
}

/** Forgets a crossing that was found: the state has changed. */
function forget(block: usize, i: i32): void {
  setWord(stateOf(block, i), layout.NEURON_CROSSES, 0);
  if (word(linksOf(block, i), layout.LINK_PLACE) >= 0) leave(block, i);
}

/** The state of a neuron has changed at t, its last event. */
export function judge(block: usize, i: i32): void {
  const state = stateOf(block, i);
  forget(block, i);
  const last = double(state, layout.NEURON_LAST);
  const refractory = double(state, layout.NEURON_REFRACTORY);
  setDouble(state, layout.NEURON_BOUND, max(last, refractory));
  if (last < refractory) lookAt(block, i, refractory);
  else goOn(block, i);
}

/** Puts the modes of a neuron on the origin of the present epoch. */
export function renew(block: usize, i: i32): void {
  const state = stateOf(block, i);
  const epoch = double(block, layout.MODES_EPOCH);
  const passed = double(block, layout.MODES_ORIGIN) - floor(double(state, layout.NEURON_LAST) / epoch) * epoch;
  setDouble(state, layout.NEURON_M, double(state, layout.NEURON_M) * exp(-double(block, layout.MODES_LAMBDA) * passed));
  setDouble(state, layout.NEURON_E, double(state, layout.NEURON_E) * exp(-double(block, layout.MODES_MU_E) * passed));
  setDouble(state, layout.NEURON_I, double(state, layout.NEURON_I) * exp(-double(block, layout.MODES_MU_I) * passed));
}

/**
 * Delivers a spike at t to the synapses `from` to `to`.
 *
 * @param rows  their record, that of `deliver`; the weight for all, where there is none for each, is its `weight`, and
 *              else the factor on them
 * @returns how many neurons cross soon
 */
export function deliverRow(block: usize, rows: usize, t: f64, from: i32, to: i32): i32 {
  const targets = address(rows, layout.ROWS_TARGETS);
  const wide = is(rows, layout.ROWS_WIDE);
  const weights = address(rows, layout.ROWS_WEIGHTS);
  const weight = double(rows, layout.ROWS_WEIGHT);
  const perE = double(block, layout.MODES_PER_E);
  const perI = double(block, layout.MODES_PER_I);
  const leftM = double(block, layout.MODES_LEFT_M);
  const leftE = double(block, layout.MODES_LEFT_E);
  const leftI = double(block, layout.MODES_LEFT_I);
  const upM = double(block, layout.MODES_UP_M);
  const upE = double(block, layout.MODES_UP_E);
  const upI = double(block, layout.MODES_UP_I);
  const first = address(block, layout.MODES_STATE);
  const origin = double(block, layout.MODES_ORIGIN);
  const perBucket = double(block, layout.MODES_PER_BUCKET);
  const bucket = double(block, layout.MODES_BUCKET);
  const now = presentOf(block);
  for (let s = from; s < to; s++) {
    const i = wide ? i32(load<u32>(targets + (usize(s) << 2))) : i32(load<u16>(targets + (usize(s) << 1)));
    const w = weights ? f64(load<f32>(weights + (usize(s) << 2))) * weight : weight;
    const state = first + (usize(i) << 6);
    if (double(state, layout.NEURON_LAST) < origin) renew(block, i);
    setDouble(state, layout.NEURON_LAST, t);
    const excites = w > 0;
    const jump = w * (excites ? perE : perI);
    const change = jump * (excites ? upE : upI);
    const mode = state + (usize(excites ? layout.NEURON_E : layout.NEURON_I) << 3);
    store<f64>(mode, load<f64>(mode) - change);
    const refractory = double(state, layout.NEURON_REFRACTORY);
    if (t < refractory) {
      // The potential is held till then: what the jump makes of it by then is taken off again.
      const mu = excites ? double(block, layout.MODES_MU_E) : double(block, layout.MODES_MU_I);
      const past = exp((double(block, layout.MODES_LAMBDA) - mu) * (refractory - origin));
      setDouble(state, layout.NEURON_M, double(state, layout.NEURON_M) + change * past);
      // The bucket in which the period ends may have come, and the neuron been looked at with another current.
      if (double(state, layout.NEURON_BOUND) > refractory) {
        forget(block, i);
        lookAt(block, i, refractory);
      }
      continue;
    }
    const m = double(state, layout.NEURON_M) + jump * upM;
    setDouble(state, layout.NEURON_M, m);
    if (word(state, layout.NEURON_CROSSES)) forget(block, i);
    else if (!excites) continue; // inhibition puts a crossing off
    const bound = safeUntil(
      block,
      t,
      m * leftM,
      double(state, layout.NEURON_E) * leftE,
      double(state, layout.NEURON_I) * leftI,
      double(state, layout.NEURON_X),
    );
    if (bound == t) {
      waitForCrossing(block, i);
      continue;
    }
    const slot = word(state, layout.NEURON_SLOT);
    if (slot >= 0) {
      const ahead = floor(bound * perBucket) - bucket;
      if (ahead >= f64((slot - now) & (layout.MODES_BUCKETS - 1))) {
        setDouble(state, layout.NEURON_BOUND, bound);
        continue;
      }
    }
    lookAt(block, i, bound);
  }
  return whole(block, layout.MODES_DUE);
}

/** When a neuron crosses next, as far as `limit`; Infinity where none does by then. */
export function nextCrossing(block: usize, limit: f64): f64 {
  const until = floor(limit * double(block, layout.MODES_PER_BUCKET));
  while (true) {
    if (whole(block, layout.MODES_DUE) > 0) return double(stateOf(block, inHeap(block, 0)), layout.NEURON_BOUND);
    let bucket = double(block, layout.MODES_BUCKET);
    if (bucket >= until) return Infinity;
    if (whole(block, layout.MODES_ENTRIES) == 0) {
      setBucket(block, until);
      return Infinity;
    }
    bucket += 1;
    setBucket(block, bucket);
    const present = presentOf(block);
    const head = headOf(block, present);
    const perBucket = double(block, layout.MODES_PER_BUCKET);
    let i = load<i32>(head);
    store<i32>(head, -1);
    while (i >= 0) {
      const links = linksOf(block, i);
      const state = stateOf(block, i);
      const after = word(links, layout.LINK_NEXT);
      const bound = double(state, layout.NEURON_BOUND);
      const ahead = floor(bound * perBucket) - bucket;
      if (ahead > 0 && ahead < f64(layout.MODES_BUCKETS)) {
        // Most have had an event since, and only move on.
        const slot = (present + i32(ahead)) & (layout.MODES_BUCKETS - 1);
        const into = headOf(block, slot);
        const next = load<i32>(into);
        setWord(links, layout.LINK_NEXT, next);
        setWord(links, layout.LINK_PREVIOUS, -1);
        if (next >= 0) setWord(linksOf(block, next), layout.LINK_PREVIOUS, i);
        store<i32>(into, i);
        setWord(state, layout.NEURON_SLOT, slot);
      } else {
        setWord(state, layout.NEURON_SLOT, -1);
        setWhole(block, layout.MODES_ENTRIES, whole(block, layout.MODES_ENTRIES) - 1);
        lookAt(block, i, bound);
      }
      i = after;
    }
  }
  return Infinity;
}

/** The neuron that crosses next. */
export function nextNeuron(block: usize): i32 {
  return inHeap(block, 0);
}

/** What is left of each mode at t, for all that happens then. */
export function enter(block: usize, t: f64): void {
  if (t == double(block, layout.MODES_NOW)) return;
  setDouble(block, layout.MODES_NOW, t);
  const epoch = double(block, layout.MODES_EPOCH);
  const origin = floor(t / epoch) * epoch;
  const since = t - origin;
  const leftM = exp(-double(block, layout.MODES_LAMBDA) * since);
  const leftE = exp(-double(block, layout.MODES_MU_E) * since);
  const muI = double(block, layout.MODES_MU_I);
  const leftI = muI == double(block, layout.MODES_MU_E) ? leftE : exp(-muI * since);
  setDouble(block, layout.MODES_ORIGIN, origin);
  setDouble(block, layout.MODES_LEFT_M, leftM);
  setDouble(block, layout.MODES_LEFT_E, leftE);
  setDouble(block, layout.MODES_LEFT_I, leftI);
  setDouble(block, layout.MODES_UP_M, 1 / leftM);
  setDouble(block, layout.MODES_UP_E, 1 / leftE);
  setDouble(block, layout.MODES_UP_I, 1 / leftI);
}

/** Neuron i fires at t, when it crosses its threshold. */
function fire(block: usize, i: i32, t: f64): void {
  const state = stateOf(block, i);
  setWord(state, layout.NEURON_CROSSES, 0);
  enter(block, t);
  if (double(state, layout.NEURON_LAST) < double(block, layout.MODES_ORIGIN)) renew(block, i);
  setDouble(state, layout.NEURON_LAST, t);
  const free = instant(t + double(block, layout.MODES_TAU_REF));
  setDouble(state, layout.NEURON_REFRACTORY, free);
  const since = free - double(block, layout.MODES_ORIGIN);
  const e = double(state, layout.NEURON_E) * exp(-double(block, layout.MODES_MU_E) * since);
  const inh = double(state, layout.NEURON_I) * exp(-double(block, layout.MODES_MU_I) * since);
  const excess = double(block, layout.MODES_DEPTH) - double(state, layout.NEURON_X);
  setDouble(state, layout.NEURON_M, (excess - e - inh) * exp(double(block, layout.MODES_LAMBDA) * since));
}

/** Lets those fire that cross their thresholds by a time; returns whether there was room. */
function crossBy(block: usize, window: usize, limit: f64): bool {
  while (true) {
    const t = nextCrossing(block, limit);
    if (!(t <= limit)) return true;
    const i = nextNeuron(block);
    leave(block, i);
    fire(block, i, t);
    const pairs = address(block, layout.MODES_PAIRS);
    if (pairs) postSpike(pairs, i, t);
    if (!note(window, t, i)) return false;
    judge(block, i);
  }
  return true;
}

/** Synapses whose neurons are asked for at a time: their lines stay in the nearest cache until they are come to. */
const AHEAD = 256;

let asked: i64;

/**
 * Asks for the states of all neurons that the next packets reach, none of which waits for another; else each would be waited
 * for where it is come to. Returns the packet before which that ends.
 */
function ask(block: usize, packet: usize, end: usize): usize {
  const states = address(block, layout.MODES_STATE);
  let any: i64 = 0;
  for (let left = AHEAD; packet < end && left > 0; packet += layout.PACKET_BYTES) {
    const rows = usize(load<u32>(packet, layout.PACKET_ROWS));
    const from = load<u32>(packet, layout.PACKET_FROM);
    if (!rows) {
      any |= load<i64>(states + (usize(from) << 6));
      left--;
      continue;
    }
    const to = load<u32>(packet, layout.PACKET_TO);
    const targets = address(rows, layout.ROWS_TARGETS);
    left -= to - from;
    if (is(rows, layout.ROWS_WIDE)) {
      for (let s = from; s < to; s++)
        any |= load<i64>(states + (usize(load<u32>(targets + (usize(s) << 2))) << 6));
    } else {
      for (let s = from; s < to; s++)
        any |= load<i64>(states + (usize(load<u16>(targets + (usize(s) << 1))) << 6));
    }
  }
  // So that no compiler leaves it out.
  asked = any;
  return packet;
}

/** Moves a population through the packets of a window, in order, and up to its end; returns whether there was room. */
export function modesInOrder(block: usize, window: usize, until: f64): i32 {
  const list = address(window, layout.WINDOW_PACKETS);
  const end = list + usize(whole(window, layout.WINDOW_COUNT)) * layout.PACKET_BYTES;
  const one = address(block, layout.MODES_ONE);
  let synapses: f64 = 0;
  let now: f64 = NaN;
  let ready = list;
  for (let packet = list; packet < end; packet += layout.PACKET_BYTES) {
    if (packet == ready) ready = ask(block, packet, end);
    const t = load<f64>(packet);
    const rows = usize(load<u32>(packet, layout.PACKET_ROWS));
    // Inputs from outside and what comes at the same instant are one group.
    if (t != now && !crossBy(block, window, t)) return 0;
    if (!rows) now = t;
    enter(block, t);
    if (rows) {
      const from = load<i32>(packet, layout.PACKET_FROM);
      const to = load<i32>(packet, layout.PACKET_TO);
      const pairs = address(rows, layout.ROWS_PAIRS);
      if (pairs) arrive(pairs, rows, load<u32>(packet, layout.PACKET_ROW), from, to, t, -1);
      deliverRow(block, rows, t, from, to);
      synapses += f64(to - from);
    } else {
      store<i32>(one + (layout.ROWS_SIZE << 3), load<i32>(packet, layout.PACKET_FROM));
      setDouble(one, layout.ROWS_WEIGHT, load<f64>(packet, layout.PACKET_WEIGHT));
      deliverRow(block, one, t, 0, 1);
    }
  }
  count(window, synapses);
  return crossBy(block, window, until) ? 1 : 0;
}
