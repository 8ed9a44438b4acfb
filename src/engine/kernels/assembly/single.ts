// AssemblyScript. A presentation of a network in layers in single precision: from spikes and drives of the input to
// what learning reads of every layer, in one call.
import * as layout from "../layout";
import { exp4, log4 } from "./singleElementary";
import { address, double, is, setWhole, single, whole } from "./record";
import { addMixed, isBase, keepBase, restoreBase, sumOf } from "./singleFixed";
import { EVENT } from "./singleHits";
import { beginSpikes, emitIf, endSpikes, FEW, overfull } from "./singleSpikes";
import { poolSpikes, projectMaps, sweepMaps } from "./singleMaps";
import { beginSweep, sweepLayer } from "./singleSweep";

let net: usize;
let leaky: bool;

/**
 * @param record  of the network, which says what is at its input
 * @param shown   of what the presentation leaves; the input spikes' times and neurons are there already
 * @returns 0, or l + 1 when the spikes of layer l's targets do not fit
 */
export function presentSingle(record: usize, shown: usize): i32 {
  net = record;
  leaky = is(record, layout.NET_LEAKY);
  const depth = whole(record, layout.NET_DEPTH);
  const left = single(record, layout.NET_LEFT);
  const analogue = address(record, layout.NET_ANALOGUE);
  const scale = single(record, layout.NET_SCALE);
  const threshold = single(record, layout.NET_THRESHOLD);
  const readout = single(record, layout.NET_READOUT);
  const fired = address(record, layout.NET_FIRED);
  const spent = address(record, layout.NET_SPENT);
  placeInTime(shown);
  let gain = single(record, layout.NET_GAIN);
  const inputs = whole(address(record, layout.NET_LAYERS), layout.LAYER_PRE);
  const brought = address(record, layout.NET_BROUGHT);
  let active = 0;
  if (brought) active = sumOf(analogue, brought, address(shown, layout.SHOWN_TRACE), inputs);
  traceOf(shown, inputs, gain * left, brought ? address(shown, layout.SHOWN_TRACE) : analogue);
  for (let l = 0; l < depth; l++) {
    const layer = address(record, layout.NET_LAYERS) + ((usize(l) * layout.LAYER_SIZE) << 3);
    const below = shown + ((usize(l) * layout.SHOWN_SIZE) << 3);
    const target = below + (layout.SHOWN_SIZE << 3);
    let source = below;
    if (whole(layer, layout.LAYER_POOL) != 0) {
      source = shown + ((usize(depth + 1 + l) * layout.SHOWN_SIZE) << 3);
      poolSpikes(record, layer, below, source);
      gain *= single(layer, layout.LAYER_SHARE);
      traceOf(source, whole(layer, layout.LAYER_PRE), gain * left, 0);
    }
    const post = whole(layer, layout.LAYER_POST);
    const top = l == depth - 1;
    if (top && readout == 0) {
      const rows = project(layer, address(source, layout.SHOWN_TRACE));
      if (l == 0) setWhole(record, layout.NET_ROWS, analogue ? rows : 0);
      promote(address(net, layout.NET_LIMITS), 1, address(target, layout.SHOWN_TRACE), post);
      setWhole(target, layout.SHOWN_COUNT, 0);
      break;
    }
    const based = l == 0 && brought && isBase(record, analogue, inputs);
    const rows = based ? restoreBase(record, post) : project(layer, l == 0 ? analogue : 0);
    if (l == 0) setWhole(record, layout.NET_ROWS, brought ? active : rows);
    if (l == 0 && !brought && analogue) keepBase(record, analogue, inputs, post);
    if (l == 0 && brought) {
      const columns = whole(record, layout.NET_COLUMNS);
      const mixed = address(record, layout.NET_MIXED);
      addMixed(address(record, layout.NET_LIMITS), mixed, address(record, layout.NET_VECTOR), columns, post);
    }
    const drop = top ? readout : threshold;
    const hold: f32 = top ? 0 : single(record, layout.NET_HOLD);
    settle(layer, drop);
    beginSpikes(fired, whole(record, layout.NET_ROOM));
    const events = whole(source, layout.SHOWN_COUNT);
    const starts = address(record, layout.NET_STARTS);
    let placed = false;
    memory.fill(spent, 0, usize(post) << 2);
    if (events == 0 && leaky) undisturbed(layer, drop, hold);
    else {
      beginSweep(record, layer, source, drop, hold);
      if (whole(layer, layout.LAYER_KERNEL) > 0) sweepMaps(record, layer, source, gain);
      else {
        const list = address(record, layout.NET_EVENTS);
        if (events > 0) listEvents(layer, source, events, gain);
        placed = sweepLayer(list, list + usize(events) * EVENT, post, FEW, target, spent, starts);
      }
    }
    if (overfull()) return l + 1;
    if (!placed) {
      const duration = double(record, layout.NET_DURATION);
      endSpikes(address(record, layout.NET_SORTED), starts, duration, target, spent, leaky);
    }
    gain = threshold * scale;
    if (top) promote(spent, readout * left, address(target, layout.SHOWN_TRACE), post);
    else read(target, post, gain * left);
  }
  return 0;
}

