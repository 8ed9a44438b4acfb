// AssemblyScript. The inner loops of populations that keep their state by modes; each does what its TypeScript twin in
// `exact/modeLoops.ts` does, operation by operation in double precision and in the same order, so that results are the
// same bits. What lies where is written there.
import { instant } from "./instant";

// @ts-ignore: decorator
@external("env", "exp")
declare function exp(x: f64): f64;
// @ts-ignore: decorator
@external("env", "crossing")
declare function crossing(population: i32, x: f64, m: f64, e: f64, i: f64): f64;

// The population's block: a place of 8 bytes for each.
const LAMBDA: usize = 0;
const MU_E: usize = 8;
const MU_I: usize = 16;
const ORIGIN: usize = 24;
const MARGIN: usize = 32;
const PER_BUCKET: usize = 40;
const BUCKET: usize = 48;
const ENTRIES: usize = 56;
const DUE: usize = 64;
const STATE: usize = 72;
const LINKS: usize = 80;
const HEADS: usize = 88;
const HEAP: usize = 96;
const ID: usize = 104;
const EPOCH: usize = 112;
const PRESENT: usize = 120;
/** The lists about pieces of time; the place before them holds 0. */
const PIECES: usize = 136;

const RING: i32 = 256;
const PIECE_COUNT: i32 = 6;
/** From one list of the pieces' to the next. */
const LIST: usize = 48;

// The state of a neuron: 8 places of 8 bytes, one line of the cache; the last holds two integers.
const M: usize = 0;
const E: usize = 8;
const I: usize = 16;
const X: usize = 24;
const REFRACTORY: usize = 32;
const LAST: usize = 40;
const BOUND: usize = 48;
const SLOT: usize = 56;
const CROSSES: usize = 60;

// Its links: next and previous in its bucket, place in the heap.
const NEXT: usize = 0;
const PREVIOUS: usize = 4;
const PLACE: usize = 8;

// @ts-ignore: decorator
@inline
function at(block: usize, field: usize): usize {
  return usize(load<u32>(block + field));
}

// @ts-ignore: decorator
@inline
function stateOf(block: usize, i: i32): usize {
  return at(block, STATE) + (usize(i) << 6);
}

// @ts-ignore: decorator
@inline
function linksOf(block: usize, i: i32): usize {
  return at(block, LINKS) + (usize(i) << 4);
}

// @ts-ignore: decorator
@inline
function headOf(block: usize, slot: i32): usize {
  return at(block, HEADS) + (usize(slot) << 2);
}

/** The place of the present bucket in the ring. */
// @ts-ignore: decorator
@inline
function present_(block: usize): i32 {
  return load<i32>(block, PRESENT);
}

function setBucket(block: usize, bucket: f64): void {
  store<f64>(block, bucket, BUCKET);
  store<i32>(block, i32(i64(bucket) & (RING - 1)), PRESENT);
}

function unlink(block: usize, i: i32): void {
  const links = linksOf(block, i);
  const state = stateOf(block, i);
  const next = load<i32>(links, NEXT);
  const previous = load<i32>(links, PREVIOUS);
  if (previous < 0) store<i32>(headOf(block, load<i32>(state, SLOT)), next);
  else store<i32>(linksOf(block, previous), next, NEXT);
  if (next >= 0) store<i32>(linksOf(block, next), previous, PREVIOUS);
  store<i32>(state, -1, SLOT);
  store<i32>(block, load<i32>(block, ENTRIES) - 1, ENTRIES);
}

/** Puts a neuron that is in no bucket into one that lies `ahead` of the present one. */
function link(block: usize, i: i32, ahead: i32): void {
  const slot = (present_(block) + ahead) & (RING - 1);
  const links = linksOf(block, i);
  const head = headOf(block, slot);
  const next = load<i32>(head);
  store<i32>(links, next, NEXT);
  store<i32>(links, -1, PREVIOUS);
  if (next >= 0) store<i32>(linksOf(block, next), i, PREVIOUS);
  store<i32>(head, i);
  store<i32>(stateOf(block, i), slot, SLOT);
  store<i32>(block, load<i32>(block, ENTRIES) + 1, ENTRIES);
}

