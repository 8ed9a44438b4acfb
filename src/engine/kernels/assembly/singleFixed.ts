// AssemblyScript. Fixed matrices in single precision that bring a vector to a population: [columns, rows], each column padded to a
// multiple of sixteen floats.
import * as layout from "../layout";
import { address, is, setWhole, whole } from "./record";

/** out[i] = sum over columns, in their order, of vector[c] * column[c][i]; doubles. Lists end at a multiple of four. */
export function bring(matrix: usize, vector: usize, out: usize, columns: i32, rows: i32): void {
  const stride = usize((rows + 15) & ~15) << 2;
  for (let i: usize = 0; i < usize(rows); i += 4) {
    let low = f64x2.splat(0);
    let high = low;
    let at = matrix + (i << 2);
    for (let c = vector, end = vector + (usize(columns) << 3); c < end; c += 8, at += stride) {
      const x = v128.load64_splat(c);
      const m = v128.load(at);
      low = f64x2.add(low, f64x2.mul(f64x2.promote_low_f32x4(m), x));
      high = f64x2.add(high, f64x2.mul(f64x2.promote_low_f32x4(i64x2.shuffle(m, m, 1, 1)), x));
    }
    v128.store(out + (i << 3), low);
    v128.store(out + (i << 3), high, 16);
  }
}

/** out[c][j] = sum over sources i of column[c][i] * weights[i][j], of a dense layer: what a vector so brought does to its neurons. */
export function mix(layer: usize, matrix: usize, out: usize, columns: i32): void {
  const pre = whole(layer, layout.LAYER_PRE);
  const post = usize(whole(layer, layout.LAYER_POST)) << 2;
  const stride = usize((pre + 15) & ~15) << 2;
  const padded = (post + 63) & ~63;
  const weights = address(layer, layout.LAYER_WEIGHTS);
  for (let j: usize = 0; j < post; j += 64) {
    for (let c: usize = 0; c < usize(columns); c++) {
      let a0 = f32x4.splat(0);
      let a1 = a0;
      let a2 = a0;
      let a3 = a0;
      let row = weights + j;
      for (let at = matrix + c * stride, end = at + (usize(pre) << 2); at < end; at += 4, row += post) {
        const x = v128.load32_splat(at);
        a0 = f32x4.add(a0, f32x4.mul(x, v128.load(row)));
        a1 = f32x4.add(a1, f32x4.mul(x, v128.load(row, 16)));
        a2 = f32x4.add(a2, f32x4.mul(x, v128.load(row, 32)));
        a3 = f32x4.add(a3, f32x4.mul(x, v128.load(row, 48)));
      }
      const to = out + c * padded + j;
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to, a2, 32);
      v128.store(to, a3, 48);
    }
  }
}

/** drives += sum over columns of vector[c] * mixed[c]; floats. */
export function addMixed(drives: usize, mixed: usize, vector: usize, columns: i32, post: i32): void {
  const padded = usize((post + 15) & ~15) << 2;
  for (let j: usize = 0; j < usize(post) << 2; j += 16) {
    let sum = v128.load(drives + j);
    let at = mixed + j;
    for (let c = vector, end = vector + (usize(columns) << 3); c < end; c += 8, at += padded) {
      sum = f32x4.add(sum, f32x4.mul(f32x4.splat(f32(load<f64>(c))), v128.load(at)));
    }
    v128.store(drives + j, sum);
  }
}

/** Keeps what a drive does to the first layer, for a presentation of the same drive and another beside it. */
export function keepBase(net: usize, drive: usize, inputs: i32, post: i32): void {
  // Where nothing has been brought yet nobody asks for it.
  if (whole(net, layout.NET_COLUMNS) == 0) return;
  memory.copy(address(net, layout.NET_BASE_OF), drive, usize(inputs) << 3);
  memory.copy(address(net, layout.NET_BASE), address(net, layout.NET_LIMITS), usize(post) << 2);
  setWhole(net, layout.NET_BASED, 1);
}

/** Whether that has been kept of a drive, the same number by number. */
export function isBase(net: usize, drive: usize, inputs: i32): bool {
  if (!is(net, layout.NET_BASED)) return false;
  const kept = address(net, layout.NET_BASE_OF);
  let other = i64x2.splat(0);
  for (let i: usize = 0; i < usize(inputs) << 3; i += 16) {
    other = v128.or(other, v128.xor(v128.load(drive + i), v128.load(kept + i)));
  }
  return !v128.any_true(other);
}

export function restoreBase(net: usize, post: i32): i32 {
  memory.copy(address(net, layout.NET_LIMITS), address(net, layout.NET_BASE), usize(post) << 2);
  return 0;
}

/** Sum of two lists of doubles. @returns how many of it are not 0 */
export function sumOf(a: usize, b: usize, out: usize, count: i32): i32 {
  let active = 0;
  const zero = f64x2.splat(0);
  for (let i: usize = 0; i < usize(count) << 3; i += 16) {
    const sum = f64x2.add(v128.load(a + i), v128.load(b + i));
    v128.store(out + i, sum);
    active += popcnt(i64x2.bitmask(f64x2.ne(sum, zero)));
  }
  return active;
}
