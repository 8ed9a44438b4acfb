// AssemblyScript. What kernels of a convolution see of maps, and what they give back to them, in single precision; what
// `patches.ts` documents. Lists have room for three numbers more, as they are copied four at a time: what is written too
// much is written anew, or was there before.

/** Copies lines of maps into the middle of framed ones, or `back` from there. @param length  of a line */
export function frameMaps(
  maps: usize,
  framed: usize,
  samples: i32,
  height: i32,
  length: i32,
  framedHeight: i32,
  framedLength: i32,
  top: i32,
  left: i32,
  back: bool,
): void {
  const bytes = usize(length) << 2;
  for (let sample = 0; sample < samples; sample++) {
    for (let y = 0; y < height; y++) {
      const line = maps + usize(sample * height + y) * bytes;
      const inside = framed + (usize((sample * framedHeight + top + y) * framedLength + left) << 2);
      if (back) memory.copy(line, inside, bytes);
      else memory.copy(inside, line, bytes);
    }
  }
}

/**
 * Copies what the kernel sees at each place, line by line.
 * @param line numbers of a line of a map @param span of a line of the kernel
 * @param map of a whole map @param down from one row of places to the next @param across from one place to the next
 */
export function gatherPatches(
  maps: usize,
  patches: usize,
  samples: i32,
  rows: i32,
  columns: i32,
  lines: i32,
  line: i32,
  span: i32,
  map: i32,
  down: i32,
  across: i32,
): void {
  const bytes = usize(span) << 2;
  let to = patches;
  for (let sample = 0; sample < samples; sample++) {
    for (let row = 0; row < rows; row++) {
      let corner = maps + (usize(sample * map + row * down) << 2);
      for (let column = 0; column < columns; column++, corner += usize(across) << 2) {
        let from = corner;
        for (let k = 0; k < lines; k++, from += usize(line) << 2, to += bytes) {
          for (let n: usize = 0; n < bytes; n += 16) v128.store(to + n, v128.load(from + n));
        }
      }
    }
  }
}

/** Adds each patch to the place where the kernel saw it; as in `gatherPatches`. */
export function scatterPatches(
  maps: usize,
  patches: usize,
  samples: i32,
  rows: i32,
  columns: i32,
  lines: i32,
  line: i32,
  span: i32,
  map: i32,
  down: i32,
  across: i32,
): void {
  const bytes = usize(span) << 2;
  const whole = bytes & ~15;
  const own = firstLanes(span & 3);
  let from = patches;
  for (let sample = 0; sample < samples; sample++) {
    for (let row = 0; row < rows; row++) {
      let corner = maps + (usize(sample * map + row * down) << 2);
      for (let column = 0; column < columns; column++, corner += usize(across) << 2) {
        let to = corner;
        for (let k = 0; k < lines; k++, to += usize(line) << 2, from += bytes) {
          let n: usize = 0;
          for (; n < whole; n += 16)
            v128.store(to + n, f32x4.add(v128.load(to + n), v128.load(from + n)));
          if (n < bytes) {
            const before = v128.load(to + n);
            const sum = f32x4.add(before, v128.load(from + n));
            v128.store(to + n, v128.bitselect(sum, before, own));
          }
        }
      }
    }
  }
}

/**
 * Carries what each place of a pooled map is given back to the first maximum of its window.
 * @param maps [samples, height, width, channels] @param post [samples, rows, columns, channels]
 * @param back like `maps`, zeros
 */
export function unpoolMaxima(
  maps: usize,
  post: usize,
  back: usize,
  samples: i32,
  height: i32,
  width: i32,
  channels: i32,
  rows: i32,
  columns: i32,
  windowHeight: i32,
  windowWidth: i32,
  down: i32,
  across: i32,
  top: i32,
  left: i32,
): void {
  const place = usize(channels) << 2;
  const lowest = f32x4.splat(-Infinity);
  let at = post;
  for (let sample = 0; sample < samples; sample++) {
    for (let row = 0; row < rows; row++) {
      const y0 = max(0, row * down - top);
      const y1 = min(height, row * down - top + windowHeight);
      for (let column = 0; column < columns; column++, at += place) {
        const x0 = max(0, column * across - left);
        const x1 = min(width, column * across - left + windowWidth);
        for (let c = 0; c < channels; c += 4) {
          const lanes = firstLanes(min(4, channels - c));
          let best = lowest;
          for (let y = y0; y < y1; y++) {
            let from = maps + usize((sample * height + y) * width + x0) * place + (usize(c) << 2);
            for (let x = x0; x < x1; x++, from += place) {
              const value = v128.load(from);
              best = v128.bitselect(value, best, f32x4.gt(value, best));
            }
          }
          let open = v128.andnot(lanes, f32x4.eq(best, lowest));
          const given = v128.load(at + (usize(c) << 2));
          for (let y = y0; y < y1; y++) {
            let offset = usize((sample * height + y) * width + x0) * place + (usize(c) << 2);
            for (let x = x0; x < x1; x++, offset += place) {
              const here = v128.and(open, f32x4.eq(v128.load(maps + offset), best));
              const before = v128.load(back + offset);
              v128.store(back + offset, v128.bitselect(f32x4.add(before, given), before, here));
              open = v128.andnot(open, here);
            }
          }
        }
      }
    }
  }
}

/** All ones in the first lanes; in all four for 0 or 4. */
// @ts-ignore: decorator
@inline
function firstLanes(count: i32): v128 {
  const lanes = count === 0 ? 4 : count;
  return i32x4.gt_s(i32x4.splat(lanes), i32x4(0, 1, 2, 3));
}
