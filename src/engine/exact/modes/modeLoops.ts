import { exp } from "../../../math/elementary.ts";
import { instant } from "../../instant.ts";
import type { Arena } from "../../kernels/arena.ts";
import type { Crossing } from "../../kernels/module.ts";

/**
 * The inner loops of a population that keeps its state by modes: what they read and write lies in an arena, so that
 * they are the compiled functions of `kernels/assembly/exact.ts` or their twins below. Addresses are bytes.
 */
export interface ModeLoops {
  /**
   * Delivers a spike at t to the synapses `from` to `to`; see the compiled one for the arguments.
   * @returns how many neurons cross soon
   */
  deliverRow(
    ...of: [
      ...[block: number, t: number, targets: number, wide: number, from: number, to: number],
      ...[weights: number, weight: number, perE: number, perI: number],
      ...[leftM: number, leftE: number, leftI: number, upM: number, upE: number, upI: number],
    ]
  ): number;
  /** When a neuron crosses next, as far as `limit`; Infinity where none does by then. */
  nextCrossing(block: number, limit: number): number;
  /** The neuron that crosses next. */
  nextNeuron(block: number): number;
  /** Takes a neuron out of the heap of those that cross soon. */
  leave(block: number, i: number): void;
  /** The state of a neuron has changed at its last event: when must it be looked at again? */
  judge(block: number, i: number): void;
  /** Makes the modes of a neuron count from the origin of the present epoch. */
  renew(block: number, i: number): void;
}

/** Places of 8 bytes in the block of a population; those in the second half of the list hold integers of 4 bytes. */
export const BLOCK = {
  lambda: 0,
  muE: 1,
  muI: 2,
  /** Time from which the modes of those with a recent event count [ms], and how long it is the same. */
  origin: 3,
  epoch: 14,
  /** How far below threshold counts as below for sure [mV]. */
  margin: 4,
  /** Buckets of time, in which neurons wait to be looked at again: 1 / width, and number of the present one. */
  perBucket: 5,
  bucket: 6,
  /**
   * Five lists about the six pieces of time after an event, after a 0: where it ends [ms]; what is left of a membrane's
   * mode of 1 at its beginning, and at its end; and what is left of those of the currents, over that, e's at its end and
   * i's at its beginning, where they count most. Then what is left of m, e and i at the end of all pieces.
   */
  pieces: 17,
  size: 17 + 33,
  /** Place of the present bucket in the ring. */
  present: 15,
  /** Number of neurons in buckets, and in the heap of those that cross soon. */
  entries: 7,
  due: 8,
  /** Addresses. */
  state: 9,
  links: 10,
  heads: 11,
  heap: 12,
  id: 13,
} as const;
export const PIECES = 6;
export const RING = 256;

/** Places of 8 bytes in the state of a neuron. */
export const STATE = {
  m: 0,
  e: 1,
  i: 2,
  /** Where the potential settles, above threshold [mV]. */
  x: 3,
  refractory: 4,
  last: 5,
  /** Time before which it does not cross, or when it does. */
  bound: 6,
  size: 8,
} as const;
/** Places of 4 bytes: bucket in the ring or -1, and whether `bound` is a crossing. */
export const SLOT = 14;
export const CROSSES = 15;
/** Places of 4 bytes in the links of a neuron: next and previous in its bucket, place in the heap or -1. */
export const LINKS = { next: 0, previous: 1, place: 2, size: 4 } as const;

