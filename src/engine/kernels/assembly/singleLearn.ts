// AssemblyScript. Changes of a layer's weights in single precision: products of third factors and eligibilities wait until
// the batch has been presented, then each row of weights is read and written once for all of them.
import * as layout from "../layout";
import { address, is, setWhole, whole } from "./record";
import { askMaps } from "./singleMaps";

/** Third factors lie by strips of thirty-two columns, so that those of a batch in one strip are near each other. */
const STRIP: usize = 128;
/** Bytes of third factors that are gone over again and again. */
const NEAR: usize = 16_384;

/** Bytes from one strip to the next. */
// @ts-ignore: decorator
@inline
function stripsOf(layer: usize): usize {
  return usize(whole(layer, layout.LAYER_ASKS)) * STRIP;
}

/**
 * Asks for changes += pre (x) post.
 * @param post  [post] doubles @param pre  [pre] doubles
 * @param own @param every  rows that are changed here: this one, and those so far apart
 * @returns synapses that change, here or elsewhere
 */
export function ask(layer: usize, post: usize, pre: usize, own: i32, every: i32): f64 {
  if (whole(layer, layout.LAYER_KERNEL) > 0) return askMaps(layer, post, pre);
  if (whole(layer, layout.LAYER_ASKED) == whole(layer, layout.LAYER_ASKS)) collect(layer);
  setWhole(layer, layout.LAYER_FIRST, own);
  setWhole(layer, layout.LAYER_EVERY, every);
  const columns = whole(layer, layout.LAYER_POST);
  const asked = whole(layer, layout.LAYER_ASKED);
  const posts_ = address(layer, layout.LAYER_POSTS) + usize(asked) * STRIP;
  const strips = stripsOf(layer);
  const biases = address(layer, layout.LAYER_BIAS_CHANGES);
  let posts = 0;
  let j: usize = 0;
  const zero = f64x2.splat(0);
  for (; j + 4 <= usize(columns); j += 4) {
    const a = v128.load(post + (j << 3));
    const b = v128.load(post + (j << 3), 16);
    const third = i64x2.shuffle(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 2);
    posts += popcnt(i64x2.bitmask(f64x2.ne(a, zero))) + popcnt(i64x2.bitmask(f64x2.ne(b, zero)));
    v128.store(posts_ + (j >> 5) * strips + ((j & 31) << 2), third);
    v128.store(biases + (j << 2), f32x4.add(v128.load(biases + (j << 2)), third));
  }
  for (; j < usize(columns); j++) {
    const x = load<f64>(post + (j << 3));
    const third = f32(x);
    posts += x != 0 ? 1 : 0;
    store<f32>(posts_ + (j >> 5) * strips + ((j & 31) << 2), third);
    store<f32>(biases + (j << 2), load<f32>(biases + (j << 2)) + third);
  }
  if (posts == 0) return 0;
  const waiting = whole(layer, layout.LAYER_WAITING);
  const first = address(layer, layout.LAYER_ENTRIES) + usize(waiting) * 12;
  const counts = address(layer, layout.LAYER_COUNTS);
  let entry = first;
  const rows = whole(layer, layout.LAYER_PRE);
  let active = 0;
  if (every > 1) for (let i = 0; i < rows; i++) active += i32(load<f64>(pre + (usize(i) << 3)) != 0);
  for (let i = own; i < rows; i += every) {
    const x = load<f64>(pre + (usize(i) << 3));
    store<i32>(entry, i);
    store<f32>(entry, f32(x), 4);
    entry += x != 0 ? 12 : 0;
  }
  for (let own = first; own < entry; own += 12) {
    const count = counts + (usize(load<i32>(own)) << 2);
    store<i32>(own, asked, 8);
    store<i32>(count, load<i32>(count) + 1);
  }
  const added = i32((entry - first) / 12);
  setWhole(layer, layout.LAYER_WAITING, waiting + added);
  setWhole(layer, layout.LAYER_ASKED, asked + 1);
  return f64(posts) * f64(every > 1 ? active : added);
}

/** Adds what waits to the list of changes, for more to wait, or for it to be read. */
export function collect(layer: usize): void {
  if (whole(layer, layout.LAYER_ASKED) == 0) return;
  gather(layer, address(layer, layout.LAYER_CHANGES), -1);
  setWhole(layer, layout.LAYER_DIRTY, 1);
}

