// AssemblyScript. The inner loops of populations that keep their state by modes: physics in double precision, and a
// calendar of what must be looked at when. A `block` is the record of a population.
import {
  LINK_NEXT,
  LINK_PLACE,
  LINK_PREVIOUS,
  MODES_BUCKET,
  MODES_BUCKETS,
  MODES_DUE,
  MODES_ENTRIES,
  MODES_EPOCH,
  MODES_HEADS,
  MODES_HEAP,
  MODES_ID,
  MODES_LAMBDA,
  MODES_LEFT_E,
  MODES_LEFT_I,
  MODES_LEFT_M,
  MODES_LINKS,
  MODES_MARGIN,
  MODES_MU_E,
  MODES_MU_I,
  MODES_ORIGIN,
  MODES_PER_BUCKET,
  MODES_PER_E,
  MODES_PER_I,
  MODES_PIECE_COUNT,
  MODES_PIECES,
  MODES_PRESENT,
  MODES_STATE,
  MODES_UP_E,
  MODES_UP_I,
  MODES_UP_M,
  NEURON_BOUND,
  NEURON_CROSSES,
  NEURON_E,
  NEURON_I,
  NEURON_LAST,
  NEURON_M,
  NEURON_REFRACTORY,
  NEURON_SLOT,
  NEURON_X,
  ROWS_TARGETS,
  ROWS_WEIGHT,
  ROWS_WEIGHTS,
  ROWS_WIDE,
} from "../layout";
import { instant } from "./instant";
import { address, double, is } from "./record";

// @ts-ignore: decorator
@external("env", "exp")
declare function exp(x: f64): f64;
// @ts-ignore: decorator
@external("env", "crossing")
declare function crossing(population: i32, x: f64, m: f64, e: f64, i: f64): f64;

// @ts-ignore: decorator
@inline
function at(block: usize, field: i32): usize {
  return usize(load<u32>(block + (usize(field) << 3)));
}

// @ts-ignore: decorator
@inline
function stateOf(block: usize, i: i32): usize {
  return at(block, MODES_STATE) + (usize(i) << 6);
}

// @ts-ignore: decorator
@inline
function linksOf(block: usize, i: i32): usize {
  return at(block, MODES_LINKS) + (usize(i) << 4);
}

// @ts-ignore: decorator
@inline
function headOf(block: usize, slot: i32): usize {
  return at(block, MODES_HEADS) + (usize(slot) << 2);
}

/** The place of the present bucket in the ring. */
// @ts-ignore: decorator
@inline
function presentOf(block: usize): i32 {
  return load<i32>(block, MODES_PRESENT << 3);
}

function setBucket(block: usize, bucket: f64): void {
  store<f64>(block, bucket, MODES_BUCKET << 3);
  store<i32>(block, i32(i64(bucket) & (MODES_BUCKETS - 1)), MODES_PRESENT << 3);
}

function unlink(block: usize, i: i32): void {
  const links = linksOf(block, i);
  const state = stateOf(block, i);
  const next = load<i32>(links, LINK_NEXT << 2);
  const previous = load<i32>(links, LINK_PREVIOUS << 2);
  if (previous < 0) store<i32>(headOf(block, load<i32>(state, NEURON_SLOT << 2)), next);
  else store<i32>(linksOf(block, previous), next, LINK_NEXT << 2);
  if (next >= 0) store<i32>(linksOf(block, next), previous, LINK_PREVIOUS << 2);
  store<i32>(state, -1, NEURON_SLOT << 2);
  store<i32>(block, load<i32>(block, MODES_ENTRIES << 3) - 1, MODES_ENTRIES << 3);
}

/** Puts a neuron that is in no bucket into one that lies `ahead` of the present one. */
function link(block: usize, i: i32, ahead: i32): void {
  const slot = (presentOf(block) + ahead) & (MODES_BUCKETS - 1);
  const links = linksOf(block, i);
  const head = headOf(block, slot);
  const next = load<i32>(head);
  store<i32>(links, next, LINK_NEXT << 2);
  store<i32>(links, -1, LINK_PREVIOUS << 2);
  if (next >= 0) store<i32>(linksOf(block, next), i, LINK_PREVIOUS << 2);
  store<i32>(head, i);
  store<i32>(stateOf(block, i), slot, NEURON_SLOT << 2);
  store<i32>(block, load<i32>(block, MODES_ENTRIES << 3) + 1, MODES_ENTRIES << 3);
}

