import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import type { Memory } from "./memory.ts";

const { fround } = Math;

const negative = (w: number) => w < 0 || Object.is(w, -0);

type Rows = "deliver" | "deliverDense" | "shiftDense" | "deliverList" | "shiftList";

export function rows(memory: () => Memory): Pick<Kernels, Rows> {
  /** What a spike's rows of a member's list are: synapse and target. */
  function* listed(record: number, spikes: number, count: number) {
    const { u32, u16, field } = memory();
    const starts = field(record, layout.LIST_STARTS) / 4;
    const targets = field(record, layout.LIST_TARGETS);
    for (let k = 0; k < count; k++) {
      const at =
        starts + u32[spikes / 4 + k] * field(record, layout.LIST_MEMBERS) + field(record, layout.LIST_MEMBER);
      for (let s = u32[at]; s < u32[at + 1]; s++)
        yield [
          s,
          field(record, layout.LIST_WIDE) ? u32[targets / 4 + s] : u16[targets / 2 + s],
          u32[spikes / 4 + k],
        ] as const;
    }
  }
  const factorOf = (record: number, row: number) => {
    const { f32, field } = memory();
    const factors = field(record, layout.SHIFT_FACTORS) / 4;
    return factors ? f32[factors + row] : 1;
  };
  return {
    deliverList(record, spikes, count) {
      const { f32, field, single } = memory();
      const weights = field(record, layout.DENSE_WEIGHTS) / 4;
      const [exc, inh] = [field(record, layout.DENSE_EXC) / 4, field(record, layout.DENSE_INH) / 4];
      for (const [s, j] of listed(record, spikes, count)) {
        const w = f32[weights + s];
        const [to, scale] =
          exc === inh || w > 0
            ? [exc, single(record, layout.DENSE_SCALE_EXC)]
            : [inh, single(record, layout.DENSE_SCALE_INH)];
        f32[to + j] += fround(w * scale);
      }
    },
    shiftList(record, rows, count) {
      const { f32, field, single } = memory();
      const weights = field(record, layout.DENSE_WEIGHTS) / 4;
      const by = field(record, layout.SHIFT_BY) / 4;
      const [low, high] = [single(record, layout.SHIFT_LOW), single(record, layout.SHIFT_HIGH)];
      let changed = 0;
      for (const [s, j, row] of listed(record, rows, count)) {
        const before = f32[weights + s];
        const change = fround(f32[by + j] * factorOf(record, row));
        const w = Math.min(Math.max(fround(before + change), low), high);
        const kept = field(record, layout.SHIFT_KEEPS) !== 0 && negative(before) !== negative(w);
        f32[weights + s] = kept ? (negative(before) ? -0 : 0) : w;
        if (change !== 0) changed++;
      }
      return changed;
    },
    deliver(record, spikes, count, segment) {
      const { f32, u32, u16, field, single, double } = memory();
      const factor = double(record, layout.ROWS_FACTOR);
      const starts = field(record, layout.ROWS_STARTS) / 4;
      const targets = field(record, layout.ROWS_TARGETS);
      const weights = field(record, layout.ROWS_WEIGHTS) / 4;
      const acc = field(record, layout.ROWS_ACC) / 4;
      let events = 0;
      for (let k = 0; k < count; k++) {
        const at = starts + u32[spikes / 4 + k] * field(record, layout.ROWS_SEGMENTS) + segment;
        for (let s = u32[at]; s < u32[at + 1]; s++, events++) {
          const j = field(record, layout.ROWS_WIDE) ? u32[targets / 4 + s] : u16[targets / 2 + s];
          f32[acc + j] += weights ? fround(f32[weights + s] * factor) : single(record, layout.ROWS_WEIGHT);
        }
      }
      return events;
    },
    deliverDense(record, spikes, count) {
      const { f32, u32, field, single } = memory();
      const weights = field(record, layout.DENSE_WEIGHTS) / 4;
      const [exc, inh] = [field(record, layout.DENSE_EXC) / 4, field(record, layout.DENSE_INH) / 4];
      for (let k = 0; k < count; k++) {
        const row = weights + u32[spikes / 4 + k] * field(record, layout.DENSE_STRIDE);
        for (let j = 0; j < field(record, layout.DENSE_COLUMNS); j++) {
          const w = f32[row + j];
          const positive = exc === inh ? w : Math.max(w, 0);
          f32[exc + j] += fround(positive * single(record, layout.DENSE_SCALE_EXC));
          if (exc !== inh) f32[inh + j] += fround(Math.min(w, 0) * single(record, layout.DENSE_SCALE_INH));
        }
      }
    },
    shiftDense(record, rows, count) {
      const { f32, u32, field, single } = memory();
      const weights = field(record, layout.DENSE_WEIGHTS) / 4;
      const by = field(record, layout.SHIFT_BY) / 4;
      const [low, high] = [single(record, layout.SHIFT_LOW), single(record, layout.SHIFT_HIGH)];
      const keeps = field(record, layout.SHIFT_KEEPS) !== 0;
      const kept = (before: number, w: number) =>
        keeps && negative(before) !== negative(w) ? (negative(before) ? -0 : 0) : w;
      for (let k = 0; k < count; k++) {
        const row = weights + u32[rows / 4 + k] * field(record, layout.DENSE_STRIDE);
        const factor = factorOf(record, u32[rows / 4 + k]);
        for (let j = 0; j < field(record, layout.DENSE_COLUMNS); j++)
          f32[row + j] = kept(
            f32[row + j],
            Math.min(Math.max(fround(f32[row + j] + fround(f32[by + j] * factor)), low), high),
          );
      }
    },
  };
}