// @ts-ignore: decorator
@inline
function earlier(block: usize, i: i32, j: i32): bool {
  const a = load<f64>(stateOf(block, i), BOUND);
  const b = load<f64>(stateOf(block, j), BOUND);
  return a < b || (a == b && i < j);
}

// @ts-ignore: decorator
@inline
function put(block: usize, place: i32, i: i32): void {
  store<i32>(at(block, HEAP) + (usize(place) << 2), i);
  store<i32>(linksOf(block, i), place, PLACE);
}

// @ts-ignore: decorator
@inline
function inHeap(block: usize, place: i32): i32 {
  return load<i32>(at(block, HEAP) + (usize(place) << 2));
}

/** Lets neuron i up or down from a free place of the heap. */
function settle(block: usize, place: i32, i: i32): void {
  const size = load<i32>(block, DUE);
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
  const size = load<i32>(block, DUE);
  store<i32>(block, size + 1, DUE);
  settle(block, size, i);
}

/** Takes a neuron out of the heap of those that cross soon. */
export function leave(block: usize, i: i32): void {
  const links = linksOf(block, i);
  const place = load<i32>(links, PLACE);
  store<i32>(links, -1, PLACE);
  const size = load<i32>(block, DUE) - 1;
  store<i32>(block, size, DUE);
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
  const limit = -load<f64>(block, MARGIN) - x;
  const bar = f64x2.splat(limit);
  const ms = f64x2.splat(m);
  const es = f64x2.splat(e);
  const is = f64x2.splat(inh);
  const lists = block + PIECES;
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
  if (limit > 0 && count == PIECE_COUNT) {
    // From there on all parts only shrink.
    const rest =
      max(m, 0) * load<f64>(block, PIECES + 240) +
      max(e, 0) * load<f64>(block, PIECES + 248) +
      max(inh, 0) * load<f64>(block, PIECES + 256);
    if (rest < limit) return Infinity;
  }
  return from + load<f64>(block + PIECES - 8 + (usize(count) << 3));
}

/** Finds when a neuron crosses, from its state after its last event, and waits for that. */
function waitForCrossing(block: usize, i: i32): void {
  const state = stateOf(block, i);
  const last = load<f64>(state, LAST);
  const from = max(last, load<f64>(state, REFRACTORY));
  const epoch = load<f64>(block, EPOCH);
  const since = from - floor(last / epoch) * epoch;
  const m = load<f64>(state, M) * exp(-load<f64>(block, LAMBDA) * since);
  const e = load<f64>(state, E) * exp(-load<f64>(block, MU_E) * since);
  const inh = load<f64>(state, I) * exp(-load<f64>(block, MU_I) * since);
  const x = load<f64>(state, X);
  const above = x + m + e + inh >= 0;
  const bound = above ? from : instant(from + crossing(load<i32>(block, ID), x, m, e, inh));
  store<i32>(state, bound < Infinity ? 1 : 0, CROSSES);
  lookAt(block, i, bound);
}

/** Has a neuron looked at again at `bound`, before which it does not cross. */
function lookAt(block: usize, i: i32, bound: f64): void {
  const state = stateOf(block, i);
  store<f64>(state, bound, BOUND);
  const slot = load<i32>(state, SLOT);
  if (bound == Infinity) {
    if (slot >= 0) unlink(block, i);
    return;
  }
  const ahead = floor(bound * load<f64>(block, PER_BUCKET)) - load<f64>(block, BUCKET);
  if (ahead <= 0) {
    if (slot >= 0) unlink(block, i);
    if (load<i32>(state, CROSSES)) insert(block, i);
    else goOn(block, i);
    return;
  }
  if (slot >= 0) {
    if (ahead >= f64((slot - present_(block)) & (RING - 1))) return;
    unlink(block, i);
  }
  link(block, i, i32(min(ahead, f64(RING - 1))));
}