// @ts-ignore: decorator
@inline
function earlier(block: usize, i: i32, j: i32): bool {
  const a = load<f64>(stateOf(block, i), NEURON_BOUND << 3);
  const b = load<f64>(stateOf(block, j), NEURON_BOUND << 3);
  return a < b || (a == b && i < j);
}

// @ts-ignore: decorator
@inline
function put(block: usize, place: i32, i: i32): void {
  store<i32>(at(block, MODES_HEAP) + (usize(place) << 2), i);
  store<i32>(linksOf(block, i), place, LINK_PLACE << 2);
}

// @ts-ignore: decorator
@inline
function inHeap(block: usize, place: i32): i32 {
  return load<i32>(at(block, MODES_HEAP) + (usize(place) << 2));
}

/** Lets neuron i up or down from a free place of the heap. */
function settle(block: usize, place: i32, i: i32): void {
  const size = load<i32>(block, MODES_DUE << 3);
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
  const size = load<i32>(block, MODES_DUE << 3);
  store<i32>(block, size + 1, MODES_DUE << 3);
  settle(block, size, i);
}

/** Takes a neuron out of the heap of those that cross soon. */
export function leave(block: usize, i: i32): void {
  const links = linksOf(block, i);
  const place = load<i32>(links, LINK_PLACE << 2);
  store<i32>(links, -1, LINK_PLACE << 2);
  const size = load<i32>(block, MODES_DUE << 3) - 1;
  store<i32>(block, size, MODES_DUE << 3);
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
  const limit = -load<f64>(block, MODES_MARGIN << 3) - x;
  const bar = f64x2.splat(limit);
  const ms = f64x2.splat(m);
  const es = f64x2.splat(e);
  const is = f64x2.splat(inh);
  const lists = block + (MODES_PIECES << 3);
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
  if (limit > 0 && count == MODES_PIECE_COUNT) {
    // From there on all parts only shrink.
    const rest =
      max(m, 0) * load<f64>(lists, 240) +
      max(e, 0) * load<f64>(lists, 248) +
      max(inh, 0) * load<f64>(lists, 256);
    if (rest < limit) return Infinity;
  }
  return from + load<f64>(block + (usize(MODES_PIECES - 1 + count) << 3));
}

/** Finds when a neuron crosses, from its state after its last event, and waits for that. */
function waitForCrossing(block: usize, i: i32): void {
  const state = stateOf(block, i);
  const last = load<f64>(state, NEURON_LAST << 3);
  const from = max(last, load<f64>(state, NEURON_REFRACTORY << 3));
  const epoch = load<f64>(block, MODES_EPOCH << 3);
  const since = from - floor(last / epoch) * epoch;
  const m = load<f64>(state, NEURON_M << 3) * exp(-load<f64>(block, MODES_LAMBDA << 3) * since);
  const e = load<f64>(state, NEURON_E << 3) * exp(-load<f64>(block, MODES_MU_E << 3) * since);
  const inh = load<f64>(state, NEURON_I << 3) * exp(-load<f64>(block, MODES_MU_I << 3) * since);
  const x = load<f64>(state, NEURON_X << 3);
  const above = x + m + e + inh >= 0;
  const bound = above ? from : instant(from + crossing(load<i32>(block, MODES_ID << 3), x, m, e, inh));
  store<i32>(state, bound < Infinity ? 1 : 0, NEURON_CROSSES << 2);
  lookAt(block, i, bound);
}

/** Has a neuron looked at again at `bound`, before which it does not cross. */
function lookAt(block: usize, i: i32, bound: f64): void {
  const state = stateOf(block, i);
  store<f64>(state, bound, NEURON_BOUND << 3);
  const slot = load<i32>(state, NEURON_SLOT << 2);
  if (bound == Infinity) {
    if (slot >= 0) unlink(block, i);
    return;
  }
  const ahead = floor(bound * load<f64>(block, MODES_PER_BUCKET << 3)) - load<f64>(block, MODES_BUCKET << 3);
  if (ahead <= 0) {
    if (slot >= 0) unlink(block, i);
    if (load<i32>(state, NEURON_CROSSES << 2)) insert(block, i);
    else goOn(block, i);
    return;
  }
  if (slot >= 0) {
    if (ahead >= f64((slot - presentOf(block)) & (MODES_BUCKETS - 1))) return;
    unlink(block, i);
  }
  link(block, i, i32(min(ahead, f64(MODES_BUCKETS - 1))));
}

/**
 * The time up to which a neuron was known to stay below threshold has come. Long after its last event the crossing itself
 * is found instead of another such time.
 */