/** e of the input spikes. */
function placeInTime(shown: usize): void {
  const count = whole(net, layout.NET_INPUTS);
  setWhole(shown, layout.SHOWN_COUNT, count);
  const times = address(shown, layout.SHOWN_TIMES);
  const es = address(shown, layout.SHOWN_ES);
  const perTau = f64x2.splat(leaky ? 1 / double(net, layout.NET_TAU) : 1);
  for (let k: usize = 0; k < usize(count); k += 4) {
    const a = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(times + (k << 3)), perTau));
    const b = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(times + (k << 3), 16), perTau));
    const x = i64x2.shuffle(a, b, 0, 2);
    v128.store(es + (k << 2), leaky ? exp4(x) : x);
  }
}

/** Traces of the inputs or of pools; those of twins, numbered after all others, count against. */
function traceOf(shown: usize, inputs: i32, left: f32, analogue: usize): void {
  const trace = address(shown, layout.SHOWN_TRACE);
  if (analogue == 0) memory.fill(trace, 0, usize(inputs) << 3);
  else if (analogue != trace) memory.copy(trace, analogue, usize(inputs) << 3);
  const count = usize(whole(shown, layout.SHOWN_COUNT));
  const neurons = address(shown, layout.SHOWN_NEURONS);
  const es = address(shown, layout.SHOWN_ES);
  for (let k: usize = 0; k < count; k++) {
    const i = load<i32>(neurons + (k << 2));
    const x = left * (leaky ? load<f32>(es + (k << 2)) : 1);
    const at = trace + (usize(i < inputs ? i : i - inputs) << 3);
    store<f64>(at, load<f64>(at) + f64(i < inputs ? x : -x));
  }
}

/** The rows whose factor, of [pre] doubles, is not 0. @returns how many */
function activeRows(layer: usize, factors: usize): i32 {
  const pre = whole(layer, layout.LAYER_PRE);
  const stride = u32(whole(layer, layout.LAYER_POST)) << 2;
  let to = address(net, layout.NET_ACTIVE);
  const from = to;
  for (let i = 0; i < pre; i++) {
    const x = load<f64>(factors + (usize(i) << 3));
    store<u32>(to, u32(i) * stride);
    store<f32>(to, f32(x), 4);
    to += x != 0 ? 8 : 0;
  }
  return i32((to - from) >> 3);
}

/**
 * limits = biases + sum of the active rows times their factors: four rows at a time, each read from one end to the other.
 * @param factors  [pre] doubles, or 0 for none @returns how many rows
 */
function project(layer: usize, factors: usize): i32 {
  if (whole(layer, layout.LAYER_KERNEL) > 0)
    return projectMaps(layer, factors, address(net, layout.NET_LIMITS));
  const rows = factors ? activeRows(layer, factors) : 0;
  const post = usize(whole(layer, layout.LAYER_POST)) << 2;
  const out = address(net, layout.NET_LIMITS);
  const last = address(net, layout.NET_ACTIVE) + (usize(rows) << 3);
  const weights = address(layer, layout.LAYER_WEIGHTS);
  memory.copy(out, address(layer, layout.LAYER_BIASES), post);
  let k = address(net, layout.NET_ACTIVE);
  for (; k + 32 <= last; k += 32) {
    const a = weights + usize(load<u32>(k));
    const b = weights + usize(load<u32>(k, 8));
    const c = weights + usize(load<u32>(k, 16));
    const d = weights + usize(load<u32>(k, 24));
    const xa = v128.load32_splat(k, 4);
    const xb = v128.load32_splat(k, 12);
    const xc = v128.load32_splat(k, 20);
    const xd = v128.load32_splat(k, 28);
    for (let j: usize = 0; j < post; j += 16) {
      let sum = f32x4.add(v128.load(out + j), f32x4.mul(xa, v128.load(a + j)));
      sum = f32x4.add(sum, f32x4.mul(xb, v128.load(b + j)));
      sum = f32x4.add(sum, f32x4.mul(xc, v128.load(c + j)));
      v128.store(out + j, f32x4.add(sum, f32x4.mul(xd, v128.load(d + j))));
    }
  }
  for (; k < last; k += 8) {
    const row = weights + usize(load<u32>(k));
    const x = v128.load32_splat(k, 4);
    for (let j: usize = 0; j < post; j += 16) {
      v128.store(out + j, f32x4.add(v128.load(out + j), f32x4.mul(x, v128.load(row + j))));
    }
  }
  return rows;
}

