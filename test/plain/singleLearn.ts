import * as layout from "../../src/engine/kernels/layout.ts";
import type { Kernels } from "../../src/engine/kernels/wasm.ts";
import type { Memory } from "./memory.ts";
import { rowsOf } from "./single.ts";

const { fround } = Math;

/** Product by product, weight by weight, from the same lists. */
export function singleLearn(memory: () => Memory): Pick<Kernels, "ask" | "collect" | "change"> {
  const of = (layer: number) => {
    const { f32, i32, f64, field } = memory();
    const is = (place: number) => field(layer, place);
    const set = (place: number, value: number) => {
      i32[layer / 4 + 2 * place] = value;
    };
    const [pre, post] = [is(layout.LAYER_PRE), is(layout.LAYER_POST)];
    const asks = is(layout.LAYER_ASKS);
    /** Place of neuron j's third factor in a product, from the beginning of them all. */
    const placeOf = (asked: number, j: number) => 32 * (asks * (j >> 5) + asked) + (j & 31);
    const listOf = (place: number, length: number) => f32.subarray(is(place) / 4, is(place) / 4 + length);
    return { f32, i32, f64, is, set, pre, post, placeOf, listOf };
  };

  /** target -= scale * sum of the products that wait, each weight's in the order of asking. */
  const gather = (layer: number, target: Float32Array, scale: number) => {
    const { f32, i32, is, set, pre, post, placeOf } = of(layer);
    const [entries, posts] = [is(layout.LAYER_ENTRIES) / 4, is(layout.LAYER_POSTS) / 4];
    const sums = new Float32Array(pre * post);
    for (let n = 0; n < is(layout.LAYER_WAITING); n++) {
      const [i, x, s] = [i32[entries + 3 * n], f32[entries + 3 * n + 1], i32[entries + 3 * n + 2]];
      for (let j = 0; j < post; j++)
        sums[i * post + j] = fround(sums[i * post + j] + fround(x * f32[posts + placeOf(s, j)]));
    }
    sums.forEach((sum, at) => {
      target[at] = fround(target[at] - fround(scale * sum));
    });
    set(layout.LAYER_ASKED, 0);
    set(layout.LAYER_WAITING, 0);
    i32.fill(0, is(layout.LAYER_COUNTS) / 4, is(layout.LAYER_COUNTS) / 4 + pre);
  };

  const collect = (layer: number) => {
    const { is, set, pre, post, listOf } = of(layer);
    if (is(layout.LAYER_ASKED) === 0) return;
    gather(layer, listOf(layout.LAYER_CHANGES, pre * post), -1);
    set(layout.LAYER_DIRTY, 1);
  };

  return {
    collect,
    ask(layer, postAt, preAt) {
      const { f32, i32, f64, is, set, pre, post, placeOf, listOf } = of(layer);
      if (is(layout.LAYER_KERNEL) > 0) {
        const rowTo = rowsOf(is);
        const columns = is(layout.LAYER_COLUMNS);
        const biases = listOf(layout.LAYER_BIAS_CHANGES, columns);
        const changes = listOf(layout.LAYER_CHANGES, is(layout.LAYER_ROWS) * columns);
        const third = Float32Array.from(f64.subarray(postAt / 8, postAt / 8 + post));
        third.forEach((x, j) => {
          biases[j % columns] = fround(biases[j % columns] + x);
        });
        let changed = 0;
        for (let i = 0; i < pre; i++) {
          const x = fround(f64[preAt / 8 + i]);
          for (let j = 0; x !== 0 && j < post; j++) {
            const row = rowTo(i, Math.floor(j / columns));
            if (row === null) continue;
            const at = row + (j % columns);
            changes[at] = fround(changes[at] + fround(x * third[j]));
            changed++;
          }
        }
        set(layout.LAYER_DIRTY, 1);
        return changed;
      }
      if (is(layout.LAYER_ASKED) === is(layout.LAYER_ASKS)) collect(layer);
      const asked = is(layout.LAYER_ASKED);
      const [third, eligible] = [
        f64.subarray(postAt / 8, postAt / 8 + post),
        f64.subarray(preAt / 8, preAt / 8 + pre),
      ];
      const biases = is(layout.LAYER_BIAS_CHANGES) / 4;
      third.forEach((x, j) => {
        f32[is(layout.LAYER_POSTS) / 4 + placeOf(asked, j)] = x;
        f32[biases + j] = fround(f32[biases + j] + fround(x));
      });
      const posts = third.filter(x => x !== 0).length;
      if (posts === 0) return 0;
      let added = 0;
      eligible.forEach((x, i) => {
        if (x === 0) return;
        const at = is(layout.LAYER_ENTRIES) / 4 + 3 * (is(layout.LAYER_WAITING) + added++);
        i32[at] = i;
        f32[at + 1] = x;
        i32[at + 2] = asked;
        i32[is(layout.LAYER_COUNTS) / 4 + i]++;
      });
      set(layout.LAYER_WAITING, is(layout.LAYER_WAITING) + added);
      set(layout.LAYER_ASKED, asked + 1);
      return posts * added;
    },
    change(layer, scale) {
      const { f32, i32, is, set, pre, post, placeOf, listOf } = of(layer);
      const [count, columns] = [is(layout.LAYER_ROWS) * is(layout.LAYER_COLUMNS), is(layout.LAYER_COLUMNS)];
      const weights = listOf(layout.LAYER_WEIGHTS, count);
      const step = fround(scale);
      const take = (values: Float32Array, changes: Float32Array) => {
        changes.forEach((x, at) => {
          values[at] = fround(values[at] - fround(step * x));
        });
        changes.fill(0);
      };
      if (is(layout.LAYER_DIRTY)) {
        collect(layer);
        take(weights, listOf(layout.LAYER_CHANGES, count));
        set(layout.LAYER_DIRTY, 0);
      } else if (is(layout.LAYER_ASKED) === 1) {
        const [entries, posts] = [is(layout.LAYER_ENTRIES) / 4, is(layout.LAYER_POSTS) / 4];
        for (let n = 0; n < is(layout.LAYER_WAITING); n++) {
          const [i, x] = [i32[entries + 3 * n], fround(step * f32[entries + 3 * n + 1])];
          for (let j = 0; j < post; j++)
            weights[i * post + j] = fround(weights[i * post + j] - fround(x * f32[posts + placeOf(0, j)]));
        }
        set(layout.LAYER_ASKED, 0);
        set(layout.LAYER_WAITING, 0);
        i32.fill(0, is(layout.LAYER_COUNTS) / 4, is(layout.LAYER_COUNTS) / 4 + pre);
      } else if (is(layout.LAYER_ASKED) > 1) gather(layer, weights, step);
      take(listOf(layout.LAYER_BIASES, columns), listOf(layout.LAYER_BIAS_CHANGES, columns));
    },
  };
}