/** weights -= scale * changes, and the biases likewise; then nothing has been asked. */
export function change(layer: usize, scale: f32): void {
  const rows = whole(layer, layout.LAYER_ROWS);
  const columns = whole(layer, layout.LAYER_COLUMNS);
  const weights = address(layer, layout.LAYER_WEIGHTS);
  if (is(layer, layout.LAYER_DIRTY)) {
    collect(layer);
    const changes = address(layer, layout.LAYER_CHANGES);
    const every = whole(layer, layout.LAYER_EVERY);
    if (every == 1) take(weights, changes, scale, usize(rows) * usize(columns));
    else
      for (let i = whole(layer, layout.LAYER_FIRST); i < rows; i += every) {
        const row = (usize(i) * usize(columns)) << 2;
        takeRow(weights + row, changes + row, scale, usize(columns) << 2);
      }
    setWhole(layer, layout.LAYER_DIRTY, 0);
  } else if (whole(layer, layout.LAYER_ASKED) == 1) changeOnce(layer, scale);
  else if (whole(layer, layout.LAYER_ASKED) > 1) gather(layer, weights, scale);
  take(
    address(layer, layout.LAYER_BIASES),
    address(layer, layout.LAYER_BIAS_CHANGES),
    scale,
    usize(columns),
  );
}

/** values -= scale * changes; changes = 0. Lists end at a multiple of 16 bytes. */
function take(values: usize, changes: usize, scale: f32, count: usize): void {
  const s = f32x4.splat(scale);
  const zero = f32x4.splat(0);
  for (let k: usize = 0; k < count << 2; k += 16) {
    v128.store(
      values + k,
      f32x4.sub(v128.load(values + k), f32x4.mul(s, v128.load(changes + k))),
    );
    v128.store(changes + k, zero);
  }
}

/** The same of a row of so many bytes, and of nothing beyond its end: that may be another thread's. */
function takeRow(values: usize, changes: usize, scale: f32, bytes: usize): void {
  const s = f32x4.splat(scale);
  for (let k: usize = 0; k < bytes; k += 16) less(values + k, bytes - k, s, v128.load(changes + k));
  memory.fill(changes, 0, bytes);
}

/** Of a single product: nothing to be put in order. Beyond the end of a row third factors are 0. */
function changeOnce(layer: usize, scale: f32): void {
  const columns = usize(whole(layer, layout.LAYER_POST)) << 2;
  const posts = address(layer, layout.LAYER_POSTS);
  const strips = stripsOf(layer);
  const weights = address(layer, layout.LAYER_WEIGHTS);
  const first = address(layer, layout.LAYER_ENTRIES);
  const last = first + usize(whole(layer, layout.LAYER_WAITING)) * 12;
  for (let entry = first; entry < last; entry += 12) {
    const row = weights + usize(load<i32>(entry)) * columns;
    const x = f32x4.splat(scale * load<f32>(entry, 4));
    for (let j: usize = 0, post = posts; j < columns; post += strips) {
      const end = min(j + STRIP, columns);
      for (let k: usize = 0; j < end; j += 16, k += 16) {
        less(row + j, columns - j, x, v128.load(post + k));
      }
    }
  }
  setWhole(layer, layout.LAYER_ASKED, 0);
  setWhole(layer, layout.LAYER_WAITING, 0);
  memory.fill(address(layer, layout.LAYER_COUNTS), 0, usize(whole(layer, layout.LAYER_PRE)) << 2);
}

/** target -= scale * sum of what waits: row after row, in as many strips at a time as stay near. */
function gather(layer: usize, target: usize, scale: f32): void {
  order(layer);
  const rows = usize(whole(layer, layout.LAYER_PRE)) << 2;
  const columns = usize(whole(layer, layout.LAYER_POST)) << 2;
  const starts = address(layer, layout.LAYER_STARTS);
  const strips = stripsOf(layer);
  const width = max(NEAR / usize(whole(layer, layout.LAYER_ASKED)), STRIP) & ~(STRIP - 1);
  const s = f32x4.splat(scale);
  for (let from: usize = 0; from < columns; from += width) {
    const to = min(from + width, columns);
    const posts = address(layer, layout.LAYER_POSTS) + (from / STRIP) * strips;
    let entry = address(layer, layout.LAYER_SORTED);
    let row = target;
    for (let i: usize = 0; i < rows; i += 4, row += columns) {
      const last = address(layer, layout.LAYER_SORTED) + (usize(load<u32>(starts + i)) << 3);
      if (entry == last) continue;
      for (let j = from, strip = posts; j < to; j += STRIP, strip += strips) {
        sumUp(row + j, columns - j, strip, entry, last, s);
      }
      entry = last;
    }
  }
  setWhole(layer, layout.LAYER_ASKED, 0);
  setWhole(layer, layout.LAYER_WAITING, 0);
}

