import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import { threefry2x32 } from "../../src/math/rng.ts";
import type { Memory } from "./memory.ts";

const { fround } = Math;

export function poisson(memory: () => Memory): Pick<Kernels, "poisson"> {
  const block = new Uint32Array(2);
  return {
    poisson(record, step) {
      const { f32, f64, i32, field, single, double } = memory();
      const doubles = field(record, layout.POISSON_DOUBLE) !== 0;
      const into = doubles ? f64 : f32;
      const acc = field(record, layout.POISSON_ACC) / (doubles ? 8 : 4);
      const from = field(record, layout.POISSON_LEVELS) / 4;
      const levels = i32.subarray(from, from + field(record, layout.POISSON_COUNT));
      const keys = [field(record, layout.POISSON_KEY_0), field(record, layout.POISSON_KEY_1)] as const;
      const input = (word: number) => {
        let n = 0;
        while (n < levels.length && (word ^ 0x80000000) > levels[n]) n++;
        return doubles
          ? n * double(record, layout.POISSON_WEIGHT)
          : fround(n * single(record, layout.POISSON_WEIGHT));
      };
      // Four blocks serve eight neurons: their first words the first four.
      const [first, last] = [field(record, layout.POISSON_FIRST), field(record, layout.POISSON_LAST)];
      for (let b = first; b < last; b += 8) {
        for (let lane = 0; lane < 4; lane++) {
          threefry2x32(...keys, step, b / 2 + lane, block);
          into[acc + b + lane] += input(block[0]);
          into[acc + b + 4 + lane] += input(block[1]);
        }
      }
    },
  };
}
