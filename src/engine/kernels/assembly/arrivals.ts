// AssemblyScript. Inputs of single neurons on their way, by the window in which they arrive. See `Arrivals`.
import * as layout from "../layout";
import { delayOf, instant } from "./instant";
import { address, double, is, setDouble, setWhole, whole } from "./record";
import { nextShots } from "./shots";

/** Parts of a window to either side of an edge in which rounding could hide where a time belongs. */
const NEAR: f64 = 1e-6;

/** The window that a time lies in. */
// @ts-ignore: decorator
@inline
function windowAt(t: f64, per: f64, width: f64): f64 {
  const place = t * per;
  const number = floor(place);
  const part = place - number;
  if (part > NEAR && part < 1 - NEAR) return number;
  const edge = nearest(place);
  return t < instant(edge * width) ? edge - 1 : edge;
}

/** Takes a piece for a slot; there is one. */
function extend(ring: usize, slot: usize): void {
  const piece = address(ring, layout.RING_FREE);
  setWhole(ring, layout.RING_FREE, load<i32>(piece));
  setWhole(ring, layout.RING_LEFT, whole(ring, layout.RING_LEFT) - 1);
  store<u32>(piece, 0);
  const tail = usize(load<u32>(slot, layout.SLOT_TAIL));
  if (tail) store<u32>(tail, u32(piece));
  else store<u32>(slot, u32(piece), layout.SLOT_HEAD);
  store<u32>(slot, u32(piece), layout.SLOT_TAIL);
  store<u32>(slot, u32(piece + layout.PIECE_HEAD), layout.SLOT_NEXT);
}

/** Gives new room [bytes] to those pieces that nothing lies in. */
export function addPieces(ring: usize, at: usize, bytes: usize): void {
  let free = whole(ring, layout.RING_FREE);
  let left = whole(ring, layout.RING_LEFT);
  for (let piece = at; piece + layout.PIECE_BYTES <= at + bytes; piece += layout.PIECE_BYTES) {
    store<i32>(piece, free);
    free = i32(piece);
    left++;
  }
  setWhole(ring, layout.RING_FREE, free);
  setWhole(ring, layout.RING_LEFT, left);
}

/**
 * Puts synapses of a row that was fired, each with a delay of its own, into the windows in which they arrive, but for those
 * that arrive before `after`. There are as many free pieces as that may need.
 */
export function scatter(ring: usize, flights: usize, fired: f64, from: u32, to: u32, after: f64): void {
  const delays = address(flights, layout.FLIGHTS_DELAYS);
  const rows = address(flights, layout.FLIGHTS_ROWS);
  const source = u32(whole(flights, layout.FLIGHTS_ORDER)) << layout.ENTRY_TARGET_BITS;
  const targets = address(rows, layout.ROWS_TARGETS);
  const wide = is(rows, layout.ROWS_WIDE);
  const weights = address(rows, layout.ROWS_WEIGHTS);
  const slots = address(ring, layout.RING_SLOTS);
  const mask = whole(ring, layout.RING_MASK);
  const width = double(ring, layout.RING_WIDTH);
  const per = double(ring, layout.RING_PER);
  const first = double(ring, layout.RING_NUMBER);
  for (let s = from; s < to; s++) {
    const t = instant(fired + delayOf(load<f32>(delays + (usize(s) << 2))));
    if (t < after) continue;
    const number = i32(max(windowAt(t, per, width), first));
    const slot = slots + usize(number & mask) * layout.SLOT_BYTES;
    if ((load<u32>(slot, layout.SLOT_COUNT) & (layout.PIECE_ENTRIES - 1)) == 0) extend(ring, slot);
    store<u32>(slot, load<u32>(slot, layout.SLOT_COUNT) + 1, layout.SLOT_COUNT);
    const entry = usize(load<u32>(slot, layout.SLOT_NEXT));
    store<u32>(slot, u32(entry + layout.ENTRY_BYTES), layout.SLOT_NEXT);
    const target = wide ? load<u32>(targets + (usize(s) << 2)) : u32(load<u16>(targets + (usize(s) << 1)));
    store<f64>(entry, t);
    store<f32>(entry, weights ? load<f32>(weights + (usize(s) << 2)) : 1, layout.ENTRY_WEIGHT);
    store<u32>(entry, source | target, layout.ENTRY_TARGET);
  }
}

/** Empties a slot. */
function release(ring: usize, slot: usize): void {
  const tail = usize(load<u32>(slot, layout.SLOT_TAIL));
  if (!tail) return;
  store<i32>(tail, whole(ring, layout.RING_FREE));
  setWhole(ring, layout.RING_FREE, load<i32>(slot, layout.SLOT_HEAD));
  const count = load<u32>(slot, layout.SLOT_COUNT);
  const pieces = (count + layout.PIECE_ENTRIES - 1) / layout.PIECE_ENTRIES;
  setWhole(ring, layout.RING_LEFT, whole(ring, layout.RING_LEFT) + i32(pieces));
  store<u64>(slot, 0);
  store<u64>(slot, 0, 8);
}

/** Forgets all that is on its way. */
export function clearArrivals(ring: usize): void {
  const slots = address(ring, layout.RING_SLOTS);
  const end = slots + (usize(whole(ring, layout.RING_MASK)) + 1) * layout.SLOT_BYTES;
  for (let slot = slots; slot < end; slot += layout.SLOT_BYTES) release(ring, slot);
}