/**
 * The time up to which a neuron was known to stay below threshold has come. Long after its last event the crossing itself
 * is found instead of another such time.
 */
function goOn(block: usize, i: i32): void {
  const state = stateOf(block, i);
  const epoch = load<f64>(block, EPOCH);
  const last = load<f64>(state, LAST);
  const origin = floor(last / epoch) * epoch;
  const patience = 2 * load<f64>(block, PIECES + LIST - 8);
  let from = load<f64>(state, BOUND);
  while (from - last < patience) {
    const since = from - origin;
    const m = load<f64>(state, M) * exp(-load<f64>(block, LAMBDA) * since);
    const e = load<f64>(state, E) * exp(-load<f64>(block, MU_E) * since);
    const inh = load<f64>(state, I) * exp(-load<f64>(block, MU_I) * since);
    const bound = safeUntil(block, from, m, e, inh, load<f64>(state, X));
    if (bound == from) break;
    if (floor(bound * load<f64>(block, PER_BUCKET)) > load<f64>(block, BUCKET)) {
      lookAt(block, i, bound);
      return;
    }
    from = bound;
  }
  waitForCrossing(block, i);
}

/** Forgets a crossing that was found: the state has changed. */
function forget(block: usize, i: i32): void {
  store<i32>(stateOf(block, i), 0, CROSSES);
  if (load<i32>(linksOf(block, i), PLACE) >= 0) leave(block, i);
}

/** The state of a neuron has changed at t, its last event. */
export function judge(block: usize, i: i32): void {
  const state = stateOf(block, i);
  forget(block, i);
  store<f64>(state, max(load<f64>(state, LAST), load<f64>(state, REFRACTORY)), BOUND);
  if (load<f64>(state, LAST) < load<f64>(state, REFRACTORY)) lookAt(block, i, load<f64>(state, REFRACTORY));
  else goOn(block, i);
}

/** Puts the modes of a neuron on the origin of the present epoch. */
export function renew(block: usize, i: i32): void {
  const state = stateOf(block, i);
  const epoch = load<f64>(block, EPOCH);
  const passed = load<f64>(block, ORIGIN) - floor(load<f64>(state, LAST) / epoch) * epoch;
  store<f64>(state, load<f64>(state, M) * exp(-load<f64>(block, LAMBDA) * passed), M);
  store<f64>(state, load<f64>(state, E) * exp(-load<f64>(block, MU_E) * passed), E);
  store<f64>(state, load<f64>(state, I) * exp(-load<f64>(block, MU_I) * passed), I);
}

/**
 * Delivers a spike at t to a row of synapses.
 *
 * @param targets, wide  [synapses]: neurons, 4 bytes each where wide, else 2
 * @param weights     [synapses] floats, or 0 where all weights are 1
 * @param weight      factor on the weights
 * @param perE, perI  what a weight of 1 takes off the part of its current
 * @param leftM, leftE, leftI  what is left at t of a part of 1 at the origin
 * @param upM, upE, upI  the inverse
 * @returns how many neurons cross soon
 */
