import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import type { Memory } from "./memory.ts";

export function double(memory: () => Memory): Pick<Kernels, "stepDouble" | "deliverDouble"> {
  return {
    stepDouble(record, threshold) {
      const { f64, i32, field, double } = memory();
      const of = (place: number) => field(record, place) / 8;
      const is = (place: number) => double(record, place);
      const [v, e, i, drives] = [layout.STEP_V, layout.STEP_E, layout.STEP_I, layout.STEP_DRIVES].map(of);
      let count = 0;
      for (let j = 0; j < field(record, layout.STEP_NEURONS); j++) {
        while (f64[v + j] >= threshold) {
          if (count === field(record, layout.STEP_ROOM)) return -1;
          i32[field(record, layout.STEP_OUT) / 4 + count++] = field(record, layout.STEP_FIRST) + j;
          if (field(record, layout.STEP_SUBTRACTS)) f64[v + j] -= is(layout.STEP_RESET);
          else f64[v + j] = is(layout.STEP_RESET);
        }
        f64[v + j] = f64[v + j] * is(layout.STEP_DECAY) + (drives ? f64[drives + j] : is(layout.STEP_DRIVE));
        if (e === v) continue;
        f64[v + j] = f64[v + j] + f64[e + j] * is(layout.STEP_FROM_E) + f64[i + j] * is(layout.STEP_FROM_I);
        f64[e + j] = f64[e + j] * is(layout.STEP_DECAY_E) + is(layout.STEP_SPECK);
        f64[i + j] = f64[i + j] * is(layout.STEP_DECAY_I) + is(layout.STEP_SPECK);
      }
      return count;
    },
    deliverDouble(record, spikes, count, segment) {
      const { f64, u32, u16, field, double } = memory();
      const starts = field(record, layout.ROWS_STARTS) / 4;
      const targets = field(record, layout.ROWS_TARGETS);
      const weights = field(record, layout.ROWS_WEIGHTS) / 8;
      const acc = field(record, layout.ROWS_ACC) / 8;
      let events = 0;
      for (let k = 0; k < count; k++) {
        const at = starts + u32[spikes / 4 + k] * field(record, layout.ROWS_SEGMENTS) + segment;
        for (let s = u32[at]; s < u32[at + 1]; s++, events++) {
          const j = field(record, layout.ROWS_WIDE) ? u32[targets / 4 + s] : u16[targets / 2 + s];
          f64[acc + j] += weights ? f64[weights + s] : double(record, layout.ROWS_WEIGHT);
        }
      }
      return events;
    },
  };
}