/**
 * Moves what arrives in the present window before `until` to the list of due inputs; where that is its end, goes on to the next
 * one. Returns whether there was room.
 */
export function takeArrivals(ring: usize, window: usize, until: f64, ends: bool): bool {
  const slots = address(ring, layout.RING_SLOTS);
  const number = double(ring, layout.RING_NUMBER);
  const slot = slots + usize(i32(number) & whole(ring, layout.RING_MASK)) * layout.SLOT_BYTES;
  const count = i32(load<u32>(slot, layout.SLOT_COUNT));
  let due = whole(ring, layout.RING_DUE_COUNT);
  if (due + count > whole(ring, layout.RING_DUE_ROOM)) return false;
  const list = address(ring, layout.RING_DUE);
  let left = count;
  let stays = 0;
  let kept: usize = 0;
  let keptAt: usize = 0;
  for (let piece = usize(load<u32>(slot, layout.SLOT_HEAD)); left > 0; piece = usize(load<u32>(piece))) {
    const part = min(left, layout.PIECE_ENTRIES);
    left -= part;
    const end = piece + layout.PIECE_HEAD + usize(part) * layout.ENTRY_BYTES;
    if (!keptAt) {
      kept = piece;
      keptAt = piece + layout.PIECE_HEAD;
    }
    for (let at = piece + layout.PIECE_HEAD; at < end; at += layout.ENTRY_BYTES) {
      if (ends || load<f64>(at) < until) {
        v128.store(list + usize(due++) * layout.ENTRY_BYTES, v128.load(at));
        continue;
      }
      // What comes later in the window stays, at the beginning of the slot.
      if (stays > 0 && (stays & (layout.PIECE_ENTRIES - 1)) == 0) {
        kept = usize(load<u32>(kept));
        keptAt = kept + layout.PIECE_HEAD;
      }
      v128.store(keptAt, v128.load(at));
      keptAt += layout.ENTRY_BYTES;
      stays++;
    }
  }
  setWhole(ring, layout.RING_DUE_COUNT, due);
  setDouble(window, layout.WINDOW_EVENTS, double(window, layout.WINDOW_EVENTS) + f64(count - stays));
  if (ends) {
    release(ring, slot);
    setDouble(ring, layout.RING_NUMBER, number + 1);
  } else if (stays < count) shorten(ring, slot, stays, kept, keptAt);
  return true;
}

/** Leaves so many entries in a slot, the last of them before `next` in a piece. */
function shorten(ring: usize, slot: usize, count: i32, piece: usize, next: usize): void {
  if (count == 0) {
    release(ring, slot);
    return;
  }
  const rest = load<u32>(piece);
  if (rest) {
    const tail = usize(load<u32>(slot, layout.SLOT_TAIL));
    const before = i32(load<u32>(slot, layout.SLOT_COUNT)) - 1;
    store<i32>(tail, whole(ring, layout.RING_FREE));
    setWhole(ring, layout.RING_FREE, i32(rest));
    const pieces = before / layout.PIECE_ENTRIES - (count - 1) / layout.PIECE_ENTRIES;
    setWhole(ring, layout.RING_LEFT, whole(ring, layout.RING_LEFT) + pieces);
    store<u32>(piece, 0);
  }
  store<u32>(slot, u32(piece), layout.SLOT_TAIL);
  store<u32>(slot, u32(next), layout.SLOT_NEXT);
  store<u32>(slot, u32(count), layout.SLOT_COUNT);
}

/** Adds Poisson inputs before `until` to the list of due inputs; returns whether there was room. */
export function takeShotsOf(ring: usize, shots: usize, until: f64): bool {
  const neurons = whole(shots, layout.SHOTS_NEURONS);
  const next = address(shots, layout.SHOTS_NEXT);
  const times = address(shots, layout.SHOTS_TIMES);
  const places = address(shots, layout.SHOTS_PLACES);
  const who = address(ring, layout.RING_WHO);
  const source = u32(whole(shots, layout.SHOTS_ORDER)) << layout.ENTRY_TARGET_BITS;
  const list = address(ring, layout.RING_DUE);
  const room = whole(ring, layout.RING_DUE_ROOM);
  let due = whole(ring, layout.RING_DUE_COUNT);
  // Who has some is known before any is looked for, so that none waits for the one before.
  let count = 0;
  for (let j = 0; j < neurons; j++) {
    store<i32>(who + (usize(count) << 2), j);
    count += i32(load<f64>(next + (usize(j) << 3)) < until);
  }
  let fits = true;
  for (let k = 0; k < count && fits; k++) {
    const j = load<i32>(who + (usize(k) << 2));
    const at = places + (usize(j) << 2);
    let place = load<u32>(at);
    let t = load<f64>(next + (usize(j) << 3));
    do {
      if (due == room) {
        fits = false;
        break;
      }
      const entry = list + usize(due++) * layout.ENTRY_BYTES;
      store<f64>(entry, t);
      store<f32>(entry, 1, layout.ENTRY_WEIGHT);
      store<u32>(entry, source | u32(j), layout.ENTRY_TARGET);
      if (++place == 8) {
        nextShots(shots, j);
        place = 0;
      }
      t = load<f64>(times + (usize(j) << 6) + (usize(place) << 3));
    } while (t < until);
    store<u32>(at, place);
    store<f64>(next + (usize(j) << 3), t);
  }
  setWhole(ring, layout.RING_DUE_COUNT, due);
  return fits;
}