/** target -= scale * sum of entries times third factors, of one strip, of which so many bytes are the row's. */
// @ts-ignore: decorator
@inline
function sumUp(target: usize, left: usize, strip: usize, first: usize, last: usize, s: v128): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  if (left > 64) {
    let a4 = a0;
    let a5 = a0;
    let a6 = a0;
    let a7 = a0;
    for (let entry = first; entry < last; entry += 8) {
      const post = strip + usize(load<u32>(entry));
      const x = v128.load32_splat(entry, 4);
      a0 = f32x4.add(a0, f32x4.mul(x, v128.load(post)));
      a1 = f32x4.add(a1, f32x4.mul(x, v128.load(post, 16)));
      a2 = f32x4.add(a2, f32x4.mul(x, v128.load(post, 32)));
      a3 = f32x4.add(a3, f32x4.mul(x, v128.load(post, 48)));
      a4 = f32x4.add(a4, f32x4.mul(x, v128.load(post, 64)));
      a5 = f32x4.add(a5, f32x4.mul(x, v128.load(post, 80)));
      a6 = f32x4.add(a6, f32x4.mul(x, v128.load(post, 96)));
      a7 = f32x4.add(a7, f32x4.mul(x, v128.load(post, 112)));
    }
    less(target + 64, left - 64, s, a4);
    if (left > 80) less(target + 80, left - 80, s, a5);
    if (left > 96) less(target + 96, left - 96, s, a6);
    if (left > 112) less(target + 112, left - 112, s, a7);
  } else {
    for (let entry = first; entry < last; entry += 8) {
      const post = strip + usize(load<u32>(entry));
      const x = v128.load32_splat(entry, 4);
      a0 = f32x4.add(a0, f32x4.mul(x, v128.load(post)));
      a1 = f32x4.add(a1, f32x4.mul(x, v128.load(post, 16)));
      a2 = f32x4.add(a2, f32x4.mul(x, v128.load(post, 32)));
      a3 = f32x4.add(a3, f32x4.mul(x, v128.load(post, 48)));
    }
  }
  less(target, left, s, a0);
  if (left > 16) less(target + 16, left - 16, s, a1);
  if (left > 32) less(target + 32, left - 32, s, a2);
  if (left > 48) less(target + 48, left - 48, s, a3);
}

/**
 * values -= scale * sum, of four of a row that has so many bytes left: beyond its end nothing is written, as another thread may
 * be changing that.
 */
// @ts-ignore: decorator
@inline
function less(at: usize, left: usize, scale: v128, sum: v128): void {
  const changed = f32x4.sub(v128.load(at), f32x4.mul(scale, sum));
  if (left >= 16) {
    v128.store(at, changed);
    return;
  }
  if (left == 4) store<f32>(at, f32x4.extract_lane(changed, 0));
  else {
    store<f64>(at, f64x2.extract_lane(changed, 0));
    if (left == 12) store<f32>(at, f32x4.extract_lane(changed, 2), 8);
  }
}

/** Puts the entries in the order of rows, those of one row in the order of asking; leaves the ends of rows in `starts`. */
function order(layer: usize): void {
  const rows = usize(whole(layer, layout.LAYER_PRE));
  const counts = address(layer, layout.LAYER_COUNTS);
  const starts = address(layer, layout.LAYER_STARTS);
  const entries = address(layer, layout.LAYER_ENTRIES);
  const sorted = address(layer, layout.LAYER_SORTED);
  let before: u32 = 0;
  for (let i: usize = 0; i < rows; i++) {
    store<u32>(starts + (i << 2), before);
    before += load<u32>(counts + (i << 2));
    store<u32>(counts + (i << 2), 0);
  }
  const last = entries + usize(whole(layer, layout.LAYER_WAITING)) * 12;
  for (let entry = entries; entry < last; entry += 12) {
    const start = starts + (usize(load<u32>(entry)) << 2);
    const place = load<u32>(start);
    store<u32>(start, place + 1);
    const to = sorted + (usize(place) << 3);
    store<u32>(to, load<u32>(entry, 8) * u32(STRIP));
    store<u32>(to, load<u32>(entry, 4), 4);
  }
}