function goOn(block: usize, i: i32): void {
  const state = stateOf(block, i);
  const epoch = load<f64>(block, MODES_EPOCH << 3);
  const last = load<f64>(state, NEURON_LAST << 3);
  const origin = floor(last / epoch) * epoch;
  const patience = 2 * load<f64>(block, (MODES_PIECES + MODES_PIECE_COUNT - 1) << 3);
  let from = load<f64>(state, NEURON_BOUND << 3);
  while (from - last < patience) {
    const since = from - origin;
    const m = load<f64>(state, NEURON_M << 3) * exp(-load<f64>(block, MODES_LAMBDA << 3) * since);
    const e = load<f64>(state, NEURON_E << 3) * exp(-load<f64>(block, MODES_MU_E << 3) * since);
    const inh = load<f64>(state, NEURON_I << 3) * exp(-load<f64>(block, MODES_MU_I << 3) * since);
    const bound = safeUntil(block, from, m, e, inh, load<f64>(state, NEURON_X << 3));
    if (bound == from) break;
    if (floor(bound * load<f64>(block, MODES_PER_BUCKET << 3)) > load<f64>(block, MODES_BUCKET << 3)) {
      lookAt(block, i, bound);
      return;
    }
    from = bound;
  }
  waitForCrossing(block, i);
}

/** Forgets a crossing that was found: the state has changed. */
function forget(block: usize, i: i32): void {
  store<i32>(stateOf(block, i), 0, NEURON_CROSSES << 2);
  if (load<i32>(linksOf(block, i), LINK_PLACE << 2) >= 0) leave(block, i);
}

/** The state of a neuron has changed at t, its last event. */
export function judge(block: usize, i: i32): void {
  const state = stateOf(block, i);
  forget(block, i);
  store<f64>(state, max(load<f64>(state, NEURON_LAST << 3), load<f64>(state, NEURON_REFRACTORY << 3)), NEURON_BOUND << 3);
  if (load<f64>(state, NEURON_LAST << 3) < load<f64>(state, NEURON_REFRACTORY << 3)) lookAt(block, i, load<f64>(state, NEURON_REFRACTORY << 3));
  else goOn(block, i);
}

/** Puts the modes of a neuron on the origin of the present epoch. */
export function renew(block: usize, i: i32): void {
  const state = stateOf(block, i);
  const epoch = load<f64>(block, MODES_EPOCH << 3);
  const passed = load<f64>(block, MODES_ORIGIN << 3) - floor(load<f64>(state, NEURON_LAST << 3) / epoch) * epoch;
  store<f64>(state, load<f64>(state, NEURON_M << 3) * exp(-load<f64>(block, MODES_LAMBDA << 3) * passed), NEURON_M << 3);
  store<f64>(state, load<f64>(state, NEURON_E << 3) * exp(-load<f64>(block, MODES_MU_E << 3) * passed), NEURON_E << 3);
  store<f64>(state, load<f64>(state, NEURON_I << 3) * exp(-load<f64>(block, MODES_MU_I << 3) * passed), NEURON_I << 3);
}

/**
 * Delivers a spike at t to the synapses `from` to `to`.
 *
 * @param rows  their record, that of `deliver`; the weight for all, where there is none for each, is its `weight`, and
 *              else the factor on them
 * @returns how many neurons cross soon
 */
