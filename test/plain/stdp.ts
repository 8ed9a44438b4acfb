import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import type { Memory } from "./memory.ts";

const { fround } = Math;
const { STDP_KEPT } = layout;

export function stdp(memory: () => Memory): Pick<Kernels, "decay" | "stdp"> {
  return {
    decay(vector, count, factor, speck) {
      const { f32 } = memory();
      const [by, plus] = [fround(factor), fround(speck)];
      for (let j = 0; j < count; j++) f32[vector / 4 + j] = fround(f32[vector / 4 + j] * by) + plus;
    },
    stdp(record, rows, rowCount, now, arrives) {
      const { f32, i32, u32, u16, field, single } = memory();
      const list = (place: number) => field(record, place) / 4;
      const [starts, weights, acc] = [
        list(layout.ROWS_STARTS),
        list(layout.ROWS_WEIGHTS),
        list(layout.ROWS_ACC),
      ];
      const [value, since, done] = [list(layout.STDP_VALUE), list(layout.STDP_SINCE), list(layout.STDP_DONE)];
      const [y, counts] = [list(layout.STDP_Y), list(layout.STDP_COUNTS)];
      const targets = field(record, layout.ROWS_TARGETS);
      const [table, length] = [list(layout.STDP_TABLE), field(record, layout.STDP_LENGTH)];
      const is = (place: number) => single(record, place);
      const clipped = (w: number) =>
        Math.min(Math.max(fround(w), is(layout.STDP_W_MIN)), is(layout.STDP_W_MAX));
      let events = 0;
      for (let k = 0; k < rowCount; k++) {
        const row = u32[rows / 4 + k];
        const start = starts + row * field(record, layout.ROWS_SEGMENTS) + field(record, layout.STDP_SEGMENT);
        const [x, from, seen] = [f32[value + row], i32[since + row], i32[done + row]];
        const left = (age: number) => (age < length ? fround(x * f32[table + age]) : 0);
        for (let s = u32[start]; s < u32[start + 1]; s++, events++) {
          const j = field(record, layout.ROWS_WIDE) ? u32[targets / 4 + s] : u16[targets / 2 + s];
          const fired = (n: number) => i32[list(layout.STDP_FIRES) + STDP_KEPT * j + (n % STDP_KEPT)];
          let w = f32[weights + s];
          let n = i32[counts + j];
          while (n > 0 && fired(n - 1) >= seen) n--;
          for (; n < i32[counts + j] && fired(n) < now; n++) {
            const by = fround(is(layout.STDP_P0) + fround(is(layout.STDP_P1) * w));
            w = clipped(w + fround(fround(is(layout.STDP_A_PLUS) * by) * left(fired(n) - from)));
          }
          if (arrives) {
            const by = fround(is(layout.STDP_D0) + fround(is(layout.STDP_D1) * w));
            w = clipped(w - fround(fround(is(layout.STDP_A_MINUS) * by) * f32[y + j]));
            f32[acc + j] += fround(w * is(layout.ROWS_WEIGHT));
          }
          f32[weights + s] = w;
        }
        i32[done + row] = now;
        if (!arrives) continue;
        f32[value + row] = field(record, layout.STDP_NEAREST) ? 1 : left(now - from) + 1;
        i32[since + row] = now;
      }
      return events;
    },
  };
}
