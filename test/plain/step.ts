import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import type { Memory } from "./memory.ts";

const { fround } = Math;

export function step(memory: () => Memory): Pick<Kernels, "stepMembrane" | "fireMembrane" | "stepCurrents"> {
  const run = (record: number, theta: number, currents: boolean, moves = true, now = -1) => {
    const { f32, i32, field, single } = memory();
    const of = (place: number) => field(record, place) / 4;
    const [v, e, i] = [of(layout.STEP_V), of(layout.STEP_E), of(layout.STEP_I)];
    const [out, drives] = [of(layout.STEP_OUT), of(layout.STEP_DRIVES)];
    const is = (place: number) => single(record, place);
    const threshold = fround(theta);
    const blocked = now < 0 ? 0 : of(layout.STEP_BLOCKED);
    let count = 0;
    const fire = (j: number) => {
      if (count === field(record, layout.STEP_ROOM)) return false;
      i32[out + count++] = field(record, layout.STEP_FIRST) + j;
      return true;
    };
    for (let j = 0; j < field(record, layout.STEP_NEURONS); j++) {
      if (blocked) {
        if (f32[v + j] >= threshold && i32[blocked + j] <= now) {
          if (!fire(j)) return -1;
          const reset = is(layout.STEP_RESET);
          f32[v + j] = field(record, layout.STEP_SUBTRACTS) ? f32[v + j] - reset : reset;
          i32[blocked + j] = now + field(record, layout.STEP_WAIT);
        }
      } else if (field(record, layout.STEP_SUBTRACTS)) {
        while (f32[v + j] >= threshold) {
          if (!fire(j)) return -1;
          f32[v + j] -= is(layout.STEP_RESET);
        }
      } else if (f32[v + j] >= threshold) {
        if (!fire(j)) return -1;
        f32[v + j] = is(layout.STEP_RESET);
      }
      if (!moves) continue;
      const drive = drives ? f32[drives + j] : is(layout.STEP_DRIVE);
      let sum = fround(fround(f32[v + j] * is(layout.STEP_DECAY)) + drive);
      if (currents) {
        sum = fround(sum + fround(f32[e + j] * is(layout.STEP_FROM_E)));
        sum = fround(sum + fround(f32[i + j] * is(layout.STEP_FROM_I)));
        const speck = is(layout.STEP_SPECK);
        f32[e + j] = fround(f32[e + j] * is(layout.STEP_DECAY_E)) + speck;
        f32[i + j] = fround(f32[i + j] * is(layout.STEP_DECAY_I)) + speck;
      }
      f32[v + j] = sum;
    }
    return count;
  };
  return {
    stepMembrane: (record, threshold, step) => run(record, threshold, false, true, step),
    fireMembrane: (record, threshold, step) => run(record, threshold, false, false, step),
    stepCurrents: (record, threshold) => run(record, threshold, true),
  };
}