/** The loops in TypeScript, on an arena whose space is taken. */
export function modeLoops(arena: Arena, findCrossing: Crossing): ModeLoops {
  const { buffer } = arena.memory;
  const f = new Float64Array(buffer);
  const n = new Int32Array(buffer);
  const f32 = new Float32Array(buffer);
  const u16 = new Uint16Array(buffer);
  const u32 = new Uint32Array(buffer);
  const { floor, max, min } = Math;

  const at = (block: number, field: number) => f[block / 8 + field];
  const count = (block: number, field: number) => u32[block / 4 + 2 * field];
  const stateOf = (block: number, i: number) => count(block, BLOCK.state) / 8 + i * STATE.size;
  const linksOf = (block: number, i: number) => count(block, BLOCK.links) / 4 + i * LINKS.size;
  const headOf = (block: number, slot: number) => count(block, BLOCK.heads) / 4 + slot;
  const present = (block: number) => count(block, BLOCK.present);
  const change = (block: number, field: number, by: number) => {
    n[block / 4 + 2 * field] += by;
  };
  const setBucket = (block: number, bucket: number) => {
    f[block / 8 + BLOCK.bucket] = bucket;
    n[block / 4 + 2 * BLOCK.present] = bucket % RING;
  };

  function unlink(block: number, i: number): void {
    const links = linksOf(block, i);
    const state = stateOf(block, i);
    const next = n[links + LINKS.next];
    const previous = n[links + LINKS.previous];
    if (previous < 0) n[headOf(block, n[2 * state + SLOT])] = next;
    else n[linksOf(block, previous) + LINKS.next] = next;
    if (next >= 0) n[linksOf(block, next) + LINKS.previous] = previous;
    n[2 * state + SLOT] = -1;
    change(block, BLOCK.entries, -1);
  }

  function link(block: number, i: number, ahead: number): void {
    const slot = (present(block) + ahead) % RING;
    const links = linksOf(block, i);
    const head = headOf(block, slot);
    const next = n[head];
    n[links + LINKS.next] = next;
    n[links + LINKS.previous] = -1;
    if (next >= 0) n[linksOf(block, next) + LINKS.previous] = i;
    n[head] = i;
    n[2 * stateOf(block, i) + SLOT] = slot;
    change(block, BLOCK.entries, 1);
  }

  function earlier(block: number, i: number, j: number): boolean {
    const a = f[stateOf(block, i) + STATE.bound];
    const b = f[stateOf(block, j) + STATE.bound];
    return a < b || (a === b && i < j);
  }

  function put(block: number, place: number, i: number): void {
    n[count(block, BLOCK.heap) / 4 + place] = i;
    n[linksOf(block, i) + LINKS.place] = place;
  }

  const inHeap = (block: number, place: number) => n[count(block, BLOCK.heap) / 4 + place];

  function settle(block: number, from: number, i: number): void {
    const size = count(block, BLOCK.due);
    let place = from;
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

  function leave(block: number, i: number): void {
    const links = linksOf(block, i);
    const place = n[links + LINKS.place];
    n[links + LINKS.place] = -1;
    change(block, BLOCK.due, -1);
    const last = inHeap(block, count(block, BLOCK.due));
    if (last !== i) settle(block, place, last);
  }

  /** Until when a neuron stays below threshold for sure; `from`, where its parts are m, e, i, if this cannot be said. */
  function safeUntil(block: number, from: number, m: number, e: number, i: number, x: number): number {
    const limit = -at(block, BLOCK.margin) - x;
    const ends = block / 8 + BLOCK.pieces;
    for (let k = 0; k < PIECES; k++) {
      // In units of what is left of the membrane's mode.
      const sum = m + i * f[ends + 4 * PIECES + k] + e * f[ends + 3 * PIECES + k];
      const highest = max(sum * f[ends + PIECES + k], sum * f[ends + 2 * PIECES + k]);
      if (!(highest < limit)) return k === 0 ? from : from + f[ends + k - 1];
    }
    const last = ends + PIECES - 1;
    const left = ends + 5 * PIECES;
    const rest = max(m, 0) * f[left] + max(e, 0) * f[left + 1] + max(i, 0) * f[left + 2];
    return rest < limit ? Infinity : from + f[last];
  }

  function waitForCrossing(block: number, i: number): void {
    const state = stateOf(block, i);
    const last = f[state + STATE.last];
    const from = max(last, f[state + STATE.refractory]);
    const epoch = at(block, BLOCK.epoch);
    const since = from - floor(last / epoch) * epoch;
    const m = f[state + STATE.m] * exp(-at(block, BLOCK.lambda) * since);
    const e = f[state + STATE.e] * exp(-at(block, BLOCK.muE) * since);
    const inh = f[state + STATE.i] * exp(-at(block, BLOCK.muI) * since);
    const x = f[state + STATE.x];
    const above = x + m + e + inh >= 0;
    const bound = above ? from : instant(from + findCrossing(count(block, BLOCK.id), x, m, e, inh));
    n[2 * state + CROSSES] = bound < Infinity ? 1 : 0;
    lookAt(block, i, bound);
  }

  function lookAt(block: number, i: number, bound: number): void {
    const state = stateOf(block, i);
    f[state + STATE.bound] = bound;
    const slot = n[2 * state + SLOT];
    if (bound === Infinity) {
      if (slot >= 0) unlink(block, i);
      return;
    }
    const ahead = floor(bound * at(block, BLOCK.perBucket)) - at(block, BLOCK.bucket);
    if (ahead <= 0) {
      if (slot >= 0) unlink(block, i);
      if (n[2 * state + CROSSES]) {
        change(block, BLOCK.due, 1);
        settle(block, count(block, BLOCK.due) - 1, i);
      } else goOn(block, i);
      return;
    }
    if (slot >= 0) {
      if (ahead >= ((slot - present(block)) & (RING - 1))) return;
      unlink(block, i);
    }
    link(block, i, min(ahead, RING - 1));
  }

  function goOn(block: number, i: number): void {
    const state = stateOf(block, i);
    const epoch = at(block, BLOCK.epoch);
    const last = f[state + STATE.last];
    const origin = floor(last / epoch) * epoch;
    const patience = 2 * at(block, BLOCK.pieces + PIECES - 1);
    let from = f[state + STATE.bound];
    while (from - last < patience) {
      const since = from - origin;
      const m = f[state + STATE.m] * exp(-at(block, BLOCK.lambda) * since);
      const e = f[state + STATE.e] * exp(-at(block, BLOCK.muE) * since);
      const inh = f[state + STATE.i] * exp(-at(block, BLOCK.muI) * since);
      const bound = safeUntil(block, from, m, e, inh, f[state + STATE.x]);
      if (bound === from) break;
      if (floor(bound * at(block, BLOCK.perBucket)) > at(block, BLOCK.bucket)) {
        lookAt(block, i, bound);
        return;
      }
      from = bound;
    }
    waitForCrossing(block, i);
  }

  function forget(block: number, i: number): void {
    n[2 * stateOf(block, i) + CROSSES] = 0;
    if (n[linksOf(block, i) + LINKS.place] >= 0) leave(block, i);
  }

  function judge(block: number, i: number): void {
    const state = stateOf(block, i);
    forget(block, i);
    const [last, refractory] = [f[state + STATE.last], f[state + STATE.refractory]];
    f[state + STATE.bound] = max(last, refractory);
    if (last < refractory) lookAt(block, i, refractory);
    else goOn(block, i);
  }

  function renew(block: number, i: number): void {
    const state = stateOf(block, i);
    const epoch = at(block, BLOCK.epoch);
    const passed = at(block, BLOCK.origin) - floor(f[state + STATE.last] / epoch) * epoch;
    f[state + STATE.m] *= exp(-at(block, BLOCK.lambda) * passed);
    f[state + STATE.e] *= exp(-at(block, BLOCK.muE) * passed);
    f[state + STATE.i] *= exp(-at(block, BLOCK.muI) * passed);
  }

  return {
    leave,
    judge,
    renew,
    deliverRow(block, t, targets, wide, from, to, weights, weight, ...factors) {
      const [perE, perI, leftM, leftE, leftI, upM, upE, upI] = factors;
      const origin = at(block, BLOCK.origin);
      for (let s = from; s < to; s++) {
        const i = wide ? u32[targets / 4 + s] : u16[targets / 2 + s];
        const w = weights ? f32[weights / 4 + s] * weight : weight;
        const state = stateOf(block, i);
        if (f[state + STATE.last] < origin) renew(block, i);
        f[state + STATE.last] = t;
        const excites = w > 0;
        const jump = w * (excites ? perE : perI);
        const change = jump * (excites ? upE : upI);
        f[state + (excites ? STATE.e : STATE.i)] -= change;
        const refractory = f[state + STATE.refractory];
        if (t < refractory) {
          const mu = at(block, excites ? BLOCK.muE : BLOCK.muI);
          f[state + STATE.m] += change * exp((at(block, BLOCK.lambda) - mu) * (refractory - origin));
          if (f[state + STATE.bound] > refractory) {
            forget(block, i);
            lookAt(block, i, refractory);
          }
          continue;
        }
        const m = f[state + STATE.m] + jump * upM;
        f[state + STATE.m] = m;
        if (n[2 * state + CROSSES]) forget(block, i);
        else if (!excites) continue;
        const e = f[state + STATE.e] * leftE;
        const bound = safeUntil(
          ...([block, t, m * leftM, e, f[state + STATE.i] * leftI, f[state + STATE.x]] as const),
        );
        if (bound === t) waitForCrossing(block, i);
        else lookAt(block, i, bound);
      }
      return count(block, BLOCK.due);
    },
    nextCrossing(block, limit) {
      const until = floor(limit * at(block, BLOCK.perBucket));
      for (;;) {
        if (count(block, BLOCK.due) > 0) return f[stateOf(block, inHeap(block, 0)) + STATE.bound];
        if (at(block, BLOCK.bucket) >= until) return Infinity;
        if (count(block, BLOCK.entries) === 0) {
          setBucket(block, until);
          return Infinity;
        }
        setBucket(block, at(block, BLOCK.bucket) + 1);
        const head = headOf(block, present(block));
        let i = n[head];
        n[head] = -1;
        while (i >= 0) {
          const next = n[linksOf(block, i) + LINKS.next];
          n[2 * stateOf(block, i) + SLOT] = -1;
          change(block, BLOCK.entries, -1);
          lookAt(block, i, f[stateOf(block, i) + STATE.bound]);
          i = next;
        }
      }
    },
    nextNeuron: block => inHeap(block, 0),
  };
}
