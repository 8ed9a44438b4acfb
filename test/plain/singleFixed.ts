import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import type { Memory } from "./memory.ts";

const { fround } = Math;
const padded = (n: number) => 16 * Math.ceil(n / 16);

/** Number by number, column after column. */
export function singleFixed(memory: () => Memory): Pick<Kernels, "bring" | "mix"> {
  return {
    bring(matrix, vector, out, columns, rows) {
      const { f32, f64 } = memory();
      for (let i = 0; i < rows; i++) {
        let sum = 0;
        for (let c = 0; c < columns; c++) sum += f32[matrix / 4 + c * padded(rows) + i] * f64[vector / 8 + c];
        f64[out / 8 + i] = sum;
      }
    },
    mix(layer, matrix, out, columns) {
      const { f32, field } = memory();
      const [pre, post] = [field(layer, layout.LAYER_PRE), field(layer, layout.LAYER_POST)];
      const weights = field(layer, layout.LAYER_WEIGHTS) / 4;
      for (let c = 0; c < columns; c++)
        for (let j = 0; j < post; j++) {
          let sum = 0;
          for (let i = 0; i < pre; i++)
            sum = fround(sum + fround(f32[matrix / 4 + c * padded(pre) + i] * f32[weights + i * post + j]));
          f32[out / 4 + c * padded(post) + j] = sum;
        }
    },
  };
}