/** Begins a presentation: states and limits of neurons that are driven by what stands in `limits`. */
function settle(layer: usize, drop: f32): void {
  const post = whole(layer, layout.LAYER_POST);
  const padded = usize((post + 31) & ~31);
  const silent = address(layer, layout.LAYER_SILENT);
  const states = address(net, layout.NET_STATE);
  const limits = address(net, layout.NET_LIMITS);
  const rise = f32x4.splat(single(net, layout.NET_SETTLE));
  const theta = f32x4.splat(leaky ? drop : 0);
  const zero = f32x4.splat(0);
  for (let j: usize = 0; j < padded << 2; j += 16) {
    const v = f32x4.mul(v128.load(limits + j), rise);
    v128.store(states + j, leaky ? f32x4.sub(zero, v) : zero);
    v128.store(limits + j, f32x4.sub(theta, v));
  }
  for (let j = post; j < i32(padded); j++) store<f32>(limits + (usize(j) << 2), Infinity);
  if (silent) {
    for (let j = 0; j < post; j++) {
      if (load<u8>(silent + usize(j))) store<f32>(limits + (usize(j) << 2), Infinity);
    }
  }
  memory.fill(address(net, layout.NET_WAITING), 0, padded);
  const untils = address(net, layout.NET_UNTIL);
  const long = f32x4.splat(-Infinity);
  for (let j: usize = 0; j < padded << 2; j += 16) v128.store(untils + j, long);
}

/** A neuron that fires without input: intervals to its first spike and between others, e of the next and its factor, sum of e. */
const TRAIN: usize = 48;

/**
 * Without input spikes each neuron fires at even intervals: from rest it crosses at tau ln r, r = v / (v - theta) with v where
 * it would settle, and as a spike takes theta it is again as far from v times r^n after n of them. A refractory period
 * that is longer makes all but the first interval its own. All first spikes come first, then all second ones, and so on,
 * as no branch foresees how many a neuron has.
 */
function undisturbed(layer: usize, drop: f32, hold: f32): void {
  const post = whole(layer, layout.LAYER_POST);
  const states = address(net, layout.NET_STATE);
  const limits = address(net, layout.NET_LIMITS);
  const intervals = address(net, layout.NET_UNTIL);
  const trains = address(net, layout.NET_EVENTS);
  const firing = address(net, layout.NET_ACTIVE);
  const tau = double(net, layout.NET_TAU);
  const duration = double(net, layout.NET_DURATION);
  const held: f64 = hold > 0 ? tau * ln(f64(hold)) : 0;
  const theta = f32x4.splat(drop);
  const zero = f32x4.splat(0);
  let last = firing;
  for (let j = 0; j < post; j++) {
    if ((j & 3) == 0) {
      // theta - limit is where it settles.
      const at = usize(j) << 2;
      const settled = f32x4.sub(theta, v128.load(limits + at));
      v128.store(intervals + at, log4(f32x4.div(f32x4.sub(zero, theta), settled)));
    }
    store<i32>(last, j);
    last += load<f32>(limits + (usize(j) << 2)) < 0 ? 4 : 0;
  }
  const all = last;
  for (let own = firing, to = trains; own < all; own += 4, to += TRAIN) {
    const at = usize(load<i32>(own)) << 2;
    const interval = -tau * f64(load<f32>(intervals + at));
    const v = f64(drop - load<f32>(limits + at));
    const ratio = v / (v - f64(drop));
    const waits = hold > 0 && ratio < f64(hold);
    store<f64>(to, interval);
    store<f64>(to, waits ? held : interval, 8);
    store<f64>(to, ratio, 16);
    store<f64>(to, waits ? f64(hold) : ratio, 24);
    store<f64>(to, 0, 32);
    store<i32>(to, load<i32>(own), 40);
    store<u32>(own, u32(to - trains));
  }
  const count = usize(last - firing) >> 2;
  for (let n: f64 = 0; last > firing && !overfull(); n++) {
    let keep = firing;
    for (let own = firing; own < last; own += 4) {
      const train = trains + usize(load<u32>(own));
      const e = load<f64>(train, 16);
      const t = load<f64>(train) + n * load<f64>(train, 8);
      const fires = t <= duration;
      emitIf(fires, t, f32(e), load<i32>(train, 40));
      store<f64>(train, load<f64>(train, 32) + (fires ? e : 0), 32);
      store<f64>(train, e * load<f64>(train, 24), 16);
      store<u32>(keep, u32(train - trains));
      keep += fires ? 4 : 0;
    }
    last = keep;
  }
  for (let own = trains, end = trains + count * TRAIN; own < end; own += TRAIN) {
    const state = states + (usize(load<i32>(own, 40)) << 2);
    store<f32>(state, load<f32>(state) - f32(f64(drop) * load<f64>(own, 32)));
  }
}

