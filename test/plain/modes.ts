import { instant } from "../../src/engine/instant.ts";
import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import { exp } from "../../src/math/elementary.ts";
import type { Memory } from "./memory.ts";

const { MODES_BUCKETS, MODES_PIECE_COUNT, MODES_PIECES } = layout;
const { floor, max, min } = Math;

export interface Imports {
  crossing(population: number, x: number, m: number, e: number, i: number): number;
}

type Loops = "deliverRow" | "nextCrossing" | "nextNeuron" | "leave" | "judge" | "renew";

export function modes(memory: () => Memory, { crossing }: Imports): Pick<Kernels, Loops> {
  let { f64: f, i32: n } = memory();
  const look = () => {
    ({ f64: f, i32: n } = memory());
  };

  const at = (block: number, field: number) => f[block / 8 + field];
  const count = (block: number, field: number) => memory().u32[block / 4 + 2 * field];
  const stateOf = (block: number, i: number) => count(block, layout.MODES_STATE) / 8 + i * layout.NEURON_SIZE;
  const linksOf = (block: number, i: number) => count(block, layout.MODES_LINKS) / 4 + i * layout.LINK_SIZE;
  const headOf = (block: number, slot: number) => count(block, layout.MODES_HEADS) / 4 + slot;
  const present = (block: number) => count(block, layout.MODES_PRESENT);
  const change = (block: number, field: number, by: number) => {
    n[block / 4 + 2 * field] += by;
  };
  const setBucket = (block: number, bucket: number) => {
    f[block / 8 + layout.MODES_BUCKET] = bucket;
    n[block / 4 + 2 * layout.MODES_PRESENT] = bucket % MODES_BUCKETS;
  };

  function unlink(block: number, i: number): void {
    const links = linksOf(block, i);
    const state = stateOf(block, i);
    const next = n[links + layout.LINK_NEXT];
    const previous = n[links + layout.LINK_PREVIOUS];
    if (previous < 0) n[headOf(block, n[2 * state + layout.NEURON_SLOT])] = next;
    else n[linksOf(block, previous) + layout.LINK_NEXT] = next;
    if (next >= 0) n[linksOf(block, next) + layout.LINK_PREVIOUS] = previous;
    n[2 * state + layout.NEURON_SLOT] = -1;
    change(block, layout.MODES_ENTRIES, -1);
  }

  function link(block: number, i: number, ahead: number): void {
    const slot = (present(block) + ahead) % MODES_BUCKETS;
    const links = linksOf(block, i);
    const head = headOf(block, slot);
    const next = n[head];
    n[links + layout.LINK_NEXT] = next;
    n[links + layout.LINK_PREVIOUS] = -1;
    if (next >= 0) n[linksOf(block, next) + layout.LINK_PREVIOUS] = i;
    n[head] = i;
    n[2 * stateOf(block, i) + layout.NEURON_SLOT] = slot;
    change(block, layout.MODES_ENTRIES, 1);
  }

  function earlier(block: number, i: number, j: number): boolean {
    const a = f[stateOf(block, i) + layout.NEURON_BOUND];
    const b = f[stateOf(block, j) + layout.NEURON_BOUND];
    return a < b || (a === b && i < j);
  }

  function put(block: number, place: number, i: number): void {
    n[count(block, layout.MODES_HEAP) / 4 + place] = i;
    n[linksOf(block, i) + layout.LINK_PLACE] = place;
  }

  const inHeap = (block: number, place: number) => n[count(block, layout.MODES_HEAP) / 4 + place];

  function settle(block: number, from: number, i: number): void {
    const size = count(block, layout.MODES_DUE);
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
    const place = n[links + layout.LINK_PLACE];
    n[links + layout.LINK_PLACE] = -1;
    change(block, layout.MODES_DUE, -1);
    const last = inHeap(block, count(block, layout.MODES_DUE));
    if (last !== i) settle(block, place, last);
  }

  /** Until when a neuron stays below threshold for sure; `from`, where its parts are m, e, i, if this cannot be said. */
  function safeUntil(block: number, from: number, m: number, e: number, i: number, x: number): number {
    const limit = -at(block, layout.MODES_MARGIN) - x;
    const ends = block / 8 + MODES_PIECES;
    for (let k = 0; k < MODES_PIECE_COUNT; k++) {
      // In units of what is left of the membrane's mode.
      const sum = m + i * f[ends + 4 * MODES_PIECE_COUNT + k] + e * f[ends + 3 * MODES_PIECE_COUNT + k];
      const highest = max(sum * f[ends + MODES_PIECE_COUNT + k], sum * f[ends + 2 * MODES_PIECE_COUNT + k]);
      if (!(highest < limit)) return k === 0 ? from : from + f[ends + k - 1];
    }
    const last = ends + MODES_PIECE_COUNT - 1;
    const left = ends + 5 * MODES_PIECE_COUNT;
    const rest = max(m, 0) * f[left] + max(e, 0) * f[left + 1] + max(i, 0) * f[left + 2];
    return rest < limit ? Infinity : from + f[last];
  }

  function waitForCrossing(block: number, i: number): void {
    const state = stateOf(block, i);
    const last = f[state + layout.NEURON_LAST];
    const from = max(last, f[state + layout.NEURON_REFRACTORY]);
    const epoch = at(block, layout.MODES_EPOCH);
    const since = from - floor(last / epoch) * epoch;
    const m = f[state + layout.NEURON_M] * exp(-at(block, layout.MODES_LAMBDA) * since);
    const e = f[state + layout.NEURON_E] * exp(-at(block, layout.MODES_MU_E) * since);
    const inh = f[state + layout.NEURON_I] * exp(-at(block, layout.MODES_MU_I) * since);
    const x = f[state + layout.NEURON_X];
    const above = x + m + e + inh >= 0;
    const bound = above ? from : instant(from + crossing(count(block, layout.MODES_ID), x, m, e, inh));
    n[2 * state + layout.NEURON_CROSSES] = bound < Infinity ? 1 : 0;
    lookAt(block, i, bound);
  }

  function lookAt(block: number, i: number, bound: number): void {
    const state = stateOf(block, i);
    f[state + layout.NEURON_BOUND] = bound;
    const slot = n[2 * state + layout.NEURON_SLOT];
    if (bound === Infinity) {
      if (slot >= 0) unlink(block, i);
      return;
    }
    const ahead = floor(bound * at(block, layout.MODES_PER_BUCKET)) - at(block, layout.MODES_BUCKET);
    if (ahead <= 0) {
      if (slot >= 0) unlink(block, i);
      if (n[2 * state + layout.NEURON_CROSSES]) {
        change(block, layout.MODES_DUE, 1);
        settle(block, count(block, layout.MODES_DUE) - 1, i);
      } else goOn(block, i);
      return;
    }
    if (slot >= 0) {
      if (ahead >= ((slot - present(block)) & (MODES_BUCKETS - 1))) return;
      unlink(block, i);
    }
    link(block, i, min(ahead, MODES_BUCKETS - 1));
  }

  function goOn(block: number, i: number): void {
    const state = stateOf(block, i);
    const epoch = at(block, layout.MODES_EPOCH);
    const last = f[state + layout.NEURON_LAST];
    const origin = floor(last / epoch) * epoch;
    const patience = 2 * at(block, MODES_PIECES + MODES_PIECE_COUNT - 1);
    let from = f[state + layout.NEURON_BOUND];
    while (from - last < patience) {
      const since = from - origin;
      const m = f[state + layout.NEURON_M] * exp(-at(block, layout.MODES_LAMBDA) * since);
      const e = f[state + layout.NEURON_E] * exp(-at(block, layout.MODES_MU_E) * since);
      const inh = f[state + layout.NEURON_I] * exp(-at(block, layout.MODES_MU_I) * since);
      const bound = safeUntil(block, from, m, e, inh, f[state + layout.NEURON_X]);
      if (bound === from) break;
      if (floor(bound * at(block, layout.MODES_PER_BUCKET)) > at(block, layout.MODES_BUCKET)) {
        lookAt(block, i, bound);
        return;
      }
      from = bound;
    }
    waitForCrossing(block, i);
  }

  function forget(block: number, i: number): void {
    n[2 * stateOf(block, i) + layout.NEURON_CROSSES] = 0;
    if (n[linksOf(block, i) + layout.LINK_PLACE] >= 0) leave(block, i);
  }

  function judge(block: number, i: number): void {
    const state = stateOf(block, i);
    forget(block, i);
    const [last, refractory] = [f[state + layout.NEURON_LAST], f[state + layout.NEURON_REFRACTORY]];
    f[state + layout.NEURON_BOUND] = max(last, refractory);
    if (last < refractory) lookAt(block, i, refractory);
    else goOn(block, i);
  }

  function renew(block: number, i: number): void {
    const state = stateOf(block, i);
    const epoch = at(block, layout.MODES_EPOCH);
    const passed = at(block, layout.MODES_ORIGIN) - floor(f[state + layout.NEURON_LAST] / epoch) * epoch;
    f[state + layout.NEURON_M] *= exp(-at(block, layout.MODES_LAMBDA) * passed);
    f[state + layout.NEURON_E] *= exp(-at(block, layout.MODES_MU_E) * passed);
    f[state + layout.NEURON_I] *= exp(-at(block, layout.MODES_MU_I) * passed);
  }

  return {
    leave,
    judge,
    renew,
    deliverRow(block, rows, t, from, to) {
      look();
      const { f32, u32, u16 } = memory();
      const targets = count(rows, layout.ROWS_TARGETS);
      const weights = count(rows, layout.ROWS_WEIGHTS);
      const origin = at(block, layout.MODES_ORIGIN);
      for (let s = from; s < to; s++) {
        const i = count(rows, layout.ROWS_WIDE) ? u32[targets / 4 + s] : u16[targets / 2 + s];
        const w = (weights ? f32[weights / 4 + s] : 1) * at(rows, layout.ROWS_WEIGHT);
        const state = stateOf(block, i);
        if (f[state + layout.NEURON_LAST] < origin) renew(block, i);
        f[state + layout.NEURON_LAST] = t;
        const excites = w > 0;
        const jump = w * at(block, excites ? layout.MODES_PER_E : layout.MODES_PER_I);
        const change = jump * at(block, excites ? layout.MODES_UP_E : layout.MODES_UP_I);
        f[state + (excites ? layout.NEURON_E : layout.NEURON_I)] -= change;
        const refractory = f[state + layout.NEURON_REFRACTORY];
        if (t < refractory) {
          const mu = at(block, excites ? layout.MODES_MU_E : layout.MODES_MU_I);
          f[state + layout.NEURON_M] +=
            change * exp((at(block, layout.MODES_LAMBDA) - mu) * (refractory - origin));
          if (f[state + layout.NEURON_BOUND] > refractory) {
            forget(block, i);
            lookAt(block, i, refractory);
          }
          continue;
        }
        const m = f[state + layout.NEURON_M] + jump * at(block, layout.MODES_UP_M);
        f[state + layout.NEURON_M] = m;
        if (n[2 * state + layout.NEURON_CROSSES]) forget(block, i);
        else if (!excites) continue;
        const e = f[state + layout.NEURON_E] * at(block, layout.MODES_LEFT_E);
        const inh = f[state + layout.NEURON_I] * at(block, layout.MODES_LEFT_I);
        const left = m * at(block, layout.MODES_LEFT_M);
        const bound = safeUntil(block, t, left, e, inh, f[state + layout.NEURON_X]);
        if (bound === t) waitForCrossing(block, i);
        else lookAt(block, i, bound);
      }
      return count(block, layout.MODES_DUE);
    },
    nextCrossing(block, limit) {
      const until = floor(limit * at(block, layout.MODES_PER_BUCKET));
      for (;;) {
        if (count(block, layout.MODES_DUE) > 0)
          return f[stateOf(block, inHeap(block, 0)) + layout.NEURON_BOUND];
        if (at(block, layout.MODES_BUCKET) >= until) return Infinity;
        if (count(block, layout.MODES_ENTRIES) === 0) {
          setBucket(block, until);
          return Infinity;
        }
        setBucket(block, at(block, layout.MODES_BUCKET) + 1);
        const head = headOf(block, present(block));
        let i = n[head];
        n[head] = -1;
        while (i >= 0) {
          const next = n[linksOf(block, i) + layout.LINK_NEXT];
          n[2 * stateOf(block, i) + layout.NEURON_SLOT] = -1;
          change(block, layout.MODES_ENTRIES, -1);
          lookAt(block, i, f[stateOf(block, i) + layout.NEURON_BOUND]);
          i = next;
        }
      }
    },
    nextNeuron: block => inHeap(block, 0),
  };
}