export function deliverRow(block: usize, rows: usize, t: f64, from: i32, to: i32): i32 {
  const targets = address(rows, ROWS_TARGETS);
  const wide = is(rows, ROWS_WIDE);
  const weights = address(rows, ROWS_WEIGHTS);
  const weight = double(rows, ROWS_WEIGHT);
  const perE = load<f64>(block, MODES_PER_E << 3);
  const perI = load<f64>(block, MODES_PER_I << 3);
  const leftM = load<f64>(block, MODES_LEFT_M << 3);
  const leftE = load<f64>(block, MODES_LEFT_E << 3);
  const leftI = load<f64>(block, MODES_LEFT_I << 3);
  const upM = load<f64>(block, MODES_UP_M << 3);
  const upE = load<f64>(block, MODES_UP_E << 3);
  const upI = load<f64>(block, MODES_UP_I << 3);
  const first = at(block, MODES_STATE);
  const origin = load<f64>(block, MODES_ORIGIN << 3);
  const perBucket = load<f64>(block, MODES_PER_BUCKET << 3);
  const bucket = load<f64>(block, MODES_BUCKET << 3);
  const now = presentOf(block);
  for (let s = from; s < to; s++) {
    const i = wide ? i32(load<u32>(targets + (usize(s) << 2))) : i32(load<u16>(targets + (usize(s) << 1)));
    const w = weights ? f64(load<f32>(weights + (usize(s) << 2))) * weight : weight;
    const state = first + (usize(i) << 6);
    if (load<f64>(state, NEURON_LAST << 3) < origin) renew(block, i);
    store<f64>(state, t, NEURON_LAST << 3);
    const excites = w > 0;
    const jump = w * (excites ? perE : perI);
    const change = jump * (excites ? upE : upI);
    const mode = state + (usize(excites ? NEURON_E : NEURON_I) << 3);
    store<f64>(mode, load<f64>(mode) - change);
    const refractory = load<f64>(state, NEURON_REFRACTORY << 3);
    if (t < refractory) {
      // The potential is held till then: what the jump makes of it by then is taken off again.
      const mu = excites ? load<f64>(block, MODES_MU_E << 3) : load<f64>(block, MODES_MU_I << 3);
      const past = exp((load<f64>(block, MODES_LAMBDA << 3) - mu) * (refractory - origin));
      store<f64>(state, load<f64>(state, NEURON_M << 3) + change * past, NEURON_M << 3);
      // The bucket in which the period ends may have come, and the neuron been looked at with another current.
      if (load<f64>(state, NEURON_BOUND << 3) > refractory) {
        forget(block, i);
        lookAt(block, i, refractory);
      }
      continue;
    }
    const m = load<f64>(state, NEURON_M << 3) + jump * upM;
    store<f64>(state, m, NEURON_M << 3);
    if (load<i32>(state, NEURON_CROSSES << 2)) forget(block, i);
    else if (!excites) continue; // inhibition puts a crossing off
    const bound = safeUntil(
      block,
      t,
      m * leftM,
      load<f64>(state, NEURON_E << 3) * leftE,
      load<f64>(state, NEURON_I << 3) * leftI,
      load<f64>(state, NEURON_X << 3),
    );
    if (bound == t) {
      waitForCrossing(block, i);
      continue;
    }
    const slot = load<i32>(state, NEURON_SLOT << 2);
    if (slot >= 0) {
      const ahead = floor(bound * perBucket) - bucket;
      if (ahead >= f64((slot - now) & (MODES_BUCKETS - 1))) {
        store<f64>(state, bound, NEURON_BOUND << 3);
        continue;
      }
    }
    lookAt(block, i, bound);
  }
  return load<i32>(block, MODES_DUE << 3);
}

/** When a neuron crosses next, as far as `limit`; Infinity where none does by then. */
export function nextCrossing(block: usize, limit: f64): f64 {
  const until = floor(limit * load<f64>(block, MODES_PER_BUCKET << 3));
  while (true) {
    if (load<i32>(block, MODES_DUE << 3) > 0) return load<f64>(stateOf(block, inHeap(block, 0)), NEURON_BOUND << 3);
    let bucket = load<f64>(block, MODES_BUCKET << 3);
    if (bucket >= until) return Infinity;
    if (load<i32>(block, MODES_ENTRIES << 3) == 0) {
      setBucket(block, until);
      return Infinity;
    }
    bucket += 1;
    setBucket(block, bucket);
    const present = presentOf(block);
    const head = headOf(block, present);
    const perBucket = load<f64>(block, MODES_PER_BUCKET << 3);
    let i = load<i32>(head);
    store<i32>(head, -1);
    while (i >= 0) {
      const links = linksOf(block, i);
      const state = stateOf(block, i);
      const after = load<i32>(links, LINK_NEXT << 2);
      const bound = load<f64>(state, NEURON_BOUND << 3);
      const ahead = floor(bound * perBucket) - bucket;
      if (ahead > 0 && ahead < f64(MODES_BUCKETS)) {
        // Most have had an event since, and only move on.
        const slot = (present + i32(ahead)) & (MODES_BUCKETS - 1);
        const into = headOf(block, slot);
        const next = load<i32>(into);
        store<i32>(links, next, LINK_NEXT << 2);
        store<i32>(links, -1, LINK_PREVIOUS << 2);
        if (next >= 0) store<i32>(linksOf(block, next), i, LINK_PREVIOUS << 2);
        store<i32>(into, i);
        store<i32>(state, slot, NEURON_SLOT << 2);
      } else {
        store<i32>(state, -1, NEURON_SLOT << 2);
        store<i32>(block, load<i32>(block, MODES_ENTRIES << 3) - 1, MODES_ENTRIES << 3);
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