export function deliverRow(
  block: usize,
  t: f64,
  targets: usize,
  wide: i32,
  from: i32,
  to: i32,
  weights: usize,
  weight: f64,
  perE: f64,
  perI: f64,
  leftM: f64,
  leftE: f64,
  leftI: f64,
  upM: f64,
  upE: f64,
  upI: f64,
): i32 {
  const first = at(block, STATE);
  const origin = load<f64>(block, ORIGIN);
  const perBucket = load<f64>(block, PER_BUCKET);
  const bucket = load<f64>(block, BUCKET);
  const now = present_(block);
  for (let s = from; s < to; s++) {
    const i = wide ? i32(load<u32>(targets + (usize(s) << 2))) : i32(load<u16>(targets + (usize(s) << 1)));
    const w = weights ? f64(load<f32>(weights + (usize(s) << 2))) * weight : weight;
    const state = first + (usize(i) << 6);
    if (load<f64>(state, LAST) < origin) renew(block, i);
    store<f64>(state, t, LAST);
    const excites = w > 0;
    const jump = w * (excites ? perE : perI);
    const change = jump * (excites ? upE : upI);
    const mode = state + (excites ? E : I);
    store<f64>(mode, load<f64>(mode) - change);
    const refractory = load<f64>(state, REFRACTORY);
    if (t < refractory) {
      // The potential is held till then: what the jump makes of it by then is taken off again.
      const mu = excites ? load<f64>(block, MU_E) : load<f64>(block, MU_I);
      const past = exp((load<f64>(block, LAMBDA) - mu) * (refractory - origin));
      store<f64>(state, load<f64>(state, M) + change * past, M);
      // The bucket in which the period ends may have come, and the neuron been looked at with another current.
      if (load<f64>(state, BOUND) > refractory) {
        forget(block, i);
        lookAt(block, i, refractory);
      }
      continue;
    }
    const m = load<f64>(state, M) + jump * upM;
    store<f64>(state, m, M);
    if (load<i32>(state, CROSSES)) forget(block, i);
    else if (!excites) continue; // inhibition puts a crossing off
    const bound = safeUntil(
      block,
      t,
      m * leftM,
      load<f64>(state, E) * leftE,
      load<f64>(state, I) * leftI,
      load<f64>(state, X),
    );
    if (bound == t) {
      waitForCrossing(block, i);
      continue;
    }
    const slot = load<i32>(state, SLOT);
    if (slot >= 0) {
      const ahead = floor(bound * perBucket) - bucket;
      if (ahead >= f64((slot - now) & (RING - 1))) {
        store<f64>(state, bound, BOUND);
        continue;
      }
    }
    lookAt(block, i, bound);
  }
  return load<i32>(block, DUE);
}

/** When a neuron crosses next, as far as `limit`; Infinity where none does by then. */
export function nextCrossing(block: usize, limit: f64): f64 {
  const until = floor(limit * load<f64>(block, PER_BUCKET));
  while (true) {
    if (load<i32>(block, DUE) > 0) return load<f64>(stateOf(block, inHeap(block, 0)), BOUND);
    let bucket = load<f64>(block, BUCKET);
    if (bucket >= until) return Infinity;
    if (load<i32>(block, ENTRIES) == 0) {
      setBucket(block, until);
      return Infinity;
    }
    bucket += 1;
    setBucket(block, bucket);
    const present = present_(block);
    const head = headOf(block, present);
    const perBucket = load<f64>(block, PER_BUCKET);
    let i = load<i32>(head);
    store<i32>(head, -1);
    while (i >= 0) {
      const links = linksOf(block, i);
      const state = stateOf(block, i);
      const after = load<i32>(links, NEXT);
      const bound = load<f64>(state, BOUND);
      const ahead = floor(bound * perBucket) - bucket;
      if (ahead > 0 && ahead < f64(RING)) {
        // Most have had an event since, and only move on.
        const slot = (present + i32(ahead)) & (RING - 1);
        const into = headOf(block, slot);
        const next = load<i32>(into);
        store<i32>(links, next, NEXT);
        store<i32>(links, -1, PREVIOUS);
        if (next >= 0) store<i32>(linksOf(block, next), i, PREVIOUS);
        store<i32>(into, i);
        store<i32>(state, slot, SLOT);
      } else {
        store<i32>(state, -1, SLOT);
        store<i32>(block, load<i32>(block, ENTRIES) - 1, ENTRIES);
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