// @ts-ignore: decorator
@external("env", "log")
declare function ln(x: f64): f64;

/** What the sweep passes over the neurons of a layer; see `EVENT`. */
function listEvents(layer: usize, source: usize, count: i32, gain: f32): void {
  const pre = whole(layer, layout.LAYER_PRE);
  const stride = u32(whole(layer, layout.LAYER_POST)) << 2;
  const times = address(source, layout.SHOWN_TIMES);
  const neurons = address(source, layout.SHOWN_NEURONS);
  const es = address(source, layout.SHOWN_ES);
  let to = address(net, layout.NET_EVENTS);
  for (let k: usize = 0; k < usize(count); k++) {
    const i = load<i32>(neurons + (k << 2));
    const e = load<f32>(es + (k << 2));
    const x = leaky ? gain * e : gain;
    store<u32>(to, u32(i < pre ? i : i - pre) * stride);
    store<f32>(to, i < pre ? x : -x, 4);
    store<f32>(to, e, 8);
    const last = load<f64>(times + (k << 3), 8) != load<f64>(times + (k << 3));
    store<u32>(to, (u32(k) << 1) | u32(last), 12);
    to += EVENT;
  }
  store<u32>(to - EVENT, load<u32>(to - EVENT, 12) | 1, 12);
}

/** Floats times a factor, as doubles. */
function promote(from: usize, factor: f32, to: usize, count: i32): void {
  for (let j: usize = 0; j < usize(count); j++) {
    store<f64>(to + (j << 3), f64(load<f32>(from + (j << 2)) * factor));
  }
}

// @ts-ignore: decorator
@inline
function put(to: usize, j: usize, x: v128): void {
  v128.store(to + (j << 3), f64x2.promote_low_f32x4(x));
  v128.store(to + (j << 3), f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1)), 16);
}

/** What is read of hidden neurons; see `Reading`. @param unit  trace of a spike at the beginning */
function read(target: usize, post: i32, unit: f32): void {
  const states = address(net, layout.NET_STATE);
  const limits = address(net, layout.NET_LIMITS);
  const spent = address(net, layout.NET_SPENT);
  const trace = address(target, layout.SHOWN_TRACE);
  const potential = address(target, layout.SHOWN_POTENTIAL);
  const drive = address(target, layout.SHOWN_DRIVE);
  const response = address(target, layout.SHOWN_RESPONSE);
  const gate = address(target, layout.SHOWN_GATE);
  const drives = is(net, layout.NET_READS_DRIVE);
  const own = f32x4.splat(unit);
  const left = f32x4.splat(single(net, layout.NET_LEFT));
  const end = f32x4.splat(single(net, layout.NET_END));
  const theta = f32x4.splat(single(net, layout.NET_THRESHOLD));
  const near = f32x4.mul(theta, f32x4.splat(0.5));
  const scale = f32x4.splat(single(net, layout.NET_SCALE));
  const most = f32x4.mul(scale, f32x4.splat(single(net, layout.NET_SATURATION)));
  const zero = f32x4.splat(0);
  const never = f32x4.splat(Infinity);
  for (let j: usize = 0; j < usize(post); j += 4) {
    const l = v128.load(limits + (j << 2));
    const u = v128.load(states + (j << 2));
    const silent = f32x4.eq(l, never);
    const a = f32x4.mul(own, v128.load(spent + (j << 2)));
    let v = leaky
      ? f32x4.add(f32x4.sub(theta, l), f32x4.mul(u, left))
      : f32x4.sub(u, f32x4.mul(l, end));
    v = v128.andnot(v, silent);
    put(trace, j, a);
    put(potential, j, v);
    if (drives) {
      const sum = v128.andnot(f32x4.add(a, f32x4.mul(scale, v)), silent);
      put(drive, j, sum);
      put(response, j, f32x4.max(zero, sum));
      put(gate, j, v128.and(scale, v128.and(f32x4.gt(sum, zero), f32x4.lt(sum, most))));
    } else {
      put(drive, j, a);
      put(response, j, a);
      const open = v128.and(v128.or(f32x4.gt(a, zero), f32x4.gt(v, near)), f32x4.lt(v, theta));
      put(gate, j, v128.and(scale, v128.andnot(open, silent)));
    }
  }
}
